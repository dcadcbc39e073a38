//! What has to be true of the store after every step, whoever asked for what.
//!
//! Nothing here asks the rules or the host's code what is right: each promise is worked out anew from what is stored.

mod books;
mod busy;
mod claims;
mod openings;
mod overlap;
mod trail;

pub(super) use openings::{Search, expected as expected_openings};

use super::facts::Facts;

/// What is wrong, or nothing.
pub(super) type Verdict = Result<(), String>;

/// Checks everything that the store holds.
pub(super) fn all(facts: &Facts) -> Verdict {
    overlap::check(facts)?;
    claims::check(facts)?;
    busy::check(facts)?;
    trail::check(facts)?;
    books::check(facts)
}

/// Fails with the words unless it holds.
fn ensure(holds: bool, words: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { Err(words()) }
}
