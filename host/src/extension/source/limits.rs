//! How much a source may send, and how long it may take.

use std::time::Duration;

use crate::extension::limits::COMPONENT_BYTES;

/// The longest signature: four lines, of which two are comments.
pub(super) const SIGNATURE_BYTES: u64 = 8 << 10;

/// The longest manifest, token or message of a registry. A manifest of one layer takes 1 KiB.
pub(super) const MANIFEST_BYTES: u64 = 64 << 10;

/// How often a source may send elsewhere: a registry to its storage, a link to a release to a server of files.
pub(super) const REDIRECTS: usize = 5;

/// What a source may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of the component.
    pub component: u64,
    /// Until a connection stands.
    pub connect: Duration,
    /// Without a byte.
    pub idle: Duration,
    /// One answer from its first byte to its last: 32 MiB over a line of 2 Mbit/s.
    pub answer: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            component: COMPONENT_BYTES,
            connect: Duration::from_secs(10),
            idle: Duration::from_secs(20),
            answer: Duration::from_secs(150),
        }
    }
}
