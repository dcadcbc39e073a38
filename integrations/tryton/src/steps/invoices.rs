//! Invoices, of one order, of several, or of a fee.
//!
//! Invariant: an invoice has our key from its first moment, because Tryton locks its reference when it posts it. Each
//! of its lines that bills a line of a sale names that line as its origin, as Tryton's own invoices do: a line of a
//! sale is billed once, unless what billed it was credited.

use rust_decimal::Decimal;
use serde_json::json;
use slotledger_erp::{Document, Failure, Finish, Invoice as Asked, Key, Line, Posting, Reason, State};

use super::{
    Books, Round, credits,
    lookups::{Sort, Target},
    orders, settle, settlements,
};
use crate::mapping::{self, Bill, BillingLine, Invoice, InvoiceState, Record, Sale, SaleState};

pub(super) async fn find(books: &Books<'_>, key: &Key) -> Result<Vec<Document>, Failure> {
    let found = search(books, key).await?;
    Ok(found.iter().map(|invoice| mapping::invoice(invoice, key)).collect())
}

/// The invoice with this key, if there is one.
pub(super) async fn by_key(books: &Books<'_>, key: &Key) -> Result<Option<Invoice>, Failure> {
    let found = search(books, key).await?;
    books
        .only(key, found, |invoice: &Invoice| match invoice.state() {
            State::Draft => Sort::Draft(invoice.id),
            State::Submitted | State::Posted => Sort::Standing,
            State::Cancelled | State::Closed => Sort::Withdrawn,
        })
        .await
}

/// The invoices with this key that stand in the accounts: one, unless somebody made another by hand.
pub(super) async fn posted(books: &Books<'_>, key: &Key) -> Result<Vec<Invoice>, Failure> {
    let found = search(books, key).await?;
    Ok(found.into_iter().filter(|invoice| invoice.state() == State::Posted).collect())
}

pub(super) async fn by_id(books: &Books<'_>, id: i64) -> Result<Option<Invoice>, Failure> {
    let found: Vec<Invoice> =
        books.search(json!([["id", "=", id], ["company", "=", books.company.id]])).await?;
    Ok(found.into_iter().next())
}

/// The invoices known by a key. Tryton locks the reference of one that was posted: one that was set apart since keeps it, and
/// is known by the key that is noted on it.
async fn search(books: &Books<'_>, key: &Key) -> Result<Vec<Invoice>, Failure> {
    let company = json!(["company", "=", books.company.id]);
    let surplus = key.surplus_of().and_then(|(carried, id)| Some((carried, id.parse::<i64>().ok()?)));
    let domain = match &surplus {
        Some((carried, id)) => json!([["id", "=", id], ["reference", "=", carried], company]),
        None => json!([["reference", "=", key], ["type", "=", "out"], company]),
    };
    let found: Vec<Invoice> = books.search(domain).await?;
    let wanted = surplus.is_some().then_some(key);
    Ok(found.into_iter().filter(|invoice| mapping::apart(invoice).as_ref() == wanted).collect())
}

pub(super) async fn post(books: &Books<'_>, posting: &Posting, asked: &Asked) -> Result<Document, Failure> {
    settle(|| round(books, posting, asked)).await
}

/// What a round is decided from.
#[derive(Debug, PartialEq)]
pub(super) enum Stage {
    /// There is no invoice, and nothing in its way.
    Ready,
    /// It stands, and is not what was asked for yet: its state, and how much of it is still to be paid.
    Made(InvoiceState, Decimal, usize),
}

async fn round(books: &Books<'_>, posting: &Posting, asked: &Asked) -> Result<Round<Stage>, Failure> {
    if let Some(invoice) = by_key(books, &posting.key).await? {
        return finish(books, posting, asked, &invoice).await;
    }
    let mut sales = Vec::new();
    for order in asked.orders() {
        sales.push((order, settle(|| sale_round(books, order)).await?));
    }
    let families = settlements::families(books, asked).await?;
    settlements::fitting(books, asked, &families)?;
    Ok(Round::Tried(Stage::Ready, create(books, posting, asked, &sales).await))
}

/// Brings a sale one step nearer to where it can be billed.
async fn sale_round(books: &Books<'_>, order: &Key) -> Result<Round<(SaleState, bool), Sale>, Failure> {
    let sale = orders::existing(books, order).await?;
    let press = |button| books.button(Sale::MODEL, button, sale.id);
    let by_us = sale.invoice_method == "manual";
    let outcome = match sale.state {
        SaleState::Draft if by_us => press("quote").await,
        SaleState::Draft => books.write(Sale::MODEL, sale.id, json!({"invoice_method": "manual"})).await,
        SaleState::Quotation if by_us => press("confirm").await,
        SaleState::Quotation => press("draft").await,
        // Confirming processes as well, unless that failed or a queue does it later; only this call tells why.
        SaleState::Confirmed => press("process").await,
        SaleState::Processing | SaleState::Done if sale.is_closed() => return Err(closed(&sale)),
        SaleState::Processing | SaleState::Done => return Ok(Round::Done(sale)),
        SaleState::Cancelled => return Err(orders::withdrawn(order)),
    };
    Ok(Round::Tried((sale.state, by_us), outcome))
}

fn closed(sale: &Sale) -> Failure {
    let number = sale.number.clone().unwrap_or_default();
    Failure::refused(format!("sale {number} is closed"), "make a new order, or invoice it without one")
        .because(Reason::Conflict)
}

async fn create(
    books: &Books<'_>,
    posting: &Posting,
    asked: &Asked,
    sales: &[(&Key, Sale)],
) -> Result<(), Failure> {
    let buyer = books.buyer(Target::Invoice, &asked.customer, &asked.currency).await?;
    let mut lines = books.lines(Target::Invoice, &buyer, &asked.lines).await?;
    for (position, line) in lines.iter_mut().enumerate() {
        line.bills = billed(asked, sales, position)?;
    }
    let billed: Vec<i64> = lines.iter().filter_map(|line| line.bills.map(|(id, _)| id)).collect();
    refuse_twice(books, sales, &billed).await?;
    let agent = agent(books, asked, sales).await?;
    let date = books.invoice_day(posting.date).await?;
    let bill = Bill { buyer: &buyer, agent, date };
    books.create(Invoice::MODEL, mapping::invoice_values(posting, books.company.id, &bill, &lines)).await
}

/// The line of a sale that a line bills: the one it names, or the one in its place that sells the same.
fn billed(
    asked: &Asked,
    sales: &[(&Key, Sale)],
    position: usize,
) -> Result<Option<(i64, Option<i64>)>, Failure> {
    let Some(line) = asked.lines.get(position) else { return Ok(None) };
    let named = asked.lines.iter().any(|line| line.bills.is_some());
    let (order, number) = match (&line.bills, &asked.order) {
        (Some(bills), _) => (&bills.order, usize::try_from(bills.line).unwrap_or(usize::MAX)),
        (None, Some(order)) if !named => (order, position),
        (None, _) => return Ok(None),
    };
    let sale = sales.iter().find(|(key, _)| *key == order).map(|(_, sale)| sale);
    let found = sale.and_then(|sale| sale.sold_lines().nth(number));
    match found {
        Some(found) if line.bills.is_some() || sells(found.product.as_ref(), line) => {
            Ok(Some((found.id, found.unit)))
        }
        None if line.bills.is_some() => Err(Failure::refused(
            format!("the sale with the reference {order} has no line {}", number + 1),
            "correct the sale's lines in Tryton, or leave this delivery parked",
        )
        .because(Reason::Conflict)),
        Some(_) | None => Ok(None),
    }
}

fn sells(product: Option<&mapping::Coded>, line: &Line) -> bool {
    product.and_then(|product| product.code.as_deref()) == Some(line.item.code.as_str())
}

/// What billed a line before still does, unless it was cancelled or credited.
async fn refuse_twice(books: &Books<'_>, sales: &[(&Key, Sale)], billed: &[i64]) -> Result<(), Failure> {
    for (order, sale) in sales {
        let earlier: Vec<BillingLine> =
            books.parts(json!([["origin.sale.id", "=", sale.id, "sale.line"]])).await?;
        for line in earlier {
            let again = billed.iter().any(|id| line.origin == format!("sale.line,{id}"));
            let Some(invoice) = line.invoice.filter(|_| again) else { continue };
            if !credits::is_credited(books, invoice.id).await? {
                return Err(twice(books, order, invoice.id).await);
            }
        }
    }
    Ok(())
}

async fn twice(books: &Books<'_>, order: &Key, id: i64) -> Failure {
    let found = by_id(books, id).await.ok().flatten();
    let number = found.and_then(|invoice| invoice.number).unwrap_or_else(|| format!("draft {id}"));
    Failure::refused(
        format!("the sale with the reference {order} is billed by invoice {number} already"),
        format!("credit or delete invoice {number} in Tryton first, or leave this delivery parked"),
    )
    .because(Reason::Conflict)
}

/// Who earns a commission with all of the invoice, so that Tryton can reckon it by itself.
async fn agent(books: &Books<'_>, asked: &Asked, sales: &[(&Key, Sale)]) -> Result<Option<i64>, Failure> {
    let whole: Decimal = asked
        .lines
        .iter()
        .map(|line| mapping::rounded(line.quantity * line.unit_price, &books.company))
        .sum();
    match asked.earners.as_slice() {
        [] => {
            let mut agents = sales.iter().map(|(_, sale)| sale.agent);
            let first = agents.next().flatten();
            Ok(first.filter(|_| agents.all(|agent| agent == first)))
        }
        [only] if only.base == whole && !only.percent.is_zero() => {
            Ok(books.agent(&only.provider.code).await?.map(|agent| agent.id))
        }
        [_, ..] => Ok(None),
    }
}

/// Posts a draft that has our key, settles it with advances, or answers with the invoice that stands.
async fn finish(
    books: &Books<'_>,
    posting: &Posting,
    asked: &Asked,
    invoice: &Invoice,
) -> Result<Round<Stage>, Failure> {
    let stage = Stage::Made(invoice.state, invoice.amount_to_pay, invoice.payments.len());
    match (invoice.state(), asked.finish) {
        (State::Draft, Finish::Posted) => {
            Ok(Round::Tried(stage, books.button(Invoice::MODEL, "post", invoice.id).await))
        }
        (State::Submitted | State::Posted, _) => {
            match settlements::step(books, posting, asked, invoice).await? {
                Some(outcome) => Ok(Round::Tried(stage, outcome)),
                None => Ok(Round::Done(mapping::invoice(invoice, &posting.key))),
            }
        }
        (State::Draft, Finish::Draft) => Ok(Round::Done(mapping::invoice(invoice, &posting.key))),
        (State::Cancelled | State::Closed, _) => Err(Failure::refused(
            format!(
                "the invoice with the reference {} was cancelled in Tryton before it was posted",
                posting.key
            ),
            "recreate it from its sale in Tryton, or leave this delivery parked",
        )
        .because(Reason::Conflict)),
    }
}
