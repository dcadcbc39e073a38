//! How to reach one company in one Odoo database.

use secrecy::SecretString;

/// How an Odoo server is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// `/json/2`, with an API key: Odoo 19 and later.
    Json2,
    /// `/jsonrpc`, with a user's name: Odoo 14 to 18. Odoo 22 will no longer have it.
    JsonRpc,
}

/// How to reach one company in one Odoo database.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The server: `https://odoo.example.com`.
    pub url: String,
    /// The database.
    pub database: String,
    /// The login of the connector's user. JSON-RPC needs it; JSON-2 takes it from the key.
    pub user: Option<String>,
    /// The user's API key. With JSON-RPC a password will do.
    pub api_key: SecretString,
    /// How to speak to the server; none chooses by its version.
    pub protocol: Option<Protocol>,
    /// The company by its name; none takes the one the user works in.
    pub company: Option<String>,
    /// The code of the journal that invoices and credit notes go to; none leaves the choice to Odoo.
    pub sales_journal: Option<String>,
    /// The code of the journal that commissions go to; none leaves the choice to Odoo.
    pub purchase_journal: Option<String>,
    /// The name or code of the journal that deposits are paid to where they name no method; none takes the first bank.
    pub advance_journal: Option<String>,
    /// The code of the product that commissions are billed as.
    pub commission_item: String,
}

impl Settings {
    /// The commission product's code unless the settings say otherwise.
    pub const COMMISSION_ITEM: &str = "SLOTLEDGER-COMMISSION";

    /// Settings with everything that can be left out left out.
    pub fn new(url: impl Into<String>, database: impl Into<String>, api_key: SecretString) -> Self {
        Self {
            url: url.into(),
            database: database.into(),
            user: None,
            api_key,
            protocol: None,
            company: None,
            sales_journal: None,
            purchase_journal: None,
            advance_journal: None,
            commission_item: Self::COMMISSION_ITEM.to_owned(),
        }
    }
}

/// Settings that cannot work.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The URL is none, or not one of a server.
    #[error("`{0}` is not the URL of an Odoo server: write it as https://odoo.example.com")]
    Url(String),
    /// The database has a name no header can carry.
    #[error("`{0}` is no name of an Odoo database")]
    Database(String),
    /// The key has characters no header can carry.
    #[error("the API key has characters that no API key has")]
    Key,
    /// JSON-RPC was chosen and no user named.
    #[error("Odoo's JSON-RPC needs the login of a user besides the key: set `user`")]
    User,
    /// The HTTP client could not be made.
    #[error("the HTTP client could not be set up")]
    Http(#[source] reqwest::Error),
}
