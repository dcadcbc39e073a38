//! The next version, as `wit/extension/next` has it: 0.1.0 and `check-settings`, in the same words.
//!
//! It is not released, and only the tests take it: they prove that a version more leaves the others as they are.

use wasmtime::component::Component;

use super::common::{Common, export, misfit};
use crate::extension::bindings::words::{Attribute, Finding};
use crate::wasm;
use crate::wasm::engine::Engine;
use crate::wasm::export::Export;
use crate::wasm::session::{Failure, Spent};

/// What components of this version import their words by.
pub(in crate::extension) const VERSION: &str = "0.2.0";

/// A component of this version.
pub(in crate::extension) struct Exports {
    common: Common,
    check_settings: Export,
}

impl Exports {
    pub(super) fn of(engine: &Engine, component: &Component, name: &str) -> Result<Self, wasm::Error> {
        let common = Common::of(engine, component, name)?;
        bindings::ExtensionPre::new(common.instance().clone())
            .map_err(|error| misfit(name, format!("{error:#}")))?;
        Ok(Self { common, check_settings: export(component, name, "check-settings")? })
    }

    pub(super) const fn common(&self) -> &Common {
        &self.common
    }

    pub(super) fn check_settings(
        &self,
        engine: &Engine,
        fuel: u64,
        settings: &[Attribute],
    ) -> Result<(Vec<Finding>, Spent), Failure> {
        self.common.ask(engine, &self.check_settings, fuel, (settings,))
    }
}

/// Made from `wit/extension/next`, with the words of 0.1.0: they are the same.
#[allow(missing_docs, unreachable_pub, dead_code, reason = "generated; each item is documented in wit/")]
#[allow(clippy::all, clippy::wildcard_enum_match_arm, reason = "generated")]
mod bindings {
    wasmtime::component::bindgen!({
        path: "../wit/extension/next",
        world: "slotledger:extension/extension",
        with: { "slotledger:extension/words@0.2.0": crate::extension::bindings::words },
    });
}
