//! Invoices: of orders or of a fee, posted or left as a draft, with their advances.
//!
//! Invariant: a row that bills an order's row names it, because ERPNext checks nothing else against billing twice. An
//! order's row that is too small for what was delivered grows first.

use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::json;
use slotledger_erp::{
    Document, Earner, Failure, Finish, Invoice as Asked, Key, Kind, Line, OrderLine, Posted, Posting, Reason,
    State,
};

use super::{Books, Made, orders};
use crate::mapping::{
    self, Exact, Invoice, NewAdvanceRow, NewInvoice, Order, Payment, SaleRow, Tax, TeamShare,
};

/// An order's rows are made larger at most this often for one invoice.
const MAX_ROUNDS: usize = 3;
/// Places of a share in percent.
const SHARE_DIGITS: u32 = 3;
/// Places of a rate that makes a share come out at an agreed amount.
const RATE_DIGITS: u32 = 9;

pub(super) async fn find(books: &Books<'_>, key: &Key, kind: Kind) -> Result<Vec<Document>, Failure> {
    let found = books.by_key::<Invoice>(key).await?;
    let Some(invoice) = found.filter(|invoice| (invoice.is_return == 1) == (kind == Kind::CreditNote)) else {
        return Ok(Vec::new());
    };
    let party = books.code(&invoice.customer).await?;
    Ok(vec![mapping::invoice(&invoice, key, party)])
}

pub(super) async fn read_as(books: &Books<'_>, posting: &Posting, name: &str) -> Result<Document, Failure> {
    let invoice: Invoice = books.read(name).await?;
    Ok(mapping::invoice(&invoice, &posting.key, books.code(&invoice.customer).await?))
}

pub(super) async fn posted(books: &Books<'_>, made: Made<Invoice>, key: &Key) -> Result<Posted, Failure> {
    let party = books.code(&made.record.customer).await?;
    Ok(made.posted(|invoice| mapping::invoice(invoice, key, party)))
}

pub(super) async fn post(books: &Books<'_>, posting: &Posting, asked: &Asked) -> Result<Posted, Failure> {
    let made = match books.by_key::<Invoice>(&posting.key).await? {
        Some(invoice) => Made::adopted(invoice),
        None => create(books, posting, asked).await?,
    };
    let made = match made.record.state() {
        State::Draft => finish(books, asked, made).await?,
        State::Submitted | State::Posted | State::Closed => made,
        State::Cancelled => return Err(books.withdrawn(&made.record)),
    };
    posted(books, made, &posting.key).await
}

async fn create(books: &Books<'_>, posting: &Posting, asked: &Asked) -> Result<Made<Invoice>, Failure> {
    // Whatever it needs is looked for before anything is stored.
    for advance in &asked.advances {
        books.standing::<Payment>(advance).await?;
    }
    let billed = billed(books, asked).await?;
    let customer = match billed.first() {
        Some((_, order)) => order.customer.clone(),
        None => books.customer(&asked.customer, &asked.currency).await?,
    };
    let taxes: Vec<Tax> = match billed.first() {
        Some((_, order)) => order.taxes.clone(),
        None => books.taxes().await?,
    };
    let body = NewInvoice {
        // What has advances is a draft until its total is known.
        docstatus: u8::from(asked.finish == Finish::Posted && asked.advances.is_empty()),
        company: &books.company.name,
        customer: &customer,
        currency: &asked.currency,
        set_posting_time: 1,
        posting_date: posting.date,
        disable_rounded_total: 1,
        remarks: &posting.subject,
        items: rows(asked, &billed),
        taxes: mapping::tax_rows(&taxes),
        sales_team: team(books, asked, &billed).await?,
        advances: Vec::new(),
        discount: mapping::discount(&asked.lines),
        slotledger_key: posting.key.as_str(),
    };
    books.make(&posting.key, &body).await
}

#[derive(Serialize)]
struct Finished<'a> {
    modified: &'a str,
    docstatus: u8,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    advances: Vec<NewAdvanceRow>,
}

/// Gives a draft its advances, and posts it where it shall be posted.
async fn finish(books: &Books<'_>, asked: &Asked, made: Made<Invoice>) -> Result<Made<Invoice>, Failure> {
    let draft = &made.record;
    let advances = if draft.advances.is_empty() { advances(books, asked, draft).await? } else { Vec::new() };
    let docstatus = u8::from(asked.finish == Finish::Posted);
    if docstatus == 0 && advances.is_empty() {
        return Ok(made);
    }
    let body = Finished { modified: &draft.modified, docstatus, advances };
    Ok(Made::now(books.change(&draft.name, &body).await?))
}

/// The orders an invoice bills, large enough for it.
async fn billed(books: &Books<'_>, asked: &Asked) -> Result<Vec<(Key, Order)>, Failure> {
    let mut billed = Vec::new();
    for key in asked.orders() {
        let order: Order = books.standing(key).await?;
        if order.state() == State::Closed {
            let message = format!("the order {} is closed in ERPNext", order.name);
            return Err(Failure::refused(message, "reopen the order in ERPNext").because(Reason::Conflict));
        }
        billed.push((key.clone(), order));
    }
    for _ in 0..MAX_ROUNDS {
        if !grow(books, asked, &mut billed).await? {
            return Ok(billed);
        }
    }
    Err(Failure::bug("the order's rows in ERPNext stay smaller than what is billed from them"))
}

/// Makes rows larger that are too small for what was delivered. Answers whether there were any.
async fn grow(books: &Books<'_>, asked: &Asked, billed: &mut [(Key, Order)]) -> Result<bool, Failure> {
    let mut grew = false;
    for (key, order) in billed.iter_mut() {
        let mut rows = orders::rows_as_they_are(order);
        let mut changed = false;
        for (at, line) in mapping::sold(&asked.lines) {
            let Some(row) = row_of(asked, at, line, key, order) else { continue };
            if !orders::too_small(row, line, order)? {
                continue;
            }
            if let Some(wanted) =
                rows.iter_mut().find(|wanted| wanted.docname.as_deref() == Some(row.name.as_str()))
            {
                (wanted.qty, wanted.rate, changed) = (Exact(line.quantity), Exact(line.unit_price), true);
            }
        }
        if changed {
            *order = orders::change_rows(books, order, &rows).await?;
            grew = true;
        }
    }
    Ok(grew)
}

/// The row of this order that a line bills: the one it names, or the one at its own position.
fn row_of<'a>(
    asked: &Asked,
    at: usize,
    line: &Line,
    key: &Key,
    order: &'a Order,
) -> Option<&'a mapping::OrderRow> {
    let position = match &line.bills {
        Some(OrderLine { order: named, line }) => (named == key).then_some(*line)?,
        None if asked.order.as_ref() == Some(key) => u32::try_from(at).ok()?,
        None => return None,
    };
    // A row of another item would be refused: it was not ordered.
    order.row(position).filter(|row| row.item_code == line.item.code)
}

fn rows<'a>(asked: &'a Asked, billed: &[(Key, Order)]) -> Vec<SaleRow<'a>> {
    let mut rows = mapping::sale_rows(&asked.lines, None);
    for (row, (at, line)) in rows.iter_mut().zip(mapping::sold(&asked.lines)) {
        let found =
            billed.iter().find_map(|(key, order)| Some((order, row_of(asked, at, line, key, order)?)));
        if let Some((order, ordered)) = found {
            row.sales_order = Some(order.name.clone());
            row.so_detail = Some(ordered.name.clone());
        }
    }
    rows
}

/// Who earns with it: those named, or the team of its order.
async fn team(books: &Books<'_>, asked: &Asked, billed: &[(Key, Order)]) -> Result<Vec<TeamShare>, Failure> {
    if asked.earners.is_empty() {
        let rows = billed.first().map(|(_, order)| order.sales_team.as_slice()).unwrap_or_default();
        let share = |row: &mapping::TeamRow| {
            mapping::share(&row.sales_person, row.allocated_percentage.0, row.commission_rate.0)
        };
        return Ok(rows.iter().map(share).collect());
    }
    let mut earners = Vec::new();
    for earner in asked.earners.iter().filter(|earner| !earner.base.is_zero()) {
        // One who is not known leaves the team empty; the commission will say so.
        let Some(person) = books.sales_person(&earner.provider).await? else { return Ok(Vec::new()) };
        earners.push((person, earner));
    }
    let net: Decimal = asked.lines.iter().map(|line| mapping::money(line.quantity * line.unit_price)).sum();
    Ok(shares(&earners, net))
}

/// Shares that add up to a hundred. What earns nothing is in them too, at rates that are lower for it.
fn shares(earners: &[(String, &Earner)], net: Decimal) -> Vec<TeamShare> {
    let whole: Decimal = earners.iter().map(|(_, earner)| earner.base).sum();
    let mut left = Decimal::ONE_HUNDRED;
    let mut shares = Vec::new();
    for (at, (person, earner)) in earners.iter().enumerate() {
        let percent = match at + 1 == earners.len() {
            true => left,
            false => (earner.base / whole * Decimal::ONE_HUNDRED).round_dp(SHARE_DIGITS),
        };
        left -= percent;
        let allocated = mapping::money(net * percent / Decimal::ONE_HUNDRED);
        let owed = mapping::money(earner.base * earner.percent / Decimal::ONE_HUNDRED);
        let rate = match allocated == earner.base || allocated.is_zero() {
            true => earner.percent,
            false => (owed / allocated * Decimal::ONE_HUNDRED).round_dp(RATE_DIGITS),
        };
        shares.push(mapping::share(person, percent, rate));
    }
    shares
}

/// The rows that settle an invoice with its advances, as far as its total goes.
async fn advances(books: &Books<'_>, asked: &Asked, draft: &Invoice) -> Result<Vec<NewAdvanceRow>, Failure> {
    let mut left = draft.grand_total.0;
    let mut rows = Vec::new();
    for key in &asked.advances {
        let payment: Payment = books.standing(key).await?;
        let tied = payment.references.iter().filter(|row| row.reference_doctype == "Sales Order");
        let tied = tied.map(|row| (Some(row.name.clone()), row.allocated_amount.0));
        let free = (None, payment.unallocated_amount.0);
        for (reference_row, amount) in tied.chain([free]) {
            let take = amount.min(left);
            if take <= Decimal::ZERO {
                continue;
            }
            left -= take;
            rows.push(NewAdvanceRow {
                reference_type: "Payment Entry",
                reference_name: payment.name.clone(),
                reference_row,
                advance_amount: Exact(amount),
                allocated_amount: Exact(take),
            });
        }
    }
    Ok(rows)
}

/// The credit notes of an invoice that were submitted.
pub(super) async fn credits_of(books: &Books<'_>, invoice: &str) -> Result<Vec<Invoice>, Failure> {
    let filters = [("return_against", "=", json!(invoice)), ("docstatus", "=", json!(1))];
    let found: Vec<mapping::Named> =
        books.client.list("Sales Invoice", &filters, &["name"], super::FOUND).await?;
    let mut notes = Vec::new();
    for named in found {
        notes.extend(books.client.document("Sales Invoice", &named.name).await?);
    }
    Ok(notes)
}
