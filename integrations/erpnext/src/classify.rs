//! What an answer, or the lack of one, means.
//!
//! Invariant: a request that may have stored something is never called safe to repeat unless ERPNext is known to have
//! rolled it back. An answer with an exception in JSON was rolled back; a page of HTML says nothing.
//!
//! The status says little: a wrong date is a 500 and permanent, a lock is a 500 and transient, a customer nobody knows
//! is a 404 or a 500. The exception's type decides, then its text.
//!
//! Deliberately absent: retrying.

use std::time::Duration;

use serde::Deserialize;
use slotledger_erp::{Class, Failure, Reason};

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

/// How an exception is to be taken.
#[derive(Debug, Clone, Copy)]
enum Verdict {
    Refused(Reason, &'static str),
    Busy,
    Reauthenticate,
    Throttled,
    Unavailable,
    Duplicate,
    /// The database failed, perhaps while it was committing.
    Broken,
    Bug,
}

use Verdict::{Broken, Bug, Busy, Duplicate, Reauthenticate, Refused, Throttled, Unavailable};

const CONNECT: &str = "run `slotledger connect erpnext --apply` with the key of a System Manager";
const REOPEN: &str = "reopen that period in ERPNext for this kind of document, then retry";
const ITEM: &str = "enable the item in ERPNext, or map the service to another one";
const RECEIVABLE: &str = "give the customer in ERPNext a receivable account in the document's currency";
const PERMIT: &str = "give the connector's user in ERPNext a role that may do this";
const BY_HAND: &str = "look at the document in ERPNext: something was changed there by hand";
const MESSAGE: &str = "correct in ERPNext what its message says, then retry";

/// By the exception's type and a piece of its text, the first that fits.
const VERDICTS: &[(&str, &str, Verdict)] = &[
    ("AuthenticationError", "", Reauthenticate),
    ("PermissionError", "Login to access", Reauthenticate),
    ("PermissionError", "", Refused(Reason::Permission, PERMIT)),
    ("TooManyRequestsError", "", Throttled),
    ("SessionStopped", "", Unavailable),
    ("QueryTimeoutError", "", Busy),
    ("QueryDeadlockError", "", Busy),
    ("DocumentLockedError", "", Busy),
    ("TimestampMismatchError", "", Busy),
    ("OperationalError", "(1205", Busy),
    ("OperationalError", "(1213", Busy),
    ("OperationalError", "(1292", Bug),
    ("OperationalError", "(1054", Bug),
    ("OperationalError", "", Broken),
    ("InterfaceError", "", Broken),
    ("UniqueValidationError", "", Duplicate),
    ("ClosedAccountingPeriod", "", Refused(Reason::ClosedPeriod, REOPEN)),
    (
        "StockFreezeError",
        "",
        Refused(Reason::ClosedPeriod, "move the freeze date in ERPNext's Stock Settings, then retry"),
    ),
    ("FiscalYearError", "", Refused(Reason::ClosedPeriod, "create a fiscal year for that date in ERPNext")),
    (
        "ValidationError",
        "entries before",
        Refused(Reason::ClosedPeriod, "move the freeze date in ERPNext's Accounts Settings, then retry"),
    ),
    (
        "ValidationError",
        "Books have been closed",
        Refused(Reason::ClosedPeriod, "cancel the Period Closing Voucher in ERPNext, or post on a later day"),
    ),
    (
        "ValidationError",
        "Fiscal Year",
        Refused(Reason::ClosedPeriod, "create a fiscal year for that date in ERPNext"),
    ),
    (
        "NegativeStockError",
        "",
        Refused(Reason::OutOfStock, "receive or count the stock in ERPNext, then retry"),
    ),
    ("PartyDisabled", "", Refused(Reason::DisabledParty, "enable the customer in ERPNext")),
    ("PartyFrozen", "", Refused(Reason::DisabledParty, "unfreeze the customer in ERPNext")),
    ("ValidationError", "Sales Person", Refused(Reason::DisabledParty, "enable the Sales Person in ERPNext")),
    ("ValidationError", "is disabled", Refused(Reason::DisabledItem, ITEM)),
    ("ValidationError", "end of life", Refused(Reason::DisabledItem, ITEM)),
    ("ValidationError", "not marked as sales item", Refused(Reason::DisabledItem, ITEM)),
    (
        "ValidationError",
        "is not a stock Item",
        Refused(
            Reason::UnknownItem,
            "create it in ERPNext as an item with \"Maintain Stock\", or correct its code here",
        ),
    ),
    (
        "ValidationError",
        "Group node warehouse",
        Refused(Reason::UnknownItem, "name a warehouse that is no group"),
    ),
    (
        "ValidationError",
        "Exchange Rate is mandatory",
        Refused(Reason::MissingRate, "record a Currency Exchange for that day or an earlier one in ERPNext"),
    ),
    ("InvalidAccountCurrency", "", Refused(Reason::MissingAccount, RECEIVABLE)),
    ("InvalidCurrency", "", Refused(Reason::MissingAccount, RECEIVABLE)),
    ("ValidationError", "Party Account", Refused(Reason::MissingAccount, RECEIVABLE)),
    ("ValidationError", "Account Currency must be", Refused(Reason::MissingAccount, RECEIVABLE)),
    (
        "ValidationError",
        "does not belong to company",
        Refused(Reason::MissingAccount, "correct the accounts of the tax template in ERPNext"),
    ),
    (
        "ValidationError",
        "frozen Account",
        Refused(
            Reason::MissingAccount,
            "unfreeze the account in ERPNext, or give the connector's user the modifier role",
        ),
    ),
    (
        "OverAllowanceError",
        "",
        Refused(Reason::Conflict, "see in ERPNext what else was invoiced from this order"),
    ),
    (
        "StockOverReturnError",
        "",
        Refused(Reason::Conflict, "see in ERPNext which credit notes the invoice has already"),
    ),
    ("LinkExistsError", "", Refused(Reason::Conflict, "cancel or credit in ERPNext what it is linked with")),
    (
        "ValidationError",
        "must be deleted before cancelling",
        Refused(Reason::Conflict, "delete that draft in ERPNext, or submit and credit it"),
    ),
    ("ValidationError", "Cannot edit cancelled", Refused(Reason::Conflict, BY_HAND)),
    ("ValidationError", "modified after you pulled", Busy),
    ("ValidationError", " is Closed", Refused(Reason::Conflict, "reopen the order in ERPNext")),
    ("ValidationError", " is On Hold", Refused(Reason::Conflict, "resume the order in ERPNext")),
    ("ValidationError", "is not submitted", Refused(Reason::Conflict, "submit the order in ERPNext")),
    ("ValidationError", "Closed order", Refused(Reason::Conflict, "reopen the order in ERPNext")),
    ("ValidationError", "has already been billed", Refused(Reason::Conflict, BY_HAND)),
    ("ValidationError", "billed amount is greater", Refused(Reason::Conflict, BY_HAND)),
    ("ValidationError", "Outstanding", Refused(Reason::Conflict, BY_HAND)),
    ("UpdateAfterSubmitError", "", Refused(Reason::Conflict, BY_HAND)),
    ("DocstatusTransitionError", "", Refused(Reason::Conflict, BY_HAND)),
    (
        "ValidationError",
        "Credit limit",
        Refused(Reason::Other, "raise the customer's credit limit in ERPNext, then retry"),
    ),
    (
        "UOMMustBeIntegerError",
        "",
        Refused(Reason::Other, "allow fractions in that unit of measure in ERPNext, or sell whole ones"),
    ),
    ("DataError", "slotledger_", Refused(Reason::Setup, CONNECT)),
    (
        "MandatoryError",
        "naming_series",
        Refused(Reason::MissingSequence, "set a naming series for this document type in ERPNext"),
    ),
    (
        "MandatoryError",
        "",
        Refused(Reason::Setup, "give the required field a default in ERPNext, or make it optional"),
    ),
    (
        "DuplicateEntryError",
        "",
        Refused(
            Reason::MissingSequence,
            "correct the counter of the naming series in ERPNext's Document Naming Settings",
        ),
    ),
    (
        "LinkValidationError",
        "Company:",
        Refused(Reason::WrongCompany, "correct the company's name in the settings"),
    ),
    (
        "LinkValidationError",
        "Warehouse",
        Refused(Reason::UnknownItem, "create the warehouse in ERPNext, or correct its name"),
    ),
    ("LinkValidationError", "Uom", Refused(Reason::UnknownItem, "use a unit of measure that ERPNext knows")),
    ("LinkValidationError", "UOM", Refused(Reason::UnknownItem, "use a unit of measure that ERPNext knows")),
    ("LinkValidationError", "Item", Refused(Reason::UnknownItem, ITEM)),
    ("LinkValidationError", "Currency", Refused(Reason::MissingRate, "enable the currency in ERPNext")),
    ("LinkValidationError", "Customer", Refused(Reason::UnknownParty, "create the customer in ERPNext")),
    ("LinkValidationError", "Sales Order", Refused(Reason::MissingDocument, BY_HAND)),
    ("LinkValidationError", "Reference", Refused(Reason::MissingDocument, BY_HAND)),
    ("LinkValidationError", "Return Against", Refused(Reason::MissingDocument, BY_HAND)),
    (
        "LinkValidationError",
        "",
        Refused(Reason::MissingAccount, "create in ERPNext what it names, or correct the settings"),
    ),
    ("DoesNotExistError", "Customer ", Refused(Reason::UnknownParty, "create the customer in ERPNext")),
    (
        "DoesNotExistError",
        "Item ",
        Refused(Reason::UnknownItem, "create the item in ERPNext, or map the service to another one"),
    ),
    (
        "DoesNotExistError",
        "DocType ",
        Refused(Reason::Setup, "install ERPNext on that site, or correct the address"),
    ),
    ("DoesNotExistError", "", Refused(Reason::MissingDocument, BY_HAND)),
    // An invoice for a customer nobody knows fails in this odd way.
    ("AttributeError", "payment_terms", Refused(Reason::UnknownParty, "create the customer in ERPNext")),
    ("InvalidEmailAddressError", "", Refused(Reason::UnknownParty, "correct the customer's e-mail address")),
];

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
        (200..=299, false) => Err(Trouble::Failed(Failure::bug(format!(
            "the answer is not ERPNext's: {}",
            plain_bytes(answer.body)
        )))),
        (_, true) => Err(exception(answer, effect)),
        (_, false) => Err(Trouble::Failed(page(answer, effect))),
    }
}

/// A page instead of an answer: of a proxy, of gunicorn, or of Frappe when it cannot even report an error.
fn page(answer: &Answer<'_>, effect: Effect) -> Failure {
    let message = format!("HTTP {}: {}", answer.status, plain_bytes(answer.body));
    let address = "check the address of the ERPNext site in the settings";
    match answer.status {
        300..=399 => Failure::refused(message, address).because(Reason::Setup),
        401 => Failure::reauthenticate(message),
        403 => Failure::refused(message, PERMIT).because(Reason::Permission),
        404 => Failure::refused(message, address).because(Reason::Setup),
        429 => Failure::throttled(message, answer.retry_after),
        503 => Failure { class: Class::Retry { after: answer.retry_after }, message },
        500..=599 => cut(&message, true, effect),
        _ => Failure::bug(message),
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
    let kind = said.exc_type.as_deref().unwrap_or_default();
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
#[path = "classify_tests.rs"]
mod tests;
