//! Installed components, and what was done about extensions.
//!
//! Invariants: a component is kept under the SHA-256 of its bytes and never changes; whatever is done about one or about
//! its use at a company leaves a row in the same transaction; none that a company uses is removed; a company has one use of
//! an extension that is active. Deliberately absent: where extensions are used, which is master data.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::Error;
use crate::model::{CompanyId, Component, ExtensionChange};

/// What exists already where a company is to use an extension a second time.
pub const ACTIVE_USE: &str = "active use of the extension";

/// What came of removing a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Removal {
    /// It was removed.
    Removed,
    /// It had been removed before.
    Gone,
    /// It was never installed.
    Unknown,
    /// Companies use it, and it stays.
    InUse(Vec<CompanyId>),
}

/// Which changes to list.
#[derive(Debug, Clone, Default)]
pub struct ExtensionChangeFilter {
    /// Of its use at this company.
    pub company: Option<CompanyId>,
    /// Of the extension with this name.
    pub extension: Option<String>,
}

/// Installed components.
#[async_trait]
pub trait Extensions: Send + Sync + 'static {
    /// Keeps a component. One that is there stays as it is.
    async fn keep_component(&self, component: &Component, bytes: &[u8]) -> Result<(), Error>;

    /// What is installed, the newest last.
    async fn components(&self) -> Result<Vec<Component>, Error>;

    /// Removes a component, unless a company uses it.
    async fn remove_component(&self, digest: &str, by: &str, at: DateTime<Utc>) -> Result<Removal, Error>;

    /// What was done about extensions before a change, the newest first.
    async fn extension_changes(
        &self,
        filter: &ExtensionChangeFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<ExtensionChange>, Error>;

    /// The bytes of a component.
    async fn component_bytes(&self, digest: &str) -> Result<Option<Vec<u8>>, Error>;
}
