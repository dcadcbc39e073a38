//! What a test found, for a person.

use std::process::ExitCode;

use serde::Serialize;

use crate::cli::rules::account::harmless;
use crate::extension::Extension;
use crate::extension::answer::hook_name;
use crate::wasm::log::{Level, Log};

/// Lines of a log that are shown.
const SHOWN: usize = 5;

/// What came of one input.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    costs: Vec<String>,
    notes: Vec<String>,
    failures: Vec<String>,
}

impl Outcome {
    /// It is not as it should be.
    pub(super) fn failed(mut self, why: String) -> Self {
        self.failures.push(why);
        self
    }

    /// The answer is another one than was expected.
    pub(super) fn differs<T: Serialize>(self, function: &str, expected: &T, answered: &T) -> Self {
        let (expected, answered) = (json(expected), json(answered));
        self.failed(format!("{function} answered\n{answered}\nand the fixture expects\n{expected}"))
    }

    /// What it took.
    pub(super) fn cost(mut self, function: &str, fuel: u64) -> Self {
        self.costs.push(format!("{function} {fuel}"));
        self
    }

    /// What the extension said meanwhile.
    pub(super) fn said(mut self, log: &Log) -> Self {
        self.notes.extend(said(log));
        self
    }
}

/// The first lines of a log, each with its level, and how many there were.
pub(super) fn said(log: &Log) -> Vec<String> {
    let level = |level| match level {
        Level::Debug => "debug",
        Level::Info => "info",
        Level::Warn => "warn",
    };
    let shown = log.lines.iter().take(SHOWN);
    let mut lines: Vec<String> =
        shown.map(|line| format!("log {}: {}", level(line.level), harmless(&line.text))).collect();
    if log.lines.len() > SHOWN || log.dropped > 0 {
        lines.push(format!("log: {} lines altogether", log.said()));
    }
    lines
}

/// Prints as it goes, and counts.
pub(super) struct Report {
    passed: usize,
    failed: usize,
}

impl Report {
    /// Says what is tested.
    pub(super) fn begin(extension: &Extension) -> Self {
        let description = extension.description();
        let hooks: Vec<&str> = description.hooks.iter().map(|hook| hook_name(*hook)).collect();
        println!("{} {}, asked at {}", description.id, description.version, hooks.join(", "));
        println!("SHA-256 {}", extension.digest());
        Self { passed: 0, failed: 0 }
    }

    pub(super) fn add(&mut self, name: &str, outcome: Outcome) {
        let verdict = if outcome.failures.is_empty() { "ok" } else { "FAILED" };
        println!("  {verdict:<7} {name:<30} {}", outcome.costs.join(", "));
        for line in outcome.notes.iter().chain(&outcome.failures).flat_map(|text| text.lines()) {
            println!("          {line}");
        }
        if outcome.failures.is_empty() { self.passed += 1 } else { self.failed += 1 }
    }

    /// The verdict.
    pub(super) fn end(self) -> ExitCode {
        println!("\n{} passed, {} failed", self.passed, self.failed);
        if self.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// Begins a part of the report.
pub(super) fn section(title: &str) {
    println!("\n{title}, with the fuel each call took");
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string_pretty(value).unwrap_or_else(|error| error.to_string())
}
