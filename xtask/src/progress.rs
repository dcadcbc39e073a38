//! Says what is being done and how long it took: a spinner on a terminal, plain lines elsewhere.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};

/// Steps shorter than this leave no line behind: a person does not notice them.
const WORTH_A_LINE: Duration = Duration::from_secs(1);

/// A step under way.
#[derive(Debug)]
pub(crate) struct Step {
    spinner: Option<ProgressBar>,
    what: String,
    since: Instant,
}

impl Step {
    fn begin(what: &str, spinning: bool) -> Self {
        let spinner = (spinning && std::io::stderr().is_terminal()).then(|| spinner(what));
        if spinner.is_none() {
            eprintln!("{what} …");
        }
        Self { spinner, what: what.to_owned(), since: Instant::now() }
    }

    /// Says more about what is being done at this moment.
    pub(crate) fn detail(&self, detail: &str) {
        match &self.spinner {
            Some(bar) => bar.set_message(format!("{}: {detail}", self.what)),
            None => eprintln!("  {detail}"),
        }
    }

    fn end(self, outcome: &str) {
        let took = self.since.elapsed();
        if let Some(bar) = &self.spinner {
            bar.finish_and_clear();
        }
        if took >= WORTH_A_LINE || outcome != "done" {
            eprintln!("{}: {outcome} after {:.1} s", self.what, took.as_secs_f64());
        }
    }
}

/// Does `work` under the heading `what`, which prints nothing itself.
pub(crate) fn step<T>(what: &str, work: impl FnOnce(&Step) -> Result<T>) -> Result<T> {
    let step = Step::begin(what, true);
    let result = work(&step);
    step.end(if result.is_ok() { "done" } else { "failed" });
    result
}

/// Does `work` under the heading `what`, which shows its own progress.
pub(crate) fn phase<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let step = Step::begin(what, false);
    let result = work();
    step.end(if result.is_ok() { "done" } else { "failed" });
    result
}

/// Announces something that changes the machine or the network's load, before it is done.
pub(crate) fn announce(sentence: &str) {
    eprintln!("→ {sentence}");
}

fn spinner(what: &str) -> ProgressBar {
    let bar = ProgressBar::new_spinner().with_message(what.to_owned());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}
