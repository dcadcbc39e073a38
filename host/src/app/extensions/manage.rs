//! What administrators do about extensions once they are installed: how much each has to say, and removing them.
//!
//! Invariants: doing something twice changes nothing more; whatever is changed leaves a row that says who did it; of the uses
//! of one extension at a company one is active, which the database has the last word on. An extension can be switched off
//! whatever is wrong with its component.

use super::Health;
use crate::app::catalog::{COMPONENT, not_installed, record_of, typed};
use crate::app::{App, Error, Result};
use crate::model::master::Kind;
use crate::model::{CompanyId, Component, Extension, ExtensionChange, Mode, OnFailure, Stored};
use crate::store::{self, ACTIVE_USE, ExtensionChangeFilter, Page, Removal};

/// Records that are read at a time.
const BATCH: u32 = 200;

/// How often it is tried while others change the same.
const TRIES: usize = 5;

/// How much an extension is to have to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Say {
    /// The mode; none switches it off.
    pub mode: Option<Mode>,
    /// What becomes of a decision if it fails; none leaves that as it is.
    pub on_failure: Option<OnFailure>,
}

/// What was to be done cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unmanaged {
    /// The company does not use it.
    #[error("the company {company} does not use an extension {name}")]
    NotUsed {
        /// Its name.
        name: String,
        /// Which company.
        company: CompanyId,
    },
    /// The company uses it already.
    #[error("the company {company} uses an extension {name} already{}", .by.map(|id| format!(", as {id}")).unwrap_or_default())]
    UsedAlready {
        /// Its name.
        name: String,
        /// Which company.
        company: CompanyId,
        /// The use, unless it was ended in this moment.
        by: Option<uuid::Uuid>,
    },
    /// Companies use it.
    #[error("the component {digest} is used by the companies {}", listed(.companies))]
    InUse {
        /// Its SHA-256.
        digest: String,
        /// Which.
        companies: Vec<CompanyId>,
    },
}

impl Unmanaged {
    /// The stable code a person can look up.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotUsed { .. } => "SL0425",
            Self::InUse { .. } => "SL0426",
            Self::UsedAlready { .. } => "SL0427",
        }
    }
}

fn listed(companies: &[CompanyId]) -> String {
    companies.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

impl App {
    /// Changes how much the extension of this name has to say at a company.
    pub async fn set_mode_of(
        &self,
        (company, name): (CompanyId, &str),
        say: Say,
        by: &str,
    ) -> Result<Stored<Extension>> {
        for _ in 0..TRIES {
            let used = self.use_of(company, name).await?;
            if let Some(changed) = self.try_mode(used, say, by).await? {
                return Ok(changed);
            }
        }
        Err(Error::Busy)
    }

    /// The same for the extension whose use this is.
    pub async fn set_mode(&self, id: uuid::Uuid, say: Say, by: &str) -> Result<Stored<Extension>> {
        for _ in 0..TRIES {
            let used = self.get::<Extension>(id).await?;
            if let Some(changed) = self.try_mode(used, say, by).await? {
                return Ok(changed);
            }
        }
        Err(Error::Busy)
    }

    /// None if somebody else has changed it in this moment.
    async fn try_mode(
        &self,
        used: Stored<Extension>,
        say: Say,
        by: &str,
    ) -> Result<Option<Stored<Extension>>> {
        let Say { mode, on_failure } = say;
        let data = Extension {
            active: mode.is_some(),
            mode: mode.unwrap_or(used.data.mode),
            on_failure: on_failure.unwrap_or(used.data.on_failure),
            ..used.data.clone()
        };
        if data == used.data {
            return Ok(Some(used));
        }
        if data.active && !used.data.active {
            // Meanwhile its component may have been removed, or a service that it is for.
            let value = serde_json::to_value(&data).unwrap_or_default();
            let errors = self.check_extension(CompanyId(used.company), &value).await?;
            if !errors.is_empty() {
                return Err(Error::Invalid(errors));
            }
        }
        let (expected, updated_at) = (used.version, self.ports.clock.now());
        let stored = Stored { version: expected + 1, updated_at, data, ..used };
        match self.ports.store.replace(&record_of(&stored, Some(by))?, expected, None).await {
            Ok(()) => Ok(Some(stored)),
            Err(store::Error::Stale(_)) => Ok(None),
            Err(store::Error::Missing(COMPONENT)) => Err(not_installed()),
            Err(store::Error::Exists(ACTIVE_USE)) => {
                Err(self.used_already(CompanyId(stored.company), &stored.data.name).await)
            }
            Err(other) => Err(other.into()),
        }
    }

    /// The use of an extension: the one that is active, else the one that was changed last.
    async fn use_of(&self, company: CompanyId, name: &str) -> Result<Stored<Extension>> {
        let (mut after, mut found) = (None, None::<Stored<Extension>>);
        loop {
            let page = Page { after, limit: BATCH };
            let page = self.ports.store.records(Kind::Extension, Some(company.0), page).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            for record in page.into_iter().filter(|record| record.name == name) {
                let used = typed::<Extension>(record)?;
                let rank = |used: &Stored<Extension>| (used.data.active, used.updated_at);
                if found.as_ref().is_none_or(|known| rank(known) < rank(&used)) {
                    found = Some(used);
                }
            }
        }
        found.ok_or_else(|| Unmanaged::NotUsed { name: name.to_owned(), company }.into())
    }

    /// Why an extension that a company uses is not used there a second time.
    pub(in crate::app) async fn used_already(&self, company: CompanyId, name: &str) -> Error {
        let used = self.use_of(company, name).await.ok().filter(|used| used.data.active);
        Unmanaged::UsedAlready { name: name.to_owned(), company, by: used.map(|used| used.id) }.into()
    }

    /// How an extension has been doing at a company, as far as this host knows.
    #[must_use]
    pub fn extension_health(&self, company: CompanyId, of: &Extension) -> Health {
        self.extensions.breaker.health(company, of, self.ports.clock.now())
    }

    /// Has an extension asked again from now on, however often it failed before. This host forgets its failures; others
    /// find out by themselves.
    pub async fn try_extension_again(&self, id: uuid::Uuid, by: &str) -> Result<Stored<Extension>> {
        let used = self.get::<Extension>(id).await?;
        self.extensions.breaker.answered(CompanyId(used.company), &used.data);
        let message = format!("{} is asked again, whatever it failed at.", used.data.name);
        self.note(by, "extension.again", Some(id), message).await?;
        Ok(used)
    }

    /// Removes a component that no company uses, and says whether it was there until now.
    pub async fn remove_component(&self, digest: &str, by: &str) -> Result<bool> {
        let removal = self.ports.store.remove_component(digest, by, self.ports.clock.now()).await?;
        match removal {
            Removal::Removed => Ok(true),
            Removal::Gone => Ok(false),
            Removal::Unknown => Err(Error::missing("component", digest)),
            Removal::InUse(companies) => {
                Err(Unmanaged::InUse { digest: digest.to_owned(), companies }.into())
            }
        }
    }

    /// Those that are installed and called so, or have this SHA-256.
    pub async fn components_called(&self, name: &str) -> Result<Vec<Component>> {
        let all = self.components().await?;
        Ok(all.into_iter().filter(|one| one.name == name || one.digest == name).collect())
    }

    /// What was done about extensions before a change, the newest first.
    pub async fn extension_changes(
        &self,
        filter: &ExtensionChangeFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<ExtensionChange>> {
        Ok(self.ports.store.extension_changes(filter, before, limit).await?)
    }
}
