//! Countering an invoice that carries a key of ours and that nothing here asked for.
//!
//! Invariants: the credit note's key follows from the invoice's, so that there is one however often it is asked for. The
//! finding is closed before anything is sent, so that one person at a time sends it; whether it worked, the next look
//! sees in the books.
//!
//! Deliberately absent: a row of the outbox. What stands there belongs to an appointment, and the rules take it into
//! account; the appointment of such an invoice is another system's, or lost.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use slotledger_erp::{Administration, Body, Class, CreditNote, Failure, Key, Posting, State};
use tokio::time::timeout;

use super::{App, Error, Result};
use crate::app::{Voice, compare};
use crate::model::reconcile::{BooksFinding, NewFinding};
use crate::model::{Company, PostingDate};

/// What a connector may take for it, as for any other document.
const LONGEST_CALL: Duration = Duration::from_secs(45);

/// What the key of the credit note ends in.
const STEP: &str = "/counter";

impl App {
    /// Sends the credit note of a finding that was just closed for it. What the books refuse is found again at once.
    pub(super) async fn counter(&self, finding: &BooksFinding, voice: Voice<'_>) -> Result<()> {
        let invoice = key_of(finding)?;
        let company = self.get::<Company>(finding.found.company.0).await?.data;
        let reason = if voice.reason.is_empty() { "It was not asked for." } else { voice.reason };
        let posting = posting(&invoice, day(&company, self.ports.clock.now()), reason)?;
        let (_, link) = self.connection(finding.found.company).await?;
        match send(&*link.books, &posting).await {
            Ok(()) => Ok(()),
            Err(failure) => self.failed(finding, "was not countered", failure).await,
        }
    }

    /// Finds again at once what the books did not let a person put right.
    pub(super) async fn failed(&self, finding: &BooksFinding, how: &str, failure: Failure) -> Result<()> {
        // Whether it stands is not known: sending it again at once could make a second one.
        if !matches!(failure.class, Class::Ambiguous) {
            let words = format!("{}; it {how}: {}", finding.found.words, failure.message);
            let again = NewFinding { words, ..finding.found.clone() };
            self.ports.store.keep_finding(&again, self.ports.clock.now()).await?;
        }
        Err(Error::Books(failure))
    }
}

/// The invoice that a finding is about.
pub(super) fn key_of(finding: &BooksFinding) -> Result<Key> {
    let key = Key::parse(&finding.found.subject).filter(|key| counter_of(key).is_some());
    key.ok_or_else(|| Error::NotRepairable("its key cannot be used".to_owned()))
}

/// The invoice that a credit note with this key counters.
pub(super) fn invoice_of(key: &Key) -> Option<Key> {
    Key::parse(key.as_str().strip_suffix(STEP)?)
}

/// Whether an invoice was countered, and the credit note stands.
pub(super) async fn stands(books: &dyn Administration, invoice: &Key) -> Result<bool> {
    let Ok(posting) = posting(invoice, NaiveDate::default(), "") else { return Ok(false) };
    let found = books.find_by_key(&posting).await.map_err(Error::Books)?;
    Ok(found.iter().any(|note| matches!(note.state, State::Submitted | State::Posted)))
}

/// Has the books make a document, within the time that any may take.
pub(super) async fn send(books: &dyn Administration, posting: &Posting) -> std::result::Result<(), Failure> {
    compare(posting, &within(books.post(posting)).await?.document)
}

/// What a call answers within that time.
pub(super) async fn within<T>(
    call: impl Future<Output = std::result::Result<T, Failure>>,
) -> std::result::Result<T, Failure> {
    timeout(LONGEST_CALL, call)
        .await
        .unwrap_or_else(|_| Err(Failure::ambiguous(format!("no answer within {} s", LONGEST_CALL.as_secs()))))
}

fn posting(invoice: &Key, date: NaiveDate, reason: &str) -> Result<Posting> {
    let key = counter_of(invoice).ok_or_else(|| Error::NotRepairable("its key cannot be used".to_owned()))?;
    let body = Body::CreditNote(CreditNote { invoice: invoice.clone(), reason: reason.to_owned() });
    Ok(Posting { key, subject: format!("Counter {invoice}"), date, body })
}

pub(super) fn counter_of(invoice: &Key) -> Option<Key> {
    Key::parse(&format!("{invoice}{STEP}"))
}

/// Today by the company's clock, or the first day that its books are open for, by its setting.
pub(super) fn day(company: &Company, now: DateTime<Utc>) -> NaiveDate {
    let today = now.with_timezone(&company.time_zone).date_naive();
    let closed =
        company.books_closed_until.filter(|_| company.posting.posting_date == PostingDate::NextOpenDay);
    let open = closed.and_then(|day| day.succ_opt());
    open.map_or(today, |open| open.max(today))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_day_is_the_companys_and_an_open_one() {
        let company = |closed: Option<&str>, policy: &str| -> Company {
            serde_json::from_value(json!({
                "name": "A shop", "currency": "EUR", "time_zone": "Asia/Tokyo", "books_closed_until": closed,
                "posting": { "posting_date": policy },
            }))
            .expect("a company")
        };
        let now = "2027-01-14T15:00:00Z".parse().expect("a moment");
        let on = |company: &Company| day(company, now).to_string();
        assert_eq!(on(&company(None, "day_of_event")), "2027-01-15", "midnight in Tokyo");
        assert_eq!(on(&company(Some("2027-01-31"), "day_of_event")), "2027-01-15");
        assert_eq!(on(&company(Some("2027-01-31"), "next_open_day")), "2027-02-01");
        assert_eq!(on(&company(Some("2026-12-31"), "next_open_day")), "2027-01-15");
    }

    #[test]
    fn the_credit_note_is_known_by_its_key() {
        let invoice = Key::parse("a/1/invoice").expect("a key");
        let note = counter_of(&invoice).expect("it fits");
        assert_eq!(note.as_str(), "a/1/invoice/counter");
        assert_eq!(invoice_of(&note), Some(invoice.clone()));
        assert_eq!(invoice_of(&invoice), None);
        let long = Key::parse(&"k".repeat(Key::MAX_LEN)).expect("a key");
        assert_eq!(counter_of(&long), None);
    }
}
