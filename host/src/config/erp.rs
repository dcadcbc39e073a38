//! The ERP connections of a configuration: how each is reached, and where its secret is.

use std::path::PathBuf;

use chrono_tz::Tz;
use rust_decimal::Decimal;
use serde::Deserialize;

use super::Secret;

/// An ERP connection.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Erp {
    /// The built-in books.
    Ledger(Ledger),
    /// An ERPNext site.
    Erpnext(Erpnext),
    /// An Odoo server.
    Odoo(Odoo),
    /// A Tryton server.
    Tryton(Tryton),
}

impl Erp {
    /// The kind, as the configuration calls it.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Ledger(_) => "ledger",
            Self::Erpnext(_) => "erpnext",
            Self::Odoo(_) => "odoo",
            Self::Tryton(_) => "tryton",
        }
    }
}

/// The built-in books.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ledger {
    /// The SQLite database they are kept in.
    pub path: PathBuf,
    /// What whoever keeps them is called in what the books themselves say; none takes the connection's name.
    pub company: Option<String>,
    /// ISO 4217 code of the currency they are kept in.
    pub currency: String,
    /// Tax on what is sold, percent of the net amount.
    pub tax_percent: Decimal,
}

/// An ERPNext site.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Erpnext {
    /// Its address: `https://erp.example`.
    pub url: String,
    /// The environment variable that holds the user's token, as ERPNext writes it: `<API key>:<API secret>`.
    #[serde(default)]
    pub token_env: Option<String>,
    /// The file that holds the token.
    #[serde(default)]
    pub token_file: Option<PathBuf>,
    /// The company, where the site has several.
    #[serde(default)]
    pub company: Option<String>,
    /// The template of taxes on documents; none takes the company's default one.
    #[serde(default)]
    pub tax_template: Option<String>,
    /// The account that deposits are paid into; none takes the company's cash account.
    #[serde(default)]
    pub deposit_account: Option<String>,
    /// The zone in which visits have their day on orders; none takes the site's own.
    #[serde(default)]
    pub time_zone: Option<Tz>,
}

impl Erpnext {
    /// Where the token is.
    #[must_use]
    pub fn secret(&self) -> Secret {
        Secret { env: self.token_env.clone(), file: self.token_file.clone() }
    }
}

/// An Odoo server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Odoo {
    /// Its address: `https://odoo.example`.
    pub url: String,
    /// The database.
    pub database: String,
    /// The user that Slotledger logs in as; needed up to Odoo 18, later ones take it from the key.
    #[serde(default)]
    pub user: Option<String>,
    /// The environment variable that holds the user's API key. Up to Odoo 18 a password will do.
    #[serde(default)]
    pub key_env: Option<String>,
    /// The file that holds the key.
    #[serde(default)]
    pub key_file: Option<PathBuf>,
    /// The company, where the user has several.
    #[serde(default)]
    pub company: Option<String>,
    /// The code of the journal for invoices and credit notes; none leaves the choice to Odoo.
    #[serde(default)]
    pub sales_journal: Option<String>,
    /// The code of the journal for commissions; none leaves the choice to Odoo.
    #[serde(default)]
    pub purchase_journal: Option<String>,
    /// The name or code of the journal for deposits that name no method; none takes the first bank.
    #[serde(default)]
    pub advance_journal: Option<String>,
}

impl Odoo {
    /// Where the key is.
    #[must_use]
    pub fn secret(&self) -> Secret {
        Secret { env: self.key_env.clone(), file: self.key_file.clone() }
    }
}

/// A Tryton server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tryton {
    /// Its address: `https://erp.example`.
    pub url: String,
    /// The database.
    pub database: String,
    /// The user that Slotledger logs in as.
    pub user: String,
    /// The environment variable that holds the user's password.
    #[serde(default)]
    pub password_env: Option<String>,
    /// The file that holds the user's password.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// The company, where the user has several.
    #[serde(default)]
    pub company: Option<String>,
    /// Whether materials are issued although the count says there are none left.
    #[serde(default)]
    pub force_shortage: bool,
    /// How deposits are paid that do not say it, by the name of the payment method there.
    #[serde(default)]
    pub payment_method: Option<String>,
}

impl Tryton {
    /// Where the user's password is.
    #[must_use]
    pub fn secret(&self) -> Secret {
        Secret { env: self.password_env.clone(), file: self.password_file.clone() }
    }
}
