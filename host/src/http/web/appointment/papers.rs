//! What an appointment asked the books for, and what became of it: what stands, and what was taken back by what.

use slotledger_erp::Posting;

use crate::http::web::{books, words};
use crate::model::{Delivery, DeliveryState};

/// A document as the page shows it.
pub(super) struct Paper {
    /// Its own page, for whoever may see the books.
    pub(super) path: Option<String>,
    pub(super) kind: &'static str,
    pub(super) number: String,
    pub(super) amount: String,
    pub(super) state: &'static str,
    pub(super) tone: &'static str,
    /// What it takes back, or what took it back.
    pub(super) note: String,
    pub(super) message: String,
    pub(super) fix: String,
}

/// The documents. Whoever may not see the books is told how they stand, and nothing of what is in them.
pub(super) fn papers(deliveries: &[Delivery], sees_books: bool) -> Vec<Paper> {
    deliveries.iter().map(|delivery| paper(delivery, deliveries, sees_books)).collect()
}

/// The document that takes another one back, unless somebody decided to do without it.
pub(super) fn counter<'d>(of: &Posting, all: &'d [Delivery]) -> Option<&'d Delivery> {
    let counters = |one: &&Delivery| one.posting.body.undoes() == Some(&of.key);
    all.iter().filter(|one| one.state != DeliveryState::Skipped).find(counters)
}

fn paper(delivery: &Delivery, all: &[Delivery], sees_books: bool) -> Paper {
    let failure = delivery.failure.as_ref().filter(|_| sees_books && delivery.document.is_none());
    let document = delivery.document.as_ref().filter(|_| sees_books);
    let counter = counter(&delivery.posting, all);
    let is_back = counter.is_some_and(|by| by.state == DeliveryState::Done);
    let note = match (counter, undone(&delivery.posting, all)) {
        (Some(by), _) if is_back => format!("By {}", named(by, sees_books)),
        (Some(by), _) => format!("To be taken back by {}", named(by, sees_books)),
        (None, Some(of)) => format!("Takes back {}", named(of, sees_books)),
        (None, None) => String::new(),
    };
    Paper {
        path: sees_books.then(|| format!("/books/{}", delivery.id)),
        kind: words::kind(delivery.posting.kind()),
        number: document.map(|document| document.number.clone()).unwrap_or_default(),
        amount: document
            .map(|document| format!("{} {}", document.total, document.currency))
            .unwrap_or_default(),
        state: if is_back { "Taken back" } else { words::delivery(delivery.state) },
        tone: if is_back { "cancelled" } else { delivery.state.as_str() },
        note,
        message: failure.map(|failure| failure.message.clone()).unwrap_or_default(),
        fix: failure.and_then(books::fix).unwrap_or_default(),
    }
}

fn undone<'d>(posting: &Posting, all: &'d [Delivery]) -> Option<&'d Delivery> {
    let key = posting.body.undoes()?;
    all.iter().find(|one| one.posting.key == *key)
}

/// A document in a sentence: its kind, and its number once it has one.
fn named(delivery: &Delivery, sees_books: bool) -> String {
    let kind = words::kind(delivery.posting.kind()).to_lowercase();
    match delivery.document.as_ref().filter(|_| sees_books) {
        Some(document) => format!("{kind} {}", document.number),
        None => format!("the {kind}"),
    }
}
