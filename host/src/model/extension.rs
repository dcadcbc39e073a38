//! Extensions: the components of third parties that are installed, where they are used, and what they said.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{AppointmentId, CompanyId, ServiceId};

/// How much an extension has to say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// What it denies is refused, and what it proposes is done.
    Enforce,
    /// What it denies is written into the appointment's trail. Nothing that it proposes is done.
    Warn,
    /// What it says is recorded and changes nothing.
    #[default]
    Audit,
}

/// What becomes of a decision if an extension that enforces fails.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnFailure {
    /// It is refused for the time being.
    #[default]
    Closed,
    /// It is made without the extension.
    Open,
}

/// Properties that Slotledger carries and does not read, by name.
pub type Attributes = BTreeMap<String, String>;

/// What is set, by the names of the settings.
pub type Settings = BTreeMap<String, String>;

/// An extension in use at a company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Extension {
    /// What the component calls itself: `org.example.weekend-surcharge`. A company uses it once.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// SHA-256 of the component, which is installed.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub digest: String,
    /// How much it has to say.
    #[serde(default)]
    pub mode: Mode,
    /// What becomes of a decision if it fails.
    #[serde(default)]
    pub on_failure: OnFailure,
    /// Those with a lower one are asked first; of two alike the one whose name comes first.
    #[serde(default = "usual")]
    #[schema(maximum = 1000)]
    pub priority: u32,
    /// Only for these services; none named means all.
    #[serde(default)]
    #[schema(max_items = 500)]
    pub services: Vec<ServiceId>,
    /// What is set.
    #[serde(default)]
    pub settings: Settings,
    /// What is set otherwise for single services, by their identifiers.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Settings>)]
    pub service_settings: BTreeMap<ServiceId, Settings>,
    /// Whether it is asked.
    #[serde(default = "super::master::yes")]
    pub active: bool,
}

const fn usual() -> u32 {
    100
}

impl Extension {
    /// Whether it is asked about a service.
    #[must_use]
    pub fn is_for(&self, service: ServiceId) -> bool {
        self.active && (self.services.is_empty() || self.services.contains(&service))
    }

    /// What is set for a service.
    #[must_use]
    pub fn settings_for(&self, service: ServiceId) -> Settings {
        let mut all = self.settings.clone();
        all.extend(self.service_settings.get(&service).cloned().unwrap_or_default());
        all
    }
}

/// An installed component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Component {
    /// SHA-256, hexadecimal.
    pub digest: String,
    /// What it calls itself.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What it says of itself: where it is asked, what it may propose, what can be set.
    #[schema(value_type = Object)]
    pub description: Value,
    /// Where it came from.
    pub origin: String,
    /// Whose signature it has; none where an unsigned one was allowed by name.
    pub signer: Option<String>,
    /// Who installed it.
    pub by: String,
    /// When.
    pub installed_at: DateTime<Utc>,
}

/// What was done about an extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExtensionAct {
    /// A component was installed.
    Installed,
    /// A component was removed.
    Removed,
    /// A company began to use it.
    Added,
    /// Its use at a company was changed.
    Changed,
}

impl ExtensionAct {
    /// As it is kept.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Installed => "installed",
            Self::Removed => "removed",
            Self::Added => "added",
            Self::Changed => "changed",
        }
    }
}

/// Something that was done about an extension.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ExtensionChange {
    /// Counts them.
    pub id: i64,
    /// At which company; none where a component was installed or removed.
    pub company: Option<CompanyId>,
    /// The extension's name.
    pub extension: String,
    /// The component's SHA-256.
    pub digest: String,
    /// What was done.
    pub what: ExtensionAct,
    /// The use, as it is since then: mode, settings and all. None where a component was installed or removed.
    #[schema(value_type = Option<Object>)]
    pub now: Option<Value>,
    /// Who did it; none where nobody said.
    pub by: Option<String>,
    /// When.
    pub changed_at: DateTime<Utc>,
}

/// What came of asking an extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// Nothing.
    Silent,
    /// It proposed something.
    Proposed,
    /// It warned.
    Warned,
    /// It denied.
    Denied,
    /// It failed.
    Failed,
}

impl Said {
    /// As it is kept.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Silent => "silent",
            Self::Proposed => "proposed",
            Self::Warned => "warned",
            Self::Denied => "denied",
            Self::Failed => "failed",
        }
    }
}

impl Mode {
    /// As it is kept.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enforce => "enforce",
            Self::Warn => "warn",
            Self::Audit => "audit",
        }
    }
}

/// What an extension said when it was asked.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ExtensionAnswer {
    /// Counts them.
    pub id: i64,
    /// The decision that it was asked in.
    pub decision: i64,
    /// Whose decision it was about.
    pub company: CompanyId,
    /// The appointment; none for a search and for a hold that was refused.
    pub appointment: Option<AppointmentId>,
    /// The extension's name.
    pub extension: String,
    /// The component's SHA-256.
    pub digest: String,
    /// Where it was asked.
    pub hook: String,
    /// How much it had to say.
    pub mode: Mode,
    /// What came of it.
    pub outcome: Said,
    /// Units of fuel that it took.
    pub fuel: u64,
    /// What it was shown.
    #[schema(value_type = Object)]
    pub input: Value,
    /// What it answered: `proposals`, `findings`, `log`, `error`.
    #[schema(value_type = Object)]
    pub answer: Value,
    /// When.
    pub asked_at: DateTime<Utc>,
}
