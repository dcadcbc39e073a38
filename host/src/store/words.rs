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

/// The pattern that finds `text` anywhere, small letters and capitals alike, for SQLite's `GLOB`, whose `LIKE` knows ASCII only.
pub(super) fn any_case_glob(text: &str) -> String {
    let mut pattern = String::from("*");
    for character in text.chars() {
        match cases(character) {
            Some(cases) => pattern.extend(['['].into_iter().chain(cases).chain([']'])),
            None if matches!(character, '*' | '?' | '[') => pattern.extend(['[', character, ']']),
            None => pattern.push(character),
        }
    }
    pattern.push('*');
    pattern
}

/// The same as a regular expression of PostgreSQL's, whose `ILIKE` goes by the database's locale.
pub(super) fn any_case_regex(text: &str) -> String {
    let mut pattern = String::new();
    for character in text.chars() {
        match cases(character) {
            Some(cases) => pattern.extend(['['].into_iter().chain(cases).chain([']'])),
            None if character.is_ascii_punctuation() => pattern.extend(['\\', character]),
            None => pattern.push(character),
        }
    }
    pattern
}

/// A letter small and as a capital, where each is one letter.
fn cases(letter: char) -> Option<[char; 2]> {
    let mut small = letter.to_lowercase();
    let mut capital = letter.to_uppercase();
    let both = [small.next()?, capital.next()?];
    (both[0] != both[1] && small.next().is_none() && capital.next().is_none()).then_some(both)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_looked_for_is_no_pattern_itself() {
        assert_eq!(any_case_glob("a*[ß]"), "*[aA][*][[]ß]*");
        assert_eq!(any_case_regex("É.(1)"), "[éÉ]\\.\\(1\\)");
    }
}
