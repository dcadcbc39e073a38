//! `extension.LANGUAGE.fresh`: one question to an extension, its instance made and dropped. `extension.load`: a component
//! of 18 MB, read from its bytes and from the code that was compiled of it before.

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result, anyhow};
use serde_json::Value;
use slotledger::extension::words::{Attribute, Input};
use slotledger::extension::{Error, Extension};

use super::bare;
use super::project::Projects;
use crate::report::{Row, median};

/// Questions before the clock starts: the first ones touch memory that was never used.
pub(super) const WARM_UP: usize = 20;
const ROUNDS: usize = 4_000;
const LOADS: usize = 15;

/// What each question stands beside.
const BARE: &str = "wasmtime making and dropping the instance, nothing asked";

/// What an extension is asked.
type Ask = fn(&Extension, &Input) -> std::result::Result<(), Error>;

/// One extension in each language, asked what an author's `rules bench` asks.
pub(super) fn measure(projects: &Projects, scratch: &Path, quick: bool) -> Result<Vec<Row>> {
    let rounds = if quick { ROUNDS / 10 } else { ROUNDS };
    let input = input(projects)?;
    let propose = |extension: &Extension, input: &Input| extension.propose(input).map(drop);
    let review = |extension: &Extension, input: &Input| extension.review(input).map(drop);
    let cache = scratch.join("extension-cache");
    let fresh = |row, bytes: &[u8], rounds, ask: Ask, aim| -> Result<Row> {
        let extension = Extension::load(row, bytes, Some(&cache))?;
        let row = Row::alone(row, asked(&extension, &input, rounds, ask)?, "us p50", aim);
        Ok(row.beside(bare::made_and_dropped(bytes, rounds)?, BARE))
    };
    let example = |name| projects.example(name);
    let python = example("credit-limit")?;
    let mut rows = vec![
        fresh("extension.rust.fresh", &example("weekend-surcharge")?, rounds, propose, "at most 20")?,
        fresh("extension.javascript.fresh", &example("vip-lead-time")?, rounds, propose, "at most 200")?,
        fresh("extension.python.fresh", &python, rounds / 4, review, "at most 2.5 ×")?,
    ];
    rows.push(Row::alone("extension.load", loaded(&python, &cache, quick)?, "ms p50", "at most 100"));
    Ok(rows)
}

/// A visit that is to be held, as a fixture has it.
fn input(projects: &Projects) -> Result<Input> {
    let path = projects.example_file("weekend-surcharge", "fixtures/wednesday.json");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let fixture: Value = serde_json::from_str(&text)?;
    Ok(serde_json::from_value(fixture["input"].clone())?)
}

fn asked(extension: &Extension, input: &Input, rounds: usize, ask: Ask) -> Result<f64> {
    let settings = &extension.description().settings;
    let value = |setting: &slotledger::extension::words::Setting| {
        let value = setting.default.clone()?;
        Some(Attribute { name: setting.name.clone(), value })
    };
    let input = Input { settings: settings.iter().filter_map(value).collect(), ..input.clone() };
    let failed = |error: Error| anyhow!("an extension failed while it was measured: {error}");
    for _ in 0..WARM_UP {
        ask(extension, &input).map_err(failed)?;
    }
    let mut samples = Vec::with_capacity(rounds);
    for _ in 0..rounds {
        let since = Instant::now();
        black_box(ask(black_box(extension), black_box(&input))).map_err(failed)?;
        samples.push(since.elapsed().as_secs_f64() * 1e6);
    }
    Ok(median(samples))
}

fn loaded(bytes: &[u8], cache: &Path, quick: bool) -> Result<f64> {
    let mut samples = Vec::new();
    for _ in 0..if quick { LOADS / 3 } else { LOADS } {
        let since = Instant::now();
        black_box(Extension::load("credit-limit", black_box(bytes), Some(cache))?);
        samples.push(since.elapsed().as_secs_f64() * 1e3);
    }
    Ok(median(samples))
}
