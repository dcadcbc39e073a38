//! What Slotledger and an ERP say to each other, in words that belong to neither.
//!
//! Role: the neutral [`Posting`]s the host asks for, the [`Document`]s a connector answers with, the [`Connector`] port
//! between them, the [`Administration`] of a connection, and the conformance suite that every connector passes.
//!
//! Invariant: this crate knows no ERP and no server. Money is exact and has a currency; no float touches it.
//!
//! Deliberately absent: retrying, leases and parking. A connector says what happened ([`Failure`]); the host's relay
//! decides when to try again.

mod administration;
pub mod conformance;
mod connector;
mod document;
mod failure;
mod journal;
mod key;
mod line;
mod movement;
mod posting;
mod stock;
pub mod transport;

pub use administration::{
    Administration, Balance, Check, Checks, Days, Listed, MAX_PAGE, Mode, Page, Record, RecordKind, Standing,
    Tell,
};
pub use connector::{Capabilities, Commissions, Connector, KeyGuard, StandIn, SystemInfo};
pub use document::{Document, Kind, Posted, State};
pub use failure::{Class, Failure, Reason};
pub use journal::{AccountBalance, Journal, JournalEntry, JournalLine, TrialBalance};
pub use key::Key;
pub use line::{Item, Line, Material, OrderLine, Party};
pub use movement::{Moved, same_materials};
pub use posting::{
    Advance, AdvanceRefund, Body, CommissionEarned, CommissionReversal, CreditNote, Earner, Finish, Invoice,
    Order, OrderAmendment, OrderCancellation, Posting, StockIssue, StockReturn,
};
pub use stock::{OnHand, Receipt, Stock};
