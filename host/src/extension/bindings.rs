//! The extension world as the host sees it, made from version 0.1.0.
#![allow(missing_docs, unreachable_pub, reason = "generated; each item is documented in wit/")]
#![allow(clippy::all, clippy::wildcard_enum_match_arm, reason = "generated")]

wasmtime::component::bindgen!({
    path: "../wit/extension/0.1.0",
    world: "slotledger:extension/extension",
    imports: { default: trappable },
    additional_derives: [PartialEq, Eq, Clone, serde::Serialize, serde::Deserialize],
});

pub use self::slotledger::extension::words;
