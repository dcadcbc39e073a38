//! The pages on which customers book for themselves, as a company sets them.
//!
//! Invariant: closed unless somebody opened it. Deliberately absent: which services are shown, which follows from what is
//! active and offered.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::fields::{Fields, LINE};

/// Characters of a text on the pages: a paragraph.
const PARAGRAPH: usize = 1000;

/// How customers book for themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Portal {
    /// Whether there are pages for it, at `/portal/` and the company's identifier.
    pub open: bool,
    /// What they are headed with; none takes the company's name.
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// What stands on the first of them.
    #[schema(max_length = 1000)]
    pub greeting: String,
    /// How a deposit is paid: to which account, by which link.
    #[schema(max_length = 1000)]
    pub payment: String,
}

impl Portal {
    pub(super) fn check(&self, fields: &mut Fields) {
        fields.optional_line("portal.name", self.name.as_deref(), LINE);
        fields.text("portal.greeting", &self.greeting, PARAGRAPH);
        fields.text("portal.payment", &self.payment, PARAGRAPH);
    }
}
