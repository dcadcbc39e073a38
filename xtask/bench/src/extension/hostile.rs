//! `extension.hostile`: how long the slowest of a hundred bookings takes at one company while another one asks extensions
//! that loop for ever, eat memory, talk without end, and burn nearly all that they may each time and never fail; against
//! the same load with extensions that do nothing of the kind.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use slotledger::app::{App, Command};
use slotledger::model::Actor;
use tokio::runtime;

use super::project::{Projects, put_to_use};
use crate::booking::{company, hosted};
use crate::report::{Row, percentile};

/// Bookings of the company that is measured, in each turn. Turns are short and many, so that a disk that is slower for some
/// seconds is so for both; and for much of each turn the hostile extensions are not parked yet.
const BOOKINGS: usize = 150;
const TURNS: usize = 12;
const TURNS_QUICK: usize = 3;

/// How often the other company asks for a hold.
const EVERY: Duration = Duration::from_millis(50);

/// What is put at the beginning of `review`.
const REVIEW: &str = "    fn review(input: Input) -> Vec<Finding> {";
const ENDLESS: &str = "        loop { std::hint::black_box(()); }\n        #[allow(unreachable_code)]";
const GREEDY: &str = "        let mut all = Vec::new();\n        for _ in 0..4096 { all.push(std::hint::black_box(Vec::<u8>::with_capacity(1 << 20))); }\n        drop(all);";
const CHATTY: &str = "        for _ in 0..100_000 { log(Level::Info, \"and so on\"); }";
/// It is not parked, as it answers; each turn goes round in some eight instructions.
const HEAVY: &str = "        for turn in 0..2_000_000_u64 { std::hint::black_box(turn); }";

/// Takes turns: the other company asks hostile extensions, then tame ones, and so on.
pub(super) fn measure(projects: &Projects, scratch: &Path, quick: bool) -> Result<Row> {
    let build = |name: &str, body: &str| {
        let changed = format!("{REVIEW}\n{body}");
        projects.new_with(name, &[(REVIEW, &changed)])
    };
    let hostile = [
        build("endless", ENDLESS)?,
        build("greedy", GREEDY)?,
        build("chatty", CHATTY)?,
        build("heavy", HEAVY)?,
    ];
    let tame =
        [build("tame-one", "")?, build("tame-two", "")?, build("tame-three", "")?, build("tame-four", "")?];
    let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(take_turns(scratch, &hostile, &tame, if quick { TURNS_QUICK } else { TURNS }))
}

async fn take_turns(scratch: &Path, hostile: &[Vec<u8>], tame: &[Vec<u8>], turns: usize) -> Result<Row> {
    let host = hosted::open(&scratch.join("hostile.sqlite"), scratch).await?;
    let app = &host.app;
    let (mut beside_hostile, mut beside_tame) = (Vec::new(), Vec::new());
    for _ in 0..turns {
        // Each turn has companies of its own: an extension that keeps failing is parked.
        beside_tame.extend(beside(app, tame).await?);
        beside_hostile.extend(beside(app, hostile).await?);
    }
    host.close().await;
    let (value, against) = (percentile(beside_hostile, 99), percentile(beside_tame, 99));
    let row = Row::alone("extension.hostile", value, "ms p99", "at most 1.10 ×");
    Ok(row.beside(against, "beside tame extensions"))
}

/// What bookings take at a company beside one that uses these extensions, milliseconds.
async fn beside(app: &Arc<App>, extensions: &[Vec<u8>]) -> Result<Vec<f64>> {
    let (measured, other) = (company::fill(app, 1).await?, company::fill(app, 1).await?);
    for bytes in extensions {
        put_to_use(app, &other, bytes, "open").await?;
    }
    let stop = Arc::new(AtomicBool::new(false));
    let noise = tokio::spawn(ask_again_and_again(app.clone(), other, stop.clone()));
    let mut samples = Vec::with_capacity(BOOKINGS);
    for n in 0..BOOKINGS {
        let since = Instant::now();
        let held = hosted::hold(app, &measured, 0, n).await?.id;
        app.command(held, None, Command::Confirm, Actor::Staff, None)
            .await
            .context("a booking was refused while it was measured")?;
        samples.push(since.elapsed().as_secs_f64() * 1e3);
        // As fast as it goes would measure what the disk makes of two writers.
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    stop.store(true, Ordering::Relaxed);
    noise.await??;
    Ok(samples)
}

async fn ask_again_and_again(app: Arc<App>, company: company::Company, stop: Arc<AtomicBool>) -> Result<()> {
    let mut n = 0;
    while !stop.load(Ordering::Relaxed) {
        // Whether it is granted is the extensions' affair.
        if hosted::hold(&app, &company, 0, n).await.is_ok() {
            n += 1;
        }
        tokio::time::sleep(EVERY).await;
    }
    Ok(())
}
