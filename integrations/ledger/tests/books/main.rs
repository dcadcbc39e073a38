//! The ledger over real files: what it takes, what it refuses, and what nobody can make it do.

#![allow(clippy::expect_used, clippy::panic, reason = "a broken fixture should stop its test")]

mod administration;
mod advances;
mod amendments;
mod anew;
mod billing;
mod conformance;
mod drafts;
mod entries;
mod fixtures;
mod immutability;
mod keys;
mod periods;
mod properties;
mod refusals;
mod settings;
mod stock;
