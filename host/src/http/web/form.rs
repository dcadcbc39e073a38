//! Forms and queries as browsers send them: a field that was left empty counts as left out.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde_json::Value;
use url::form_urlencoded;

use crate::codes;
use crate::http::body::Input;
use crate::http::problem::Problem;
use crate::model::FieldError;

/// What a form or a query says, each field once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Form(BTreeMap<String, String>);

/// A time and with whom, as one choice: `<start>|<provider>`.
const SLOT: &str = "slot";

impl Form {
    /// Reads what was sent.
    pub(super) fn parse(sent: &[u8]) -> Self {
        let pairs = form_urlencoded::parse(sent).into_owned();
        let told =
            pairs.map(|(name, text)| (name, text.trim().to_owned())).filter(|(_, text)| !text.is_empty());
        let mut fields: BTreeMap<String, String> = told.collect();
        if let Some((start, provider)) = fields.remove(SLOT).as_deref().and_then(|slot| slot.split_once('|'))
        {
            fields.insert("start".to_owned(), start.to_owned());
            fields.insert("provider".to_owned(), provider.to_owned());
        }
        Self(fields)
    }

    /// A field; empty if it was left out.
    pub(super) fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// A field that has to be readable if it is there.
    pub(super) fn read<T: FromStr>(&self, name: &str) -> Result<Option<T>, Problem> {
        let wrong = |_| Problem::new(codes::BAD_QUERY, format!("{name} cannot be read."));
        self.0.get(name).map(|text| text.parse()).transpose().map_err(wrong)
    }

    /// All fields as JSON.
    pub(super) fn value(&self) -> Value {
        self.0.iter().map(|(name, text)| (name.clone(), Value::String(text.clone()))).collect()
    }

    /// These fields as the body that the API takes for the same, checked as there.
    pub(super) fn input<T: Input>(&self, fields: &[&str]) -> Result<T, Problem> {
        let told = fields.iter().filter_map(|name| self.0.get_key_value(*name));
        self.checked(told.map(|(name, text)| (name.clone(), Value::String(text.clone()))).collect())
    }

    /// This, made of the form's fields, as the body that the API takes for the same, checked as there.
    pub(super) fn checked<T: Input>(&self, value: Value) -> Result<T, Problem> {
        let nul = |errors: Vec<FieldError>| Problem::fields(codes::INVALID, errors);
        if self.0.values().any(|text| text.contains('\0')) {
            let message = "a field holds a NUL character".to_owned();
            return Err(nul(vec![FieldError { field: String::new(), message }]));
        }
        let input = T::read(value).map_err(nul)?;
        let errors = input.check();
        if errors.is_empty() { Ok(input) } else { Err(nul(errors)) }
    }

    /// The fields without this one, as a query.
    pub(super) fn without(&self, names: &[&str]) -> String {
        let kept = self.0.iter().filter(|(name, _)| !names.contains(&name.as_str()));
        form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_empty_is_left_out() {
        let form = Form::parse(b"company=&text=+a+&text=b");
        assert_eq!((form.text("company"), form.text("text")), ("", "b"));
        assert_eq!(form.without(&[]), "text=b");
    }

    #[test]
    fn a_choice_names_what_the_gate_looks_at() {
        let form = Form::parse(b"slot=2026-01-01T09%3A00%3A00Z%7C0198");
        assert_eq!((form.text("start"), form.text("provider")), ("2026-01-01T09:00:00Z", "0198"));
    }
}
