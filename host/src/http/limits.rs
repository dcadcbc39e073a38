//! What a request may ask of the server at most.
//!
//! Invariant: every limit of this layer is named here. Limits on the values of fields are in `model::fields`.

use std::time::Duration;

/// Bytes of a body. The largest sensible one, a service with all its lists full, is below 100 kB.
pub const BODY: usize = 1024 * 1024;

/// Bytes of a body that is too large which are still read, and dropped, so that the client has finished sending and
/// can read the refusal instead of meeting a closed connection.
pub(super) const DRAINED: usize = 16 * BODY;

/// Bytes of a photo as it is sent: what the finest cameras of phones make.
pub const PHOTO: usize = 10_000_000;

/// Bytes of a photo that is too large which are still read, and dropped, for the same reason: browsers do not ask first.
pub(super) const PHOTO_DRAINED: usize = 40 * BODY;

/// Entries of a page, when the request does not say.
pub const PAGE: u32 = 50;

/// Entries of a page at most: some 200 kB of JSON.
pub const MAX_PAGE: u32 = 200;

/// Characters of an `Idempotency-Key`: four identifiers fit, and an index of them stays small.
pub const KEY: usize = 255;

/// Faults listed in one problem: more are not read.
pub(super) const FAULTS: usize = 50;

/// How long a connection may be silent before a request, or take for its header: browsers keep one for a minute or so.
pub const SILENCE: Duration = Duration::from_secs(75);

/// How long a request may take that brings a photo: one of [`PHOTO`] bytes over a line of one megabit per second.
pub const UPLOAD: Duration = Duration::from_secs(100);

/// How long a request may take. The slowest, reading documents back from an ERP, takes seconds.
pub const REQUEST: Duration = Duration::from_secs(30);
