//! The figures, as lines on the screen and as JSON.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Serialize;

/// One figure.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    /// What was measured.
    pub(crate) name: &'static str,
    /// What came out.
    pub(crate) value: f64,
    /// What it is counted in.
    pub(crate) unit: &'static str,
    /// What came out for the other side, in the same unit; none where there is no other side.
    pub(crate) against: Option<f64>,
    /// `value` / `against`.
    pub(crate) ratio: Option<f64>,
    /// What the other side is.
    pub(crate) against_what: Option<&'static str>,
    /// What is aimed at.
    pub(crate) target: &'static str,
    /// How many clients of a stampede got what all wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) winners: Option<usize>,
}

impl Row {
    /// A figure without another side.
    pub(crate) fn alone(name: &'static str, value: f64, unit: &'static str, target: &'static str) -> Self {
        Self { name, value, unit, against: None, ratio: None, against_what: None, target, winners: None }
    }

    /// A figure beside another one in the same unit.
    pub(crate) fn beside(self, against: f64, what: &'static str) -> Self {
        Self { against: Some(against), ratio: Some(self.value / against), against_what: Some(what), ..self }
    }
}

/// All figures of a run.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    machine: String,
    rows: Vec<Row>,
}

impl Report {
    /// Without figures yet.
    pub(crate) fn new() -> Self {
        Self { machine: machine(), rows: Vec::new() }
    }

    /// Says where it is measured.
    pub(crate) fn heading(&self) {
        println!("{}", self.machine);
    }

    /// Adds a figure and shows it.
    pub(crate) fn add(&mut self, row: Row) {
        println!("{}", line(&row));
        self.rows.push(row);
    }

    /// Writes all of it as JSON.
    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
    }
}

fn line(row: &Row) -> String {
    let other = match (row.against, row.ratio, row.against_what) {
        (Some(against), Some(ratio), Some(what)) => format!("{ratio:.2} × {against:.1} ({what})"),
        _ => row.winners.map_or_else(String::new, |winners| format!("{winners} of them got it")),
    };
    let (name, value, unit, target) = (row.name, row.value, row.unit, row.target);
    format!("{name:<26} {value:>10.1} {unit:<12} {other:<44} aim: {target}")
}

/// Processor, number of cores, kernel: what a reader needs to judge a figure.
fn machine() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let cpuinfo = read("/proc/cpuinfo");
    let model =
        cpuinfo.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("unknown processor");
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let kernel = read("/proc/sys/kernel/osrelease");
    format!("{}, {cores} cores, Linux {}", model.trim_start_matches([' ', '\t', ':']), kernel.trim())
}

/// The middle one of what was measured.
pub(crate) fn median(samples: Vec<f64>) -> f64 {
    percentile(samples, 50)
}

/// What so many of a hundred samples stay below.
pub(crate) fn percentile(mut samples: Vec<f64>, of_hundred: usize) -> f64 {
    samples.sort_by(f64::total_cmp);
    let last = samples.len().saturating_sub(1);
    samples.get((samples.len() * of_hundred / 100).min(last)).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_ignores_an_outlier() {
        assert_eq!(median(vec![3.0, 1.0, 1_000.0, 2.0, 2.5]).to_bits(), 2.5_f64.to_bits());
    }

    #[test]
    fn a_row_has_the_fields_that_others_read() {
        let row = Row {
            name: "decision.fresh",
            value: 20.0,
            unit: "us",
            against: Some(4.0),
            ratio: Some(5.0),
            against_what: Some("native"),
            target: "25",
            winners: None,
        };
        let json = serde_json::to_value(Report { machine: "m".to_owned(), rows: vec![row] }).unwrap();
        let fields = serde_json::json!({
            "name": "decision.fresh", "value": 20.0, "unit": "us", "against": 4.0, "ratio": 5.0,
            "against_what": "native", "target": "25",
        });
        assert_eq!(json["rows"][0], fields);
    }
}
