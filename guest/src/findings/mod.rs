//! Findings: one constructor for each, so that a rule has one wording.
//!
//! Invariant: a message is a sentence for a person and names the thing it is about; a hint says what would satisfy
//! the rule. Deliberately absent: points in time, which read well only in a zone that the rules do not know.

mod booking;
mod codes;
mod commands;
mod money;
mod visits;

pub(crate) use booking::*;
pub use codes::*;
pub(crate) use commands::*;
pub(crate) use money::*;
pub(crate) use visits::*;

use crate::wit::{Finding, Status};

fn finding(code: &str, message: impl Into<String>, hint: impl Into<String>) -> Finding {
    Finding { code: code.to_owned(), message: message.into(), hint: hint.into() }
}

/// A status as it reads in a sentence.
pub(crate) const fn status_name(status: Status) -> &'static str {
    match status {
        Status::Open => "open",
        Status::Scheduled => "scheduled",
        Status::Confirmed => "confirmed",
        Status::EnRoute => "en route",
        Status::InProgress => "in progress",
        Status::Paused => "paused",
        Status::Completed => "completed",
        Status::Cancelled => "cancelled",
        Status::NoShow => "no show",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_are_unique_sorted_and_explained() {
        let codes: Vec<&str> = CODES.iter().map(|(code, _, _)| *code).collect();
        let sorted: BTreeSet<&str> = codes.iter().copied().collect();
        assert_eq!(codes, sorted.into_iter().collect::<Vec<_>>());
        for (code, title, explanation) in CODES {
            assert!(code.starts_with("SL02") && code.len() == 6, "{code}");
            assert!(!title.ends_with('.') && explanation.ends_with('.'), "{code}");
        }
    }
}
