//! What a person does in Odoo meanwhile: calls as the administrator, past the connector.

use serde_json::{Value, json};
use slotledger_odoo_server::{Edition, Server};

pub(crate) struct Administrator {
    http: reqwest::Client,
    url: String,
    edition: Edition,
    database: String,
    key: String,
}

impl Administrator {
    pub(crate) fn of(server: &Server) -> Self {
        // Its provider of cryptography is set with the settings.
        let _ = super::settings(server);
        let (_, key) = server.administrator();
        Self {
            http: reqwest::Client::new(),
            url: server.url(),
            edition: server.edition(),
            database: server.database().to_owned(),
            key: key.to_owned(),
        }
    }

    /// The result of one call on records.
    pub(crate) async fn call(&self, model: &str, method: &str, ids: &[i64], named: Value) -> Value {
        let answer = match self.edition {
            Edition::Nineteen => {
                let mut body = named;
                if !ids.is_empty() {
                    body["ids"] = json!(ids);
                }
                let url = format!("{}/json/2/{model}/{method}", self.url);
                let request = self.http.post(url).bearer_auth(&self.key).json(&body);
                request.send().await.unwrap().json::<Value>().await.unwrap()
            }
            Edition::Fourteen => {
                // The administrator is the second user of every database.
                let mut positional: Vec<Value> = if ids.is_empty() { Vec::new() } else { vec![json!(ids)] };
                let mut named = named;
                // `search` calls it otherwise there, and so do models that change `write`.
                let arguments = named.as_object_mut().unwrap();
                let nameless = if method == "search" { "domain" } else { "vals" };
                positional.extend(arguments.remove(nameless));
                let args = json!([self.database, 2, self.key, model, method, positional, named]);
                let params = json!({"service": "object", "method": "execute_kw", "args": args});
                let body = json!({"jsonrpc": "2.0", "method": "call", "id": 1, "params": params});
                let request = self.http.post(format!("{}/jsonrpc", self.url)).json(&body);
                let mut answer: Value = request.send().await.unwrap().json().await.unwrap();
                assert!(answer.get("error").is_none(), "{method}: {answer}");
                answer["result"].take()
            }
        };
        assert!(answer.get("debug").is_none(), "{method}: {answer}");
        answer
    }

    /// The identifiers of the records that match.
    pub(crate) async fn search(&self, model: &str, domain: Value) -> Vec<i64> {
        let found = self.call(model, "search", &[], json!({"domain": domain})).await;
        serde_json::from_value(found).unwrap()
    }

    /// Changes the records that match, of which there is at least one.
    pub(crate) async fn change(&self, model: &str, domain: Value, values: Value) {
        let found = self.search(model, domain).await;
        assert!(!found.is_empty(), "no {model} to change");
        self.call(model, "write", &found, json!({"vals": values})).await;
    }

    /// Makes records, and finds them the second time.
    pub(crate) async fn load(&self, model: &str, fields: &[&str], rows: Value) -> Vec<i64> {
        let context = json!({"mode": "update", "noupdate": true});
        let data = json!({"fields": fields, "data": rows, "context": context});
        let loaded = self.call(model, "load", &[], data).await;
        serde_json::from_value(loaded["ids"].clone()).unwrap_or_else(|_| panic!("{model}: {loaded}"))
    }

    /// Gives a user a group, by the group's external identifier.
    pub(crate) async fn grant(&self, login: &str, group: &str) {
        self.group(login, group, 4).await;
    }

    /// Takes a group from a user.
    pub(crate) async fn revoke(&self, login: &str, group: &str) {
        self.group(login, group, 3).await;
    }

    async fn group(&self, login: &str, group: &str, command: u8) {
        let (module, name) = group.split_once('.').unwrap();
        let domain = json!([["module", "=", module], ["name", "=", name], ["model", "=", "res.groups"]]);
        let data = json!({"domain": domain, "fields": ["res_id"]});
        let found = self.call("ir.model.data", "search_read", &[], data).await;
        // A group that this edition does not have is not needed in it.
        let Some(id) = found[0]["res_id"].as_i64() else { return };
        let field = match self.edition {
            Edition::Nineteen => "group_ids",
            Edition::Fourteen => "groups_id",
        };
        self.change("res.users", json!([["login", "=", login]]), json!({field: [[command, id]]})).await;
    }
}
