//! What the HTTP API promises.

mod bad_input;
mod connections;
mod main_job;
mod races;
mod schemathesis;
mod stores;
