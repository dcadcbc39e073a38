//! What is wrong with a form that comes back: a word at each field, and a list of them above the form.

use axum::http::StatusCode;

use super::entry::Entry;
use super::trouble::{Trouble, plain};
use crate::app;
use crate::http::problem::Problem;
use crate::model::FieldError;

/// What is wrong with a form that comes back.
#[derive(Default)]
pub(super) struct Wrong {
    pub(super) fields: Vec<FieldError>,
    pub(super) trouble: Option<Trouble>,
    /// What the page calls its fields.
    labels: Vec<(String, String)>,
}

impl Wrong {
    /// Of what a use case said.
    pub(super) fn of(error: app::Error) -> Self {
        if let app::Error::Invalid(fields) = error {
            return Self::fields(fields);
        }
        Self { trouble: Some(Trouble::from(&Problem::from(error))), ..Self::default() }
    }

    /// Of fields that are not as they should be.
    pub(super) fn fields(fields: Vec<FieldError>) -> Self {
        Self { fields, ..Self::default() }
    }

    /// The same where the page calls the fields of these entries so.
    pub(super) fn called<'e>(self, entries: impl IntoIterator<Item = (&'e Entry, String)>) -> Self {
        self.named(entries.into_iter().map(|(entry, label)| (entry.name.clone(), label)))
    }

    /// The same where the page calls these fields so.
    pub(super) fn named(mut self, labels: impl IntoIterator<Item = (String, String)>) -> Self {
        self.labels.extend(labels);
        self
    }

    /// What is wrong with a field.
    pub(super) fn at(&self, name: &str) -> String {
        let found = self.fields.iter().filter(|error| error.field == name);
        found.map(|error| error.message.as_str()).collect::<Vec<_>>().join("; ")
    }

    /// Every field that is wrong, what it is called, and what is wrong with it.
    pub(super) fn lines(&self) -> impl Iterator<Item = (&str, String, &str)> {
        let called = |field: &str| {
            let known = self.labels.iter().find(|(name, _)| name == field).map(|(_, label)| label.clone());
            known.unwrap_or_else(|| plain(field))
        };
        self.fields
            .iter()
            .map(move |error| (error.field.as_str(), called(&error.field), error.message.as_str()))
    }

    pub(super) fn status(&self) -> StatusCode {
        match &self.trouble {
            Some(trouble) => trouble.status(),
            None if self.fields.is_empty() => StatusCode::OK,
            None => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }
}
