//! Forms and queries as browsers send them: a field that was left empty counts as left out.

use std::collections::BTreeMap;
use std::str::FromStr;

use bytes::Bytes;
use serde_json::{Map, Value};
use url::form_urlencoded;

use crate::codes;
use crate::http::body::Input;
use crate::http::limits;
use crate::http::problem::Problem;
use crate::model::FieldError;

/// What a form or a query says, each field once, and what was ticked in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Form {
    fields: BTreeMap<String, String>,
    ticked: Vec<Tick>,
    upload: Option<Upload>,
}

/// A file that came with a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Upload {
    /// All of it.
    Whole(Bytes),
    /// It was larger than is kept.
    TooLarge,
}

/// An appointment that was ticked in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tick {
    /// Which.
    pub(super) id: String,
    /// Its revision, as the list showed it.
    pub(super) seen: String,
}

/// A time and with whom, as one choice: `<start>|<provider>`.
const SLOT: &str = "slot";

/// An appointment and its revision, as one choice of many: `<id>|<revision>`.
const TICK: &str = "tick";

/// A password, of whoever logs in or is welcomed.
pub(super) const PASSWORD: &str = "password";

/// A password that somebody has.
pub(super) const OLD_PASSWORD: &str = "old-password";

/// What it shall be.
pub(super) const NEW_PASSWORD: &str = "new-password";

impl Form {
    /// Reads what was sent.
    pub(super) fn parse(sent: &[u8]) -> Self {
        let pairs = form_urlencoded::parse(sent).into_owned();
        // Spaces around a password belong to it.
        let as_meant = |(name, text): (String, String)| match name.as_str() {
            OLD_PASSWORD | NEW_PASSWORD => (name, text),
            _ => (name, text.trim().to_owned()),
        };
        let told = pairs.map(as_meant).filter(|(_, text)| !text.is_empty());
        let (ticks, told): (Vec<_>, Vec<_>) = told.partition(|(name, _)| name == TICK);
        let mut fields: BTreeMap<String, String> = told.into_iter().collect();
        if let Some((start, provider)) = fields.remove(SLOT).as_deref().and_then(|slot| slot.split_once('|'))
        {
            fields.insert("start".to_owned(), start.to_owned());
            fields.insert("provider".to_owned(), provider.to_owned());
        }
        let mut ticked: Vec<Tick> = Vec::new();
        for (_, text) in ticks {
            let (id, seen) = text.split_once('|').unwrap_or((&text, ""));
            if ticked.iter().all(|tick| tick.id != id) {
                ticked.push(Tick { id: id.to_owned(), seen: seen.to_owned() });
            }
        }
        Self { fields, ticked, upload: None }
    }

    /// The same with a file.
    pub(super) fn with(self, upload: Option<Upload>) -> Self {
        Self { upload, ..self }
    }

    /// The photo that came with it.
    pub(super) fn photo(&self) -> Result<Bytes, Problem> {
        match &self.upload {
            Some(Upload::Whole(bytes)) if !bytes.is_empty() => Ok(bytes.clone()),
            Some(Upload::TooLarge) => {
                let detail = format!("The photo has more than {} bytes.", limits::PHOTO);
                Err(Problem::new(codes::PHOTO_TOO_LARGE, detail))
            }
            Some(Upload::Whole(_)) | None => {
                Err(Problem::new(codes::NO_PICTURE, "No photo was chosen, or the file is empty."))
            }
        }
    }

    /// What was ticked, each once, in the order of the list.
    pub(super) fn ticked(&self) -> &[Tick] {
        &self.ticked
    }

    /// A field; empty if it was left out.
    pub(super) fn text(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    /// A number as people type it: half of Europe writes a comma where the other half writes a point. What the one half reads as
    /// a thousand, and the other as one, stays as it is, which is no number.
    pub(super) fn number(&self, name: &str) -> String {
        let text = self.text(name);
        let is_doubtful = text.split_once(',').is_some_and(|(whole, rest)| {
            rest.len() == 3 && (1..=3).contains(&whole.len()) && !whole.starts_with('0')
        });
        if is_doubtful { text.to_owned() } else { text.replace(',', ".") }
    }

    /// What fields are called that begin with this, without it.
    pub(super) fn called<'a>(&'a self, begin: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.keys().filter_map(move |name| name.strip_prefix(begin))
    }

    /// A field that has to be readable if it is there.
    pub(super) fn read<T: FromStr>(&self, name: &str) -> Result<Option<T>, Problem> {
        let wrong = |_| Problem::new(codes::BAD_QUERY, format!("{name} cannot be read."));
        self.fields.get(name).map(|text| text.parse()).transpose().map_err(wrong)
    }

    /// All fields as JSON.
    pub(super) fn value(&self) -> Value {
        let mut value: Map<String, Value> =
            self.fields.iter().map(|(name, text)| (name.clone(), Value::String(text.clone()))).collect();
        if !self.ticked.is_empty() {
            // Under the name that the gate looks at.
            let ids = self.ticked.iter().map(|tick| Value::String(tick.id.clone())).collect();
            value.insert("appointments".to_owned(), Value::Array(ids));
        }
        Value::Object(value)
    }

    /// These fields as the body that the API takes for the same, checked as there.
    pub(super) fn input<T: Input>(&self, fields: &[&str]) -> Result<T, Problem> {
        let told = fields.iter().filter_map(|name| self.fields.get_key_value(*name));
        self.checked(told.map(|(name, text)| (name.clone(), Value::String(text.clone()))).collect())
    }

    /// This, made of the form's fields, as the body that the API takes for the same, checked as there.
    pub(super) fn checked<T: Input>(&self, value: Value) -> Result<T, Problem> {
        let nul = |errors: Vec<FieldError>| Problem::fields(codes::INVALID, errors);
        if self.fields.values().any(|text| text.contains('\0')) {
            let message = "a field holds a NUL character".to_owned();
            return Err(nul(vec![FieldError { field: String::new(), message }]));
        }
        let input = T::read(value).map_err(nul)?;
        let errors = input.check();
        if errors.is_empty() { Ok(input) } else { Err(nul(errors)) }
    }

    /// All that was typed and ticked, to be sent once more: without the token of the session, and without passwords.
    pub(super) fn kept(&self) -> Vec<(&str, String)> {
        let is_kept = |name: &str| !["csrf", PASSWORD, OLD_PASSWORD, NEW_PASSWORD].contains(&name);
        let told = self.fields.iter().filter(|(name, _)| is_kept(name));
        let ticks = self.ticked.iter().map(|tick| (TICK, format!("{}|{}", tick.id, tick.seen)));
        told.map(|(name, text)| (name.as_str(), text.clone())).chain(ticks).collect()
    }

    /// The fields without this one, as a query.
    pub(super) fn without(&self, names: &[&str]) -> String {
        self.query(|name| !names.contains(&name))
    }

    /// Of the fields only these, as a query.
    pub(super) fn only(&self, names: &[&str]) -> String {
        self.query(|name| names.contains(&name))
    }

    fn query(&self, is_kept: impl Fn(&str) -> bool) -> String {
        let kept = self.fields.iter().filter(|(name, _)| is_kept(name));
        form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_left_empty_is_left_out() {
        let form = Form::parse(b"company=&text=+a+&text=b");
        assert_eq!((form.text("company"), form.text("text")), ("", "b"));
        assert_eq!(form.without(&[]), "text=b");
    }

    #[test]
    fn a_comma_is_a_point_unless_it_may_stand_for_thousands() {
        for (typed, read) in [
            ("7,5", "7.5"),
            ("0,125", "0.125"),
            ("1,000", "1,000"),
            ("1234,500", "1234.500"),
            ("12.50", "12.50"),
        ] {
            assert_eq!(Form::parse(format!("n={typed}").as_bytes()).number("n"), read);
        }
    }

    #[test]
    fn spaces_around_a_password_belong_to_it() {
        let form = Form::parse(b"old-password=+a+&name=+b+");
        assert_eq!((form.text(OLD_PASSWORD), form.text("name")), (" a ", "b"));
    }

    #[test]
    fn a_choice_names_what_the_gate_looks_at() {
        let form = Form::parse(b"slot=2026-01-01T09%3A00%3A00Z%7C0198");
        assert_eq!((form.text("start"), form.text("provider")), ("2026-01-01T09:00:00Z", "0198"));
    }

    #[test]
    fn what_is_ticked_is_named_to_the_gate_once() {
        let form = Form::parse(b"tick=a%7C3&reason=x&tick=b%7C1&tick=a%7C4&tick=");
        assert_eq!(form.value(), json!({ "reason": "x", "appointments": ["a", "b"] }));
        let seen: Vec<_> = form.ticked().iter().map(|tick| tick.seen.as_str()).collect();
        assert_eq!(seen, ["3", "1"]);
        let named = Form::parse(b"appointments=c&tick=a%7C3");
        assert_eq!(named.value(), json!({ "appointments": ["a"] }), "nothing else counts as ticked");
    }
}
