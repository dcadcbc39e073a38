//! What is written: the values of new records, and the half-filled records that Tryton completes.
//!
//! Invariant: a new record carries our key in its `reference` from its first moment.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use slotledger_erp::{CommissionEarned, Key, Line, Order, OrderAmendment, Party, Posting};

use super::{LineDefaults, PartyDefaults, date, decimal};

/// Whom a document is for, as Tryton knows it.
#[derive(Debug)]
pub(crate) struct Buyer {
    pub(crate) party: i64,
    pub(crate) currency: i64,
    pub(crate) defaults: PartyDefaults,
}

/// A line with what Tryton proposed for its product.
#[derive(Debug)]
pub(crate) struct SaleLine<'a> {
    pub(crate) line: &'a Line,
    pub(crate) product: i64,
    pub(crate) defaults: LineDefaults,
    /// The line of a sale that it bills, and the unit that line counts in.
    pub(crate) bills: Option<(i64, Option<i64>)>,
}

/// What an invoice says besides its lines.
#[derive(Debug)]
pub(crate) struct Bill<'a> {
    pub(crate) buyer: &'a Buyer,
    /// Who earns a commission with all of it.
    pub(crate) agent: Option<i64>,
    /// Its day, and the one that the payment term counts from; none lets Tryton take the day it is posted on.
    pub(crate) date: Option<(NaiveDate, NaiveDate)>,
}

/// One product that changes its place.
#[derive(Debug)]
pub(crate) struct Movement {
    pub(crate) product: i64,
    pub(crate) quantity: Decimal,
    pub(crate) unit: i64,
    /// The movement that it undoes.
    pub(crate) undoes: Option<i64>,
}

/// A customer Tryton does not know yet. The address may be empty, but a sale needs one.
pub(crate) fn party_values(party: &Party) -> Value {
    let address = match &party.address {
        Some(street) => json!({"street": street}),
        None => json!({}),
    };
    let mut contacts = Vec::new();
    for (kind, value) in [("email", &party.email), ("phone", &party.phone)] {
        if let Some(value) = value {
            contacts.push(json!({"type": kind, "value": value}));
        }
    }
    let mut values = json!({"code": party.code, "name": party.name, "addresses": [["create", [address]]]});
    if !contacts.is_empty() {
        values["contact_mechanisms"] = json!([["create", contacts]]);
    }
    values
}

/// A sale of which only the party is known.
pub(crate) fn sale_probe(company: i64, currency: i64, party: i64) -> Value {
    json!({"company": company, "currency": currency, "party": party})
}

/// A sale's line of which only the product is known.
pub(crate) fn sale_line_probe(
    company: i64,
    currency: i64,
    party: i64,
    product: i64,
    quantity: Decimal,
) -> Value {
    let sale = sale_probe(company, currency, party);
    json!({"type": "line", "product": product, "quantity": decimal(quantity), "sale": sale})
}

/// A customer's invoice of which only the party is known.
pub(crate) fn invoice_probe(company: i64, currency: i64, party: i64) -> Value {
    json!({"type": "out", "company": company, "currency": currency, "party": party})
}

/// An invoice's line of which only the product is known.
pub(crate) fn invoice_line_probe(
    company: i64,
    currency: i64,
    party: i64,
    product: i64,
    quantity: Decimal,
) -> Value {
    json!({
        "type": "line", "invoice_type": "out", "company": company, "currency": currency, "party": party,
        "product": product, "quantity": decimal(quantity), "invoice": invoice_probe(company, currency, party),
    })
}

/// A new sale. What is billed of it and when is decided here, so Tryton makes no invoices of it by itself.
pub(crate) fn sale_values(
    posting: &Posting,
    order: &Order,
    company: i64,
    buyer: &Buyer,
    agent: Option<i64>,
    lines: &[SaleLine<'_>],
) -> Value {
    json!({
        "company": company,
        "reference": posting.key,
        "description": description(&posting.subject, &order.provider, order.start, order.end),
        "party": buyer.party,
        "currency": buyer.currency,
        "invoice_address": buyer.defaults.invoice_address,
        "shipment_address": buyer.defaults.shipment_address,
        "payment_term": buyer.defaults.payment_term,
        "sale_date": date(posting.date),
        "shipping_date": date(order.start.date_naive()),
        "invoice_method": "manual",
        "agent": agent,
        "lines": [["create", lines.iter().map(line_values).collect::<Vec<_>>()]],
    })
}

/// What an amended sale has instead: all its lines, the first with the marks of what was done to it.
pub(crate) fn amended_values(
    posting: &Posting,
    amendment: &OrderAmendment,
    agent: Option<i64>,
    old: &[i64],
    lines: &[SaleLine<'_>],
    note: &str,
) -> Value {
    let mut lines: Vec<Value> = lines.iter().map(line_values).collect();
    if let Some(first) = lines.first_mut() {
        first["note"] = json!(note);
    }
    json!({
        "description": description(&posting.subject, &amendment.provider, amendment.start, amendment.end),
        "shipping_date": date(amendment.start.date_naive()),
        "agent": agent,
        "lines": [["delete", old], ["create", lines]],
    })
}

/// A new invoice.
pub(crate) fn invoice_values(
    posting: &Posting,
    company: i64,
    bill: &Bill<'_>,
    lines: &[SaleLine<'_>],
) -> Value {
    let defaults = &bill.buyer.defaults;
    json!({
        "company": company,
        "type": "out",
        "reference": posting.key,
        "description": posting.subject,
        "party": bill.buyer.party,
        "currency": bill.buyer.currency,
        "invoice_address": defaults.invoice_address,
        "payment_term": defaults.payment_term,
        "journal": defaults.journal,
        "account": defaults.account,
        "agent": bill.agent,
        "invoice_date": bill.date.map(|(day, _)| date(day)),
        "payment_term_date": bill.date.map(|(_, today)| date(today)),
        "lines": [["create", lines.iter().map(|line| invoice_line_values(line, bill.buyer)).collect::<Vec<_>>()]],
    })
}

/// A provider's share of an invoice that Tryton does not reckon by itself.
pub(crate) fn commission_values(
    posting: &Posting,
    earned: &CommissionEarned,
    (agent, product): (i64, i64),
    invoice_line: i64,
) -> Value {
    share(posting.date, (agent, product), invoice_line, earned.base, earned.amount)
}

/// A row of a commission; below zero it takes one back.
pub(crate) fn share(
    day: NaiveDate,
    (agent, product): (i64, i64),
    invoice_line: i64,
    base: Decimal,
    amount: Decimal,
) -> Value {
    json!({
        "origin": format!("account.invoice.line,{invoice_line}"),
        "agent": agent,
        "product": product,
        "base_amount": decimal(base),
        "amount": decimal(amount),
        "date": date(day),
    })
}

/// A new internal shipment.
pub(crate) fn shipment_values(
    posting: &Posting,
    company: i64,
    (from, to): (i64, i64),
    day: Option<NaiveDate>,
    movements: &[Movement],
) -> Value {
    let moves: Vec<Value> = movements
        .iter()
        .map(|movement| {
            json!({
                "company": company, "product": movement.product, "quantity": decimal(movement.quantity),
                "unit": movement.unit, "from_location": from, "to_location": to,
                "origin": movement.undoes.map(|id| format!("stock.move,{id}")),
            })
        })
        .collect();
    json!({
        "company": company, "reference": posting.key, "from_location": from, "to_location": to,
        "effective_date": day.map(date),
        "moves": [["create", moves]],
    })
}

/// The answers to the wizard that credits an invoice. With a refund it posts the credit note and settles the invoice
/// with it, which Tryton does only while nothing has been paid.
pub(crate) fn credit_start(refund: bool) -> Value {
    json!({"start": {"with_refund": refund, "with_agent": true, "invoice_date": null}})
}

/// The answers to a wizard that asks what to do about a sale's cancelled papers: nothing.
pub(crate) fn ignore(what: &str, ids: &[i64]) -> Value {
    let (domain, ignored, recreated) =
        (format!("domain_{what}"), format!("ignore_{what}"), format!("recreate_{what}"));
    json!({"ask": {domain: ids, ignored: ids, recreated: []}})
}

/// What the keys of one transition begin with.
pub(crate) fn transition_prefix(key: &Key) -> &str {
    let text = key.as_str();
    text.rfind('/').map_or(text, |slash| &text[..=slash])
}

fn line_values(line: &SaleLine<'_>) -> Value {
    json!({
        "type": "line",
        "product": line.product,
        "description": described(line.line),
        "quantity": decimal(line.line.quantity),
        "unit": line.defaults.unit,
        "unit_price": decimal(line.line.unit_price),
        "taxes": [["add", line.defaults.taxes()]],
    })
}

fn invoice_line_values(line: &SaleLine<'_>, buyer: &Buyer) -> Value {
    let mut values = line_values(line);
    // Its default is the company's, whatever the invoice is in.
    values["currency"] = json!(buyer.currency);
    values["account"] = json!(line.defaults.account);
    if let Some((billed, unit)) = line.bills {
        values["origin"] = json!(format!("sale.line,{billed}"));
        if unit.is_some() {
            values["unit"] = json!(unit);
        }
    }
    values
}

fn description(subject: &str, provider: &Party, start: DateTime<Utc>, end: DateTime<Utc>) -> String {
    let window = format!("{}–{} UTC", start.format("%Y-%m-%d %H:%M"), end.format("%H:%M"));
    format!("{subject}, {}, {window}", provider.name)
}

/// A list price is shown where people read it: Tryton's own field for it belongs to a module that may be missing.
fn described(line: &Line) -> String {
    match line.list_price {
        Some(list) if list != line.unit_price => format!("{} (list price {list})", line.description),
        Some(_) | None => line.description.clone(),
    }
}
