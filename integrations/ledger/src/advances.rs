//! Deposits: money the company has and does not own yet.
//!
//! Invariant: what was settled and paid back of an advance is never more than was paid. The database refuses any other.

use rust_decimal::Decimal;
use slotledger_erp::{Advance, AdvanceRefund, Invoice, Kind, Posting, Reason};
use sqlx::SqliteConnection;

use crate::Error;
use crate::accounts::Account;
use crate::billing::demand_customer;
use crate::books::{Books, draft};
use crate::documents::Draft;
use crate::journal::Entry;
use crate::parties::{self, Role};
use crate::reading::{Filed, standing};

/// A part of an advance that pays a part of an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Settlement {
    pub(crate) advance: i64,
    pub(crate) amount: i64,
}

pub(crate) async fn advance<'a>(
    connection: &mut SqliteConnection,
    books: &Books,
    posting: &'a Posting,
    advance: &Advance,
) -> Result<Draft<'a>, Error> {
    books.demand_currency(&advance.currency)?;
    let source = match &advance.order {
        Some(key) => {
            let order = standing(connection, Kind::SalesOrder, key).await?;
            demand_customer(&order, "was ordered by", &advance.customer)?;
            Some(order.id)
        }
        None => None,
    };
    let amount = paid(books, "an advance", advance.amount)?;
    Ok(Draft {
        party: Some(parties::know(connection, Role::Customer, &advance.customer).await?),
        source,
        net: amount,
        entry: Entry::transfer(Account::Bank, Account::CustomerAdvances, amount),
        ..draft(posting)?
    })
}

pub(crate) async fn refund<'a>(
    connection: &mut SqliteConnection,
    books: &Books,
    posting: &'a Posting,
    refund: &AdvanceRefund,
) -> Result<Draft<'a>, Error> {
    let advance = standing(connection, Kind::Advance, &refund.advance).await?;
    let amount = paid(books, "a refund", refund.amount)?;
    let free = free(&advance);
    if amount > free {
        let free = books.currency.amount(free);
        return Err(Error::refused(
            Reason::Conflict,
            format!("{free} is left of {}, and {} should be paid back", advance.number, refund.amount),
            "Pay back what is left, or credit the invoice that it was settled with.",
        ));
    }
    Ok(Draft {
        party: advance.named(),
        source: Some(advance.id),
        net: amount,
        entry: Entry::transfer(Account::CustomerAdvances, Account::Bank, amount),
        ..draft(posting)?
    })
}

/// Shares out what is free of the invoice's advances, in the order they are named, as far as its total goes.
pub(crate) async fn allot(
    connection: &mut SqliteConnection,
    invoice: &Invoice,
    total: i64,
) -> Result<Vec<Settlement>, Error> {
    let mut owed = total;
    let mut settlements: Vec<Settlement> = Vec::new();
    for key in &invoice.advances {
        let advance = standing(connection, Kind::Advance, key).await?;
        demand_customer(&advance, "was paid by", &invoice.customer)?;
        let amount = free(&advance).min(owed);
        if amount > 0 && settlements.iter().all(|settled| settled.advance != advance.id) {
            settlements.push(Settlement { advance: advance.id, amount });
            owed -= amount;
        }
    }
    Ok(settlements)
}

fn free(advance: &Filed) -> i64 {
    advance.net - advance.settled.unwrap_or_default()
}

fn paid(books: &Books, what: &str, amount: Decimal) -> Result<i64, Error> {
    let coins = books.currency.coins(what, amount)?;
    if coins > 0 {
        return Ok(coins);
    }
    Err(Error::refused(Reason::Other, format!("{what} of {amount} is not positive"), "Correct the amount."))
}
