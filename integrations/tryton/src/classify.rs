//! What an answer, or the lack of one, means.
//!
//! Invariant: a call that may have stored something is never called safe to repeat unless Tryton is known to have
//! rolled it back.
//!
//! Deliberately absent: retrying. Tryton has no error codes; the class of an error decides, and its text only chooses
//! the advice, from `words.rs`.

#[cfg(test)]
mod tests;
mod words;

use std::time::Duration;

use serde_json::Value;
use slotledger_erp::{Class, Failure, Reason};

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
/// How long a person may take to post a draft before it is asked for again.
pub(crate) const DRAFT_WAIT: Duration = Duration::from_secs(3600);
/// What to do about an answer that is not Tryton's.
const ELSEWHERE: &str = "this is no answer of Tryton's: check the address of the server and the name of its database, and \
                         whether something before it wants a login";
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
        200 => envelope(answer, effect),
        401 => Err(Trouble::SessionEnded),
        status => Err(Trouble::Failed(refusal(status, answer, effect))),
    }
}

/// Something else answered in Tryton's place: a login page, another site. It holds for every document, so it is as if
/// Tryton were down; a call that may have stored something is looked up.
fn foreign(message: &str, effect: Effect) -> Failure {
    cut(&format!("{message}; {ELSEWHERE}"), true, effect)
}

fn refusal(status: u16, answer: &Answer<'_>, effect: Effect) -> Failure {
    let message = format!("HTTP {status}: {}", plain(answer.body));
    match (status, effect) {
        (201..=399 | 404, _) | (403, Effect::Reads) => foreign(&message, effect),
        // Where reading passes, it is this document that something takes offence at.
        (403, Effect::Writes) => {
            Failure::refused(message, "let the connector's user reach Tryton's RPC from this machine")
                .because(Reason::Permission)
        }
        // Rolled back because somebody wrote in between.
        (423, _) => Failure::busy(message, answer.retry_after),
        (429, _) => Failure::throttled(message, Some(answer.retry_after.unwrap_or(LOGIN_LOCK))),
        // 503 usually means that a lock was not obtained, but a database lost during the commit looks the same.
        (500..=599, _) => match cut(&message, true, effect) {
            Failure { class: Class::Retry { after: None }, message } => {
                Failure { class: Class::Retry { after: answer.retry_after }, message }
            }
            failure => failure,
        },
        (_, _) => Failure::bug(message),
    }
}

fn envelope(answer: &Answer<'_>, effect: Effect) -> Result<Value, Trouble> {
    let elsewhere = || Trouble::Failed(foreign(&format!("HTTP 200: {}", plain(answer.body)), effect));
    let Ok(Value::Object(mut fields)) = serde_json::from_slice(answer.body) else { return Err(elsewhere()) };
    match (fields.remove("error"), fields.remove("result")) {
        (None, Some(result)) => Ok(result),
        (Some(error @ Value::Array(_)), _) => Err(Trouble::Failed(application_error(&error))),
        (Some(_) | None, _) => Err(elsewhere()),
    }
}

/// Application errors are rolled back before they are answered.
fn application_error(error: &Value) -> Failure {
    let class = error[0].as_str().unwrap_or_default();
    match class {
        "UserError" => {
            let message = joined(&error[1][0], &error[1][1]);
            let (reason, fix) = words::advice(&message);
            Failure::refused(message, fix).because(reason)
        }
        "UserWarning" => {
            let message = joined(&error[1][1], &error[1][2]);
            Failure::refused(
                message,
                "do this step by hand in Tryton and answer its question there, then retry",
            )
            .because(Reason::Conflict)
        }
        "ConcurrencyException" => Failure::busy(short(error[1].as_str().unwrap_or(class)), None),
        "LoginException" => Failure::reauthenticate("Tryton asks for another way to log in than a password"),
        other => Failure::bug(short(&format!("Tryton failed: {other}"))),
    }
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
