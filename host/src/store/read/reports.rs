//! Figures of reports.

use rust_decimal::Decimal;

use super::Columns;
use crate::model::ProviderId;
use crate::store::Error;
use crate::store::reports::{Amount, DIGITS, Figure, VisitCounts};

/// How often a day changed.
pub(in crate::store) fn changes(row: &impl Columns) -> Result<(i64, i64), Error> {
    Ok((row.integer("day")?, row.integer("changes")?))
}

/// How often a provider's day changed.
pub(in crate::store) fn changes_of(row: &impl Columns) -> Result<(i64, ProviderId, i64), Error> {
    Ok((row.integer("day")?, row.id("provider")?, row.integer("changes")?))
}

/// What became of a share's visits, and what they cost.
pub(in crate::store) fn visits(row: &impl Columns) -> Result<(usize, Figure), Error> {
    Ok((place(row)?, Figure { counts: counts(row)?, ..added_up(row, blank(row)?)? }))
}

/// The time that visits take.
pub(in crate::store) fn taken(row: &impl Columns) -> Result<(usize, Figure), Error> {
    Ok((place(row)?, Figure { minutes: row.count("minutes")?, ..blank(row)? }))
}

/// What was invoiced on a day, and by whom the visits are performed.
pub(in crate::store) fn invoiced(row: &impl Columns) -> Result<(String, ProviderId, Figure), Error> {
    Ok((row.text("day")?.to_owned(), row.id("provider")?, added_up(row, blank(row)?)?))
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

/// Which of the shares asked for it is.
fn place(row: &impl Columns) -> Result<usize, Error> {
    usize::try_from(row.integer("n")?).map_err(|error| Error::Corrupt("n", Box::new(error)))
}

/// A figure that says whose it is and nothing yet.
fn blank(row: &impl Columns) -> Result<Figure, Error> {
    let (branch, service) = (row.id("branch")?, row.id("service")?);
    Ok(Figure { branch, service, counts: VisitCounts::default(), minutes: 0, amount: None })
}

/// The same with its sum, put together from what stands before the point and what stands behind it.
fn added_up(row: &impl Columns, figure: Figure) -> Result<Figure, Error> {
    let inexact = || Error::Corrupt("amount", "it has too many digits".into());
    if row.count("priced")? == 0 {
        return Ok(figure);
    }
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
    Ok(Figure { amount: Some(Amount { currency, amount }), ..figure })
}
