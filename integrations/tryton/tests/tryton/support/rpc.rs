//! What a person does in Tryton meanwhile: calls as the administrator, past the connector.

use serde_json::{Value, json};
use slotledger_tryton_server::Server;

pub(crate) struct Administrator {
    http: reqwest::Client,
    endpoint: String,
}

impl Administrator {
    pub(crate) fn of(server: &Server) -> Self {
        let endpoint = format!("{}/{}/rpc/", server.url(), server.database());
        Self { http: reqwest::Client::new(), endpoint }
    }

    /// The result of one call.
    pub(crate) async fn call(&self, method: &str, mut params: Vec<Value>) -> Value {
        params.push(json!({"company": 1, "companies": [1], "language": "en"}));
        let request = self
            .http
            .post(&self.endpoint)
            .basic_auth("admin", Some(slotledger_tryton_server::PASSWORD))
            .json(&json!({"id": 1, "method": method, "params": params}));
        let mut answer: Value = request.send().await.unwrap().json().await.unwrap();
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].take()
    }

    /// The identifiers of the records that match.
    pub(crate) async fn search(&self, model: &str, domain: Value) -> Vec<i64> {
        let found = self.call(&format!("model.{model}.search"), vec![domain]).await;
        serde_json::from_value(found).unwrap()
    }
}
