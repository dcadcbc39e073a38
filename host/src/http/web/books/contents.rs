//! What a document says: its amounts, its day, its party and its lines, as far as the books' answer or what was asked of them
//! has them.
//!
//! Invariant: nothing is reckoned here but what the comparison with the books reckons too.

use rust_decimal::Decimal;
use slotledger_erp::{Body, Line, Party};

use crate::app;
use crate::model::Delivery;

/// A document in full.
pub(super) struct Contents {
    pub(super) facts: Vec<(&'static str, String)>,
    /// What its lines are called in the table's head, and the lines.
    pub(super) head: &'static [&'static str],
    /// Whether the lines have prices; else only the first of their cells is a number.
    pub(super) is_priced: bool,
    pub(super) rows: Vec<Row>,
}

/// A line: its description, and what else there is of it.
pub(super) struct Row {
    pub(super) about: String,
    pub(super) cells: Vec<String>,
}

const SOLD: &[&str] = &["Line", "Quantity", "Price of one", "Net amount"];
const MOVED: &[&str] = &["Material", "Quantity", "Unit", "Warehouse"];

/// What a delivery's document says.
pub(super) fn contents(delivery: &Delivery, customer: String) -> Contents {
    let body = &delivery.posting.body;
    let mut facts = vec![("Customer", customer)];
    facts.extend(provider(body).map(|party| ("Provider", party.name.clone())));
    facts.extend(stands(delivery));
    facts.extend(reason(body).map(|text| ("Reason", text.to_owned())));
    facts.retain(|(_, text)| !text.is_empty());
    match sold(delivery) {
        Some((currency, lines)) => {
            let rows = lines.iter().map(|line| sale(currency, line)).collect();
            Contents { facts, head: SOLD, is_priced: true, rows }
        }
        None => {
            let rows = delivery.posting.materials().iter().map(movement).collect();
            Contents { facts, head: MOVED, is_priced: false, rows }
        }
    }
}

/// Its number, its day and its amounts.
fn stands(delivery: &Delivery) -> Vec<(&'static str, String)> {
    let Some(document) = &delivery.document else {
        let asked = app::asked_for(&delivery.posting.body);
        let amount = asked.map(|(currency, amount)| ("Asked for, net", format!("{amount} {currency}")));
        return [("Date", day(delivery))].into_iter().chain(amount).collect();
    };
    let money = |amount: Decimal| format!("{amount} {}", document.currency);
    let mut facts = vec![("Number", document.number.clone()), ("Date", day(delivery))];
    // Of materials it is their worth, of a deposit what was paid: neither has a tax.
    if !document.tax.is_zero() || sold(delivery).is_some() {
        facts.extend([("Net", money(document.net)), ("Tax", money(document.tax))]);
    }
    facts.push(("Total", money(document.total)));
    let settled = document.settled.filter(|settled| !settled.is_zero());
    facts.extend(settled.map(|settled| ("Settled", money(settled))));
    facts
}

fn day(delivery: &Delivery) -> String {
    let stated = delivery.document.as_ref().and_then(|document| document.date);
    stated.unwrap_or(delivery.posting.date).format("%-d %b %Y").to_string()
}

/// The lines of what is sold, and their currency.
fn sold(delivery: &Delivery) -> Option<(&str, &[Line])> {
    match &delivery.posting.body {
        Body::SalesOrder(order) => Some((&order.currency, &order.lines)),
        Body::SalesInvoice(invoice) => Some((&invoice.currency, &invoice.lines)),
        // Its currency is the order's.
        Body::OrderAmendment(amendment) => {
            let currency = delivery.document.as_ref().map_or("", |document| &document.currency);
            Some((currency, &amendment.lines))
        }
        Body::OrderCancellation(_)
        | Body::StockIssue(_)
        | Body::Commission(_)
        | Body::CreditNote(_)
        | Body::StockReturn(_)
        | Body::CommissionReversal(_)
        | Body::Advance(_)
        | Body::AdvanceRefund(_) => None,
    }
}

fn sale(currency: &str, line: &Line) -> Row {
    let amount = app::line_amount(currency, line).to_string();
    let cells = vec![line.quantity.normalize().to_string(), line.unit_price.to_string(), amount];
    Row { about: line.description.clone(), cells }
}

fn movement(line: &slotledger_erp::Material) -> Row {
    let cells = vec![line.quantity.normalize().to_string(), line.unit.clone(), line.warehouse.clone()];
    Row { about: line.item.code.clone(), cells }
}

/// Who earns with it.
const fn provider(body: &Body) -> Option<&Party> {
    match body {
        Body::SalesOrder(order) => Some(&order.provider),
        Body::OrderAmendment(amendment) => Some(&amendment.provider),
        Body::Commission(earned) => Some(&earned.provider),
        Body::SalesInvoice(_)
        | Body::OrderCancellation(_)
        | Body::StockIssue(_)
        | Body::CreditNote(_)
        | Body::StockReturn(_)
        | Body::CommissionReversal(_)
        | Body::Advance(_)
        | Body::AdvanceRefund(_) => None,
    }
}

/// Why it was asked for.
fn reason(body: &Body) -> Option<&str> {
    match body {
        Body::OrderCancellation(cancellation) => Some(&cancellation.reason),
        Body::CreditNote(note) => Some(&note.reason),
        Body::CommissionReversal(reversal) => Some(&reversal.reason),
        Body::OrderAmendment(amendment) => Some(&amendment.reason),
        Body::AdvanceRefund(refund) => Some(&refund.reason),
        Body::SalesOrder(_)
        | Body::SalesInvoice(_)
        | Body::StockIssue(_)
        | Body::Commission(_)
        | Body::StockReturn(_)
        | Body::Advance(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use slotledger_erp::Posting;

    use super::*;

    fn delivery(document: bool) -> Delivery {
        let line = json!({"item": {"code": "S", "name": "S"}, "description": "Heat pump service",
            "quantity": "2", "unit_price": "49.905"});
        let posting: Posting = serde_json::from_value(json!({
            "key": "019a0000-0000-7000-8000-000000000001/4/invoice", "subject": "APT-0001", "date": "2026-11-27",
            "body": {"kind": "sales_invoice", "order": null, "currency": "EUR", "lines": [line],
                "customer": {"code": "C", "name": "Mara", "email": null, "phone": null, "address": null}},
        }))
        .unwrap();
        let stands = json!({"kind": "sales_invoice", "key": posting.key, "reference": "7", "number": "INV-0007",
            "state": "posted", "currency": "EUR", "net": "99.81", "tax": "18.96", "total": "118.77"});
        let at = chrono::DateTime::UNIX_EPOCH;
        Delivery {
            id: 7,
            appointment: uuid::Uuid::nil().into(),
            company: uuid::Uuid::nil().into(),
            posting,
            after: Vec::new(),
            state: crate::model::DeliveryState::Done,
            attempts: 1,
            next_attempt_at: at,
            lease_owner: None,
            lease_until: None,
            failure: None,
            document: document.then(|| serde_json::from_value(stands).unwrap()),
            created_at: at,
            finished_at: None,
            adopted: false,
            repairs: 0,
        }
    }

    fn told(contents: &Contents) -> Vec<String> {
        contents.facts.iter().map(|(label, text)| format!("{label}: {text}")).collect()
    }

    #[test]
    fn an_invoice_says_what_it_comes_to_and_of_what() {
        let contents = contents(&delivery(true), "Mara".to_owned());
        let expected = [
            "Customer: Mara",
            "Number: INV-0007",
            "Date: 27 Nov 2026",
            "Net: 99.81 EUR",
            "Tax: 18.96 EUR",
            "Total: 118.77 EUR",
        ];
        assert_eq!(told(&contents), expected);
        assert_eq!(contents.rows[0].about, "Heat pump service");
        assert_eq!(contents.rows[0].cells, ["2", "49.905", "99.81"]);
    }

    #[test]
    fn what_is_not_in_the_books_says_what_was_asked_for() {
        let contents = contents(&delivery(false), "Mara".to_owned());
        assert_eq!(told(&contents), ["Customer: Mara", "Date: 27 Nov 2026", "Asked for, net: 99.81 EUR"]);
    }
}
