//! What every document of these books has in common: the currency, the tax, and the form of a posting.

use std::borrow::Cow;

use chrono::Datelike;
use serde::Serialize;
use slotledger_erp::{Posting, Reason, State};

use crate::Error;
use crate::amounts::Currency;
use crate::documents::{Draft, Paper};
use crate::journal::Entry;

/// Room for a document of the most lines with long descriptions.
const MAX_BODY_BYTES: usize = 1 << 20;

/// What the settings mean to a document.
#[derive(Debug, Clone)]
pub(crate) struct Books {
    pub(crate) company: String,
    pub(crate) currency: Currency,
    /// In millionths of a percent.
    pub(crate) tax_percent: i64,
}

impl Books {
    pub(crate) fn demand_currency(&self, asked: &str) -> Result<(), Error> {
        let kept = &self.currency.code;
        if kept == asked {
            return Ok(());
        }
        Err(Error::refused(
            Reason::Unsupported,
            format!("the books of {} are kept in {kept}, not in {asked}", self.company),
            format!("Price the service in {kept}."),
        ))
    }
}

/// A posted document without lines, without an entry and worth nothing, for the caller to complete.
pub(crate) fn draft(posting: &Posting) -> Result<Draft<'_>, Error> {
    if !(1000..=9999).contains(&posting.date.year()) {
        return Err(Error::refused(
            Reason::Unsupported,
            format!("{} is no date for a document", posting.date),
            "Correct the date.",
        ));
    }
    Ok(Draft {
        paper: Paper::Asked(posting.kind()),
        key: &posting.key,
        subject: Cow::Borrowed(&posting.subject),
        date: posting.date,
        state: State::Posted,
        party: None,
        source: None,
        net: 0,
        tax: 0,
        lines: Vec::new(),
        bills: Vec::new(),
        settlements: Vec::new(),
        entry: Entry::default(),
        body: json(&posting.body)?,
    })
}

/// What was asked for, as it is kept beside the document.
pub(crate) fn json(body: &impl Serialize) -> Result<String, Error> {
    let text = serde_json::to_string(body).map_err(|error| Error::Damaged(error.to_string()))?;
    if text.len() <= MAX_BODY_BYTES {
        return Ok(text);
    }
    Err(Error::refused(
        Reason::Unsupported,
        format!("the document is longer than {MAX_BODY_BYTES} bytes"),
        "Shorten its descriptions.",
    ))
}
