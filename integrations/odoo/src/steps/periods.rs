//! Days up to which Odoo's books are closed.
//!
//! Invariant: a document is refused before it is made when its day is closed. Odoo itself would post it on a later day
//! without a word.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::json;
use slotledger_erp::{Failure, Reason};

use super::Books;
use crate::{
    classify::Effect,
    client::{Call, read},
    mapping::lenient_date,
};

/// Whose documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Sales,
    Purchases,
}

#[derive(Deserialize)]
struct Lock(#[serde(deserialize_with = "lenient_date")] Option<NaiveDate>);

impl Books<'_> {
    /// The last closed day, if there is one.
    pub(crate) async fn closed_until(&self, side: Side) -> Result<Option<NaiveDate>, Failure> {
        let fields = match side {
            Side::Sales => self.session.fields.locks.sales,
            Side::Purchases => self.session.fields.locks.purchases,
        };
        let call = Call::on("res.company", "read", &[self.session.company.id]).with("fields", json!(fields));
        let answered = self.call(call, &[], Effect::Reads).await?;
        let companies: Vec<HashMap<String, serde_json::Value>> = read(&answered)?;
        let company = companies.into_iter().next().unwrap_or_default();
        let locks = fields.iter().filter_map(|field| company.get(*field).cloned());
        let days = locks.map(|lock| serde_json::from_value::<Lock>(lock).map(|lock| lock.0));
        let days: Result<Vec<_>, _> = days.collect();
        let days = days.map_err(|error| Failure::bug(format!("Odoo has a strange lock date: {error}")))?;
        // Odoo 19 writes the first day of all for none.
        Ok(days
            .into_iter()
            .flatten()
            .max()
            .filter(|day| *day > NaiveDate::from_ymd_opt(1, 1, 1).unwrap_or_default()))
    }

    /// Refuses a day that is closed.
    pub(super) async fn open(&self, date: NaiveDate, side: Side) -> Result<(), Failure> {
        match self.closed_until(side).await? {
            Some(closed) if date <= closed => Err(Failure::refused(
                format!("Odoo's books are closed until {closed}, and the document is of {date}"),
                format!("move the lock date in Odoo to before {date}, or let the company post on the next open day"),
            )
            .because(Reason::ClosedPeriod)),
            Some(_) | None => Ok(()),
        }
    }
}
