//! Seeded runs of two hosts over one store, on SQLite and on PostgreSQL: whatever is asked of them, in whatever order, and wherever they are cut
//! off, the store keeps its promises.
//!
//! `SLOTLEDGER_SIMULATION_SEED=17` runs one seed alone, `SLOTLEDGER_SIMULATION_SEEDS=1000` says how many there are.
//!
//! What is asked follows from the seed. Which of two hosts is faster, and how far a host has come when it is cut off, follows
//! from the machine too: a failure that depends on it may take several tries.

mod check;
mod clock;
mod facts;
mod ground;
mod hosts;
mod house;
mod run;
mod steps;

use std::collections::BTreeMap;

use ground::Template;
use run::Run;

/// One seed to be run alone.
const SEED: &str = "SLOTLEDGER_SIMULATION_SEED";
/// How many seeds there are.
const SEEDS: &str = "SLOTLEDGER_SIMULATION_SEEDS";
/// As many as a developer likes to wait for.
const USUALLY: u64 = 200;
/// The first so many are run on PostgreSQL too, where a run takes longer.
const ON_POSTGRES: u64 = 20;
/// Tests among which the seeds are shared out, so that they run beside each other.
const SHARES: u64 = 4;
/// Tests among which those on PostgreSQL are.
const POSTGRES_SHARES: u64 = 2;

/// A share of so many seeds comes past every kind of event.
const ENOUGH: usize = 40;
/// What can happen.
const EVENTS: [&str; 23] = [
    "appointment.held",
    "appointment.scheduled",
    "appointment.confirmed",
    "appointment.deposit_paid",
    "appointment.deposit_refunded",
    "appointment.expired",
    "appointment.declined",
    "appointment.reassigned",
    "appointment.departed",
    "appointment.started",
    "appointment.paused",
    "appointment.resumed",
    "appointment.completed",
    "appointment.followed_up",
    "appointment.cancelled",
    "appointment.no_show",
    "appointment.rescheduled",
    "appointment.corrected",
    "appointment.exception_made",
    "booking.made",
    "series.made",
    "waitlist.offered",
    "waitlist.booked",
];

/// The seeds of a share.
fn seeds(usually: u64, shares: u64, number: u64) -> Vec<u64> {
    let seeds = match variable(SEED) {
        Some(seed) => seed..seed + 1,
        None => 0..variable(SEEDS).unwrap_or(usually),
    };
    seeds.filter(|seed| seed % shares == number).collect()
}

async fn share(number: u64) {
    let mine = seeds(USUALLY, SHARES, number);
    if !mine.is_empty() {
        run_all(&Template::sqlite().await, mine).await;
    }
}

async fn share_on_postgres(number: u64) {
    let mine = seeds(ON_POSTGRES, POSTGRES_SHARES, number);
    if !mine.is_empty() {
        run_all(&Template::postgres(), mine).await;
    }
}

async fn run_all(template: &Template, mine: Vec<u64>) {
    let mut events: BTreeMap<String, u32> = BTreeMap::new();
    for seed in &mine {
        for event in Run::whole(template, *seed).await {
            *events.entry(event).or_default() += 1;
        }
    }
    // A simulation in which nothing happens would find nothing.
    let missing: Vec<_> = EVENTS.iter().filter(|event| !events.contains_key(**event)).collect();
    assert!(mine.len() < ENOUGH || missing.is_empty(), "{missing:?} never happened");
}

fn variable(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is «{text}», and should be a number")))
}

#[tokio::test]
async fn the_first_quarter_of_the_seeds_keeps_every_promise() {
    share(0).await;
}

#[tokio::test]
async fn the_second_quarter_of_the_seeds_keeps_every_promise() {
    share(1).await;
}

#[tokio::test]
async fn the_third_quarter_of_the_seeds_keeps_every_promise() {
    share(2).await;
}

#[tokio::test]
async fn the_last_quarter_of_the_seeds_keeps_every_promise() {
    share(3).await;
}

#[tokio::test]
async fn the_even_seeds_keep_every_promise_on_postgres() {
    share_on_postgres(0).await;
}

#[tokio::test]
async fn the_odd_seeds_keep_every_promise_on_postgres() {
    share_on_postgres(1).await;
}
