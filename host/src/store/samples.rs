//! Companies that were made to try things out, and their end.
//!
//! Invariants: a company is marked in the transaction that makes it, or never. Only one that is marked is removed, and only
//! whole: everything of it goes in one transaction, or nothing. The schema refuses anything else.
//!
//! Deliberately absent: accounts, API keys and answers to repeated requests, which belong to no company.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;

use super::{Error, Record};
use crate::model::CompanyId;

/// A sample company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// It.
    pub company: CompanyId,
    /// What it is called.
    pub name: String,
    /// Who made it.
    pub by: String,
    /// When.
    pub made_at: DateTime<Utc>,
}

/// What came of removing a company.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaving {
    /// Nothing of it is left.
    Gone,
    /// It was not made as a sample, or does not exist. Nothing was changed.
    NoSample,
    /// A document of it is being sent. Nothing was changed.
    InHand,
    /// Its books were not emptied. Nothing was changed here.
    Kept,
}

/// Sample companies.
#[async_trait]
pub trait Samples: Send + Sync + 'static {
    /// Adds a company and marks it, in one transaction. Fails with [`Error::Exists`] if the identifier is taken.
    async fn insert_sample(&self, company: &Record, by: &str) -> Result<(), Error>;

    /// All there are, the oldest first.
    async fn samples(&self) -> Result<Vec<Sample>, Error>;

    /// Removes a company with everything in it. When all of it is gone, and before that is made to last, `emptied` is waited
    /// for, which says whether the books were emptied: a host that dies in between leaves a company that can be removed
    /// again, and never documents without a company.
    async fn remove_sample(&self, company: CompanyId, emptied: BoxFuture<'_, bool>)
    -> Result<Leaving, Error>;
}

/// What goes with a company, each after whatever refers to it: a table, and what its rows are found by. `?` is the company.
pub(super) const TABLES: [(&str, &str); 25] = [
    ("finding_act", "finding IN (SELECT id FROM finding WHERE company = ?)"),
    ("finding", OWN),
    ("reconcile_run", OWN),
    ("extension_answer", OWN),
    ("decision", OWN),
    ("extension_change", OWN),
    ("signature", OF_APPOINTMENT),
    ("visit_note", OF_APPOINTMENT),
    (
        "visit_picture",
        "photo IN (SELECT id FROM visit_photo WHERE appointment IN (SELECT id FROM appointment WHERE company = ?))",
    ),
    ("visit_photo", OF_APPOINTMENT),
    ("repair_act", OF_DELIVERY),
    ("delivery_attempt", OF_DELIVERY),
    ("delivery", OWN),
    ("waitlist", OWN),
    ("unit_claim", OF_APPOINTMENT),
    ("claim", OF_APPOINTMENT),
    ("freed", OWN),
    ("event", OF_APPOINTMENT),
    ("appointment_gram", OWN),
    ("report_change", OWN),
    ("appointment", OWN),
    ("booking", OWN),
    ("series", OWN),
    ("busy", "resource IN (SELECT id FROM record WHERE company = ?)"),
    ("record", OWN),
];

const OWN: &str = "company = ?";
const OF_APPOINTMENT: &str = "appointment IN (SELECT id FROM appointment WHERE company = ?)";
const OF_DELIVERY: &str = "delivery IN (SELECT id FROM delivery WHERE company = ?)";
