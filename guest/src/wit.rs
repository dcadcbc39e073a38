//! The vocabulary: every type of the WIT packages under one name each.
//!
//! The rules work on these types directly. There is no second model and no mapping that could disagree with the
//! contract. Deliberately absent: methods; what the rules do with a type stands beside the rule.

/// The bindings as the generator makes them; its macro `export` is how `lib.rs` becomes a component.
pub mod bindings {
    #![allow(missing_docs, unreachable_pub, clippy::all)]
    wit_bindgen::generate!({
        path: ["../wit/types", "../wit/rules"],
        world: "slotledger:rules/rules",
        generate_all,
        additional_derives: [PartialEq, Eq, serde::Serialize, serde::Deserialize],
    });
}

pub use bindings::Guest;
pub use bindings::slotledger::rules::decisions::{
    AdvanceDraft, AmendmentDraft, Booking, Cancellation, Command, CommissionDraft, Correction, Decision,
    Declination, Description, DocumentLine, Earner, Effect, EffectBody, Event, Exception, Finding,
    InvoiceDraft, LeftOver, Opening, Openings, OpeningsQuery, OrderDraft, OrderLine, PackedCalendars,
    Payment, Plan, Precedence, Preference, Ranking, Reassignment, RefundDraft, Request, Rescheduling,
    ReversalDraft, ServiceCase, SharedVisit, Sibling, Slots, Snapshot, StockDraft, Successor,
    TransitionInput, Wish,
};
pub use bindings::slotledger::types::appointments::{
    Actor, Appointment, DocumentLink, DocumentPart, Quote, QuoteLine, Status, Timing,
};
pub use bindings::slotledger::types::catalog::{
    BranchCalendar, Company, Consumable, Coupon, CouponValue, Customer, DepositRefund, DocumentKind,
    InvoiceFinish, Invoicing, LocalDay, OrderChange, PostingDate, PostingPolicy, PriceBasis, PriceRow,
    Provider, ProviderCalendar, Quality, QualityKind, Service, Session, Unit, UnitCalendar, Workload,
};
pub use bindings::slotledger::types::values::{Attribute, Bitmap, Decimal, Grid, Instant, Minutes, Span};
