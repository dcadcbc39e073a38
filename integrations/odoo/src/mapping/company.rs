//! The server, the company and the user, as a login finds them.

use rust_decimal::{Decimal, RoundingStrategy};
use serde::Deserialize;

use super::numbers::Link;
use crate::Protocol;

/// Which Odoo answers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "VersionAnswer")]
pub(crate) struct Version {
    /// `19`.
    pub(crate) major: u32,
    /// As the server states it.
    pub(crate) text: String,
}

/// The page and the call state the same in different words.
#[derive(Deserialize)]
struct VersionAnswer {
    #[serde(alias = "server_version")]
    version: String,
}

impl From<VersionAnswer> for Version {
    fn from(answer: VersionAnswer) -> Self {
        // Odoo's own hosting writes `saas~18.2`.
        let number = answer.version.trim_start_matches("saas~");
        let major = number.split('.').next().and_then(|major| major.parse().ok()).unwrap_or(0);
        Self { major, text: answer.version }
    }
}

impl Version {
    /// The oldest that the connector was tried against.
    const OLDEST: u32 = 14;
    /// The first with JSON-2.
    const JSON2: u32 = 19;

    pub(crate) const fn is_supported(&self) -> bool {
        self.major >= Self::OLDEST
    }

    pub(crate) const fn protocol(&self) -> Protocol {
        if self.major >= Self::JSON2 { Protocol::Json2 } else { Protocol::JsonRpc }
    }
}

/// A currency with what amounts in it are rounded to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Currency {
    pub(crate) id: i64,
    /// ISO 4217.
    pub(crate) code: String,
    pub(crate) digits: u32,
}

impl Currency {
    /// An amount as Odoo means it.
    pub(crate) fn rounded(&self, amount: Decimal) -> Decimal {
        let mut amount = amount.round_dp_with_strategy(self.digits, RoundingStrategy::MidpointAwayFromZero);
        amount.rescale(self.digits);
        if amount.is_zero() { Decimal::ZERO } else { amount }
    }
}

/// The currencies in use, as they were at the login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Currencies(pub(crate) Vec<Currency>);

impl Currencies {
    /// An amount in a currency, as Odoo means it. One that came into use since is taken to have what currencies have at
    /// most.
    pub(crate) fn rounded(&self, currency: &Link, amount: Decimal) -> Decimal {
        const MOST_DIGITS: u32 = 4;
        match self.0.iter().find(|known| known.id == currency.id) {
            Some(known) => known.rounded(amount),
            None => {
                amount.round_dp_with_strategy(MOST_DIGITS, RoundingStrategy::MidpointAwayFromZero).normalize()
            }
        }
    }
}

/// The company that documents are made in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Company {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) currency: Currency,
}

#[derive(Debug, Deserialize)]
pub(crate) struct UserRecord {
    pub(crate) login: String,
    pub(crate) company_id: Link,
    pub(crate) company_ids: Vec<i64>,
}

impl UserRecord {
    pub(crate) const FIELDS: &'static [&'static str] = &["login", "company_id", "company_ids"];
}

#[derive(Debug, Deserialize)]
pub(crate) struct CompanyRecord {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) currency_id: Link,
}

impl CompanyRecord {
    pub(crate) const FIELDS: &'static [&'static str] = &["name", "currency_id"];
}

#[derive(Debug, Deserialize)]
pub(crate) struct CurrencyRecord {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) decimal_places: u32,
}

impl CurrencyRecord {
    pub(crate) const FIELDS: &'static [&'static str] = &["name", "decimal_places"];
}

impl From<CurrencyRecord> for Currency {
    fn from(record: CurrencyRecord) -> Self {
        Self { id: record.id, code: record.name, digits: record.decimal_places }
    }
}
