//! Extensions: components of third parties.

pub mod source;
pub mod trust;
