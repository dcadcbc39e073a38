//! Tryton's records as this connector reads them: for each model the fields asked for, and their shape.
//!
//! Invariant: a state that Tryton 8.2 does not have is an error, never taken for another one.

use rust_decimal::Decimal;
use serde::Deserialize;

use super::{amount, optional_amount, quantity};

/// A record read in one shape.
pub(crate) trait Record {
    /// The model's name.
    const MODEL: &'static str;
    /// The fields to ask for. A dot reaches into the linked record.
    const FIELDS: &'static [&'static str];
}

/// A link of which only the identifier matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) struct Id {
    pub(crate) id: i64,
}

/// A link with its code.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Coded {
    pub(crate) code: Option<String>,
}

/// A link with its name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Named {
    pub(crate) name: String,
}

#[derive(Deserialize)]
pub(super) struct CompanyRecord {
    id: i64,
    #[serde(rename = "party.")]
    party: Named,
    #[serde(rename = "currency.")]
    currency: CurrencyRecord,
}

#[derive(Deserialize)]
struct CurrencyRecord {
    code: String,
    digits: u32,
}

impl From<CompanyRecord> for super::Company {
    fn from(record: CompanyRecord) -> Self {
        Self {
            id: record.id,
            name: record.party.name,
            currency: record.currency.code,
            currency_digits: record.currency.digits,
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Party {
    pub(crate) id: i64,
}

impl Record for Party {
    const MODEL: &'static str = "party.party";
    const FIELDS: &'static [&'static str] = &["code"];
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Product {
    pub(crate) id: i64,
    pub(crate) code: String,
}

impl Record for Product {
    const MODEL: &'static str = "product.product";
    const FIELDS: &'static [&'static str] = &["code"];
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Agent {
    pub(crate) id: i64,
}

impl Record for Agent {
    const MODEL: &'static str = "commission.agent";
    const FIELDS: &'static [&'static str] = &["party"];
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Location {
    pub(crate) id: i64,
    pub(crate) storage_location: Option<i64>,
}

impl Record for Location {
    const MODEL: &'static str = "stock.location";
    const FIELDS: &'static [&'static str] = &["storage_location"];
}

impl Record for Id {
    const MODEL: &'static str = "product.uom";
    const FIELDS: &'static [&'static str] = &["symbol"];
}

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
    #[serde(deserialize_with = "amount")]
    pub(crate) untaxed_amount: Decimal,
    #[serde(deserialize_with = "amount")]
    pub(crate) tax_amount: Decimal,
    #[serde(deserialize_with = "amount")]
    pub(crate) total_amount: Decimal,
    #[serde(rename = "currency.")]
    pub(crate) currency: Coded,
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
        "untaxed_amount",
        "tax_amount",
        "total_amount",
        "currency.code",
        "invoice_state",
        "shipment_state",
        "lines.quantity",
        "lines.unit_price",
        "lines.product.code",
        "invoices.state",
        "invoices.number",
        "invoices.reference",
        "shipments.state",
        "moves.state",
    ];
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct SaleLineRecord {
    pub(crate) id: i64,
    pub(crate) quantity: Option<serde_json::Number>,
    #[serde(deserialize_with = "optional_amount")]
    pub(crate) unit_price: Option<Decimal>,
    #[serde(rename = "product.")]
    pub(crate) product: Option<Coded>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct SaleInvoice {
    pub(crate) id: i64,
    pub(crate) state: InvoiceState,
    pub(crate) number: Option<String>,
    pub(crate) reference: Option<String>,
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
    #[serde(deserialize_with = "amount")]
    pub(crate) untaxed_amount: Decimal,
    #[serde(deserialize_with = "amount")]
    pub(crate) tax_amount: Decimal,
    #[serde(deserialize_with = "amount")]
    pub(crate) total_amount: Decimal,
    #[serde(rename = "currency.")]
    pub(crate) currency: Coded,
}

impl Record for Invoice {
    const MODEL: &'static str = "account.invoice";
    const FIELDS: &'static [&'static str] =
        &["state", "number", "reference", "untaxed_amount", "tax_amount", "total_amount", "currency.code"];
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
    #[serde(rename = "moves.")]
    pub(crate) moves: Vec<Move>,
}

impl Record for Shipment {
    const MODEL: &'static str = "stock.shipment.internal";
    const FIELDS: &'static [&'static str] =
        &["state", "number", "moves.state", "moves.quantity", "moves.cost_price", "moves.product.code"];
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Move {
    pub(crate) state: String,
    #[serde(deserialize_with = "quantity")]
    pub(crate) quantity: Decimal,
    #[serde(deserialize_with = "optional_amount")]
    pub(crate) cost_price: Option<Decimal>,
    #[serde(rename = "product.")]
    pub(crate) product: Coded,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Commission {
    pub(crate) id: i64,
    #[serde(deserialize_with = "amount")]
    pub(crate) amount: Decimal,
    #[serde(rename = "currency.")]
    pub(crate) currency: Coded,
    #[serde(rename = "agent.")]
    pub(crate) agent: AgentParty,
}

impl Record for Commission {
    const MODEL: &'static str = "commission";
    const FIELDS: &'static [&'static str] = &["amount", "currency.code", "agent.party.code"];
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct AgentParty {
    #[serde(rename = "party.")]
    pub(crate) party: Coded,
}

/// What Tryton proposes for a document once its party is known.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct PartyDefaults {
    pub(crate) invoice_address: Option<i64>,
    pub(crate) shipment_address: Option<i64>,
    pub(crate) payment_term: Option<i64>,
    pub(crate) account: Option<i64>,
    pub(crate) journal: Option<i64>,
}

/// What Tryton proposes for a line once its product is known.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct LineDefaults {
    pub(crate) unit: Option<i64>,
    pub(crate) account: Option<i64>,
    #[serde(default)]
    taxes: TaxChanges,
}

impl LineDefaults {
    /// The taxes that Tryton's own rules give the line.
    pub(crate) fn taxes(&self) -> Vec<i64> {
        self.taxes.add.iter().map(|(_, tax)| tax.id).collect()
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
struct TaxChanges {
    #[serde(default)]
    add: Vec<(i64, Id)>,
}
