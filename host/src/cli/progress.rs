//! How far something has come, for a person who waits: a counter on a terminal, a line at the end elsewhere.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// How often the counter moves.
const TICK: Duration = Duration::from_millis(100);

/// Something that is being counted.
pub(super) struct Counting {
    bar: Option<ProgressBar>,
    what: String,
}

impl Counting {
    /// Begins to count.
    pub(super) fn begin(what: &str) -> Self {
        Self::shown(what, "{spinner} {msg} {pos} ({elapsed})")
    }

    /// Begins something of which nothing is known but how long it takes.
    pub(super) fn waiting(what: &str) -> Self {
        Self::shown(what, "{spinner} {msg} ({elapsed})")
    }

    fn shown(what: &str, template: &str) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
            bar.set_message(what.to_owned());
            bar.enable_steady_tick(TICK);
            bar
        });
        Self { bar, what: what.to_owned() }
    }

    /// It has come to this number.
    pub(super) fn at(&self, count: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(count);
        }
    }

    /// It has come to its end.
    pub(super) fn end(self, told: &str) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        println!("{:<14} {told}", self.what);
    }
}
