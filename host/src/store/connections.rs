//! What is known of the ERPs that documents go to: how they stand, what our codes are called there, what they hold.
//!
//! Invariant: the mapping of codes only grows, so that it can be told who sent what under which name.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use slotledger_erp::{Record, RecordKind, SystemInfo};

use super::Error;
use crate::model::{Circuit, Imported, Known, MappedCode};

/// What is known of the ERPs that documents go to.
#[async_trait]
pub trait ErpConnections: Send + Sync + 'static {
    /// Keeps what answered.
    async fn note_system(
        &self,
        connection: &str,
        system: &SystemInfo,
        at: DateTime<Utc>,
    ) -> Result<(), Error>;

    /// Keeps whether documents are sent.
    async fn note_circuit(&self, circuit: &Circuit) -> Result<(), Error>;

    /// All that is known, by name.
    async fn known_connections(&self) -> Result<Vec<Known>, Error>;

    /// Keeps what codes are called, all or none.
    async fn map_codes(&self, connection: &str, codes: &[MappedCode]) -> Result<(), Error>;

    /// What holds, by kind and code.
    async fn mapped_codes(&self, connection: &str) -> Result<Vec<MappedCode>, Error>;

    /// Rises with every change of a connection's mapping; 0 while there is none.
    async fn mapping_version(&self, connection: &str) -> Result<i64, Error>;

    /// Keeps records as an import found them.
    async fn keep_imported(
        &self,
        connection: &str,
        kind: RecordKind,
        records: &[Record],
        at: DateTime<Utc>,
    ) -> Result<(), Error>;

    /// Forgets records of a kind that no import has found since. Gives their number.
    async fn forget_imported(
        &self,
        connection: &str,
        kind: RecordKind,
        before: DateTime<Utc>,
    ) -> Result<u64, Error>;

    /// Imported records of a kind by code, after the given one.
    async fn imported(
        &self,
        connection: &str,
        kind: RecordKind,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Imported>, Error>;

    /// Those of these codes that an import found.
    async fn imported_among(
        &self,
        connection: &str,
        kind: RecordKind,
        codes: &[String],
    ) -> Result<Vec<Imported>, Error>;
}
