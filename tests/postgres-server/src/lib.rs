//! A real PostgreSQL server for tests.
//!
//! Role: [`Server`] runs a server of its own on a private socket; [`Database`] is a new database on the server that all
//! tests of a run share.
//!
//! Invariant: a server ends with the process that started it, also when that process is killed, and leaves no file
//! behind.
//!
//! Deliberately absent: anything that knows Slotledger's tables, and a server that listens on a port.

mod database;
mod programs;
mod server;

pub use database::{Database, psql, shared};
pub use programs::{installed, program};
pub use server::{Durability, Server};

/// The environment variable that names a server to use instead of an own one: the address of a database on it, as a user
/// that may make others. `cargo xtask test` sets it, so that one server serves a whole run.
pub const VARIABLE: &str = "SLOTLEDGER_TEST_POSTGRES_URL";
