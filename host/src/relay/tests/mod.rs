//! The relay against books that fail in every way that was thought of, and against the real ledger.

mod delivering;
mod outbox;
mod real;
mod scene;
mod silence;
