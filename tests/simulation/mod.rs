//! Seeded runs of two hosts over one store: whatever is asked of them, in whatever order, and wherever they are cut
//! off, the store keeps its promises.
//!
//! `SLOTLEDGER_SIMULATION_SEED=17` runs one seed alone, `SLOTLEDGER_SIMULATION_SEEDS=1000` says how many there are.
//!
//! What is asked follows from the seed. Which of two hosts is faster, and how far a host has come when it is cut off, follows
//! from the machine too: a failure that depends on it may take several tries.

mod check;
mod clock;
mod facts;
mod hosts;
mod house;
mod run;
mod steps;

use std::collections::BTreeMap;

use house::Template;
use run::Run;

/// One seed to be run alone.
const SEED: &str = "SLOTLEDGER_SIMULATION_SEED";
/// How many seeds there are.
const SEEDS: &str = "SLOTLEDGER_SIMULATION_SEEDS";
/// As many as a developer likes to wait for.
const USUALLY: u64 = 200;
/// Tests among which the seeds are shared out, so that they run beside each other.
const SHARES: u64 = 4;

/// A share of so many seeds comes past every kind of event.
const ENOUGH: usize = 40;
/// What can happen to an appointment.
const EVENTS: [&str; 19] = [
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
];

async fn share(number: u64) {
    let seeds = match variable(SEED) {
        Some(seed) => seed..seed + 1,
        None => 0..variable(SEEDS).unwrap_or(USUALLY),
    };
    let mine: Vec<u64> = seeds.filter(|seed| seed % SHARES == number).collect();
    if mine.is_empty() {
        return;
    }
    let template = Template::build().await;
    let mut events: BTreeMap<String, u32> = BTreeMap::new();
    for seed in &mine {
        for event in Run::whole(&template, *seed).await {
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
