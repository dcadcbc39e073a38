//! End-to-end tests: the real binary, spoken to over HTTP, with real books behind it.
//!
//! One binary, because linking the host takes longer than most tests. Every test starts a host of its own on a free port, with its
//! own directory.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so and stops")]

mod api;
mod bookings;
mod browser;
mod diary;
mod erp;
mod rules;
mod sdk;
mod simulation;
mod support;
