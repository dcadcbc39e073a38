//! What an answer, or the lack of one, means.
//!
//! Invariant: the class follows from the HTTP status and the name of the error, never from its message, which is for
//! people and may be in their language. The message only chooses the advice. A call that may have stored something is
//! never called safe to repeat unless Odoo is known to have rolled it back.
//!
//! Deliberately absent: retrying.

use std::time::Duration;

use serde::{Deserialize, de::IgnoredAny};
use serde_json::value::RawValue;
use slotledger_erp::{Class, Failure, Reason};

/// Whether a call may store something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It only reads.
    Reads,
    /// It may store something.
    Writes,
}

/// A complete HTTP answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Vec<u8>,
}

/// Error texts can carry lists of groups and of possible values.
const MESSAGE_CHARS: usize = 600;

const CREDENTIALS: &str = "Odoo did not accept the credentials";
const ADDRESS: &str = "check the address of the Odoo server and the name of its database";
const PAGE: &str =
    "check the address: a page for people answers there, perhaps a login, not Odoo's interface";
const MOVED: &str = "check the address: the server there sends its callers on to another one";
const FORBIDDEN: &str = "something before Odoo forbids the call: let the proxy pass the connector";
const APPS: &str = "install the apps Sales, Invoicing and Inventory in Odoo";

/// What an error's name says.
#[derive(Debug, Clone, Copy)]
enum Verdict {
    Reauthenticate,
    /// Refused, and advice is looked for in the message.
    Refused,
    RefusedBecause(Reason, &'static str),
    /// Rolled back because somebody else was at the same records.
    Busy,
    Throttled,
    /// The database was lost: perhaps before, perhaps after it stored something.
    Lost,
    Bug,
}

/// By the beginning of the name, the first that fits. An exception rolls the call back, so all others are bugs.
const VERDICTS: [(&str, Verdict); 21] = [
    ("odoo.exceptions.AccessDenied", Verdict::Reauthenticate),
    ("odoo.exceptions.AccessError", Verdict::RefusedBecause(Reason::Permission, PERMISSION)),
    ("odoo.exceptions.MissingError", Verdict::RefusedBecause(Reason::MissingDocument, MISSING)),
    ("odoo.exceptions.LockError", Verdict::Busy),
    ("odoo.exceptions.ConcurrencyError", Verdict::Busy),
    ("odoo.exceptions.UserError", Verdict::Refused),
    ("odoo.exceptions.ValidationError", Verdict::Refused),
    ("odoo.exceptions.RedirectWarning", Verdict::Refused),
    ("odoo.http.SessionExpiredException", Verdict::Reauthenticate),
    ("psycopg2.errors.SerializationFailure", Verdict::Busy),
    ("psycopg2.errors.DeadlockDetected", Verdict::Busy),
    ("psycopg2.errors.LockNotAvailable", Verdict::Busy),
    ("psycopg2.extensions.TransactionRollbackError", Verdict::Busy),
    ("psycopg2.OperationalError", Verdict::Lost),
    ("psycopg2.InterfaceError", Verdict::Lost),
    ("psycopg2.errors.AdminShutdown", Verdict::Lost),
    ("psycopg2.pool.PoolError", Verdict::Lost),
    ("werkzeug.exceptions.Unauthorized", Verdict::Reauthenticate),
    ("werkzeug.exceptions.Forbidden", Verdict::RefusedBecause(Reason::Permission, PERMISSION)),
    ("werkzeug.exceptions.NotFound", Verdict::RefusedBecause(Reason::Setup, APPS)),
    ("werkzeug.exceptions.TooManyRequests", Verdict::Throttled),
];

const PERMISSION: &str = "give the connector's user in Odoo one of the groups that its message names";
const MISSING: &str =
    "something the document refers to was deleted in Odoo: restore it there, or make it again";

/// The connection failed or was cut. `sent` says whether the request may have left.
pub(crate) fn cut(message: &str, sent: bool, effect: Effect) -> Failure {
    match (sent, effect) {
        (false, Effect::Reads | Effect::Writes) | (true, Effect::Reads) => Failure::retry(short(message)),
        (true, Effect::Writes) => Failure::ambiguous(short(message)),
    }
}

/// The result in an answer by JSON-2, where it is the whole body.
pub(crate) fn json2(answer: &Answer, effect: Effect) -> Result<Box<RawValue>, Failure> {
    match serde_json::from_slice::<Box<RawValue>>(&answer.body) {
        Ok(result) if answer.status == 200 => Ok(result),
        Ok(body) => match serde_json::from_str::<Fault>(body.get()) {
            Ok(fault) => Err(fault.failure(answer, effect)),
            Err(_) => Err(without_name(answer, effect)),
        },
        Err(_) => Err(without_name(answer, effect)),
    }
}

/// The result in an answer by JSON-RPC, whose HTTP status is 200 whatever happened.
pub(crate) fn rpc(answer: &Answer, effect: Effect) -> Result<Box<RawValue>, Failure> {
    let Ok(envelope) = serde_json::from_slice::<Envelope>(&answer.body) else {
        return Err(without_name(answer, effect));
    };
    if envelope.jsonrpc.is_none() {
        return Err(without_name(answer, effect));
    }
    match (envelope.error, envelope.result) {
        (Some(error), _) => match error.data {
            Some(fault) => Err(fault.failure(answer, effect)),
            None => Err(Failure::bug(short(&error.message))),
        },
        (None, Some(result)) => Ok(result),
        // A method that returns nothing.
        (None, None) => Ok(RawValue::NULL.to_owned()),
    }
}

#[derive(Deserialize)]
struct Envelope {
    jsonrpc: Option<IgnoredAny>,
    error: Option<RpcError>,
    result: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
struct RpcError {
    #[serde(default)]
    message: String,
    data: Option<Fault>,
}

#[derive(Deserialize)]
struct Fault {
    name: String,
    #[serde(default)]
    message: String,
}

impl Fault {
    fn failure(&self, answer: &Answer, effect: Effect) -> Failure {
        let message = match self.message.trim() {
            "" => short(&self.name),
            message => short(message),
        };
        let known = VERDICTS.iter().find(|(name, _)| self.name.starts_with(name));
        match known.map_or(Verdict::Bug, |(_, verdict)| *verdict) {
            Verdict::Reauthenticate => Failure::reauthenticate(format!("{CREDENTIALS}: {message}")),
            Verdict::Refused => {
                advised(message, Reason::Other, "correct in Odoo what its message says, then retry")
            }
            Verdict::RefusedBecause(reason, fix) => advised(message, reason, fix),
            Verdict::Busy => Failure::busy(message, None),
            Verdict::Throttled => Failure::throttled(message, answer.retry_after),
            Verdict::Lost if names_no_database(&message) => {
                Failure::refused(message, ADDRESS).because(Reason::Setup)
            }
            Verdict::Lost => cut(&message, true, effect),
            Verdict::Bug => Failure::bug(format!("Odoo failed: {}: {message}", self.name)),
        }
    }
}

/// PostgreSQL's words for a database that is not there, which Odoo 14 passes on.
fn names_no_database(message: &str) -> bool {
    message.contains("database \"") && message.contains("does not exist")
}

/// An answer that is no JSON, or names no error: something before Odoo, or Odoo before it knows its database.
fn without_name(answer: &Answer, effect: Effect) -> Failure {
    let message = short(&format!("HTTP {}: {}", answer.status, plain(&answer.body)));
    match (answer.status, effect) {
        (200..=299, _) => foreign(&message, PAGE, effect),
        (300..=399, _) => foreign(&message, MOVED, effect),
        (404, _) => foreign(&message, ADDRESS, effect),
        (403, Effect::Reads) => foreign(&message, FORBIDDEN, effect),
        // Where reading passes, it is this document that something takes offence at.
        (403, Effect::Writes) => Failure::refused(message, FORBIDDEN).because(Reason::Setup),
        (401 | 407, _) => Failure::reauthenticate(message),
        (408, _) => cut(&message, true, effect),
        (429, _) => Failure::throttled(message, answer.retry_after),
        (500..=599, _) => match cut(&message, true, effect) {
            Failure { class: Class::Retry { after: None }, message } => {
                Failure { class: Class::Retry { after: answer.retry_after }, message }
            }
            failure => failure,
        },
        (_, _) => Failure::bug(message),
    }
}

/// Something else answered in Odoo's place: a login page, another site. It holds for every document, so it is as if
/// Odoo were down; a call that may have stored something is looked up.
fn foreign(message: &str, fix: &str, effect: Effect) -> Failure {
    let Failure { class, message } = cut(message, true, effect);
    Failure { class, message: format!("{message}; {fix}") }
}

/// What `load` answers. Its errors are no errors of the call.
#[derive(Debug, Deserialize)]
pub(crate) struct Loaded {
    ids: LoadedIds,
    #[serde(default)]
    messages: Vec<LoadMessage>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum LoadedIds {
    Ids(Vec<i64>),
    None(#[allow(dead_code, reason = "only its shape matters")] bool),
}

#[derive(Debug, Deserialize)]
struct LoadMessage {
    #[serde(default)]
    message: String,
}

impl Loaded {
    /// The identifier of the one record that was loaded.
    pub(crate) fn id(self) -> Result<i64, Failure> {
        if let LoadedIds::Ids(ids) = &self.ids
            && let [id] = ids.as_slice()
        {
            return Ok(*id);
        }
        let said: Vec<&str> = self.messages.iter().map(|message| message.message.trim()).collect();
        let said = short(&said.join("; "));
        // These two have lost their names on the way here; both are PostgreSQL's.
        if said.contains("could not serialize") || said.contains("deadlock detected") {
            return Err(Failure::busy(said, None));
        }
        if said.is_empty() {
            return Err(Failure::bug("Odoo loaded nothing and did not say why"));
        }
        Err(advised(said, Reason::Other, "correct in Odoo what its message says, then retry"))
    }
}

/// What usually helps, by the words of Odoo's English messages, which the connector asks for.
const ADVICE: [(&str, Reason, &str); 15] = [
    (
        "unauthorized or invalid companies",
        Reason::WrongCompany,
        "give the connector's user in Odoo the company, or correct the company's name in the settings",
    ),
    // The names of these are lost where `load` tells of them.
    ("you are not allowed to", Reason::Permission, PERMISSION),
    ("you do not have enough rights", Reason::Permission, PERMISSION),
    ("top-secret records", Reason::Permission, PERMISSION),
    (
        "lock date",
        Reason::ClosedPeriod,
        "move the lock date in Odoo, or let an accountant post it on a later day",
    ),
    (
        "locked period",
        Reason::ClosedPeriod,
        "move the lock date in Odoo, or let an accountant post it on a later day",
    ),
    ("sequence", Reason::MissingSequence, "give the journal a valid number sequence in Odoo"),
    (
        "no journal could be found",
        Reason::MissingAccount,
        "create a journal of the type that its message names in Odoo",
    ),
    ("chart of accounts", Reason::MissingAccount, "set up the company's chart of accounts in Odoo"),
    ("payment method", Reason::MissingAccount, "add a payment method to the journal in Odoo"),
    (
        "outstanding account",
        Reason::MissingAccount,
        "give the journal's payment method an outstanding account in Odoo",
    ),
    ("no account", Reason::MissingAccount, "give the product's category an account in Odoo"),
    ("archived", Reason::DisabledItem, "restore the archived record in Odoo, or use another one"),
    ("e-mail address", Reason::Setup, "give the connector's user in Odoo an e-mail address"),
    ("email address", Reason::Setup, "give the connector's user in Odoo an e-mail address"),
];

fn advised(message: String, reason: Reason, fix: &str) -> Failure {
    let lower = message.to_lowercase();
    let known = ADVICE.iter().find(|(words, _, _)| lower.contains(words));
    let (reason, fix) = known.map_or((reason, fix), |(_, reason, fix)| (*reason, *fix));
    Failure::refused(message, fix).because(reason)
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
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn short(text: &str) -> String {
    text.chars().take(MESSAGE_CHARS).collect()
}

#[cfg(test)]
mod tests;
