//! A field of a form with its label, what was typed, and what is wrong with it.

use askama::Template;

use super::wrong::Wrong;

/// One input.
#[derive(Template)]
#[template(path = "parts/entry.html")]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) label: &'static str,
    pub(super) kind: &'static str,
    pub(super) value: String,
    pub(super) hint: &'static str,
    pub(super) wrong: String,
    pub(super) attributes: Vec<(&'static str, &'static str)>,
}

impl Entry {
    /// A line of text that has to say something.
    pub(in crate::http::web) fn line(
        name: impl Into<String>,
        label: &'static str,
        value: &str,
        wrong: &Wrong,
    ) -> Self {
        let name = name.into();
        let wrong = wrong.at(&name);
        let attributes = vec![("required", "required"), ("maxlength", "200")];
        Self { name, label, kind: "text", value: value.to_owned(), hint: "", wrong, attributes }
    }

    /// A number, as text: browsers differ in what they make of points and commas.
    pub(in crate::http::web) fn number(
        name: impl Into<String>,
        label: &'static str,
        value: &str,
        wrong: &Wrong,
    ) -> Self {
        let attributes = vec![("inputmode", "decimal"), ("maxlength", "20")];
        Self { attributes, ..Self::line(name, label, value, wrong) }
    }

    /// A paragraph that can be left out.
    pub(in crate::http::web) fn paragraph(
        name: &'static str,
        label: &'static str,
        value: &str,
        wrong: &Wrong,
    ) -> Self {
        let attributes = vec![("maxlength", "1000"), ("rows", "3")];
        Self { kind: "paragraph", attributes, ..Self::line(name, label, value, wrong) }
    }

    /// With this below it.
    pub(in crate::http::web) fn hinted(self, hint: &'static str) -> Self {
        Self { hint, ..self }
    }

    /// With these attributes instead.
    pub(in crate::http::web) fn with(self, attributes: Vec<(&'static str, &'static str)>) -> Self {
        Self { attributes, ..self }
    }
}
