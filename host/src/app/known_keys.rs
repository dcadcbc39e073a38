//! API keys that were looked up a moment ago.
//!
//! Invariant: what is remembered is at most [`FRESH`] old, so that a key revoked by another host lets nobody in for
//! longer than that; one revoked by this host is forgotten at once. Whether a key holds is judged anew each time.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::model::ApiKey;

/// How long a key is taken for what it was. Clients send many requests a second with one key.
const FRESH: TimeDelta = TimeDelta::seconds(1);

/// More keys than this are not in use within [`FRESH`]: what is older is dropped.
const MOST: usize = 1000;

/// Keys by their hash, each with when it was read.
#[derive(Debug, Default)]
pub(super) struct KnownKeys(Mutex<HashMap<String, (ApiKey, DateTime<Utc>)>>);

impl KnownKeys {
    /// The key with this hash, if it was read a moment ago.
    pub(super) fn find(&self, hash: &str, now: DateTime<Utc>) -> Option<ApiKey> {
        let known = self.all();
        known.get(hash).filter(|(_, read)| is_fresh(*read, now)).map(|(key, _)| key.clone())
    }

    /// Remembers a key that was just read.
    pub(super) fn remember(&self, hash: String, key: ApiKey, now: DateTime<Utc>) {
        let mut known = self.all();
        if known.len() >= MOST {
            known.retain(|_, (_, read)| is_fresh(*read, now));
        }
        if known.len() < MOST {
            known.insert(hash, (key, now));
        }
    }

    /// Forgets a key.
    pub(super) fn forget(&self, id: Uuid) {
        self.all().retain(|_, (key, _)| key.id != id);
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, (ApiKey, DateTime<Utc>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A clock that was set back makes nothing fresh.
fn is_fresh(read: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    (read..read + FRESH).contains(&now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_known_for_a_moment_unless_it_is_forgotten() {
        let (known, now) = (KnownKeys::default(), DateTime::UNIX_EPOCH);
        let key = ApiKey::administrators(Uuid::nil(), "hash".to_owned(), "desk", now);
        known.remember("hash".to_owned(), key.clone(), now);
        assert_eq!(known.find("hash", now), Some(key.clone()));
        assert_eq!(known.find("hash", now + FRESH), None);
        assert_eq!(known.find("hash", now - FRESH), None);
        assert_eq!(known.find("other", now), None);
        known.forget(key.id);
        assert_eq!(known.find("hash", now), None);
    }

    #[test]
    fn more_keys_than_can_be_in_use_are_not_kept() {
        let (known, now) = (KnownKeys::default(), DateTime::UNIX_EPOCH);
        let key = ApiKey::administrators(Uuid::nil(), "hash".to_owned(), "desk", now);
        for n in 0..2 * MOST {
            known.remember(n.to_string(), key.clone(), now);
        }
        assert_eq!(known.all().len(), MOST);
        known.remember("late".to_owned(), key, now + FRESH);
        assert_eq!(known.all().len(), 1);
    }
}
