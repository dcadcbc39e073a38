//! What an administrator does with a connection.

mod adopt;
mod furnish;
mod listing;
mod periods;
mod prepare;
mod records;
mod site;

pub(crate) use adopt::{adopt, candidate};
pub(crate) use furnish::furnish;
pub(crate) use listing::{balance, documents};
pub(crate) use prepare::prepare;
pub(crate) use records::records;
