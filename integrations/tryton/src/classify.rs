//! What an answer, or the lack of one, means.
//!
//! Invariant: a call that may have stored something is never called safe to repeat unless Tryton is known to have
//! rolled it back.
//!
//! Deliberately absent: retrying. Tryton has no error codes; the class of an error decides, and its text only chooses
//! the advice.

use std::time::Duration;

use serde_json::Value;
use slotledger_erp::{Class, Failure};

/// Whether a call may store something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It only reads.
    Reads,
    /// It may store something.
    Writes,
}

/// Why a call gave no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The session is gone; the call was not carried out.
    SessionEnded,
    /// Anything else.
    Failed(Failure),
}

/// A complete HTTP answer.
#[derive(Debug)]
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: &'a [u8],
}

/// How long a login is locked after too many failures, where the server does not say.
const LOGIN_LOCK: Duration = Duration::from_secs(300);
/// Error texts can carry 50 kB of field descriptions.
const MESSAGE_CHARS: usize = 500;

/// The connection failed or was cut. `sent` says whether the request may have left.
pub(crate) fn cut(message: &str, sent: bool, effect: Effect) -> Failure {
    match (sent, effect) {
        (false, Effect::Reads | Effect::Writes) | (true, Effect::Reads) => Failure::retry(short(message)),
        (true, Effect::Writes) => Failure::ambiguous(short(message)),
    }
}

/// The result in an answer.
pub(crate) fn result(answer: &Answer<'_>, effect: Effect) -> Result<Value, Trouble> {
    match answer.status {
        200 => envelope(answer.body),
        401 => Err(Trouble::SessionEnded),
        status => Err(Trouble::Failed(refusal(status, answer, effect))),
    }
}

fn refusal(status: u16, answer: &Answer<'_>, effect: Effect) -> Failure {
    let message = format!("HTTP {status}: {}", plain(answer.body));
    match status {
        404 => {
            Failure::refused(message, "check the address of the Tryton server and the name of its database")
        }
        // Rolled back because somebody wrote in between.
        423 => Failure::retry(message),
        429 => {
            let after = Some(answer.retry_after.unwrap_or(LOGIN_LOCK));
            Failure { class: Class::Retry { after }, message }
        }
        // 503 usually means that a lock was not obtained, but a database lost during the commit looks the same.
        500..=599 => match cut(&message, true, effect) {
            Failure { class: Class::Retry { after: None }, message } => {
                Failure { class: Class::Retry { after: answer.retry_after }, message }
            }
            failure => failure,
        },
        _ => Failure::bug(message),
    }
}

fn envelope(body: &[u8]) -> Result<Value, Trouble> {
    let Ok(Value::Object(mut fields)) = serde_json::from_slice(body) else {
        return Err(Trouble::Failed(Failure::bug(format!("the answer is no JSON-RPC: {}", plain(body)))));
    };
    match (fields.remove("error"), fields.remove("result")) {
        (None, Some(result)) => Ok(result),
        (Some(error), _) => Err(Trouble::Failed(application_error(&error))),
        (None, None) => Err(Trouble::Failed(Failure::bug("the answer has neither a result nor an error"))),
    }
}

/// Application errors are rolled back before they are answered.
fn application_error(error: &Value) -> Failure {
    let class = error[0].as_str().unwrap_or_default();
    match class {
        "UserError" => {
            let message = joined(&error[1][0], &error[1][1]);
            let fix = advice(&message);
            Failure::refused(message, fix)
        }
        "UserWarning" => {
            let message = joined(&error[1][1], &error[1][2]);
            Failure::refused(
                message,
                "do this step by hand in Tryton and answer its question there, then retry",
            )
        }
        "ConcurrencyException" => Failure::retry(short(error[1].as_str().unwrap_or(class))),
        "LoginException" => Failure::reauthenticate("Tryton asks for another way to log in than a password"),
        other => Failure::bug(short(&format!("Tryton failed: {other}"))),
    }
}

/// What usually helps against a `UserError`, by the words of Tryton's English messages.
fn advice(message: &str) -> &'static str {
    const ADVICE: [(&str, &str); 8] = [
        ("not allowed to access", "give the connector's group in Tryton the right to do this"),
        ("not allowed to modify", "give the connector's group in Tryton the right to do this"),
        ("fiscal year", "open a fiscal year for that date in Tryton"),
        ("fiscalyear", "open a fiscal year for that date in Tryton"),
        ("period", "reopen the accounting period in Tryton, or open one for that date"),
        (
            "set an invoice date after",
            "post or delete the later invoices first: invoice dates cannot run backwards",
        ),
        ("exceeds the limit", "allow more digits in the unit of measure in Tryton, or send fewer"),
        ("invoice address", "add an invoice address to the customer in Tryton"),
    ];
    let lower = message.to_lowercase();
    let known = ADVICE.iter().find(|(words, _)| lower.contains(words));
    known.map_or("correct in Tryton what its message says, then retry", |(_, fix)| fix)
}

fn joined(message: &Value, description: &Value) -> String {
    let message = message.as_str().unwrap_or("Tryton gave no reason");
    match description.as_str() {
        None | Some("") => short(message),
        Some(description) => short(&format!("{message} ({description})")),
    }
}

/// A body without its HTML tags.
fn plain(body: &[u8]) -> String {
    let mut text = String::new();
    let mut in_tag = false;
    for c in String::from_utf8_lossy(body).chars() {
        match c {
            '<' => in_tag = true,
            '>' => {
                in_tag = false;
                text.push(' ');
            }
            _ if in_tag => {}
            c => text.push(c),
        }
    }
    short(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn short(text: &str) -> String {
    text.chars().take(MESSAGE_CHARS).collect()
}

#[cfg(test)]
mod tests {
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
                let (reads, writes) =
                    (class(*status, body, Effect::Reads), class(*status, body, Effect::Writes));
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
        assert_eq!(failure.class, Class::Retry { after: Some(Duration::from_secs(7)) });
    }

    #[test]
    fn long_messages_are_cut() {
        let body = format!(r#"{{"id":1,"error":["UserError",["{}","",null]]}}"#, "x".repeat(60_000));
        let Err(Trouble::Failed(failure)) = classify(200, &body, Effect::Writes) else {
            panic!("not a failure")
        };
        assert_eq!(failure.message.len(), MESSAGE_CHARS);
    }
}
