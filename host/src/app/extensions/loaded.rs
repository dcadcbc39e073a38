//! Compiled components by their digest.
//!
//! Invariant: each is compiled once, however many decisions and installations wait for it, and whoever of them goes away
//! meanwhile. One that does not fit is not tried again: nothing about it changes while the host runs.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use crate::extension::{self, Extension};
use crate::store::{self, SharedStore};
use crate::wasm;
use crate::wasm::component;

type Cell = Arc<OnceCell<Result<Extension, extension::Error>>>;

/// Compiled components.
#[derive(Default)]
pub(super) struct Components {
    known: Mutex<HashMap<String, Cell>>,
    loads: Arc<AtomicU64>,
}

/// Why a component is not there to be asked.
#[derive(Debug, thiserror::Error)]
pub(super) enum Missing {
    #[error("the component {0} is not installed")]
    NotInstalled(String),
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Extension(#[from] extension::Error),
    #[error("it was not loaded to the end")]
    Interrupted,
}

impl Components {
    /// The component of this digest, which the store keeps.
    pub(super) async fn get(
        &self,
        store: &SharedStore,
        digest: &str,
        cache: Option<PathBuf>,
    ) -> Result<Extension, Missing> {
        let (store, own) = (store.clone(), digest.to_owned());
        let bytes = async move {
            let bytes = store.component_bytes(&own).await?;
            bytes.ok_or(Missing::NotInstalled(own))
        };
        self.once(digest, digest.to_owned(), bytes, cache).await
    }

    /// The component of this digest, under the name that errors call it by, whose bytes these are.
    pub(super) async fn of(
        &self,
        name: &str,
        digest: &str,
        bytes: Vec<u8>,
        cache: Option<PathBuf>,
    ) -> Result<Extension, Missing> {
        self.once(digest, name.to_owned(), async move { Ok(bytes) }, cache).await
    }

    /// How many components were compiled, or read from the cache.
    #[cfg(test)]
    pub(super) fn loads(&self) -> u64 {
        self.loads.load(Ordering::Relaxed)
    }

    async fn once(
        &self,
        digest: &str,
        name: String,
        bytes: impl Future<Output = Result<Vec<u8>, Missing>> + Send + 'static,
        cache: Option<PathBuf>,
    ) -> Result<Extension, Missing> {
        let cell = self.cell(digest);
        if let Some(loaded) = cell.get() {
            return Ok(loaded.clone()?);
        }
        let (waiting, loads, own) = (cell.clone(), self.loads.clone(), digest.to_owned());
        // In a task of its own: whoever asked first may hang up, and the others wait for the same.
        let task = tokio::spawn(async move {
            let load = || async { load(name, own, bytes.await?, cache, &loads).await };
            waiting.get_or_try_init(load).await.cloned()
        });
        let loaded = task.await.map_err(|_| Missing::Interrupted).flatten();
        if loaded.is_err() {
            self.forget(digest, &cell);
        }
        Ok(loaded??)
    }

    fn cell(&self, digest: &str) -> Cell {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(digest.to_owned()).or_default().clone()
    }

    /// What was not found takes no room.
    fn forget(&self, digest: &str, cell: &Cell) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.get(digest).is_some_and(|found| Arc::ptr_eq(found, cell) && !found.initialized()) {
            known.remove(digest);
        }
    }
}

/// Compiles a component where it keeps nobody waiting who does not need it. What passes is no outcome.
async fn load(
    name: String,
    digest: String,
    bytes: Vec<u8>,
    cache: Option<PathBuf>,
    loads: &AtomicU64,
) -> Result<Result<Extension, extension::Error>, Missing> {
    loads.fetch_add(1, Ordering::Relaxed);
    let compile = move || {
        let found = component::digest(&bytes);
        if found != digest {
            return Err(wasm::Error::DigestMismatch { expected: digest, found }.into());
        }
        Extension::load_known(&name, &bytes, found, cache.as_deref())
    };
    match tokio::task::spawn_blocking(compile).await.map_err(|_| Missing::Interrupted)? {
        Err(error) if error.is_passing() => Err(error.into()),
        outcome => Ok(outcome),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::MetadataExt;
    use std::path::Path;

    use chrono::DateTime;
    use tempfile::TempDir;
    use tokio::task::JoinSet;

    use super::*;
    use crate::extension::small::Small;
    use crate::model;
    use crate::store::sqlite::Sqlite;

    /// A store that keeps a component under a digest.
    async fn keeping(digest: &str, bytes: &[u8]) -> (TempDir, SharedStore) {
        let directory = tempfile::tempdir().unwrap();
        let store = Sqlite::open(&directory.path().join("store.sqlite")).await.unwrap();
        let component = model::Component {
            digest: digest.to_owned(),
            name: "org.example.small".to_owned(),
            version: "1.0.0".to_owned(),
            description: serde_json::Value::Null,
            origin: "a test".to_owned(),
            signer: None,
            by: "a test".to_owned(),
            installed_at: DateTime::UNIX_EPOCH,
        };
        let store: SharedStore = Arc::new(store);
        store.keep_component(&component, bytes).await.unwrap();
        (directory, store)
    }

    /// The one compiled component that is kept, by the number of its file.
    fn kept(cache: &Path) -> u64 {
        let mut entries = fs::read_dir(cache).unwrap();
        let entry = entries.next().unwrap().unwrap();
        assert!(entries.next().is_none(), "one component, one entry");
        entry.metadata().unwrap().ino()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_component_is_compiled_once_however_many_wait_and_whoever_hangs_up() {
        let bytes = Small::default().component();
        let digest = component::digest(&bytes);
        let (directory, store) = keeping(&digest, &bytes).await;
        let cache = directory.path().join("cache");
        let components = Arc::new(Components::default());
        let mut waiting = JoinSet::new();
        for turn in 0..64 {
            let (components, store, cache) = (components.clone(), store.clone(), Some(cache.clone()));
            let (digest, bytes) = (digest.clone(), bytes.clone());
            let handle = waiting.spawn(async move {
                match turn % 2 {
                    0 => components.get(&store, &digest, cache).await,
                    _ => components.of("small", &digest, bytes, cache).await,
                }
            });
            // The first to come are the first to go.
            if turn < 4 {
                tokio::task::yield_now().await;
                handle.abort();
            }
        }
        let mut answered = 0;
        while let Some(loaded) = waiting.join_next().await {
            answered += u32::from(loaded.is_ok_and(|loaded| loaded.unwrap().digest() == digest));
        }
        assert!(answered >= 60, "{answered}");
        assert_eq!(components.loads(), 1);

        // Another host takes what was compiled.
        let first = kept(&cache);
        Components::default().get(&store, &digest, Some(cache.clone())).await.unwrap();
        assert_eq!(kept(&cache), first, "nothing was compiled again");
    }

    #[tokio::test]
    async fn what_does_not_fit_is_tried_once_and_what_is_not_there_is_forgotten() {
        let bytes = Small { wit_version: "7.0.0", ..Small::default() }.component();
        let digest = component::digest(&bytes);
        let (_directory, store) = keeping(&digest, &bytes).await;
        let components = Components::default();
        for _ in 0..3 {
            let missing = components.get(&store, &digest, None).await.unwrap_err();
            assert!(
                matches!(missing, Missing::Extension(ref error) if error.code() == "SL0403"),
                "{missing}"
            );
            let missing = components.get(&store, &"0".repeat(64), None).await.unwrap_err();
            assert!(matches!(missing, Missing::NotInstalled(_)), "{missing}");
        }
        assert_eq!(components.loads(), 1);
        assert_eq!(components.known.lock().unwrap().len(), 1);
    }

    #[tokio::test]
    async fn bytes_that_are_no_longer_what_was_installed_are_not_run() {
        let digest = "1".repeat(64);
        let (_directory, store) = keeping(&digest, &Small::default().component()).await;
        let missing = Components::default().get(&store, &digest, None).await.unwrap_err();
        assert!(matches!(missing, Missing::Extension(ref error) if error.code() == "SL0404"), "{missing}");
    }
}
