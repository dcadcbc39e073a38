//! Brings what a fresh machine lacks. Each part says what it installs before it does.

pub(crate) mod browser;
pub(crate) mod debian;
pub(crate) mod node;
pub(crate) mod odoo;
pub(crate) mod postgres;
pub(crate) mod python;
pub(crate) mod registry;
pub(crate) mod tryton;
pub(crate) mod wasm;
