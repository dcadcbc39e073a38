//! `decision.fresh`: one validated transition, its instance made and dropped, against the same function natively.

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use slotledger::wasm::{Rules, TransitionInput};
use slotledger_rules::fixtures;

use crate::report::{Row, median};

/// The rows measured here.
pub(crate) const ROWS: [&str; 1] = ["decision.fresh"];

/// Decisions in a row before the other side has its turn.
const TURN: usize = 500;
const TURNS: usize = 40;
const TURNS_QUICK: usize = 4;

/// Measures holds of an hour on a day's calendar of three providers.
pub(crate) fn measure(scratch: &Path, quick: bool) -> Result<Row> {
    let rules = Rules::embedded(Some(scratch)).context("the rules component cannot be loaded")?;
    let native = fixtures::hold();
    let hosted = hosted(&native)?;
    same_answer(&rules, &hosted, &native)?;
    let (mut fresh, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..if quick { TURNS_QUICK } else { TURNS } {
        take(&mut fresh, || matches!(black_box(rules.transition(black_box(&hosted))), Ok(Ok(_))))?;
        take(&mut bare, || black_box(slotledger_rules::transition(black_box(&native))).is_ok())?;
    }
    let (value, against) = (median(fresh), median(bare));
    let row = Row::alone("decision.fresh", value, "us p50", "at most 25");
    Ok(row.beside(against, "the same function, native"))
}

/// The same input in the host's own types: both sides write it as the same JSON.
fn hosted(native: &slotledger_rules::wit::TransitionInput) -> Result<TransitionInput> {
    serde_json::from_value(serde_json::to_value(native)?)
        .context("the host and the guest were made from different WIT")
}

/// A measurement of two things that do not agree would say nothing.
fn same_answer(
    rules: &Rules,
    hosted: &TransitionInput,
    native: &slotledger_rules::wit::TransitionInput,
) -> Result<()> {
    let component = serde_json::to_string(&rules.transition(hosted)?)?;
    let natively = serde_json::to_string(&slotledger_rules::transition(native))?;
    ensure!(component == natively, "the component and the native rules disagree: run `cargo xtask rules`");
    ensure!(component.starts_with("{\"Ok\""), "the rules refuse the sample: {component}");
    Ok(())
}

fn take(samples: &mut Vec<f64>, mut decide: impl FnMut() -> bool) -> Result<()> {
    for _ in 0..TURN {
        let since = Instant::now();
        let decided = decide();
        samples.push(since.elapsed().as_secs_f64() * 1e6);
        ensure!(decided, "a decision failed while it was measured");
    }
    Ok(())
}
