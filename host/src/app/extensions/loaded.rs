//! Compiled components by their digest.
//!
//! Invariant: each is compiled once, however many decisions wait for it.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use crate::extension::{self, Extension};
use crate::store::{self, Store};

type Cell = Arc<OnceCell<Extension>>;

/// Compiled components.
#[derive(Default)]
pub(super) struct Components(Mutex<HashMap<String, Cell>>);

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
    /// The component of this digest.
    pub(super) async fn get(
        &self,
        store: &dyn Store,
        digest: &str,
        cache: Option<PathBuf>,
    ) -> Result<Extension, Missing> {
        let cell = {
            let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            known.entry(digest.to_owned()).or_default().clone()
        };
        let load = || async {
            let bytes = store.component_bytes(digest).await?;
            let bytes = bytes.ok_or_else(|| Missing::NotInstalled(digest.to_owned()))?;
            load(digest.to_owned(), bytes, cache).await
        };
        cell.get_or_try_init(load).await.cloned()
    }
}

/// Compiles a component where it keeps nobody waiting who does not need it.
pub(super) async fn load(name: String, bytes: Vec<u8>, cache: Option<PathBuf>) -> Result<Extension, Missing> {
    let compile = move || Extension::load(&name, &bytes, cache.as_deref());
    let loaded = tokio::task::spawn_blocking(compile).await.map_err(|_| Missing::Interrupted)?;
    Ok(loaded?)
}
