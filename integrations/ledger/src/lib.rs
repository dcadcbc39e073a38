//! The built-in books, for a company without an ERP.
//!
//! Role: a [`Connector`](slotledger_erp::Connector) over a SQLite file of its own. It takes the documents an ERP takes,
//! numbers them, keeps the stock at average cost and posts a balanced journal entry with each.
//!
//! Invariant: a posted document never changes. It is corrected by a counter-document, and the database itself refuses
//! anything else, as it refuses an entry that does not balance, a gap in a series, a negative stock and a key used twice.
//! Books that were only tried out are emptied as a whole, by nobody but the host, when the company that they were for goes.
//!
//! Deliberately absent: payments other than deposits, purchases, closing a year and reports for a tax office. A company that needs them
//! connects an ERP.

mod accounts;
mod administration;
mod advances;
mod amounts;
mod anew;
mod billing;
mod books;
mod commissions;
mod connector;
mod documents;
mod error;
mod invoices;
mod journal;
mod ledger;
mod lines;
mod orders;
mod parties;
mod periods;
mod reading;
mod records;
mod stock;

pub use error::Error;
pub use ledger::{Ledger, MAX_PAGE, Settings};
pub use reading::Record;
