//! Who may do what.
//!
//! Invariant: without a token nobody is refused as nobody; with a wrong one as a stranger. The two have different
//! statuses.

use crate::{
    refusal::Refusal,
    store::Store,
    values::{Doc, flag, rows, text},
};

/// What somebody wants to do with a document type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Right {
    Read,
    Create,
    Write,
    Submit,
    Delete,
}

/// What the daily user, who is a sales, stock and accounts user, may write; it may read everything that is named here
/// or below.
const WRITES: [&str; 6] =
    ["Sales Order", "Sales Invoice", "Stock Entry", "Payment Entry", "Journal Entry", "Customer"];
const READS: [&str; 26] = [
    "Company",
    "Item",
    "Item Price",
    "Warehouse",
    "Bin",
    "Account",
    "Cost Center",
    "Currency",
    "Currency Exchange",
    "Sales Person",
    "Sales Partner",
    "Sales Taxes and Charges Template",
    "Mode of Payment",
    "Stock Entry Type",
    "UOM",
    "GL Entry",
    "Payment Ledger Entry",
    "Stock Ledger Entry",
    "Fiscal Year",
    "Customer Group",
    "Territory",
    "Price List",
    "Item Group",
    "Accounts Settings",
    "Stock Settings",
    "System Settings",
];
/// What only the books themselves write.
const BOOKS: [&str; 4] = ["GL Entry", "Payment Ledger Entry", "Stock Ledger Entry", "Bin"];

/// The user of an `Authorization` header.
pub(crate) fn authenticate(store: &Store, header: Option<&str>) -> Result<String, Refusal> {
    let Some(header) = header else { return Ok("Guest".into()) };
    let token = header.strip_prefix("token ").ok_or_else(Refusal::unauthenticated)?;
    let (key, secret) = token.split_once(':').ok_or_else(Refusal::unauthenticated)?;
    let holds = |user: &Doc| {
        text(user, "api_key") == key && text(user, "api_secret") == secret && flag(user, "enabled")
    };
    let user = store.table("User").find(|(_, user)| !key.is_empty() && holds(user));
    user.map(|(name, _)| name.clone()).ok_or_else(Refusal::unauthenticated)
}

pub(crate) fn has_role(store: &Store, role: &str) -> bool {
    let Some(user) = store.get("User", &store.user) else { return store.user == "Administrator" };
    !role.is_empty() && rows(user, "roles").into_iter().any(|row| text(row, "role") == role)
}

/// Refuses what the present user may not do.
pub(crate) fn check(store: &Store, doctype: &str, right: Right) -> Result<(), Refusal> {
    match may(store, doctype, right) {
        true => Ok(()),
        false => Err(Refusal::forbidden(&store.user, doctype)),
    }
}

fn may(store: &Store, doctype: &str, right: Right) -> bool {
    if store.user == "Administrator" {
        return true;
    }
    let Some(user) = store.get("User", &store.user) else { return false };
    if rows(user, "denied").into_iter().any(|row| text(row, "doctype") == doctype) {
        return false;
    }
    if right != Right::Read && BOOKS.contains(&doctype) {
        return false;
    }
    let daily = has_role(store, "Sales User");
    match has_role(store, "System Manager") {
        true => doctype != "Supplier",
        false if right == Right::Read => daily && (WRITES.contains(&doctype) || READS.contains(&doctype)),
        false => daily && WRITES.contains(&doctype),
    }
}
