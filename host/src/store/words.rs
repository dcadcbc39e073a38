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

/// What stands between the digits of a telephone number.
pub(super) const SEPARATORS: [char; 6] = [' ', '-', '/', '.', '(', ')'];

/// Digits that make a text a telephone number rather than any number.
const DIALLED: usize = 4;

/// A text as a telephone number is dialled; none if it is not one.
pub(super) fn dialled(text: &str) -> Option<String> {
    let number: String = text.chars().filter(|character| !SEPARATORS.contains(character)).collect();
    let digits = number.strip_prefix('+').unwrap_or(&number);
    (digits.len() >= DIALLED && digits.chars().all(|digit| digit.is_ascii_digit())).then_some(number)
}

/// So many runs of a text narrow a search down enough.
const GRAMS: usize = 32;

/// What the index of names is asked for: each three characters of a text that follow each other, capital letters as small
/// ones. Runs with a letter that is not ASCII are left out, because engines differ in what its capital is.
pub(super) fn grams(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().map(|letter| letter.to_ascii_lowercase()).collect();
    let runs = letters.windows(3).filter(|run| run.iter().all(char::is_ascii));
    let mut grams: Vec<String> = runs.map(String::from_iter).collect();
    grams.sort_unstable();
    grams.dedup();
    grams.truncate(GRAMS);
    grams
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

    #[test]
    fn a_text_is_a_telephone_number_however_it_is_parted() {
        assert_eq!(dialled("+49 (30) 123-45").as_deref(), Some("+493012345"));
        assert_eq!(dialled("0 30/12.3").as_deref(), Some("030123"));
        for text in ["", "123", "1-2-3", "12+34", "APT-0042", "1234a"] {
            assert_eq!(dialled(text), None, "{text}");
        }
    }

    #[test]
    fn an_index_is_asked_for_runs_that_every_engine_reads_alike() {
        assert_eq!(grams("Visit"), ["isi", "sit", "vis"]);
        assert_eq!(grams("Öl 4\""), [" 4\"", "l 4"]);
        assert_eq!(grams("aaaaa"), ["aaa"]);
        for text in ["", "ab", "aÖb"] {
            assert!(grams(text).is_empty(), "{text}");
        }
    }
}
