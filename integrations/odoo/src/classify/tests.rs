//! Recorded answers, and what they mean.

use super::*;

fn answer(status: u16, body: &str) -> Answer {
    Answer { status, retry_after: None, body: body.as_bytes().to_vec() }
}

fn said(outcome: Result<Box<RawValue>, Failure>) -> String {
    match outcome {
        Ok(result) => format!("result {}", result.get()),
        Err(Failure { class, message }) => match class {
            Class::Retry { after } => format!("retry {:?}: {message}", after.map(|after| after.as_secs())),
            Class::Throttled { after } => {
                format!("throttled {:?}: {message}", after.map(|after| after.as_secs()))
            }
            Class::Busy { .. } => format!("busy: {message}"),
            Class::Ambiguous => format!("ambiguous: {message}"),
            Class::Reauthenticate => format!("reauthenticate: {message}"),
            Class::Refused { reason, fix } => format!("refused ({}): {message} / {fix}", reason.as_str()),
            Class::Bug => format!("bug: {message}"),
        },
    }
}

/// Both effects, where they differ.
fn both(judge: impl Fn(Effect) -> Result<Box<RawValue>, Failure>) -> String {
    let (reads, writes) = (said(judge(Effect::Reads)), said(judge(Effect::Writes)));
    if reads == writes { reads } else { format!("read: {reads}\nwrite: {writes}") }
}

fn fault(name: &str, message: &str) -> String {
    serde_json::json!({"name": name, "message": message, "arguments": [message], "debug": "…"}).to_string()
}

#[test]
fn recorded_answers_by_json_2() {
    let cases = [
        (200, "true".to_owned()),
        (200, r#"{"ids": [2], "messages": [], "nextrow": 0}"#.to_owned()),
        (401, fault("werkzeug.exceptions.Unauthorized", "Invalid apikey")),
        (404, "<!DOCTYPE html><title>404 Not Found</title><p>No database is selected</p>".to_owned()),
        (404, fault("werkzeug.exceptions.NotFound", "the model 'sale.order' does not exist")),
        (404, fault("odoo.exceptions.MissingError", "Record does not exist or has been deleted.")),
        (403, fault("odoo.exceptions.AccessError", "You are not allowed to create 'Sales Order'")),
        (403, fault("odoo.exceptions.AccessError", "Access to unauthorized or invalid companies.")),
        (422, fault("odoo.exceptions.UserError", "Some orders are not in a state requiring confirmation.")),
        (422, fault("odoo.exceptions.ValidationError", "Missing required value for the field 'Customer'")),
        (422, fault("werkzeug.exceptions.UnprocessableEntity", "missing a required argument: 'domain'")),
        (400, fault("werkzeug.exceptions.BadRequest", "could not parse the body as json")),
        (500, fault("builtins.ValueError", "Invalid field 'frob' in 'sale.order'")),
        (500, fault("psycopg2.errors.SerializationFailure", "could not serialize access")),
        (500, fault("psycopg2.OperationalError", "server closed the connection unexpectedly")),
        (429, fault("werkzeug.exceptions.TooManyRequests", "slow down")),
        (200, "<html><h1>Log in</h1></html>".to_owned()),
        (303, String::new()),
        (403, "<h1>Forbidden</h1>".to_owned()),
        (429, "<h1>Too many</h1>".to_owned()),
        (500, "<h1>Internal Server Error</h1>".to_owned()),
        (502, "<h1>Bad Gateway</h1>".to_owned()),
        (418, "teapot".to_owned()),
    ];
    let lines: Vec<String> =
        cases.iter().map(|(status, body)| both(|effect| json2(&answer(*status, body), effect))).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn recorded_answers_by_json_rpc() {
    let error = |name: &str, message: &str| {
        let data = serde_json::json!({"name": name, "message": message, "debug": "…"});
        serde_json::json!({"jsonrpc": "2.0", "id": 1, "error": {"code": 200, "message": "Odoo Server Error", "data": data}})
            .to_string()
    };
    let cases = [
        (200, r#"{"jsonrpc": "2.0", "id": 1, "result": "account.move(10,)"}"#.to_owned()),
        (200, r#"{"jsonrpc": "2.0", "id": 1, "result": null}"#.to_owned()),
        (200, r#"{"jsonrpc": "2.0", "id": 1}"#.to_owned()),
        (200, error("odoo.exceptions.AccessDenied", "Access Denied")),
        (200, error("odoo.exceptions.UserError", "There is nothing to invoice!")),
        (200, error("psycopg2.OperationalError", "FATAL:  database \"nodb\" does not exist\n")),
        (200, error("psycopg2.extensions.TransactionRollbackError", "could not serialize access")),
        (200, error("builtins.AttributeError", "type object 'sale.order' has no attribute 'frob'")),
        (500, "<h1>Internal Server Error</h1>".to_owned()),
        (200, "<html>Sign in</html>".to_owned()),
        (200, r#"{"message": "Be right back"}"#.to_owned()),
    ];
    let lines: Vec<String> =
        cases.iter().map(|(status, body)| both(|effect| rpc(&answer(*status, body), effect))).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn what_load_answers() {
    let cases = [
        r#"{"ids": [2], "messages": [], "nextrow": 0}"#,
        r#"{"ids": false, "messages": [{"type": "error", "message": "No matching record found for database id '9'"}]}"#,
        r#"{"ids": false, "messages": [{"type": "error", "message": "Unknown database error: 'could not serialize access due to concurrent update'"}]}"#,
        r#"{"ids": false, "messages": [{"type": "error", "message": "You cannot add entries prior to the lock date"}]}"#,
        r#"{"ids": false, "messages": [{"type": "error", "message": "You are not allowed to create 'Journal Entry' (account.move) records."}]}"#,
        r#"{"ids": false, "messages": []}"#,
    ];
    let lines: Vec<String> = cases
        .iter()
        .map(|text| {
            let loaded: Loaded = serde_json::from_str(text).unwrap();
            said(loaded.id().map(|id| RawValue::from_string(id.to_string()).unwrap()))
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn a_cut_write_is_ambiguous_only_after_it_was_sent() {
    assert_eq!(cut("reset", false, Effect::Writes).class, Class::Retry { after: None });
    assert_eq!(cut("reset", true, Effect::Reads).class, Class::Retry { after: None });
    assert_eq!(cut("reset", true, Effect::Writes).class, Class::Ambiguous);
}

#[test]
fn the_server_may_name_a_time() {
    let after = Some(Duration::from_secs(7));
    for status in [429, 503] {
        let answer = Answer { retry_after: after, ..answer(status, "") };
        let class = json2(&answer, Effect::Reads).unwrap_err().class;
        assert!(
            matches!(class, Class::Throttled { after: a } | Class::Retry { after: a } if a == after),
            "{class:?}"
        );
    }
}

#[test]
fn long_messages_are_cut() {
    let body = fault("odoo.exceptions.UserError", &"x".repeat(60_000));
    let failure = json2(&answer(422, &body), Effect::Writes).unwrap_err();
    assert_eq!(failure.message.len(), MESSAGE_CHARS);
}
