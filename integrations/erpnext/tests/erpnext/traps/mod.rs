//! What an ERPNext connector falls into, one test each, and that this one does not.

mod amounts;
mod billing;
mod earners;
mod keys;
mod refusals;

use slotledger_erp::{Class, Reason};

use crate::support::postings::Appointment;

fn appointment(name: &str) -> Appointment {
    Appointment(name.into())
}

fn reason(failure: &slotledger_erp::Failure) -> Reason {
    let Class::Refused { reason, fix } = &failure.class else { panic!("not refused but {failure:?}") };
    assert!(!fix.is_empty());
    *reason
}
