//! Until when the books are closed. What has an effect on accounts or stock must lie later.

use chrono::NaiveDate;
use slotledger_erp::Reason;
use sqlx::SqliteConnection;

use crate::{Error, reading};

pub(crate) async fn closed_until(connection: &mut SqliteConnection) -> Result<Option<NaiveDate>, Error> {
    let query = sqlx::query_scalar("SELECT until FROM closings ORDER BY id DESC LIMIT 1");
    let until: Option<Option<String>> = query.fetch_optional(connection).await?;
    until.flatten().as_deref().map(reading::date).transpose()
}

pub(crate) async fn close(connection: &mut SqliteConnection, until: Option<NaiveDate>) -> Result<(), Error> {
    let insert = sqlx::query("INSERT INTO closings (until) VALUES (?)");
    insert.bind(until.map(|day| day.to_string())).execute(connection).await?;
    Ok(())
}

pub(crate) async fn demand_open(connection: &mut SqliteConnection, date: NaiveDate) -> Result<(), Error> {
    match closed_until(connection).await? {
        Some(until) if date <= until => Err(Error::refused(
            Reason::ClosedPeriod,
            format!("the books are closed until {until}, and this belongs to {date}"),
            "Reopen the period, or post to a later day.",
        )),
        Some(_) | None => Ok(()),
    }
}
