//! The bodies of requests: pure.

use serde_json::{Map, Value, json};

use super::Call;

/// By JSON-2: arguments by name, and `ids` only where there are records, for a method without any refuses them.
pub(super) fn named(call: &Call) -> Map<String, Value> {
    let mut body = call.named.clone();
    if let Some(ids) = &call.ids {
        body.insert("ids".to_owned(), json!(ids));
    }
    body.insert("context".to_owned(), Value::Object(call.context.clone()));
    body
}

/// What is written goes without a name: in Odoo 14 a model that changes `write` or `create` has a name of its own for it.
const NAMELESS: [&str; 2] = ["vals", "vals_list"];

/// By JSON-RPC: the records come first, the context is one of the named arguments.
pub(super) fn execute(database: &str, user: i64, secret: &str, call: &Call) -> Value {
    let mut positional: Vec<Value> = call.ids.iter().map(|ids| json!(ids)).collect();
    let mut named = call.named.clone();
    positional.extend(NAMELESS.iter().filter_map(|name| named.remove(*name)));
    named.insert("context".to_owned(), Value::Object(call.context.clone()));
    rpc("object", "execute_kw", &json!([database, user, secret, call.model, call.method, positional, named]))
}

pub(super) fn authenticate(database: &str, user: &str, secret: &str) -> Value {
    rpc("common", "authenticate", &json!([database, user, secret, {}]))
}

pub(super) fn version() -> Value {
    rpc("common", "version", &json!([]))
}

fn rpc(service: &str, method: &str, args: &Value) -> Value {
    let params = json!({"service": service, "method": method, "args": args});
    json!({"jsonrpc": "2.0", "method": "call", "id": 1, "params": params})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn confirm() -> Call {
        let context = json!({"lang": "en_US"}).as_object().unwrap().clone();
        Call::on("sale.order", "action_confirm", &[7]).with("flag", json!(true)).in_context(context)
    }

    #[test]
    fn one_call_by_both_protocols() {
        insta::assert_json_snapshot!([
            Value::Object(named(&confirm())),
            execute("shop", 5, "the-key", &confirm()),
            execute(
                "shop",
                5,
                "the-key",
                &Call::on("sale.order", "write", &[7]).with("vals", json!({"origin": "x"}))
            ),
            execute("shop", 5, "the-key", &Call::of("sale.order", "load").with("fields", json!(["id"]))),
            authenticate("shop", "api", "the-key"),
        ]);
    }
}
