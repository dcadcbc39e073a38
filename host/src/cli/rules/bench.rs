//! `slotledger rules bench`: what an extension costs, for each fixture.
//!
//! Fuel is the same everywhere; microseconds are this machine's. Each call makes an instance and drops it, as in a host.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;

use super::account::{coded, failed};
use super::{fixture, test};
use crate::codes;
use crate::extension::words::{Hook, Input};
use crate::extension::{Error, Extension, limits};

/// How many lines an input is made longer by, to see what one costs.
const LONGER: usize = 200;

/// What the columns are.
const LEGEND: &str = "
lines      entries of the input that buy fuel: times to choose from, lines of prices and documents, attributes, settings
fuel       what the call executed, the same on every machine; of limit: of what this input may take
p50, p99   half of the calls, and 99 in 100, took no longer, with an instance made and dropped
…/line     what each further line of the input adds, where it can have more";

/// Calls before the clock starts: the first ones touch memory that was never used.
const WARM_UP: usize = 5;

#[derive(Debug, Args)]
pub(super) struct Bench {
    /// The project's directory.
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Measures this component instead of the project's own.
    #[arg(long, value_name = "FILE")]
    component: Option<PathBuf>,
    /// How often each fixture is asked.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    rounds: u32,
}

pub(super) fn run(bench: &Bench) -> anyhow::Result<()> {
    let extension = test::load(&bench.dir, bench.component.as_deref())?;
    let fixtures = fixture::read_all(&bench.dir.join("fixtures"))?;
    if fixtures.is_empty() {
        let none = anyhow::anyhow!("there is nothing to measure: {} has no fixtures", bench.dir.display());
        return Err(coded(&codes::FIXTURE_UNUSABLE, &none));
    }
    let rounds = usize::try_from(bench.rounds)?;
    println!("{} {}, each call {rounds} times", extension.description().id, extension.description().version);
    println!(
        "{:<24} {:<8} {:>6} {:>12} {:>8} {:>9} {:>9} {:>10} {:>8}",
        "fixture", "call", "lines", "fuel", "of limit", "p50 µs", "p99 µs", "fuel/line", "µs/line"
    );
    for (name, fixture) in fixtures {
        let fixture = fixture.map_err(|error| coded(&codes::FIXTURE_UNUSABLE, &error))?;
        let mut input = fixture.input.clone();
        fixture::prepare(&mut input, &fixture, extension.description())
            .map_err(|error| coded(&codes::FIXTURE_UNUSABLE, &error.context(name.clone())))?;
        if fixture.propose.is_some() {
            measure(&name, "propose", rounds, &input, |input| propose(&extension, input))?;
        }
        if fixture.review.is_some() {
            measure(&name, "review", rounds, &input, |input| review(&extension, input))?;
        }
    }
    println!("{LEGEND}");
    Ok(())
}

fn propose(extension: &Extension, input: &Input) -> Result<u64, Error> {
    extension.propose(input).map(|answer| answer.fuel)
}

fn review(extension: &Extension, input: &Input) -> Result<u64, Error> {
    extension.review(input).map(|answer| answer.fuel)
}

fn measure(
    name: &str,
    call: &str,
    rounds: usize,
    input: &Input,
    ask: impl Fn(&Input) -> Result<u64, Error>,
) -> anyhow::Result<()> {
    let own = sample(rounds, input, &ask)?;
    let more = longer(input).map(|input| sample(rounds, &input, &ask)).transpose()?;
    let (fuel_per_line, time_per_line) = match more {
        Some(more) => (
            (more.fuel.saturating_sub(own.fuel) / LONGER as u64).to_string(),
            micros(more.p50.saturating_sub(own.p50) / u32::try_from(LONGER)?),
        ),
        // Nothing in it can be longer.
        None => ("-".to_owned(), "-".to_owned()),
    };
    println!(
        "{name:<24} {call:<8} {:>6} {:>12} {:>7}% {:>9} {:>9} {fuel_per_line:>10} {time_per_line:>8}",
        limits::lines(input),
        own.fuel,
        own.fuel.saturating_mul(100).div_ceil(limits::fuel(input)),
        micros(own.p50),
        micros(own.p99),
    );
    Ok(())
}

/// What a number of calls took.
struct Sample {
    fuel: u64,
    p50: Duration,
    p99: Duration,
}

fn sample(
    rounds: usize,
    input: &Input,
    ask: &impl Fn(&Input) -> Result<u64, Error>,
) -> anyhow::Result<Sample> {
    let mut fuel = 0;
    for _ in 0..WARM_UP {
        fuel = ask(input).map_err(|error| failed(&error))?;
    }
    let mut times = Vec::with_capacity(rounds);
    for _ in 0..rounds {
        let start = Instant::now();
        ask(input).map_err(|error| failed(&error))?;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    let at = |percent: usize| times.get((rounds * percent).div_ceil(100).saturating_sub(1)).copied();
    Ok(Sample { fuel, p50: at(50).unwrap_or_default(), p99: at(99).unwrap_or_default() })
}

/// The same input with more lines, of the kind that grows where it is asked.
fn longer(input: &Input) -> Option<Input> {
    fn again<T: Clone>(list: &mut Vec<T>) -> bool {
        let Some(one) = list.first().cloned() else { return false };
        list.extend(std::iter::repeat_n(one, LONGER));
        true
    }
    let mut input = input.clone();
    let grown = match input.hook {
        Hook::Search => again(&mut input.candidates),
        Hook::Document => input.documents.first_mut().is_some_and(|document| again(&mut document.lines)),
        Hook::Hold | Hook::Confirm | Hook::Reschedule | Hook::Cancel | Hook::Complete | Hook::Message => {
            input.quote.as_mut().is_some_and(|quote| again(&mut quote.lines))
        }
    };
    grown.then_some(input)
}

/// Microseconds with a digit behind the point, from whole nanoseconds.
fn micros(time: Duration) -> String {
    let tenths = time.as_nanos().div_ceil(100);
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn microseconds_have_one_digit_behind_the_point() {
        assert_eq!(micros(Duration::from_nanos(14_070)), "14.1");
        assert_eq!(micros(Duration::ZERO), "0.0");
    }
}
