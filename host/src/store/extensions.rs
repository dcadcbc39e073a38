//! Installed components, and what extensions said.
//!
//! Invariant: a component is kept under the SHA-256 of its bytes and never changes. Deliberately absent: where
//! extensions are used, which is master data.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::Error;
use crate::model::extension::{Component, ExtensionAnswer, Said};
use crate::model::{AppointmentId, CompanyId};

/// Which answers to list.
#[derive(Debug, Clone, Default)]
pub struct AnswerFilter {
    /// About decisions of this company.
    pub company: Option<CompanyId>,
    /// About this appointment.
    pub appointment: Option<AppointmentId>,
    /// Of the extension with this name.
    pub extension: Option<String>,
    /// That came to this.
    pub outcome: Option<Said>,
}

/// Installed components, and what extensions said.
#[async_trait]
pub trait Extensions: Send + Sync + 'static {
    /// Keeps a component. One that is there stays as it is.
    async fn keep_component(&self, component: &Component, bytes: &[u8]) -> Result<(), Error>;

    /// What is installed, the newest last.
    async fn components(&self) -> Result<Vec<Component>, Error>;

    /// The bytes of a component.
    async fn component_bytes(&self, digest: &str) -> Result<Option<Vec<u8>>, Error>;

    /// Keeps what was said. The identifiers of the answers are given by the store.
    async fn keep_said(&self, answers: &[ExtensionAnswer]) -> Result<(), Error>;

    /// What was said before an answer, the newest first.
    async fn said(
        &self,
        filter: &AnswerFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<ExtensionAnswer>, Error>;

    /// Forgets what was said before a moment. Gives the number.
    async fn forget_said(&self, before: DateTime<Utc>) -> Result<u64, Error>;
}
