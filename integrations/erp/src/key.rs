//! The key that makes one document of however many deliveries.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What stands between a key and what the ERP knows the surplus document by.
const SURPLUS: &str = "/surplus_";

/// `<appointment>/<revision>/<step>`: unique for ever, known before anything is sent, at most [`Key::MAX_LEN`] long.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(String);

impl Key {
    /// ERPNext's `Data` fields end here, the shortest of all.
    pub const MAX_LEN: usize = 140;

    /// Takes a key; `None` when it is empty, too long, or has characters besides `a-z 0-9 - _ / .`, which
    /// some ERP would fold or trim.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let plain =
            |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '/' | '.');
        (!text.is_empty() && text.len() <= Self::MAX_LEN && text.chars().all(plain))
            .then(|| Self(text.to_owned()))
    }

    /// The key of a document that carries this one although another does: what the ERP knows it by tells the two apart.
    /// None where that does not fit into a key.
    #[must_use]
    pub fn surplus(&self, reference: &str) -> Option<Self> {
        let key = Self::parse(&format!("{self}{SURPLUS}{reference}"))?;
        key.surplus_of().is_some().then_some(key)
    }

    /// The key that such a document carried, and what the ERP knows it by; none for any other key.
    #[must_use]
    pub fn surplus_of(&self) -> Option<(Self, &str)> {
        let (key, reference) = self.0.rsplit_once(SURPLUS)?;
        (!reference.is_empty() && !reference.contains('/')).then_some(())?;
        Some((Self::parse(key)?, reference))
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_plain_characters_is_taken() {
        for text in ["a", "apt-0042/1/order", "0192f0c1-7d3e/3/invoice_2.b", &"k".repeat(Key::MAX_LEN)] {
            assert_eq!(Key::parse(text).map(|key| key.to_string()).as_deref(), Some(text));
        }
    }

    #[test]
    fn a_surplus_document_has_a_key_that_leads_back() {
        let key = Key::parse("a/1/invoice").unwrap();
        let surplus = key.surplus("42").unwrap();
        assert_eq!(surplus.as_str(), "a/1/invoice/surplus_42");
        assert_eq!(surplus.surplus_of(), Some((key.clone(), "42")));
        for reference in ["", "4/2", "INV-7"] {
            assert_eq!(key.surplus(reference), None, "{reference:?}");
        }
        for other in ["a/1/invoice", "a/1/invoice/surplus_42/counter", "/surplus_42"] {
            assert_eq!(Key::parse(other).unwrap().surplus_of(), None, "{other}");
        }
    }

    #[test]
    fn a_key_some_erp_would_change_is_refused() {
        for text in ["", "APT-0042", "a b", "a\n", " a", "a%", "é", &"k".repeat(Key::MAX_LEN + 1)] {
            assert_eq!(Key::parse(text), None, "{text:?}");
        }
    }
}
