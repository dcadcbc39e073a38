//! Documents for reconciliation, and the trial balance.
//!
//! Invariant: a page is ordered by name and continued behind a name, so that each document comes once, whatever is
//! changed meanwhile.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::json;
use slotledger_erp::{Balance, Days, Failure, Kind, Listed, MAX_PAGE, Page, State};

use crate::{
    client::{Filter, Slice},
    mapping::{Customer, Exact},
    steps::{Books, KEY, key_in},
};

/// How many customers are asked for at once: more would be longer than a server takes in an address.
const AT_ONCE: usize = 40;

/// Where the documents of a kind are, and what tells them apart there.
pub(super) struct Place {
    pub(super) doctype: &'static str,
    date: &'static str,
    total: &'static str,
    currency: Option<&'static str>,
    party: Option<&'static str>,
    only: Vec<Filter<'static>>,
}

pub(super) fn place(kind: Kind) -> Option<Place> {
    let invoice = |is_return: u8| Place {
        doctype: "Sales Invoice",
        date: "posting_date",
        total: "grand_total",
        currency: Some("currency"),
        party: Some("customer"),
        only: vec![("is_return", "=", json!(is_return))],
    };
    let stock = |purpose: &str, total: &'static str| Place {
        doctype: "Stock Entry",
        date: "posting_date",
        total,
        currency: None,
        party: None,
        only: vec![("purpose", "=", json!(purpose))],
    };
    let payment = |payment_type: &str, total: &'static str, currency: &'static str| Place {
        doctype: "Payment Entry",
        date: "posting_date",
        total,
        currency: Some(currency),
        party: Some("party"),
        only: vec![("payment_type", "=", json!(payment_type)), ("party_type", "=", json!("Customer"))],
    };
    match kind {
        Kind::SalesOrder => Some(Place {
            doctype: "Sales Order",
            date: "transaction_date",
            total: "grand_total",
            currency: Some("currency"),
            party: Some("customer"),
            only: Vec::new(),
        }),
        Kind::SalesInvoice => Some(invoice(0)),
        Kind::CreditNote => Some(invoice(1)),
        Kind::StockIssue => Some(stock("Material Issue", "total_outgoing_value")),
        Kind::StockReturn => Some(stock("Material Receipt", "total_incoming_value")),
        Kind::Advance => Some(payment("Receive", "paid_amount", "paid_from_account_currency")),
        Kind::AdvanceRefund => Some(payment("Pay", "received_amount", "paid_to_account_currency")),
        // Rows and changes of other documents.
        Kind::Commission | Kind::CommissionReversal | Kind::OrderCancellation | Kind::OrderAmendment => None,
    }
}

/// The fields of all kinds of documents; each has some of them.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Row {
    name: String,
    docstatus: u8,
    status: Option<String>,
    slotledger_key: Option<String>,
    transaction_date: Option<NaiveDate>,
    posting_date: Option<NaiveDate>,
    grand_total: Option<Exact>,
    total_outgoing_value: Option<Exact>,
    total_incoming_value: Option<Exact>,
    paid_amount: Option<Exact>,
    received_amount: Option<Exact>,
    currency: Option<String>,
    paid_from_account_currency: Option<String>,
    paid_to_account_currency: Option<String>,
    customer: Option<String>,
    party: Option<String>,
}

pub(crate) async fn documents(
    books: &Books<'_>,
    kind: Kind,
    days: Days,
    after: Option<&str>,
) -> Result<Page<Listed>, Failure> {
    let Some(place) = place(kind) else { return Ok(Page { entries: Vec::new(), next: None }) };
    let mut filters = place.only;
    filters.push(("company", "=", json!(books.company.name)));
    filters.push((place.date, "between", json!([days.from, days.to])));
    if let Some(after) = after {
        filters.push(("name", ">", json!(after)));
    }
    let mut fields = vec!["name", "docstatus", KEY, place.date, place.total];
    fields.extend(place.currency);
    fields.extend(place.party);
    if kind == Kind::SalesOrder {
        fields.push("status");
    }
    let slice = Slice { order_by: "name asc", limit: MAX_PAGE };
    let rows: Vec<Row> = books.client.list(place.doctype, &filters, &fields, slice).await?;
    let next = (rows.len() == MAX_PAGE).then(|| rows.last().map(|row| row.name.clone())).flatten();
    let codes = codes(books, &rows).await?;
    let own = &books.company.default_currency;
    Ok(Page { entries: rows.into_iter().filter_map(|row| listed(row, kind, own, &codes)).collect(), next })
}

fn listed(row: Row, kind: Kind, own: &str, codes: &BTreeMap<String, String>) -> Option<Listed> {
    let total = row.grand_total.or(row.total_outgoing_value).or(row.total_incoming_value);
    let total = total.or(if kind == Kind::AdvanceRefund { row.received_amount } else { row.paid_amount });
    let currency = row.currency.or(row.paid_from_account_currency).or(row.paid_to_account_currency);
    let party = row.customer.or(row.party);
    let state = match (row.docstatus, kind, row.status.as_deref()) {
        (0, ..) => State::Draft,
        (2, ..) => State::Cancelled,
        (_, Kind::SalesOrder, Some("Closed")) => State::Closed,
        (_, Kind::SalesOrder, _) => State::Submitted,
        _ => State::Posted,
    };
    Some(Listed {
        key: row.slotledger_key.as_deref().and_then(key_in),
        reference: row.name.clone(),
        number: row.name,
        state,
        currency: currency.unwrap_or_else(|| own.to_owned()),
        total: total.unwrap_or_default().0.abs(),
        date: row.transaction_date.or(row.posting_date)?,
        party: party.map(|party| codes.get(&party).cloned().unwrap_or(party)),
    })
}

/// Our codes of the customers of a page.
async fn codes(books: &Books<'_>, rows: &[Row]) -> Result<BTreeMap<String, String>, Failure> {
    let mut names: Vec<&String> =
        rows.iter().filter_map(|row| row.customer.as_ref().or(row.party.as_ref())).collect();
    names.sort();
    names.dedup();
    let mut codes = BTreeMap::new();
    for some in names.chunks(AT_ONCE) {
        let slice = Slice { order_by: "name asc", limit: AT_ONCE };
        let filters = [("name", "in", json!(some))];
        let fields = ["name", "slotledger_code"];
        let found: Vec<Customer> = books.client.list("Customer", &filters, &fields, slice).await?;
        codes.extend(
            found.into_iter().filter_map(|customer| Some((customer.name, customer.slotledger_code?))),
        );
    }
    Ok(codes)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Sums {
    debit: Exact,
    credit: Exact,
}

pub(crate) async fn balance(books: &Books<'_>) -> Result<Balance, Failure> {
    let filters = [("company", "=", json!(books.company.name)), ("is_cancelled", "=", json!(0))];
    let fields = ["sum(debit) as debit", "sum(credit) as credit"];
    let slice = Slice { order_by: "", limit: 1 };
    let sums: Vec<Sums> = books.client.list("GL Entry", &filters, &fields, slice).await?;
    let sums = sums.into_iter().next().unwrap_or_default();
    Ok(Balance { debit: sums.debit.0, credit: sums.credit.0 })
}
