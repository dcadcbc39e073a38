//! What customers ask for in a provider.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ProviderId;

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
