//! What an administrator does with a connection.

mod furnish;
mod listing;
mod prepare;
mod records;

pub(crate) use furnish::furnish;
pub(crate) use listing::{adopt, balance, documents};
pub(crate) use prepare::prepare;
pub(crate) use records::records;
