//! When a provider who sets out expects to arrive.
//!
//! It is something that they say and not something that is decided, so the rules are not asked: here is only checked that
//! somebody can mean it.

use chrono::{DateTime, TimeDelta, Utc};

use super::Command;
use crate::app::{Error, Result};
use crate::codes;

/// Nobody is on the way for longer than a day: what lies further ahead is a slip of the keyboard or of a zone.
const LATEST: TimeDelta = TimeDelta::hours(24);

pub(super) fn check(command: &Command, now: DateTime<Utc>) -> Result<()> {
    let Some(at) = command.arrival() else { return Ok(()) };
    let message = match at {
        at if at < now => "lies in the past",
        at if at > now + LATEST => "is more than 24 hours away",
        _ => return Ok(()),
    };
    Err(Error::Unfit { code: codes::NO_ARRIVAL, field: "expected_arrival", message: message.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::super::Depart;
    use super::*;

    #[test]
    fn somebody_who_sets_out_arrives_within_a_day() {
        let now = DateTime::UNIX_EPOCH;
        let said = |seconds: i64| {
            let expected_arrival = Some(now + TimeDelta::seconds(seconds));
            check(&Command::Depart(Depart { expected_arrival }), now).is_ok()
        };
        assert!(said(0) && said(1200) && said(86_400));
        assert!(!said(-1) && !said(86_401));
        assert!(check(&Command::Depart(Depart::default()), now).is_ok());
    }
}
