//! What an answer, or the lack of one, means.
//!
//! Invariant: a request that may have stored something is never called safe to repeat unless ERPNext is known to have
//! rolled it back. An answer with an exception in JSON was rolled back; a page of HTML says nothing.
//!
//! The status says little: a wrong date is a 500 and permanent, a lock is a 500 and transient, a customer nobody knows
//! is a 404 or a 500. The exception's type decides, then its text.
//!
//! Deliberately absent: retrying.

mod verdicts;

use std::time::Duration;

use serde::Deserialize;
use slotledger_erp::{Class, Failure, Reason};

use verdicts::{
    MESSAGE, PERMIT, VERDICTS,
    Verdict::{self, Broken, Bug, Busy, Duplicate, Reauthenticate, Refused, Throttled, Unavailable},
};

/// Whether a request may store something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It only reads.
    Reads,
    /// It may store something.
    Writes,
}

/// Why a request gave no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Another document has the value of a unique field.
    Duplicate(Failure),
    /// What was asked for does not exist.
    Missing(Failure),
    /// Anything else.
    Failed(Failure),
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Duplicate(failure) | Trouble::Missing(failure) | Trouble::Failed(failure) => failure,
        }
    }
}

/// A complete HTTP answer.
#[derive(Debug)]
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: &'a [u8],
}

/// What to do about an answer that is not ERPNext's.
const ELSEWHERE: &str = "this is no answer of ERPNext's: check the address of the site in the settings, and whether \
                         something before it wants a login";

/// Error texts can carry whole tables.
const MESSAGE_CHARS: usize = 500;

/// The connection failed or was cut. `sent` says whether the request may have left.
pub(crate) fn cut(message: &str, sent: bool, effect: Effect) -> Failure {
    match (sent, effect) {
        (false, Effect::Reads | Effect::Writes) | (true, Effect::Reads) => Failure::retry(short(message)),
        (true, Effect::Writes) => Failure::ambiguous(short(message)),
    }
}

/// An answer that could not be read to its end.
pub(crate) fn unreadable(message: String, effect: Effect) -> Failure {
    match effect {
        Effect::Reads => Failure::bug(message),
        Effect::Writes => Failure::ambiguous(message),
    }
}

/// Whether an answer has a result.
pub(crate) fn answer(answer: &Answer<'_>, effect: Effect) -> Result<(), Trouble> {
    let json = answer.body.trim_ascii_start().starts_with(b"{");
    match (answer.status, json) {
        (200..=299, true) => Ok(()),
        (200..=299, false) => Err(Trouble::Failed(foreign(answer, effect))),
        (_, true) => Err(exception(answer, effect)),
        (_, false) => Err(Trouble::Failed(page(answer, effect))),
    }
}

/// Something else answered in ERPNext's place: a login page, another site. It holds for every document, so it is as if
/// ERPNext were down; a call that may have stored something is looked up.
pub(crate) fn foreign(answer: &Answer<'_>, effect: Effect) -> Failure {
    cut(&format!("{}; {ELSEWHERE}", told(answer)), true, effect)
}

fn told(answer: &Answer<'_>) -> String {
    format!("HTTP {}: {}", answer.status, plain_bytes(answer.body))
}

/// A page instead of an answer: of a proxy, of gunicorn, or of Frappe when it cannot even report an error.
fn page(answer: &Answer<'_>, effect: Effect) -> Failure {
    let message = told(answer);
    match (answer.status, effect) {
        (300..=399 | 404, Effect::Reads | Effect::Writes) | (403, Effect::Reads) => foreign(answer, effect),
        // Where reading passes, it is this document that something takes offence at.
        (403, Effect::Writes) => Failure::refused(message, PERMIT).because(Reason::Permission),
        (401, _) => Failure::reauthenticate(message),
        (429, _) => Failure::throttled(message, answer.retry_after),
        (503, _) => Failure { class: Class::Retry { after: answer.retry_after }, message },
        (500..=599, _) => cut(&message, true, effect),
        (_, _) => Failure::bug(message),
    }
}

/// What Frappe says about an error.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Said {
    exc_type: Option<String>,
    exception: Option<String>,
    #[serde(rename = "_server_messages")]
    messages: Option<String>,
    #[serde(rename = "_error_message")]
    no_permission: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Spoken {
    message: String,
}

impl Said {
    /// Its words for a person, the last first to be believed.
    fn words(&self) -> String {
        let spoken: Vec<String> = self
            .messages
            .as_deref()
            .and_then(|list| serde_json::from_str::<Vec<String>>(list).ok())
            .unwrap_or_default()
            .iter()
            .filter_map(|text| serde_json::from_str::<Spoken>(text).ok())
            .map(|spoken| plain(&spoken.message))
            .filter(|text| !text.is_empty())
            .collect();
        let exception = self.exception.as_deref().map(plain);
        let said = spoken.last().cloned().or(exception).or_else(|| self.no_permission.clone());
        short(&said.unwrap_or_else(|| "ERPNext gave no reason".into()))
    }
}

fn exception(answer: &Answer<'_>, effect: Effect) -> Trouble {
    let said: Said = serde_json::from_slice(answer.body).unwrap_or_default();
    // Frappe always names the type; others say it in JSON, too.
    let Some(kind) = said.exc_type.as_deref() else { return Trouble::Failed(page(answer, effect)) };
    let words = said.words();
    let evidence = format!("{} {words}", said.exception.as_deref().map(plain).unwrap_or_default());
    let found = VERDICTS.iter().find(|(of, text, _)| *of == kind && evidence.contains(text));
    let verdict = match (found, answer.status) {
        (Some((_, _, verdict)), _) => *verdict,
        (None, 401) => Reauthenticate,
        (None, 403) => Refused(Reason::Permission, PERMIT),
        (None, 429) => Throttled,
        (None, 503) => Unavailable,
        (None, 409 | 417) => Refused(Reason::Other, MESSAGE),
        (None, _) => Bug,
    };
    let failure = judged(verdict, format!("{words} ({kind})"), answer.retry_after, effect);
    match (verdict, kind) {
        (Duplicate, _) => Trouble::Duplicate(failure),
        (_, "DoesNotExistError") if effect == Effect::Reads => Trouble::Missing(failure),
        _ => Trouble::Failed(failure),
    }
}

fn judged(verdict: Verdict, message: String, after: Option<Duration>, effect: Effect) -> Failure {
    match verdict {
        Refused(reason, fix) => Failure::refused(message, fix).because(reason),
        Busy => Failure::busy(message, after),
        Reauthenticate => Failure::reauthenticate(message),
        Throttled => Failure::throttled(message, after),
        Unavailable => Failure { class: Class::Retry { after }, message },
        Duplicate => {
            Failure::refused(message, "see in ERPNext which document has this key").because(Reason::Conflict)
        }
        Broken => cut(&message, true, effect),
        Bug => Failure::bug(message),
    }
}

/// A body without its tags.
fn plain_bytes(body: &[u8]) -> String {
    short(&plain(&String::from_utf8_lossy(body)))
}

fn plain(html: &str) -> String {
    let mut text = String::new();
    let mut in_tag = false;
    for c in html.chars() {
        match c {
            '<' => in_tag = true,
            '>' => in_tag = false,
            _ if in_tag => {}
            c => text.push(c),
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn short(text: &str) -> String {
    text.chars().take(MESSAGE_CHARS).collect()
}

#[cfg(test)]
mod tests;
