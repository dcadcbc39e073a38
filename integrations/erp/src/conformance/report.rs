//! What came of a run, in words an administrator reads.

use std::fmt;

use serde::Serialize;

/// One thing that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// What should hold, as a sentence.
    pub name: &'static str,
    /// Whether it did.
    pub held: bool,
    /// The numbers of the documents made, or what was wrong.
    pub detail: String,
}

/// One thing that these books do not claim to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// What would have been tried, as a sentence.
    pub name: &'static str,
    /// Why it was not: what the books declare, what the set-up lacks, or their refusal.
    pub why: String,
}

/// All that was tried.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// In the order they ran.
    pub rows: Vec<Row>,
    /// What was not tried, or answered with a refusal for
    /// [`Reason::Unsupported`](crate::Reason::Unsupported).
    pub left_out: Vec<LeftOut>,
}

impl Report {
    /// Whether every row held, and there was one. What was left out does not count against the books; a connector's
    /// own test says what it allows to be left out.
    #[must_use]
    pub fn held(&self) -> bool {
        !self.rows.is_empty() && self.rows.iter().all(|row| row.held)
    }
}

/// A report while the suite runs, and whoever watches it grow.
pub(super) struct Running<'a> {
    pub(super) report: Report,
    pub(super) watch: &'a (dyn Fn(&Row) + Send + Sync),
}

impl Running<'_> {
    pub(super) fn add(&mut self, name: &'static str, outcome: Outcome) {
        let (held, detail) = match outcome {
            Ok(detail) => (true, detail),
            Err(Fault::Wrong(detail)) => (false, detail),
            Err(Fault::Unsupported(why)) => return self.report.left_out.push(LeftOut { name, why }),
        };
        let row = Row { name, held, detail };
        (self.watch)(&row);
        self.report.rows.push(row);
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for row in &self.rows {
            let mark = if row.held { "held  " } else { "BROKEN" };
            writeln!(f, "{mark}  {}: {}", row.name, row.detail)?;
        }
        for left in &self.left_out {
            writeln!(f, "-       {}: {}", left.name, left.why)?;
        }
        Ok(())
    }
}

/// Why a row has nothing good to report.
#[derive(Debug)]
pub(super) enum Fault {
    /// The books do otherwise than the port promises.
    Wrong(String),
    /// The books say that they cannot hold it.
    Unsupported(String),
}

impl From<String> for Fault {
    fn from(wrong: String) -> Self {
        Self::Wrong(wrong)
    }
}

/// A row's detail, or what was wrong.
pub(super) type Outcome = Result<String, Fault>;
