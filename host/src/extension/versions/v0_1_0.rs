//! Version 0.1.0: `describe`, `propose` and `review`, in the words that the host uses itself.

use wasmtime::component::Component;

use super::common::{Common, misfit};
use crate::extension::bindings;
use crate::wasm;
use crate::wasm::engine::Engine;

/// What components of this version import their words by.
pub(in crate::extension) const VERSION: &str = "0.1.0";

/// A component of this version.
pub(in crate::extension) struct Exports(Common);

impl Exports {
    pub(super) fn of(engine: &Engine, component: &Component, name: &str) -> Result<Self, wasm::Error> {
        let common = Common::of(engine, component, name)?;
        // Looks at the type of each export.
        bindings::ExtensionPre::new(common.instance().clone())
            .map_err(|error| misfit(name, format!("{error:#}")))?;
        Ok(Self(common))
    }

    pub(super) const fn common(&self) -> &Common {
        &self.0
    }
}
