//! What is written: the bodies of new orders, invoices and payments.
//!
//! Invariant: every body carries our key. The currency is always named, because one left out is the company's, and the
//! day always set, because one that is only named is passed over.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use rust_decimal::Decimal;
use serde::Serialize;
use slotledger_erp::{Line, Order, Party, Posting};

use super::{Exact, OrderRow, Tax, documents::money};

/// A new order.
#[derive(Debug, Serialize)]
pub(crate) struct NewOrder<'a> {
    docstatus: u8,
    company: &'a str,
    customer: &'a str,
    currency: &'a str,
    transaction_date: NaiveDate,
    delivery_date: NaiveDate,
    /// Else an order of services waits for its delivery for ever.
    skip_delivery_note: u8,
    /// Else the total is rounded to what the currency's coins allow.
    disable_rounded_total: u8,
    items: Vec<SaleRow<'a>>,
    taxes: Vec<TaxRow>,
    sales_team: Vec<TeamShare>,
    #[serde(flatten)]
    discount: Discount,
    slotledger_key: &'a str,
    slotledger_visit: String,
    slotledger_discounts: String,
}

/// A new invoice.
#[derive(Debug, Serialize)]
pub(crate) struct NewInvoice<'a> {
    pub(crate) docstatus: u8,
    pub(crate) company: &'a str,
    pub(crate) customer: &'a str,
    pub(crate) currency: &'a str,
    pub(crate) set_posting_time: u8,
    pub(crate) posting_date: NaiveDate,
    pub(crate) disable_rounded_total: u8,
    pub(crate) remarks: &'a str,
    pub(crate) items: Vec<SaleRow<'a>>,
    pub(crate) taxes: Vec<TaxRow>,
    pub(crate) sales_team: Vec<TeamShare>,
    pub(crate) advances: Vec<NewAdvanceRow>,
    #[serde(flatten)]
    pub(crate) discount: Discount,
    pub(crate) slotledger_key: &'a str,
}

/// One line of a new order or invoice.
#[derive(Debug, Serialize)]
pub(crate) struct SaleRow<'a> {
    item_code: &'a str,
    description: &'a str,
    qty: Exact,
    rate: Exact,
    /// A rate of zero would become the list price.
    #[serde(skip_serializing_if = "Option::is_none")]
    discount_percentage: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery_date: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sales_order: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) so_detail: Option<String>,
}

/// What is taken off the whole; negative rates are refused.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Discount {
    #[serde(skip_serializing_if = "Option::is_none")]
    apply_discount_on: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    discount_amount: Option<Exact>,
}

/// One tax of a new document.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct TaxRow {
    charge_type: String,
    account_head: String,
    description: String,
    rate: Exact,
    #[serde(skip_serializing_if = "Option::is_none")]
    row_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tax_amount: Option<Exact>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost_center: Option<String>,
    /// Our prices are net.
    included_in_print_rate: u8,
}

/// One share of a sale.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct TeamShare {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    pub(crate) sales_person: String,
    pub(crate) allocated_percentage: Exact,
    /// A text in ERPNext.
    pub(crate) commission_rate: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) incentives: Option<Exact>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) slotledger_key: Option<String>,
}

/// An advance on a new invoice. Without its row, one that is tied to an order is refused.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct NewAdvanceRow {
    pub(crate) reference_type: &'static str,
    pub(crate) reference_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reference_row: Option<String>,
    pub(crate) advance_amount: Exact,
    pub(crate) allocated_amount: Exact,
}

/// A new payment.
#[derive(Debug, Serialize)]
pub(crate) struct NewPayment<'a> {
    pub(crate) docstatus: u8,
    pub(crate) company: &'a str,
    pub(crate) payment_type: &'static str,
    pub(crate) party_type: &'static str,
    pub(crate) party: &'a str,
    pub(crate) posting_date: NaiveDate,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mode_of_payment: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) paid_from: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) paid_to: Option<&'a str>,
    pub(crate) paid_amount: Exact,
    pub(crate) received_amount: Exact,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) source_exchange_rate: Option<Exact>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) target_exchange_rate: Option<Exact>,
    /// Bank accounts demand both.
    pub(crate) reference_no: String,
    pub(crate) reference_date: NaiveDate,
    pub(crate) references: Vec<NewPaymentRow>,
    pub(crate) slotledger_key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) slotledger_advance: Option<&'a str>,
}

/// What a new payment is allocated to.
#[derive(Debug, Serialize)]
pub(crate) struct NewPaymentRow {
    pub(crate) reference_doctype: &'static str,
    pub(crate) reference_name: String,
    pub(crate) allocated_amount: Exact,
}

/// One row of `update_child_qty_rate`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct ChangedRow {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) docname: Option<String>,
    pub(crate) item_code: String,
    pub(crate) qty: Exact,
    pub(crate) rate: Exact,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) delivery_date: Option<NaiveDate>,
}

/// What an order is made of, besides the posting.
#[derive(Debug)]
pub(crate) struct Terms<'a> {
    pub(crate) company: &'a str,
    pub(crate) customer: &'a str,
    pub(crate) taxes: &'a [Tax],
    pub(crate) sales_person: Option<&'a str>,
    pub(crate) zone: Tz,
}

/// The body of a new order.
pub(crate) fn order<'a>(posting: &'a Posting, order: &'a Order, terms: &Terms<'a>) -> NewOrder<'a> {
    let day = visit_day(posting.date, order.start, terms.zone);
    let team = terms.sales_person.map(|person| share(person, Decimal::ONE_HUNDRED, order.commission_percent));
    NewOrder {
        docstatus: 1,
        company: terms.company,
        customer: terms.customer,
        currency: &order.currency,
        transaction_date: posting.date,
        delivery_date: day,
        skip_delivery_note: 1,
        disable_rounded_total: 1,
        items: sale_rows(&order.lines, Some(day)),
        taxes: tax_rows(terms.taxes),
        sales_team: team.into_iter().collect(),
        discount: discount(&order.lines),
        slotledger_key: posting.key.as_str(),
        slotledger_visit: visit(&posting.subject, &order.provider, (order.start, order.end), terms.zone),
        slotledger_discounts: discounts(&order.lines),
    }
}

/// The day of the visit where the company is. ERPNext refuses one before the order's.
pub(crate) fn visit_day(ordered: NaiveDate, start: DateTime<Utc>, zone: Tz) -> NaiveDate {
    start.with_timezone(&zone).date_naive().max(ordered)
}

/// Who comes when, for whoever reads the order.
pub(crate) fn visit(
    subject: &str,
    provider: &Party,
    (start, end): (DateTime<Utc>, DateTime<Utc>),
    zone: Tz,
) -> String {
    let (start, end) = (start.with_timezone(&zone), end.with_timezone(&zone));
    let window = format!("{}–{} {}", start.format("%Y-%m-%d %H:%M"), end.format("%H:%M"), zone.name());
    format!("{subject}, {}, {window}", provider.name)
}

/// The lines that are sold, without those that take something off the whole.
pub(crate) fn sold(lines: &[Line]) -> impl Iterator<Item = (usize, &Line)> {
    lines.iter().enumerate().filter(|(_, line)| line.unit_price >= Decimal::ZERO)
}

/// The positions of the lines that take something off the whole.
pub(crate) fn discounts(lines: &[Line]) -> String {
    let off = lines.iter().enumerate().filter(|(_, line)| line.unit_price < Decimal::ZERO);
    off.map(|(at, _)| at.to_string()).collect::<Vec<_>>().join(",")
}

/// What the lines take off the whole, in all.
pub(crate) fn taken_off(lines: &[Line]) -> Decimal {
    let off = lines.iter().filter(|line| line.unit_price < Decimal::ZERO);
    -off.map(|line| money(line.quantity * line.unit_price)).sum::<Decimal>()
}

pub(crate) fn discount(lines: &[Line]) -> Discount {
    let off = taken_off(lines);
    match off.is_zero() {
        true => Discount::default(),
        false => Discount { apply_discount_on: Some("Net Total"), discount_amount: Some(Exact(off)) },
    }
}

pub(crate) fn sale_rows(lines: &[Line], day: Option<NaiveDate>) -> Vec<SaleRow<'_>> {
    sold(lines).map(|(_, line)| sale_row(line, day)).collect()
}

fn sale_row(line: &Line, day: Option<NaiveDate>) -> SaleRow<'_> {
    SaleRow {
        item_code: &line.item.code,
        description: &line.description,
        qty: Exact(line.quantity),
        rate: Exact(line.unit_price),
        discount_percentage: line.unit_price.is_zero().then_some(100),
        delivery_date: day,
        sales_order: None,
        so_detail: None,
    }
}

pub(crate) fn tax_rows(taxes: &[Tax]) -> Vec<TaxRow> {
    let rows = taxes.iter().map(|tax| TaxRow {
        charge_type: tax.charge_type.clone(),
        account_head: tax.account_head.clone(),
        description: if tax.description.is_empty() {
            tax.account_head.clone()
        } else {
            tax.description.clone()
        },
        rate: tax.rate,
        row_id: tax.row_id.clone().filter(|row| !row.is_empty()),
        tax_amount: (tax.charge_type == "Actual").then_some(tax.tax_amount),
        cost_center: tax.cost_center.clone(),
        included_in_print_rate: 0,
    });
    rows.collect()
}

/// One share of a sale; percent and rate are named because the Sales Person's own rate would be taken else.
pub(crate) fn share(person: &str, percent: Decimal, rate: Decimal) -> TeamShare {
    TeamShare {
        name: None,
        sales_person: person.to_owned(),
        allocated_percentage: Exact(percent),
        commission_rate: rate.normalize().to_string(),
        incentives: None,
        slotledger_key: None,
    }
}

/// The rows that an order shall have. A row whose item is the same keeps its name; all others are made anew.
pub(crate) fn amended_rows(rows: &[OrderRow], lines: &[Line], day: NaiveDate) -> Vec<ChangedRow> {
    let changed = sold(lines).enumerate().map(|(at, (_, line))| {
        let kept = rows.get(at).filter(|row| row.item_code == line.item.code);
        ChangedRow {
            docname: kept.map(|row| row.name.clone()),
            item_code: line.item.code.clone(),
            qty: Exact(line.quantity),
            rate: Exact(line.unit_price),
            delivery_date: Some(day),
        }
    });
    changed.collect()
}

/// Whether an order's rows are what they shall be.
pub(crate) fn same_rows(rows: &[OrderRow], wanted: &[ChangedRow]) -> bool {
    let same = |(row, wanted): (&OrderRow, &ChangedRow)| {
        wanted.docname.as_deref() == Some(row.name.as_str())
            && row.qty == wanted.qty
            && money(row.rate.0) == money(wanted.rate.0)
            && (wanted.delivery_date.is_none() || row.delivery_date == wanted.delivery_date)
    };
    rows.len() == wanted.len() && rows.iter().zip(wanted).all(same)
}
