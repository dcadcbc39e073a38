//! Our key on documents, also on one that takes the place of another.
//!
//! A cancelled document keeps its key: ERPNext lets nobody write on it any more, and the key stays unique. The document
//! that a person makes in its stead gets the same key with its place in the succession behind it, `<key>~2`. The field
//! being unique, there is one of each place, whoever adopts at the same moment.
//!
//! Invariant: what stands for a key is the last of its succession. All before it are cancelled, which ERPNext never takes
//! back.

use std::cmp::Reverse;

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::json;
use slotledger_erp::{Failure, Key};

use super::{Books, FOUND, KEY};
use crate::mapping::Keyed;

/// What stands between a key and a place. No key has it.
const MARK: char = '~';
/// The longest succession: the field is looked up by all of its values at once.
const PLACES: u8 = 9;

/// A document that carries a key.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Holder {
    pub(crate) name: String,
    pub(crate) docstatus: u8,
    slotledger_key: Option<String>,
}

impl Holder {
    fn place(&self) -> u8 {
        let place = self.slotledger_key.as_deref().and_then(|field| field.split_once(MARK));
        place.and_then(|(_, place)| place.parse().ok()).unwrap_or(1)
    }

    /// What the field has to say on the document that comes after this one; none where no more can.
    pub(crate) fn next(&self, key: &Key) -> Option<String> {
        let next = self.place() + 1;
        (next <= PLACES).then(|| written(key, next))
    }
}

/// The key in a field, whichever place it gives.
pub(crate) fn key_in(field: &str) -> Option<Key> {
    Key::parse(field.split_once(MARK).map_or(field, |(key, _)| key))
}

fn written(key: &Key, place: u8) -> String {
    if place == 1 { key.to_string() } else { format!("{key}{MARK}{place}") }
}

impl Books<'_> {
    /// Who carries a key, the last in the succession first.
    pub(crate) async fn holders(&self, doctype: &str, key: &Key) -> Result<Vec<Holder>, Failure> {
        let values: Vec<String> = (1..=PLACES).map(|place| written(key, place)).collect();
        let filters = [(KEY, "in", json!(values)), ("company", "=", json!(self.company.name))];
        let fields = ["name", "docstatus", KEY];
        let mut found: Vec<Holder> = self.client.list(doctype, &filters, &fields, FOUND).await?;
        found.sort_by_key(|holder| Reverse(holder.place()));
        Ok(found)
    }

    /// The document with a key, whatever became of it: the last of its succession.
    pub(crate) async fn by_key<T: Keyed + DeserializeOwned>(&self, key: &Key) -> Result<Option<T>, Failure> {
        let Some(last) = self.holders(T::DOCTYPE, key).await?.into_iter().next() else { return Ok(None) };
        // One that is gone since was a draft that somebody deleted.
        self.client.document(T::DOCTYPE, &last.name).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_the_succession_stands_behind_the_key() {
        let key = Key::parse("a/1/invoice").unwrap();
        let holder = |field: &str| Holder { slotledger_key: Some(field.to_owned()), ..Holder::default() };
        assert_eq!(holder("a/1/invoice").next(&key).as_deref(), Some("a/1/invoice~2"));
        assert_eq!(holder("a/1/invoice~2").next(&key).as_deref(), Some("a/1/invoice~3"));
        assert_eq!(holder("a/1/invoice~9").next(&key), None);
        for field in ["a/1/invoice", "a/1/invoice~2"] {
            assert_eq!(key_in(field), Some(key.clone()));
        }
        assert_eq!(key_in("By hand"), None);
    }
}
