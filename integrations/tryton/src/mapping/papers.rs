//! Tryton's documents as this connector reads them: for each model the fields asked for, and their shape.
//!
//! Invariant: a state that Tryton 8.2 does not have is an error, never taken for another one.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Deserialize;

use super::{
    amount, optional_amount, optional_date, optional_quantity, quantity,
    records::{Coded, Id, Record},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SaleState {
    Draft,
    Quotation,
    Confirmed,
    Processing,
    Done,
    Cancelled,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Sale {
    pub(crate) id: i64,
    pub(crate) state: SaleState,
    pub(crate) number: Option<String>,
    pub(crate) reference: Option<String>,
    #[serde(deserialize_with = "optional_date")]
    pub(crate) sale_date: Option<NaiveDate>,
    #[serde(deserialize_with = "amount")]
    pub(crate) untaxed_amount: Decimal,
    #[serde(deserialize_with = "amount")]
    pub(crate) tax_amount: Decimal,
    #[serde(deserialize_with = "amount")]
    pub(crate) total_amount: Decimal,
    #[serde(rename = "currency.")]
    pub(crate) currency: Coded,
    #[serde(rename = "party.")]
    pub(crate) party: Coded,
    pub(crate) agent: Option<i64>,
    pub(crate) invoice_method: String,
    pub(crate) invoice_state: String,
    pub(crate) shipment_state: String,
    #[serde(rename = "lines.")]
    pub(crate) lines: Vec<SaleLineRecord>,
    #[serde(rename = "invoices.")]
    pub(crate) invoices: Vec<SaleInvoice>,
    #[serde(rename = "shipments.")]
    pub(crate) shipments: Vec<SaleShipment>,
    #[serde(rename = "moves.")]
    pub(crate) moves: Vec<MoveState>,
}

impl Record for Sale {
    const MODEL: &'static str = "sale.sale";
    const FIELDS: &'static [&'static str] = &[
        "state",
        "number",
        "reference",
        "sale_date",
        "untaxed_amount",
        "tax_amount",
        "total_amount",
        "currency.code",
        "party.code",
        "agent",
        "invoice_method",
        "invoice_state",
        "shipment_state",
        "lines.quantity",
        "lines.unit",
        "lines.unit_price",
        "lines.product.code",
        "lines.note",
        "invoices.state",
        "invoices.number",
        "shipments.state",
        "moves.state",
    ];
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct SaleLineRecord {
    pub(crate) id: i64,
    #[serde(deserialize_with = "optional_quantity")]
    pub(crate) quantity: Option<Decimal>,
    pub(crate) unit: Option<i64>,
    #[serde(deserialize_with = "optional_amount")]
    pub(crate) unit_price: Option<Decimal>,
    #[serde(rename = "product.")]
    pub(crate) product: Option<Coded>,
    pub(crate) note: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct SaleInvoice {
    pub(crate) id: i64,
    pub(crate) state: InvoiceState,
    pub(crate) number: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct SaleShipment {
    pub(crate) id: i64,
    pub(crate) state: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct MoveState {
    pub(crate) id: i64,
    pub(crate) state: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum InvoiceState {
    Draft,
    Validated,
    Posted,
    Paid,
    Cancelled,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Invoice {
    pub(crate) id: i64,
    pub(crate) state: InvoiceState,
    pub(crate) number: Option<String>,
    pub(crate) reference: Option<String>,
    #[serde(deserialize_with = "optional_date")]
    pub(crate) invoice_date: Option<NaiveDate>,
    /// When it was made: the day of a draft that has none yet.
    #[serde(deserialize_with = "optional_date")]
    pub(crate) create_date: Option<NaiveDate>,
    #[serde(deserialize_with = "amount")]
    pub(crate) untaxed_amount: Decimal,
    #[serde(deserialize_with = "amount")]
    pub(crate) tax_amount: Decimal,
    #[serde(deserialize_with = "amount")]
    pub(crate) total_amount: Decimal,
    #[serde(deserialize_with = "amount")]
    pub(crate) amount_to_pay: Decimal,
    #[serde(rename = "currency.")]
    pub(crate) currency: Coded,
    #[serde(rename = "party.")]
    pub(crate) party: Coded,
    #[serde(rename = "agent.")]
    pub(crate) agent: Option<AgentParty>,
    #[serde(rename = "lines.")]
    pub(crate) lines: Vec<InvoiceLineRecord>,
    #[serde(rename = "lines_to_pay.")]
    pub(crate) due: Vec<DueLine>,
    /// What was put towards it.
    #[serde(rename = "payment_lines.")]
    pub(crate) payments: Vec<Payment>,
    /// What its reconciliation settled it with.
    #[serde(rename = "reconciliation_lines.")]
    pub(crate) settlements: Vec<Payment>,
}

impl Record for Invoice {
    const MODEL: &'static str = "account.invoice";
    const FIELDS: &'static [&'static str] = &[
        "state",
        "number",
        "reference",
        "invoice_date",
        "create_date",
        "untaxed_amount",
        "tax_amount",
        "total_amount",
        "amount_to_pay",
        "currency.code",
        "party.code",
        "agent.party.code",
        "lines.quantity",
        "lines.unit_price",
        "lines.note",
        "lines_to_pay.reconciliation",
        "payment_lines.debit",
        "payment_lines.credit",
        "payment_lines.amount_second_currency",
        "payment_lines.reconciliation",
        "payment_lines.move.description",
        "reconciliation_lines.debit",
        "reconciliation_lines.credit",
        "reconciliation_lines.amount_second_currency",
        "reconciliation_lines.reconciliation",
        "reconciliation_lines.move.description",
    ];
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct InvoiceLineRecord {
    pub(crate) id: i64,
    #[serde(deserialize_with = "optional_quantity")]
    pub(crate) quantity: Option<Decimal>,
    #[serde(deserialize_with = "optional_amount")]
    pub(crate) unit_price: Option<Decimal>,
    pub(crate) note: Option<String>,
}

/// What the customer owes with an invoice.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct DueLine {
    pub(crate) id: i64,
    pub(crate) reconciliation: Option<i64>,
}

/// A line of the customer's account that pays an invoice.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Payment {
    pub(crate) id: i64,
    #[serde(deserialize_with = "amount")]
    pub(crate) debit: Decimal,
    #[serde(deserialize_with = "amount")]
    pub(crate) credit: Decimal,
    #[serde(deserialize_with = "optional_amount")]
    pub(crate) amount_second_currency: Option<Decimal>,
    pub(crate) reconciliation: Option<i64>,
    #[serde(rename = "move.")]
    pub(crate) entry: Described,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Described {
    pub(crate) description: Option<String>,
}

/// An invoice's line that bills a line of a sale.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct BillingLine {
    /// `sale.line,12`.
    pub(crate) origin: String,
    #[serde(rename = "invoice.")]
    pub(crate) invoice: Option<Id>,
}

impl Record for BillingLine {
    const MODEL: &'static str = "account.invoice.line";
    const FIELDS: &'static [&'static str] = &["origin", "invoice.state"];
}

/// An invoice's line with what we noted on it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct NotedLine {
    #[serde(rename = "invoice.")]
    pub(crate) invoice: Option<Id>,
    pub(crate) note: Option<String>,
}

impl Record for NotedLine {
    const MODEL: &'static str = "account.invoice.line";
    const FIELDS: &'static [&'static str] = &["note", "invoice.state"];
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ShipmentState {
    Request,
    Draft,
    Waiting,
    Assigned,
    Packed,
    Shipped,
    Done,
    Cancelled,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Shipment {
    pub(crate) id: i64,
    pub(crate) state: ShipmentState,
    pub(crate) number: Option<String>,
    pub(crate) reference: Option<String>,
    #[serde(deserialize_with = "optional_date")]
    pub(crate) effective_date: Option<NaiveDate>,
    #[serde(rename = "moves.")]
    pub(crate) moves: Vec<Move>,
}

impl Record for Shipment {
    const MODEL: &'static str = "stock.shipment.internal";
    const FIELDS: &'static [&'static str] = &[
        "state",
        "number",
        "reference",
        "effective_date",
        "moves.state",
        "moves.quantity",
        "moves.cost_price",
        "moves.product.code",
    ];
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Move {
    pub(crate) id: i64,
    pub(crate) state: String,
    #[serde(deserialize_with = "quantity")]
    pub(crate) quantity: Decimal,
    #[serde(deserialize_with = "optional_amount")]
    pub(crate) cost_price: Option<Decimal>,
    #[serde(rename = "product.")]
    pub(crate) product: Coded,
}

/// A movement as it was counted.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Handled {
    pub(crate) id: i64,
    #[serde(deserialize_with = "quantity")]
    pub(crate) quantity: Decimal,
    #[serde(rename = "product.")]
    pub(crate) product: Coded,
    #[serde(rename = "unit.")]
    pub(crate) unit: CountedIn,
}

impl Record for Handled {
    const MODEL: &'static str = "stock.move";
    const FIELDS: &'static [&'static str] = &["quantity", "product.code", "unit.name", "unit.symbol"];
}

/// A unit of measure.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct CountedIn {
    pub(crate) name: String,
    pub(crate) symbol: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Commission {
    pub(crate) id: i64,
    #[serde(deserialize_with = "amount")]
    pub(crate) amount: Decimal,
    #[serde(deserialize_with = "optional_date")]
    pub(crate) date: Option<NaiveDate>,
    #[serde(rename = "currency.")]
    pub(crate) currency: Coded,
    #[serde(rename = "agent.")]
    pub(crate) agent: AgentParty,
}

impl Record for Commission {
    const MODEL: &'static str = "commission";
    const FIELDS: &'static [&'static str] = &["amount", "date", "currency.code", "agent.party.code"];
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct AgentParty {
    #[serde(rename = "party.")]
    pub(crate) party: Coded,
}

impl AgentParty {
    /// Whether it is this party of ours.
    pub(crate) fn is(&self, party: &str) -> bool {
        self.party.code.as_deref() == Some(party)
    }
}
