//! Installed components.
//!
//! Invariant: a component is kept under the SHA-256 of its bytes and never changes. Deliberately absent: where
//! extensions are used, which is master data.

use async_trait::async_trait;

use super::Error;
use crate::model::Component;

/// Installed components.
#[async_trait]
pub trait Extensions: Send + Sync + 'static {
    /// Keeps a component. One that is there stays as it is.
    async fn keep_component(&self, component: &Component, bytes: &[u8]) -> Result<(), Error>;

    /// What is installed, the newest last.
    async fn components(&self) -> Result<Vec<Component>, Error>;

    /// The bytes of a component.
    async fn component_bytes(&self, digest: &str) -> Result<Option<Vec<u8>>, Error>;
}
