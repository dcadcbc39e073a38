//! Recorded answers, and what each means.

use super::*;

const LOCKED: &str = "<html lang=en><title>429 Too Many Requests</title><p>Too many</p>";

fn classify(status: u16, body: &str, effect: Effect) -> Result<Value, Trouble> {
    result(&Answer { status, retry_after: None, body: body.as_bytes() }, effect)
}

fn class(status: u16, body: &str, effect: Effect) -> String {
    match classify(status, body, effect) {
        Ok(value) => format!("result {value}"),
        Err(Trouble::SessionEnded) => "session ended".into(),
        Err(Trouble::Failed(Failure { class, message })) => match class {
            Class::Retry { after } => format!("retry {:?}: {message}", after.map(|a| a.as_secs())),
            Class::Ambiguous => format!("ambiguous: {message}"),
            Class::Reauthenticate => format!("reauthenticate: {message}"),
            Class::Refused { fix, .. } => format!("refused: {message} / {fix}"),
            Class::Throttled { after } => {
                format!("throttled {:?}: {message}", after.map(|a| a.as_secs()))
            }
            Class::Busy { after } => format!("busy {:?}: {message}", after.map(|a| a.as_secs())),
            Class::Bug => format!("bug: {message}"),
        },
    }
}

#[test]
fn recorded_answers() {
    let cases: &[(u16, &str)] = &[
        (200, r#"{"id":1,"result":[]}"#),
        (200, r#"{"id":1,"result":null}"#),
        (200, r#"{"id":1,"error":["UserError",["The code on party must be unique.","",null]]}"#),
        (
            200,
            r#"{"id":1,"error":["UserError",["You are not allowed to access \"Account Move\".","Within groups: Connector",null]]}"#,
        ),
        (
            200,
            r#"{"id":1,"error":["UserError",["To get a quote for sale \"(13)\" you must enter an invoice address.","",null]]}"#,
        ),
        (
            200,
            r#"{"id":1,"error":["UserWarning",["53d2.invoice_taxes","The invoice does not have the default taxes.",""]]}"#,
        ),
        (200, r#"{"id":1,"error":["ConcurrencyException","Records were modified in the meanwhile"]}"#),
        (200, r#"{"id":1,"error":["LoginException",["password","Password for connector","password"]]}"#),
        (200, r#"{"id":1,"error":["'external_id'",""]}"#),
        (200, r#"[{"state":"done","id":1}]"#),
        (200, "<html><p>Sign in to the network</p></html>"),
        (200, r#"{"message":"Be right back"}"#),
        (200, r#"{"error":"log in first"}"#),
        (302, "<a href=/login>Found</a>"),
        (401, ""),
        (403, "<title>403 Forbidden</title><h1>Forbidden</h1>"),
        (404, "<title>404 Not Found</title><h1>Not Found</h1>"),
        (422, "<p>Missing context argument</p>"),
        (423, "<h1>Locked</h1>"),
        (429, LOCKED),
        (500, "<h1>Internal Server Error</h1>"),
        (503, "<h1>Service Unavailable</h1>"),
    ];
    let lines: Vec<String> = cases
        .iter()
        .map(|(status, body)| {
            let (reads, writes) = (class(*status, body, Effect::Reads), class(*status, body, Effect::Writes));
            if reads == writes { reads } else { format!("read: {reads}\nwrite: {writes}") }
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
    let answer = Answer { status: 429, retry_after: Some(Duration::from_secs(7)), body: b"" };
    let Err(Trouble::Failed(failure)) = result(&answer, Effect::Reads) else { panic!("not a failure") };
    assert_eq!(failure.class, Class::Throttled { after: Some(Duration::from_secs(7)) });
}

#[test]
fn long_messages_are_cut() {
    let body = format!(r#"{{"id":1,"error":["UserError",["{}","",null]]}}"#, "x".repeat(60_000));
    let Err(Trouble::Failed(failure)) = classify(200, &body, Effect::Writes) else { panic!("not a failure") };
    assert_eq!(failure.message.len(), MESSAGE_CHARS);
}
