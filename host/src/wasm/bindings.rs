//! The rules world as the host sees it, made from `wit/`.
//!
//! Invariant: names and derives match those of the component's own bindings, so that a value written as JSON is the
//! same text on both sides.
#![allow(missing_docs, unreachable_pub, reason = "generated; each item is documented in wit/")]
#![allow(clippy::all, clippy::wildcard_enum_match_arm, reason = "generated")]

wasmtime::component::bindgen!({
    path: ["../wit/types", "../wit/rules"],
    world: "slotledger:rules/rules",
    additional_derives: [PartialEq, Eq, Clone, serde::Serialize, serde::Deserialize],
});

pub use self::slotledger::rules::decisions;
pub use self::slotledger::types::{appointments, catalog, values};
