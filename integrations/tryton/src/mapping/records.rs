//! Tryton's master data as this connector reads them: for each model the fields asked for, and their shape.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Deserialize;

use super::{amount, date_in};

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
    timezone: Option<String>,
    #[serde(rename = "currency.")]
    currency: CurrencyRecord,
}

#[derive(Deserialize)]
struct CurrencyRecord {
    id: i64,
    code: String,
    digits: u32,
}

impl From<CompanyRecord> for super::Company {
    fn from(record: CompanyRecord) -> Self {
        Self {
            id: record.id,
            name: record.party.name,
            zone: record.timezone,
            currency_id: record.currency.id,
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

/// Who earns commissions, by a plan.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Agent {
    pub(crate) id: i64,
    #[serde(rename = "plan.")]
    pub(crate) plan: Option<Plan>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Plan {
    pub(crate) commission_product: i64,
}

impl Record for Agent {
    const MODEL: &'static str = "commission.agent";
    const FIELDS: &'static [&'static str] = &["plan.commission_product"];
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

/// A currency with its rate on a day, which is how much of it the company's currency buys.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Currency {
    pub(crate) id: i64,
    #[serde(deserialize_with = "amount")]
    pub(crate) rate: Decimal,
}

impl Record for Currency {
    const MODEL: &'static str = "currency.currency";
    const FIELDS: &'static [&'static str] = &["rate"];
}

/// A stretch of days that entries may be posted in.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Period {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) state: String,
}

impl Record for Period {
    const MODEL: &'static str = "account.period";
    const FIELDS: &'static [&'static str] = &["name", "state"];
}

/// How customers pay: which journal and accounts it goes through.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct PaymentMethod {
    pub(crate) journal: i64,
    pub(crate) debit_account: i64,
}

impl Record for PaymentMethod {
    const MODEL: &'static str = "account.invoice.payment.method";
    const FIELDS: &'static [&'static str] = &["journal", "debit_account"];
}

/// A day in an answer.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(transparent)]
pub(crate) struct Day(#[serde(deserialize_with = "date_in")] pub(crate) NaiveDate);

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
