//! What columns hold that is neither a number nor an instant: JSON, the names of enumerations, search patterns. And how
//! exactly an instant is kept. The same for every engine.

use chrono::{DateTime, SubsecRound, Utc};
use serde::de::value::{Error as WordError, StrDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer};
use serde::{Deserialize, Serialize};

use super::Error;
use crate::model::Actor;

/// The finest part of a second that is kept, in digits.
const DIGITS: u16 = 6;

/// An instant as it will be read back.
pub(super) fn kept(at: DateTime<Utc>) -> DateTime<Utc> {
    at.trunc_subsecs(DIGITS)
}

/// The JSON a column shall hold.
pub(super) fn to_json(what: &'static str, value: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| Error::Corrupt(what, Box::new(error)))
}

/// The value whose JSON a column holds.
pub(super) fn from_json<T: DeserializeOwned>(what: &'static str, json: &str) -> Result<T, Error> {
    serde_json::from_str(json).map_err(|error| Error::Corrupt(what, Box::new(error)))
}

/// A plain enumeration's value by its name.
pub(super) fn from_word<'de, T: Deserialize<'de>>(what: &'static str, word: &'de str) -> Result<T, Error> {
    let deserializer: StrDeserializer<'de, WordError> = word.into_deserializer();
    T::deserialize(deserializer).map_err(|error| Error::Corrupt(what, Box::new(error)))
}

/// Who acted, as a column holds it.
pub(super) const fn actor(actor: Actor) -> &'static str {
    match actor {
        Actor::Customer => "customer",
        Actor::Provider => "provider",
        Actor::Staff => "staff",
        Actor::System => "system",
    }
}

/// The pattern that finds `text` anywhere, for `LIKE … ESCAPE '\'`.
pub(super) fn containing(text: &str) -> String {
    let mut pattern = String::from("%");
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}
