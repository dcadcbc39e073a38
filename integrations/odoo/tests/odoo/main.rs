//! The connector against real Odoo servers, alone and with a line that fails.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a broken fixture should stop its test"
)]

mod administration;
mod conformance;
mod faults;
mod interruptions;
mod materials;
mod money;
mod refusals;
mod support;
mod twins;
