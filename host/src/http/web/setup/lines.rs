//! The lines that a configuration needs for a connection, by kind of ERP. Secrets stay out of them.

use crate::model::Company;

/// What to add for one kind.
pub(super) struct Lines {
    pub(super) name: &'static str,
    pub(super) text: String,
    pub(super) secret: &'static str,
    pub(super) is_open: bool,
}

/// For every kind; the first is opened where the company has no books yet.
pub(super) fn all(company: &Company, lacks: bool) -> Vec<Lines> {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let ledger = format!("ledger-{}", company.currency.to_lowercase());
    let name = if lacks { company.erp.as_str() } else { ledger.as_str() };
    let is_bare = name.bytes().all(|c| c.is_ascii_alphanumeric() || b"-_".contains(&c));
    let table = if is_bare { name.to_owned() } else { quoted(name) };
    let own = format!(
        "[erp.{table}]\nkind = \"ledger\"\npath = {}\ncompany = {}\ncurrency = {}\ntax_percent = \"20\"",
        quoted(&format!("books-{}.sqlite", company.currency.to_lowercase())),
        quoted(&company.name),
        quoted(&company.currency),
    );
    let erpnext = "[erp.erpnext]\nkind = \"erpnext\"\nurl = \"https://erp.example\"\ntoken_env = \"SLOTLEDGER_ERPNEXT_TOKEN\"";
    let odoo = "[erp.odoo]\nkind = \"odoo\"\nurl = \"https://odoo.example\"\ndatabase = \"odoo\"\n\
                user = \"slotledger@odoo.example\"  # up to Odoo 18\nkey_env = \"SLOTLEDGER_ODOO_KEY\"";
    let tryton = "[erp.tryton]\nkind = \"tryton\"\nurl = \"https://tryton.example\"\ndatabase = \"tryton\"\nuser = \"slotledger\"\n\
                  password_env = \"SLOTLEDGER_TRYTON_PASSWORD\"";
    let lines = |name, text: &str, secret| Lines { name, text: text.to_owned(), secret, is_open: false };
    vec![
        Lines { is_open: lacks, ..lines("The built-in ledger", &own, "Change the tax to what you charge.") },
        lines(
            "ERPNext",
            erpnext,
            "The server takes the token, <API key>:<API secret>, from the environment variable that is named.",
        ),
        lines(
            "Odoo",
            odoo,
            "The server takes the user's API key from the environment variable that is named.",
        ),
        lines(
            "Tryton",
            tryton,
            "The server takes the user's password from the environment variable that is named.",
        ),
    ]
}
