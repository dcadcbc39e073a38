//! A stand-in, and what is sent to it.

use std::sync::Once;

use serde_json::{Value, json};
use slotledger_erpnext_server::{COMPANY, MANAGER, Options, Server, USER};

pub(crate) struct Site {
    pub(crate) server: Server,
    http: reqwest::Client,
}

impl Site {
    pub(crate) fn start() -> Self {
        static PROVIDER: Once = Once::new();
        PROVIDER.call_once(|| rustls::crypto::ring::default_provider().install_default().unwrap());
        let today = Some("2026-11-21".parse().unwrap());
        Self { server: Server::start(Options { today, port: 0 }).unwrap(), http: reqwest::Client::new() }
    }

    /// With a unique field `custom_id` on what is tested.
    pub(crate) async fn keyed() -> Self {
        let site = Self::start();
        for dt in ["Sales Order", "Sales Invoice", "Stock Entry", "Payment Entry", "Journal Entry"] {
            let field =
                json!({"dt": dt, "fieldname": "custom_id", "label": "Id", "fieldtype": "Data", "unique": 1});
            assert_eq!(site.send("POST", "resource/Custom Field", Some(MANAGER), &field).await.0, 200);
        }
        site
    }

    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        token: Option<(&str, &str)>,
        body: &Value,
    ) -> (u16, Value) {
        let url = format!("{}/api/{}", self.server.url(), path.replace(' ', "%20"));
        let mut request = self.http.request(method.parse().unwrap(), url);
        if let Some((key, secret)) = token {
            request = request.header("Authorization", format!("token {key}:{secret}"));
        }
        if !body.is_null() {
            request = request.body(body.to_string());
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    pub(crate) async fn post(&self, doctype: &str, body: Value) -> (u16, Value) {
        self.send("POST", &format!("resource/{doctype}"), Some(USER), &body).await
    }

    pub(crate) async fn put(&self, doctype: &str, name: &str, body: Value) -> (u16, Value) {
        self.send("PUT", &format!("resource/{doctype}/{name}"), Some(USER), &body).await
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        self.send("GET", path, Some(USER), &Value::Null).await
    }

    pub(crate) async fn made(&self, doctype: &str, body: Value) -> Value {
        let (status, answer) = self.post(doctype, body).await;
        assert_eq!(status, 200, "{answer}");
        answer["data"].clone()
    }
}

pub(crate) fn order(more: Value) -> Value {
    with(
        json!({
            "customer": "Jane Client", "company": COMPANY, "transaction_date": "2026-11-21", "delivery_date": "2026-11-25",
            "items": [{"item_code": "SVC-MAINT", "qty": 1, "rate": 80}],
        }),
        more,
    )
}

pub(crate) fn invoice(more: Value) -> Value {
    with(
        json!({"customer": "Jane Client", "company": COMPANY, "items": [{"item_code": "SVC-MAINT", "qty": 1, "rate": 80}]}),
        more,
    )
}

pub(crate) fn with(mut body: Value, more: Value) -> Value {
    for (field, value) in more.as_object().unwrap() {
        body[field] = value.clone();
    }
    body
}

pub(crate) fn kind(answer: &(u16, Value)) -> (u16, &str) {
    (answer.0, answer.1["exc_type"].as_str().unwrap_or_default())
}

pub(crate) fn words(answer: &(u16, Value)) -> String {
    answer.1["exception"].as_str().unwrap_or_default().to_owned()
}
