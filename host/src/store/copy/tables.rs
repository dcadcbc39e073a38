//! What there is to copy.
//!
//! Invariant: every table of both schemas stands here, each after those it refers to, with every column, but those that
//! follow from others; tests compare. A table that is new in the schemas is one entry more in the part that it belongs to.

/// Rows that are read and written at once: few enough for any statement's parameters.
pub(super) const PAGE: usize = 200;

/// The same of rows that hold a megabyte: few enough for any memory.
const HEAVY: usize = 8;

/// How a column's value is kept by the engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A UUID.
    Id,
    Text,
    Integer,
    Flag,
    /// Microseconds, or a `timestamptz`.
    Instant,
    Json,
    /// A JSON array of strings, or a `text[]`.
    Words,
    Bytes,
}

/// A column, by its name in each engine.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    pub(super) sqlite: &'static str,
    pub(super) postgres: &'static str,
    pub(super) kind: Kind,
}

/// A table.
#[derive(Debug)]
pub(super) struct Table {
    /// Its name in SQLite, and in what a person is told.
    pub(super) name: &'static str,
    /// Its name in PostgreSQL.
    pub(super) postgres: &'static str,
    /// How many columns, from the first, are its key.
    pub(super) key: usize,
    /// Whether the key is a number that the engine gives.
    pub(super) numbered: bool,
    pub(super) columns: &'static [Column],
    /// How many rows are read and written at once.
    pub(super) page: usize,
}

/// Tables that triggers keep, and that are derived anew, by the beginnings of their names.
#[cfg(test)]
pub(super) const DERIVED_TABLES: [&str; 2] = ["appointment_gram", "report_change"];

/// The same of columns. Those that only one engine has are among them.
#[cfg(test)]
pub(super) const DERIVED: [(&str, &str); 2] =
    [("delivery", "blocked_by"), ("delivery", "prerequisites_left")];

const fn column(kind: Kind, name: &'static str) -> Column {
    Column { sqlite: name, postgres: name, kind }
}

const fn id(name: &'static str) -> Column {
    column(Kind::Id, name)
}

const fn text(name: &'static str) -> Column {
    column(Kind::Text, name)
}

const fn integer(name: &'static str) -> Column {
    column(Kind::Integer, name)
}

const fn json(name: &'static str) -> Column {
    column(Kind::Json, name)
}

/// `start` is `start_us` in SQLite and `start_at` in PostgreSQL.
macro_rules! instant {
    ($name:literal) => {
        Column { sqlite: concat!($name, "_us"), postgres: concat!($name, "_at"), kind: Kind::Instant }
    };
}

const fn table(name: &'static str, columns: &'static [Column]) -> Table {
    Table { name, postgres: name, key: 1, numbered: false, columns, page: PAGE }
}

const fn numbered(name: &'static str, columns: &'static [Column]) -> Table {
    Table { numbered: true, ..table(name, columns) }
}

// Below the macro, which they use.
mod access;
mod books;
mod diary;
mod visits;

/// Every table, each after those it refers to.
pub(super) fn all() -> impl Iterator<Item = &'static Table> {
    [diary::TABLES, books::TABLES, access::TABLES, visits::TABLES].into_iter().flatten()
}
