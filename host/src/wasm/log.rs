//! What a component says while it is asked.
//!
//! Invariant: it costs the host a bounded amount of memory, whatever is said; what was not kept is counted.

use serde::{Deserialize, Serialize};

/// Lines of one call that are kept.
pub const LINES: usize = 100;

/// Characters of one line that are kept.
pub const CHARACTERS: usize = 1_000;

/// What one call may say altogether, what is not kept included. It is far more than what is kept, and
/// carrying it over takes a few milliseconds.
pub const BYTES: usize = 8 << 20;

/// Lines that one call may say altogether. Whoever says more is not heard out: each takes the host's time, which no fuel pays for,
/// and ten thousand of them as much as a slow extension takes to answer.
pub const SAID: u64 = 10_000;

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// For the author.
    Debug,
    /// For whoever wonders what happened.
    Info,
    /// For the administrator.
    Warn,
}

/// Something that was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// How much it matters.
    pub level: Level,
    /// What was said.
    pub text: String,
}

/// What was said in one call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Log {
    /// The lines that were kept, oldest first.
    pub lines: Vec<Line>,
    /// How many were not.
    pub dropped: u64,
}

impl Log {
    /// Keeps a line if there is room.
    pub(crate) fn say(&mut self, level: Level, text: &str) {
        if self.lines.len() < LINES {
            self.lines.push(Line { level, text: text.chars().take(CHARACTERS).collect() });
        } else {
            self.dropped += 1;
        }
    }

    /// How many lines were said.
    #[must_use]
    pub fn said(&self) -> u64 {
        u64::try_from(self.lines.len()).unwrap_or(u64::MAX).saturating_add(self.dropped)
    }
}
