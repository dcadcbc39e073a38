//! What is written: the bodies of new customers.

use serde::Serialize;
use slotledger_erp::Party;

/// Longest text of a `Data` field.
const DATA_CHARS: usize = 140;

/// A new customer. Its name may be taken; its code may not.
#[derive(Debug, Serialize)]
pub(crate) struct NewCustomer<'a> {
    customer_name: String,
    customer_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mobile_no: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_currency: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    accounts: Vec<PartyAccount<'a>>,
    slotledger_code: &'a str,
}

#[derive(Debug, Serialize)]
struct PartyAccount<'a> {
    company: &'a str,
    account: &'a str,
}

/// The body of a new customer; with an account of its own where it buys in another currency.
pub(crate) fn customer<'a>(
    party: &'a Party,
    company: &'a str,
    foreign: Option<(&'a str, &'a str)>,
) -> NewCustomer<'a> {
    let name: String = party.name.replace(['<', '>'], " ").trim().chars().take(DATA_CHARS).collect();
    NewCustomer {
        customer_name: if name.is_empty() { party.code.clone() } else { name },
        customer_type: "Individual",
        email_id: party.email.as_deref(),
        mobile_no: party.phone.as_deref(),
        default_currency: foreign.map(|(currency, _)| currency),
        accounts: foreign.map(|(_, account)| PartyAccount { company, account }).into_iter().collect(),
        slotledger_code: &party.code,
    }
}
