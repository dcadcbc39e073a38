//! What customers ask for in a provider.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::model::ProviderId;
use crate::wasm::bindings::slotledger::rules::decisions;
use crate::wasm::bindings::slotledger::types::catalog;

/// What a customer would like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", content = "value", rename_all = "snake_case")]
pub enum Wish {
    /// This provider.
    Provider(ProviderId),
    /// A provider of this gender.
    Gender(String),
    /// A provider who speaks this language, a BCP 47 tag.
    Language(String),
    /// A provider with this skill.
    Skill(String),
}

/// A wish, and how much it weighs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Preference {
    /// What is wished for.
    #[serde(flatten)]
    pub wish: Wish,
    /// Whether nothing else will do; else providers who meet more wishes go first.
    #[serde(default)]
    pub required: bool,
}

impl Preference {
    pub(super) fn words(&self) -> decisions::Preference {
        let quality =
            |kind, value: &String| decisions::Wish::Quality(catalog::Quality { kind, value: value.clone() });
        let wish = match &self.wish {
            Wish::Provider(id) => decisions::Wish::Provider(id.to_string()),
            Wish::Gender(value) => quality(catalog::QualityKind::Gender, value),
            Wish::Language(value) => quality(catalog::QualityKind::Language, value),
            Wish::Skill(value) => quality(catalog::QualityKind::Skill, value),
        };
        decisions::Preference { wish, required: self.required }
    }
}
