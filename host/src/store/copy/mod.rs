//! Moving everything from one store to another, of either engine.
//!
//! Role: [`copy`] reads each table of `tables::all` in the order of its key and writes it to the other side, in one
//! transaction there. Rows arrive as they are: triggers, which guard changes and not moves, are put aside meanwhile,
//! and what they would have derived is derived at the end.
//!
//! Invariants: nobody writes to either side meanwhile, which both are locked for; the target was empty, and is empty
//! again if anything fails; both sides have as many rows of every table at the end.
//!
//! Deliberately absent: the merging of two stores, and a copy from a store that goes on working.

mod postgres;
mod sqlite;
mod tables;
#[cfg(test)]
mod tests;

use async_trait::async_trait;
use uuid::Uuid;

use self::tables::Table;
use super::{Address, Error as StoreError};

/// A table that has been copied, or is being.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Its name.
    pub table: &'static str,
    /// Rows that have been written.
    pub done: i64,
    /// Rows there are.
    pub total: i64,
}

/// Why a store was not copied. The target is as it was before.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// One of the two stores could not be read or written.
    #[error("the {0} failed")]
    Store(&'static str, #[source] StoreError),
    /// There is something in the target already.
    #[error("the target is not empty: its table {0} has rows; name an empty database")]
    NotEmpty(&'static str),
    /// The numbers of rows differ after all.
    #[error("the table {table} had {read} rows and {written} were written; nothing was kept")]
    Miscounted {
        /// The table.
        table: &'static str,
        /// Rows of the source.
        read: i64,
        /// Rows of the target.
        written: i64,
    },
}

/// A column's value.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Value {
    Id(Option<Uuid>),
    Text(Option<String>),
    Integer(Option<i64>),
    Flag(Option<bool>),
    /// Microseconds since 1970, UTC.
    Instant(Option<i64>),
    Json(Option<String>),
    Words(Option<Vec<String>>),
    Bytes(Option<Vec<u8>>),
}

/// The values of a table's columns, in their order.
type Row = Vec<Value>;

/// One of the two stores, in a transaction that keeps others from writing.
#[async_trait]
trait Side: Send {
    /// How many rows a table has.
    async fn count(&mut self, table: &Table) -> Result<i64, StoreError>;

    /// The next rows by key, after that of the given one.
    async fn page(&mut self, table: &Table, after: Option<&Row>) -> Result<Vec<Row>, StoreError>;

    /// Puts triggers aside.
    async fn prepare(&mut self) -> Result<(), StoreError>;

    /// Writes rows.
    async fn insert(&mut self, table: &Table, rows: Vec<Row>) -> Result<(), StoreError>;

    /// Puts triggers back, derives what they would have derived, and has new numbers follow the old ones.
    async fn settle(&mut self) -> Result<(), StoreError>;

    /// Keeps what was written.
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;
}

/// Copies everything, and tells of each table as it goes.
///
/// # Errors
///
/// See [`Error`]. A host that works on either side has it fail with [`StoreError::Busy`], sooner or later.
pub async fn copy(
    from: &Address,
    to: &Address,
    tell: &mut (dyn FnMut(Progress) + Send),
) -> Result<(), Error> {
    let mut source = open(from).await.map_err(reading)?;
    let mut target = open(to).await.map_err(writing)?;
    for table in tables::all() {
        if target.count(table).await.map_err(writing)? > 0 {
            return Err(Error::NotEmpty(table.name));
        }
    }
    target.prepare().await.map_err(writing)?;
    for table in tables::all() {
        copy_table(&mut *source, &mut *target, table, tell).await?;
    }
    target.settle().await.map_err(writing)?;
    compare(&mut *source, &mut *target).await?;
    target.commit().await.map_err(writing)
}

async fn open(address: &Address) -> Result<Box<dyn Side>, StoreError> {
    Ok(match address {
        Address::Sqlite(path) => Box::new(sqlite::Sqlite::open(path).await?),
        Address::Postgres(server) => Box::new(postgres::Postgres::open(server).await?),
    })
}

async fn copy_table(
    source: &mut dyn Side,
    target: &mut dyn Side,
    table: &'static Table,
    tell: &mut (dyn FnMut(Progress) + Send),
) -> Result<(), Error> {
    let mut progress =
        Progress { table: table.name, done: 0, total: source.count(table).await.map_err(reading)? };
    let mut last = None;
    loop {
        let rows = source.page(table, last.as_ref()).await.map_err(reading)?;
        tell(progress);
        let Some(row) = rows.last() else { return Ok(()) };
        last = Some(row.clone());
        progress.done += i64::try_from(rows.len()).unwrap_or(i64::MAX);
        target.insert(table, rows).await.map_err(writing)?;
    }
}

async fn compare(source: &mut dyn Side, target: &mut dyn Side) -> Result<(), Error> {
    for table in tables::all() {
        let read = source.count(table).await.map_err(reading)?;
        let written = target.count(table).await.map_err(writing)?;
        if read != written {
            return Err(Error::Miscounted { table: table.name, read, written });
        }
    }
    Ok(())
}

fn reading(error: StoreError) -> Error {
    Error::Store("store to copy from", error)
}

fn writing(error: StoreError) -> Error {
    Error::Store("store to copy to", error)
}
