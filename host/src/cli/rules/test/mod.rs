//! `slotledger rules test`: whether an extension answers what its fixtures say, and the same whenever it is asked.
//!
//! Invariant: what runs here is what runs in a host: the same engine, limits and checks of the answer.

mod report;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use self::report::{Outcome, Report};
use super::account::{coded, failed};
use super::fixture::{self, Fixture};
use super::project::Project;
use super::{build, hostile};
use crate::codes;
use crate::extension::answer::hook_name;
use crate::extension::words::Input;
use crate::extension::{Answer, Error, Extension, limits};
use crate::wasm::component;

/// How often a call is tried that failed because the machine was too busy.
const TRIES: usize = 3;

#[derive(Debug, Args)]
pub(super) struct Test {
    /// The project's directory.
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Asks this component instead of the project's own.
    #[arg(long, value_name = "FILE")]
    component: Option<PathBuf>,
}

pub(super) fn run(test: &Test) -> anyhow::Result<ExitCode> {
    let extension = load(&test.dir, test.component.as_deref())?;
    let fixtures = fixture::read_all(&test.dir.join("fixtures"))?;
    let mut report = Report::begin(&extension);
    report::section("fixtures");
    for (name, fixture) in &fixtures {
        let outcome = match fixture {
            Ok(fixture) => ask_fixture(&extension, fixture),
            Err(error) => unusable(error),
        };
        report.add(name, outcome);
    }
    if fixtures.is_empty() {
        let none = anyhow::anyhow!("there is none, so that nothing says what it has to answer");
        report.add("fixtures/*.json", unusable(&none));
    }
    report::section("inputs made to break it");
    for hook in &extension.description().hooks {
        for name in hostile::NAMES {
            let input = hostile::input(name, *hook, extension.description());
            let name = format!("{name} at {}", hook_name(*hook));
            report.add(&name, ask_hostile(&extension, &input));
        }
    }
    Ok(report.end())
}

/// The component that is asked: a file, or the project's own, built first where that is missing or old.
pub(super) fn load(dir: &Path, file: Option<&Path>) -> anyhow::Result<Extension> {
    let path = match file {
        Some(file) => file.to_owned(),
        None => {
            let project = Project::open(dir)?;
            if project.is_stale() { build::component(&project)? } else { project.component() }
        }
    };
    let bytes = component::read(&path, limits::COMPONENT_BYTES).map_err(|error| failed(&error.into()))?;
    let loaded = Extension::load(&path.display().to_string(), &bytes, None);
    loaded.map_err(|error| {
        // What it said before it failed may be all there is to know.
        report::said(&error.spent().0).iter().for_each(|line| eprintln!("{line}"));
        failed(&error)
    })
}

/// A fixture that cannot be asked.
fn unusable(error: &anyhow::Error) -> Outcome {
    Outcome::default().failed(coded(&codes::FIXTURE_UNUSABLE, error).to_string())
}

fn ask_fixture(extension: &Extension, fixture: &Fixture) -> Outcome {
    let mut outcome = Outcome::default();
    let mut input = fixture.input.clone();
    if let Err(error) = fixture::prepare(&mut input, fixture, extension.description()) {
        return unusable(&error);
    }
    if let Some(expected) = &fixture.propose {
        outcome = ask("propose", || extension.propose(&input), Some(expected), outcome);
    }
    if let Some(expected) = &fixture.review {
        outcome = ask("review", || extension.review(&input), Some(expected), outcome);
    }
    outcome
}

fn ask_hostile(extension: &Extension, input: &Input) -> Outcome {
    let proposed = ask("propose", || extension.propose(input), None, Outcome::default());
    ask("review", || extension.review(input), None, proposed)
}

/// Asks twice, and compares the answers with each other and with what is expected.
fn ask<T: Serialize + PartialEq>(
    function: &'static str,
    mut call: impl FnMut() -> Result<Answer<T>, Error>,
    expected: Option<&T>,
    outcome: Outcome,
) -> Outcome {
    let (first, second) = match (patiently(&mut call), patiently(&mut call)) {
        (Ok(first), Ok(second)) => (first, second),
        (Err(error), _) | (_, Err(error)) => {
            let (log, fuel) = error.spent();
            let outcome = if fuel > 0 { outcome.cost(function, fuel) } else { outcome };
            return outcome.said(&log).failed(format!("{function}: {error} ({})", error.code()));
        }
    };
    let outcome = outcome.cost(function, first.fuel).said(&first.log);
    if first.value != second.value || first.log != second.log {
        return outcome.failed(format!("{function}: asked twice, it answered differently"));
    }
    if first.fuel != second.fuel {
        let (one, other) = (first.fuel, second.fuel);
        return outcome.failed(format!("{function}: asked twice, it took {one} and {other} units of fuel"));
    }
    match expected {
        Some(expected) if *expected != first.value => outcome.differs(function, expected, &first.value),
        Some(_) | None => outcome,
    }
}

/// A machine that is too busy says nothing about an extension.
fn patiently<T>(call: &mut impl FnMut() -> Result<T, Error>) -> Result<T, Error> {
    for _ in 1..TRIES {
        match call() {
            Err(error) if error.is_passing() => {}
            answer => return answer,
        }
    }
    call()
}
