//! The company's documents, a page at a time.
//!
//! Invariant: pages follow the identifiers, which never change, so that each document comes once.

use std::collections::HashMap;

use rust_decimal::Decimal;
use serde_json::{Value, json};
use slotledger_erp::{Days, Failure, Kind, Listed, MAX_PAGE, Page, State};

use crate::{
    mapping::{self, Link, Move, Order, Payment, PaymentState, Picking, PickingState, key_in},
    steps::{Books, move_type},
};

pub(super) async fn page(
    books: &Books<'_>,
    kind: Kind,
    days: Days,
    after: Option<&str>,
) -> Result<Page<Listed>, Failure> {
    let after: i64 = match after {
        Some(after) => after.parse().map_err(|_| Failure::bug(format!("`{after}` is no page of ours")))?,
        None => 0,
    };
    match kind {
        Kind::SalesOrder => orders(books, days, after).await,
        Kind::SalesInvoice | Kind::CreditNote | Kind::Commission | Kind::CommissionReversal => {
            moves(books, kind, days, after).await
        }
        Kind::StockIssue | Kind::StockReturn => pickings(books, kind, days, after).await,
        Kind::Advance | Kind::AdvanceRefund => payments(books, kind, days, after).await,
        // They are changes of an order.
        Kind::OrderCancellation | Kind::OrderAmendment => Ok(Page { entries: Vec::new(), next: None }),
    }
}

/// The company's, of these days, after the last page.
fn domain(books: &Books<'_>, field: &str, days: Days, after: i64) -> Vec<Value> {
    vec![
        json!(["company_id", "=", books.session.company.id]),
        json!(["id", ">", after]),
        json!([field, ">=", days.from.to_string()]),
        json!([field, "<=", format!("{} 23:59:59", days.to)]),
    ]
}

/// A page of what was found; `last` is the last identifier on it.
fn paged(entries: Vec<Listed>, found: usize, last: Option<i64>) -> Page<Listed> {
    let next = last.filter(|_| found >= MAX_PAGE).map(|id| id.to_string());
    Page { entries, next }
}

async fn codes<'l>(
    books: &Books<'_>,
    partners: impl Iterator<Item = Option<&'l Link>>,
) -> Result<HashMap<i64, String>, Failure> {
    let mut ids: Vec<i64> = partners.flatten().map(|partner| partner.id).collect();
    ids.sort_unstable();
    ids.dedup();
    books.codes(ids).await
}

async fn orders(books: &Books<'_>, days: Days, after: i64) -> Result<Page<Listed>, Failure> {
    let domain = domain(books, "date_order", days, after);
    let found: Vec<Order> = books.list(Order::MODEL, json!(domain), Order::FIELDS, "id", MAX_PAGE).await?;
    let codes = codes(books, found.iter().map(|order| Some(&order.partner_id))).await?;
    let last = found.last().map(|order| order.id);
    let listed = |order: &Order| Listed {
        key: key_in(order.client_order_ref.as_deref()),
        reference: order.id.to_string(),
        number: order.name.clone(),
        state: order.state(),
        currency: order.currency_id.name.clone(),
        total: books.session.currencies.rounded(&order.currency_id, order.amount_total),
        date: order.date_order.unwrap_or(days.from),
        party: codes.get(&order.partner_id.id).cloned(),
    };
    Ok(paged(found.iter().map(listed).collect(), found.len(), last))
}

async fn moves(books: &Books<'_>, kind: Kind, days: Days, after: i64) -> Result<Page<Listed>, Failure> {
    let mut domain = vec![
        json!(["company_id", "=", books.session.company.id]),
        json!(["id", ">", after]),
        json!(["invoice_date", ">=", days.from.to_string()]),
        json!(["invoice_date", "<=", days.to.to_string()]),
        json!(["move_type", "=", move_type(kind)]),
    ];
    if matches!(kind, Kind::Commission | Kind::CommissionReversal) {
        // Not every vendor's bill is a commission.
        domain.push(json!(["invoice_line_ids.product_id.default_code", "=", books.settings.commission_item]));
    }
    let found: Vec<Move> = books.list(Move::MODEL, json!(domain), Move::FIELDS, "id", MAX_PAGE).await?;
    let codes = codes(books, found.iter().map(|record| record.partner_id.as_ref())).await?;
    let last = found.last().map(|record| record.id);
    let listed = |record: &Move| Listed {
        key: key_in(record.reference.as_deref()),
        reference: record.id.to_string(),
        number: record.number(),
        state: record.state(),
        currency: record.currency_id.name.clone(),
        total: books.session.currencies.rounded(&record.currency_id, record.amount_total),
        date: record.invoice_date.unwrap_or(days.from),
        party: record.partner_id.as_ref().and_then(|partner| codes.get(&partner.id).cloned()),
    };
    Ok(paged(found.iter().map(listed).collect(), found.len(), last))
}

async fn pickings(books: &Books<'_>, kind: Kind, days: Days, after: i64) -> Result<Page<Listed>, Failure> {
    let end = if kind == Kind::StockReturn { "location_id" } else { "location_dest_id" };
    let Some((_, consumed)) = books.operation().await? else {
        return Ok(Page { entries: Vec::new(), next: None });
    };
    let mut domain = domain(books, "date_done", days, after);
    domain.extend([json!([end, "=", consumed]), json!(["state", "=", "done"])]);
    let found: Vec<Picking> =
        books.list(Picking::MODEL, json!(domain), Picking::FIELDS, "id", MAX_PAGE).await?;
    let ids: Vec<i64> = found.iter().map(|picking| picking.id).collect();
    let costs = books.costs(&books.stock_moves(&ids).await?).await?;
    let currency = &books.session.company.currency;
    let last = found.last().map(|picking| picking.id);
    let listed = |picking: &Picking| Listed {
        key: key_in(picking.origin.as_deref()),
        reference: picking.id.to_string(),
        number: picking.name.clone(),
        state: match picking.state {
            PickingState::Done => State::Posted,
            PickingState::Cancel => State::Cancelled,
            PickingState::Draft
            | PickingState::Waiting
            | PickingState::Confirmed
            | PickingState::Assigned => State::Draft,
        },
        currency: currency.code.clone(),
        total: currency.rounded(costs.get(&picking.id).copied().unwrap_or(Decimal::ZERO).abs()),
        date: picking.date_done.unwrap_or(days.from),
        party: None,
    };
    Ok(paged(found.iter().map(listed).collect(), found.len(), last))
}

/// Only payments with one of our keys: those without are what customers pay for invoices.
async fn payments(books: &Books<'_>, kind: Kind, days: Days, after: i64) -> Result<Page<Listed>, Failure> {
    let memo = books.session.fields.payment_key;
    let direction = if kind == Kind::Advance { "inbound" } else { "outbound" };
    let mut domain = vec![
        json!(["company_id", "=", books.session.company.id]),
        json!(["id", ">", after]),
        json!(["date", ">=", days.from.to_string()]),
        json!(["date", "<=", days.to.to_string()]),
    ];
    domain.extend([
        json!(["payment_type", "=", direction]),
        json!(["partner_type", "=", "customer"]),
        json!([memo, "=like", "%/%/%"]),
    ]);
    let mut fields = Payment::FIELDS.to_vec();
    fields.push(memo);
    let found: Vec<Payment> = books.list(Payment::MODEL, json!(domain), &fields, "id", MAX_PAGE).await?;
    let codes = codes(books, found.iter().map(|payment| payment.partner_id.as_ref())).await?;
    let last = found.last().map(|payment| payment.id);
    let listed = |payment: &Payment| {
        let key = mapping::key_in(payment.memo.as_deref().and_then(|memo| memo.split(' ').next()))?;
        Some(Listed {
            key: Some(key),
            reference: payment.id.to_string(),
            number: payment.name.clone().unwrap_or_else(|| payment.id.to_string()),
            state: match payment.state {
                PaymentState::Draft => State::Draft,
                PaymentState::Posted | PaymentState::InProcess | PaymentState::Paid => State::Posted,
                PaymentState::Canceled | PaymentState::Rejected => State::Cancelled,
            },
            currency: payment.currency_id.name.clone(),
            total: books.session.currencies.rounded(&payment.currency_id, payment.amount),
            date: payment.date.unwrap_or(days.from),
            party: payment.partner_id.as_ref().and_then(|partner| codes.get(&partner.id).cloned()),
        })
    };
    Ok(paged(found.iter().filter_map(listed).collect(), found.len(), last))
}
