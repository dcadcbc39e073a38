//! Places at which a test can have the process die.
//!
//! Role: `SLOTLEDGER_FAULT=commit.after:2` ends the process, as a power failure would, the second time it comes past
//! that place. Tests kill the host at every step this way and look what the books say afterwards.
//!
//! Deliberately absent: anything else. Without the variable each place costs one comparison.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

/// The variable that names the place, and after a colon how many times it is passed.
pub const VARIABLE: &str = "SLOTLEDGER_FAULT";

/// Every place there is, in the order in which an appointment comes past them.
pub const POINTS: &[&str] = &[
    "commit.before",
    "commit.after",
    "relay.claimed",
    "relay.before_post",
    "relay.after_post",
    "relay.finished",
];

struct Fault {
    point: String,
    on: u32,
}

/// Ends the process if a test wants it to die here.
pub fn point(name: &'static str) {
    static FAULT: OnceLock<Option<Fault>> = OnceLock::new();
    static PASSED: OnceLock<Mutex<HashMap<&'static str, u32>>> = OnceLock::new();
    let Some(fault) = FAULT.get_or_init(|| std::env::var(VARIABLE).ok().and_then(|text| parse(&text))) else {
        return;
    };
    if fault.point != name {
        return;
    }
    let mut passed = PASSED.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    let count = passed.entry(name).or_default();
    *count += 1;
    if *count == fault.on {
        std::process::abort();
    }
}

fn parse(text: &str) -> Option<Fault> {
    let (point, on) = text.split_once(':').unwrap_or((text, "1"));
    Some(Fault { point: point.to_owned(), on: on.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_named_with_or_without_a_count() {
        let parsed = |text| parse(text).map(|fault| (fault.point, fault.on));
        assert_eq!(parsed("commit.after"), Some(("commit.after".to_owned(), 1)));
        assert_eq!(parsed("relay.claimed:3"), Some(("relay.claimed".to_owned(), 3)));
        assert_eq!(parsed("relay.claimed:often"), None);
    }
}
