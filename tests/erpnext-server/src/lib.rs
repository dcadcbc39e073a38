//! A stand-in for an ERPNext 15 server, for tests, the demo and trying things out: ERPNext has no package to install.
//!
//! Role: [`Server`] answers Frappe's REST interface from memory, as a real server was seen to: its statuses, its
//! silent changes, its races and its errors that are none. A [`Fault`] makes it fail on the way.
//!
//! Invariant: where it is not known what a real server does, this one is the stricter. Nothing of it knows a
//! connector.
//!
//! Deliberately absent: what no connector asks for: pages, files, webhooks, purchase.

mod checks;
mod documents;
mod faults;
mod fixtures;
mod hooks;
mod http;
mod invoices;
mod journals;
mod ledger;
mod listing;
mod meta;
mod methods;
mod naming;
mod orders;
mod payments;
mod refusal;
mod returns;
mod selling;
mod server;
mod site;
mod stock;
mod store;
mod totals;
mod users;
mod values;

pub use faults::{Fault, Strikes, Trouble};
pub use server::{Options, Server};

/// The company its documents belong to.
pub const COMPANY: &str = "Slotledger Demo";

/// The API key of a system manager.
pub const MANAGER: (&str, &str) = ("f1d0a7", "manager-demo-only");

/// The API key of the user a connector works as: sales, stock and accounts user.
pub const USER: (&str, &str) = ("c3b2e1", "slotledger-demo-only");

/// The API key of a user without any role.
pub const NOBODY: (&str, &str) = ("0000ff", "nobody-demo-only");
