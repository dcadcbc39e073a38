//! Deliveries, and what was tried and done about them.

use slotledger_erp::Key;

use super::Columns;
use crate::model::{Attempt, Delivery, Repair};
use crate::store::words::{from_json, from_word};
use crate::store::{Backlog, Error};

pub(in crate::store) fn delivery(row: &impl Columns) -> Result<Delivery, Error> {
    Ok(Delivery {
        id: row.integer("id")?,
        appointment: row.id("appointment")?,
        company: row.id("company")?,
        posting: from_json("posting", row.text("posting")?)?,
        after: from_json::<Vec<Key>>("posting", row.text("after_keys")?)?,
        state: from_word("state", row.text("state")?)?,
        attempts: row.count("attempts")?,
        next_attempt_at: row.instant("next_attempt_at")?,
        lease_owner: row.optional_text("lease_owner")?.map(str::to_owned),
        lease_until: row.optional_instant("lease_until_at")?,
        failure: row.optional_text("failure")?.map(|json| from_json("failure", json)).transpose()?,
        document: row.optional_text("document")?.map(|json| from_json("document", json)).transpose()?,
        created_at: row.instant("created_at")?,
        finished_at: row.optional_instant("finished_at")?,
        adopted: row.flag("adopted")?,
        repairs: row.count("repairs")?,
    })
}

pub(in crate::store) fn attempt(row: &impl Columns) -> Result<Attempt, Error> {
    let text = |column| Ok::<_, Error>(row.optional_text(column)?.map(str::to_owned));
    Ok(Attempt {
        number: row.count("number")?,
        started: row.instant("started_at")?,
        finished: row.instant("finished_at")?,
        class: text("class")?,
        reason: text("reason")?,
        message: text("message")?,
        adopted: row.flag("adopted")?,
    })
}

pub(in crate::store) fn repair(row: &impl Columns) -> Result<Repair, Error> {
    Ok(Repair {
        number: row.count("number")?,
        at: row.instant("acted_at")?,
        by: row.text("actor")?.to_owned(),
        act: from_word("act", row.text("act")?)?,
        reason: row.text("reason")?.to_owned(),
        details: from_json("act", row.text("details")?)?,
    })
}

pub(in crate::store) fn backlog(row: &impl Columns) -> Result<Backlog, Error> {
    Ok(Backlog {
        company: row.id("company")?,
        pending: row.count("pending")?,
        parked: row.count("parked")?,
        oldest: row.instant("oldest_at")?,
    })
}
