//! The ledger over real files: what it takes, what it refuses, and what nobody can make it do.

#![allow(clippy::expect_used, clippy::panic, reason = "a broken fixture should stop its test")]

mod conformance;
mod entries;
mod fixtures;
mod immutability;
mod keys;
mod properties;
mod refusals;
mod settings;
mod stock;
