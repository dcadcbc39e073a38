//! Where things are.

use std::path::PathBuf;

/// The root of the clone. Cargo says it at run time; the fallback serves a binary that is started by hand.
pub(crate) fn root() -> PathBuf {
    let own = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    own.parent().map_or_else(|| PathBuf::from("."), PathBuf::from)
}

/// The clone's own `target/`, whatever `CARGO_TARGET_DIR` says: the host's build script looks for the rules here.
pub(crate) fn target() -> PathBuf {
    root().join("target")
}

/// Where cargo puts what it builds for this machine.
pub(crate) fn build_directory() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(target, |directory| root().join(directory))
}
