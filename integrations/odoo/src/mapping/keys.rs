//! Our keys as Odoo holds them.
//!
//! Invariant: an external identifier can be read back into the key it was made from, and two keys never make the same.

use std::fmt::Write as _;

use slotledger_erp::{Key, Kind};

/// The module that all our external identifiers seem to come from. No module of Odoo has this name.
const MODULE: &str = "slotledger";

/// The external identifier of a document: Odoo keeps it unique, whoever asks.
pub(crate) fn external_id(kind: Kind, key: &Key) -> String {
    let short = match kind {
        Kind::SalesOrder | Kind::OrderCancellation | Kind::OrderAmendment => "so",
        Kind::SalesInvoice => "inv",
        Kind::CreditNote => "cn",
        Kind::StockIssue => "issue",
        Kind::StockReturn => "return",
        Kind::Commission => "comm",
        Kind::CommissionReversal => "commrev",
        Kind::Advance => "adv",
        Kind::AdvanceRefund => "advref",
    };
    format!("{MODULE}.{short}_{}", escaped(key.as_str()))
}

/// The external identifier of a party we made.
pub(crate) fn party_id(code: &str) -> String {
    format!("{MODULE}.party_{}", escaped(code))
}

/// A dot would end the module's name, and some of Odoo's screens take a slash for a path.
fn escaped(text: &str) -> String {
    let mut name = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '_' => name.push_str("__"),
            '/' => name.push_str("_s"),
            '.' => name.push_str("_d"),
            c if c.is_ascii_alphanumeric() || c == '-' => name.push(c),
            c => {
                // Writing to a string does not fail.
                let _ = write!(name, "_x{:x}_", u32::from(c));
            }
        }
    }
    name
}

/// Whether a text in one of Odoo's reference fields is one of our keys: appointment, revision and step.
pub(crate) fn is_key(text: &str) -> bool {
    key_in(Some(text)).is_some()
}

/// The key in one of Odoo's reference fields, where people write what they like.
pub(crate) fn key_in(text: Option<&str>) -> Option<Key> {
    let text = text?;
    if text.matches('/').count() < 2 {
        return None;
    }
    Key::parse(text)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// The reverse, which only shows that there is one.
    fn unescaped(name: &str) -> String {
        let mut text = String::new();
        let mut chars = name.chars();
        while let Some(c) = chars.next() {
            match (c, c == '_') {
                (_, false) => text.push(c),
                (_, true) => match chars.next().unwrap() {
                    '_' => text.push('_'),
                    's' => text.push('/'),
                    'd' => text.push('.'),
                    'x' => {
                        let code: String = chars.by_ref().take_while(|c| *c != '_').collect();
                        text.push(char::from_u32(u32::from_str_radix(&code, 16).unwrap()).unwrap());
                    }
                    other => panic!("_{other}"),
                },
            }
        }
        text
    }

    #[test]
    fn an_external_identifier_leads_back_to_its_key() {
        let texts =
            ["a/1/order", "a_s1/order", "a.1_order", "a__s", "a_d", "0192f0c1-7d3e/3/invoice_2.b", "Ç D/é"];
        let names: HashSet<String> = texts.iter().map(|text| escaped(text)).collect();
        assert_eq!(names.len(), texts.len());
        for text in texts {
            let name = escaped(text);
            assert!(!name.contains(['.', '/', ' ']), "{name}");
            assert_eq!(unescaped(&name), text);
        }
    }

    #[test]
    fn an_external_identifier_names_the_kind() {
        let key = Key::parse("apt-42/2/order").unwrap();
        assert_eq!(external_id(Kind::SalesOrder, &key), "slotledger.so_apt-42_s2_sorder");
        assert_eq!(external_id(Kind::CreditNote, &key), "slotledger.cn_apt-42_s2_sorder");
        assert_eq!(party_id("CUST-ANA"), "slotledger.party_CUST-ANA");
    }

    #[test]
    fn what_people_write_is_no_key() {
        assert!(is_key("apt-42/2/order"));
        for text in ["", "PO 17", "po-17", "2026/17", "Apt/2/order"] {
            assert!(!is_key(text), "{text}");
        }
    }
}
