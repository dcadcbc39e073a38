//! Figures of reports.

use rust_decimal::Decimal;

use super::Columns;
use crate::model::ProviderId;
use crate::store::Error;
use crate::store::reports::{By, DIGITS, VisitCounts, WeekAmount};

/// How many visits, and by what they are counted.
pub(in crate::store) fn visit_counts(row: &impl Columns) -> Result<(By, VisitCounts), Error> {
    let by = match row.text("facet")? {
        "week" => By::Week(row.count("week")?),
        "branch" => By::Branch(row.id("about")?),
        "provider" => By::Provider(row.id("about")?),
        "service" => By::Service(row.id("about")?),
        other => return Err(Error::Corrupt("facet", other.into())),
    };
    Ok((by, counts(row)?))
}

/// How many visits.
pub(in crate::store) fn counts(row: &impl Columns) -> Result<VisitCounts, Error> {
    Ok(VisitCounts {
        completed: row.count("completed")?,
        cancelled: row.count("cancelled")?,
        cancelled_late: row.count("cancelled_late")?,
        no_shows: row.count("no_shows")?,
        rescheduled: row.count("rescheduled")?,
        standing: row.count("standing")?,
    })
}

/// A sum, put together from what stands before the point and what stands behind it.
pub(in crate::store) fn week_amount(row: &impl Columns) -> Result<WeekAmount, Error> {
    let inexact = || Error::Corrupt("amount", "it has too many digits".into());
    let digits = row.count("digits")?;
    if digits > DIGITS {
        return Err(inexact());
    }
    let whole = Decimal::from(row.integer("whole")?);
    let fraction = Decimal::from(row.integer("fraction")?);
    let one = Decimal::from(10_u64.pow(DIGITS));
    let mut amount = whole.checked_add(fraction / one).ok_or_else(inexact)?;
    amount.rescale(digits);
    let currency = row.text("currency")?.to_owned();
    Ok(WeekAmount { week: row.count("week")?, currency, amount })
}

/// Minutes taken from a provider.
pub(in crate::store) fn taken_minutes(row: &impl Columns) -> Result<(ProviderId, u32), Error> {
    Ok((row.id("provider")?, row.count("minutes")?))
}
