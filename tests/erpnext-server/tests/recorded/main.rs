//! The stand-in against what a real server was recorded to answer.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a broken fixture should stop its test"
)]

mod access;
mod invoices;
mod lists;
mod orders;
mod payments;
mod site;
mod stock;
