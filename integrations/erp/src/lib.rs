//! What Slotledger and an ERP say to each other, in words that belong to neither.
//!
//! Role: the neutral [`Posting`]s the host asks for, the [`Document`]s a connector answers with, the [`Connector`] port
//! between them, and the conformance suite that every connector passes.
//!
//! Invariant: this crate knows no ERP and no server. Money is exact and has a currency; no float touches it.
//!
//! Deliberately absent: retrying, leases and parking. A connector says what happened ([`Failure`]); the host's relay
//! decides when to try again.

pub mod conformance;
mod connector;
mod document;
mod failure;
mod posting;

pub use connector::{Capabilities, Commissions, Connector, KeyGuard, SystemInfo};
pub use document::{Document, Kind, State};
pub use failure::{Class, Failure};
pub use posting::{
    Body, CommissionEarned, CommissionReversal, CreditNote, Invoice, Item, Key, Line, Material, Order,
    OrderCancellation, Party, Posting, StockIssue, StockReturn,
};
