//! What is written: the values of new records, and the half-filled records that Tryton completes.
//!
//! Invariant: a new record carries our key in its `reference` from its first moment.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use slotledger_erp::{Key, Line, Order, Party, Posting};

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
}

/// One product that changes its place.
#[derive(Debug)]
pub(crate) struct Movement {
    pub(crate) product: i64,
    pub(crate) quantity: Decimal,
    pub(crate) unit: i64,
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

/// A new sale.
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
        "description": description(&posting.subject, order),
        "party": buyer.party,
        "currency": buyer.currency,
        "invoice_address": buyer.defaults.invoice_address,
        "shipment_address": buyer.defaults.shipment_address,
        "payment_term": buyer.defaults.payment_term,
        "shipping_date": date(posting.date),
        // An invoice of delivered goods only would leave the services out.
        "invoice_method": "order",
        "agent": agent,
        "lines": [["create", lines.iter().map(line_values).collect::<Vec<_>>()]],
    })
}

/// The lines a sale has instead of `old`.
pub(crate) fn sale_lines(old: &[i64], lines: &[SaleLine<'_>]) -> Value {
    json!({"lines": [["delete", old], ["create", lines.iter().map(line_values).collect::<Vec<_>>()]]})
}

/// A new invoice that has no sale.
pub(crate) fn fee_values(posting: &Posting, company: i64, buyer: &Buyer, lines: &[SaleLine<'_>]) -> Value {
    json!({
        "company": company,
        "type": "out",
        "reference": posting.key,
        "description": posting.subject,
        "party": buyer.party,
        "currency": buyer.currency,
        "invoice_address": buyer.defaults.invoice_address,
        "payment_term": buyer.defaults.payment_term,
        "journal": buyer.defaults.journal,
        "account": buyer.defaults.account,
        "lines": [["create", lines.iter().map(invoice_line_values).collect::<Vec<_>>()]],
    })
}

/// A new internal shipment.
pub(crate) fn shipment_values(
    posting: &Posting,
    company: i64,
    from: i64,
    to: i64,
    movements: &[Movement],
) -> Value {
    let moves: Vec<Value> = movements
        .iter()
        .map(|movement| {
            json!({
                "company": company, "product": movement.product, "quantity": decimal(movement.quantity),
                "unit": movement.unit, "from_location": from, "to_location": to,
            })
        })
        .collect();
    json!({
        "company": company, "reference": posting.key, "from_location": from, "to_location": to,
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
        "description": line.line.description,
        "quantity": decimal(line.line.quantity),
        "unit": line.defaults.unit,
        "unit_price": decimal(line.line.unit_price),
        "taxes": [["add", line.defaults.taxes()]],
    })
}

fn invoice_line_values(line: &SaleLine<'_>) -> Value {
    let mut values = line_values(line);
    values["account"] = json!(line.defaults.account);
    values
}

fn description(subject: &str, order: &Order) -> String {
    let window = format!("{}–{} UTC", order.start.format("%Y-%m-%d %H:%M"), order.end.format("%H:%M"));
    format!("{subject}, {}, {window}", order.provider.name)
}
