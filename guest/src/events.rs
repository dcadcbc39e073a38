//! What goes into the audit trail.
//!
//! Names are `appointment.` and what happened, in the past. Deliberately absent: who and when; the host records both.

use crate::wit::Event;

/// An event with nothing to add.
pub(crate) fn event(name: &str, message: &str) -> Event {
    Event { name: name.to_owned(), message: message.to_owned(), attributes: Vec::new() }
}

/// An event with a reason.
pub(crate) fn with_reason(name: &str, message: &str, reason: &str) -> Event {
    with(name, message, &[("reason", reason)])
}

/// An event with properties.
pub(crate) fn with(name: &str, message: &str, attributes: &[(&str, &str)]) -> Event {
    let attributes =
        attributes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Event { attributes, ..event(name, message) }
}
