//! The books: what is known of their connections, and what was found to differ.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use slotledger_erp::{Days, Key, Record as ErpRecord, SystemInfo};

use super::Columns;
use crate::model::reconcile::{BooksFinding, FindingAct, NewFinding, Run, Seen};
use crate::model::{Circuit, Imported, Known, MappedCode};
use crate::store::Error;
use crate::store::words::{from_json, from_word};

pub(in crate::store) fn known_connection(row: &impl Columns) -> Result<Known, Error> {
    let name = row.text("name")?.to_owned();
    let system = match row.optional_instant("checked_at")? {
        None => None,
        Some(at) => {
            let system = SystemInfo {
                product: row.text("product")?.to_owned(),
                version: row.text("version")?.to_owned(),
                company: row.text("company")?.to_owned(),
                currency: row.text("currency")?.to_owned(),
            };
            Some((system, at))
        }
    };
    let circuit = match row.optional_instant("since_at")? {
        None => None,
        Some(since) => Some(Circuit {
            connection: name.clone(),
            state: from_word("state", row.text("state")?)?,
            since,
            until: row.optional_instant("until_at")?,
            message: row.optional_text("message")?.map(str::to_owned),
        }),
    };
    Ok(Known { name, system, circuit })
}

pub(in crate::store) fn mapped_code(row: &impl Columns) -> Result<MappedCode, Error> {
    Ok(MappedCode {
        kind: from_word("kind", row.text("kind")?)?,
        code: row.text("code")?.to_owned(),
        theirs: row.optional_text("theirs")?.map(str::to_owned),
        note: row.text("note")?.to_owned(),
        by: row.text("actor")?.to_owned(),
        at: row.instant("mapped_at")?,
    })
}

pub(in crate::store) fn imported(row: &impl Columns) -> Result<Imported, Error> {
    let price = row.optional_text("price")?.map(str::parse::<Decimal>).transpose();
    Ok(Imported {
        kind: from_word("kind", row.text("kind")?)?,
        record: ErpRecord {
            code: row.text("code")?.to_owned(),
            name: row.text("name")?.to_owned(),
            unit: row.optional_text("unit")?.map(str::to_owned),
            stocked: row.flag("stocked")?,
            price: price.map_err(|error| Error::Corrupt("price", Box::new(error)))?,
            active: row.flag("active")?,
        },
        at: row.instant("found_at")?,
    })
}

pub(in crate::store) fn run(row: &impl Columns) -> Result<Run, Error> {
    let only = row
        .optional_text("only_key")?
        .map(|text| Key::parse(text).ok_or_else(|| Error::Corrupt("key", text.into())));
    let seen = Seen {
        compared: row.count("compared")?,
        listed: row.count("listed")?,
        by_hand: row.count("by_hand")?,
    };
    Ok(Run {
        id: row.integer("id")?,
        company: row.id("company")?,
        days: Days { from: day(row, "from_day")?, to: day(row, "to_day")? },
        only: only.transpose()?,
        nightly: row.flag("nightly")?,
        by: row.text("actor")?.to_owned(),
        asked_at: row.instant("asked_at")?,
        state: from_word("state", row.text("state")?)?,
        finished_at: row.optional_instant("finished_at")?,
        seen,
        message: row.optional_text("message")?.map(str::to_owned),
    })
}

fn day(row: &impl Columns, column: &'static str) -> Result<NaiveDate, Error> {
    row.text(column)?.parse().map_err(|error| Error::Corrupt(column, Box::new(error)))
}

pub(in crate::store) fn finding(row: &impl Columns) -> Result<BooksFinding, Error> {
    let found = NewFinding {
        company: row.id("company")?,
        connection: row.text("connection")?.to_owned(),
        kind: from_word("kind", row.text("kind")?)?,
        subject: row.text("subject")?.to_owned(),
        delivery: row.optional_integer("delivery")?,
        day: day(row, "day")?,
        words: row.text("words")?.to_owned(),
        details: from_json("finding", row.text("details")?)?,
    };
    Ok(BooksFinding {
        id: row.integer("id")?,
        found,
        state: from_word("state", row.text("state")?)?,
        found_at: row.instant("found_at")?,
        seen_at: row.instant("seen_at")?,
        closed_at: row.optional_instant("closed_at")?,
    })
}

pub(in crate::store) fn finding_act(row: &impl Columns) -> Result<FindingAct, Error> {
    Ok(FindingAct {
        number: row.count("number")?,
        at: row.instant("acted_at")?,
        by: row.text("actor")?.to_owned(),
        act: row.text("act")?.to_owned(),
        reason: row.text("reason")?.to_owned(),
    })
}
