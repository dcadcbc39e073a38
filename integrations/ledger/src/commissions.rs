//! What a provider is owed, and what is taken back.

use slotledger_erp::{CommissionEarned, CommissionReversal, Kind, Posting, Reason};
use sqlx::SqliteConnection;

use crate::Error;
use crate::accounts::Account;
use crate::books::{Books, draft};
use crate::documents::Draft;
use crate::journal::Entry;
use crate::lines::percentage;
use crate::parties::{self, Role};
use crate::reading::{made_from, standing};

pub(crate) async fn earned<'a>(
    connection: &mut SqliteConnection,
    books: &Books,
    posting: &'a Posting,
    earned: &'a CommissionEarned,
) -> Result<Draft<'a>, Error> {
    books.demand_currency(&earned.currency)?;
    let invoice = standing(connection, Kind::SalesInvoice, &earned.invoice).await?;
    let amount = agreed(books, earned)?;
    Ok(Draft {
        party: Some(parties::know(connection, Role::Provider, &earned.provider).await?),
        source: Some(invoice.id),
        net: amount,
        entry: Entry::transfer(Account::CommissionExpense, Account::CommissionPayable, amount),
        ..draft(posting)?
    })
}

pub(crate) async fn reversal<'a>(
    connection: &mut SqliteConnection,
    posting: &'a Posting,
    reversal: &CommissionReversal,
) -> Result<Draft<'a>, Error> {
    let commission = standing(connection, Kind::Commission, &reversal.commission).await?;
    if let Some(number) = made_from(connection, Kind::CommissionReversal, commission.id).await? {
        return Err(Error::refused(
            Reason::Conflict,
            format!("{} was taken back by {number} already", commission.number),
            "Nothing is left to take back: leave this delivery parked.",
        ));
    }
    Ok(Draft {
        party: commission.named(),
        source: Some(commission.id),
        net: commission.net,
        entry: Entry::reversal(connection, commission.id).await?,
        ..draft(posting)?
    })
}

/// The amount asked for, once the books have reckoned it themselves.
fn agreed(books: &Books, earned: &CommissionEarned) -> Result<i64, Error> {
    let base = books.currency.coins("the base of a commission", earned.base)?;
    let amount = books.currency.coins("a commission", earned.amount)?;
    let reckoned = books.currency.percent(base, percentage("commission percent", earned.percent)?)?;
    if base >= 0 && amount == reckoned {
        return Ok(amount);
    }
    let reckoned = books.currency.amount(reckoned);
    Err(Error::refused(
        Reason::Conflict,
        format!("{} % of {} is {reckoned}, not {}", earned.percent, earned.base, earned.amount),
        "Correct the commission's base, percentage or amount.",
    ))
}
