//! The versions of the extension package that components are built for, each behind an adapter of its own.
//!
//! Invariants: a component is asked through the adapter of the version it was built for, however many came since. What a
//! component may do is granted in one place, [`common`], which every adapter goes through: an old version grants no more
//! than the newest.
//!
//! Deliberately absent: anything that knows why an extension is asked.

mod common;
pub(super) mod v0_1_0;
#[cfg(test)]
mod v0_2_0;

use wasmtime::component::Component;

use self::common::Common;
use super::bindings::words::{Description, Finding, Input, Proposal};
use crate::wasm::engine::Engine;
use crate::wasm::session::{Failure, Spent};
use crate::wasm::{self};

/// The versions that this host knows, as messages name them.
const KNOWN: &str = v0_1_0::VERSION;

/// What the types of every version stand in.
const WORDS: &str = "slotledger:extension/words@";

/// A component, as its version is asked.
pub(super) enum Adapter {
    /// Version 0.1.0.
    V0_1_0(v0_1_0::Exports),
    /// The next version, which is not released: only the tests take it.
    #[cfg(test)]
    V0_2_0(v0_2_0::Exports),
}

type Answered<T> = Result<(T, Spent), Failure>;

impl Adapter {
    /// The adapter for a component, by the version of the words that stand in its type.
    pub(super) fn of(engine: &Engine, component: &Component, name: &str) -> Result<Self, wasm::Error> {
        match built_for(engine, component).as_deref() {
            Some(v0_1_0::VERSION) => v0_1_0::Exports::of(engine, component, name).map(Self::V0_1_0),
            #[cfg(test)]
            Some(v0_2_0::VERSION) => v0_2_0::Exports::of(engine, component, name).map(Self::V0_2_0),
            found => Err(unknown(name, found.unwrap_or("no version"))),
        }
    }

    /// What it says of itself, which has to agree with what its type says.
    pub(super) fn describe(&self, engine: &Engine, name: &str) -> Result<Description, Failure> {
        let description = self.common().describe(engine)?;
        if description.wit_version == self.version() {
            return Ok(description);
        }
        Err(unknown(name, &description.wit_version).into())
    }

    /// What it would have changed.
    pub(super) fn propose(&self, engine: &Engine, fuel: u64, input: &Input) -> Answered<Vec<Proposal>> {
        self.common().propose(engine, fuel, input)
    }

    /// What speaks against it.
    pub(super) fn review(&self, engine: &Engine, fuel: u64, input: &Input) -> Answered<Vec<Finding>> {
        self.common().review(engine, fuel, input)
    }

    /// What is wrong with settings; none says that its version cannot be asked.
    #[cfg(test)]
    pub(super) fn check_settings(
        &self,
        engine: &Engine,
        fuel: u64,
        settings: &[super::bindings::words::Attribute],
    ) -> Option<Answered<Vec<Finding>>> {
        match self {
            Self::V0_1_0(_) => None,
            Self::V0_2_0(exports) => Some(exports.check_settings(engine, fuel, settings)),
        }
    }

    const fn version(&self) -> &'static str {
        match self {
            Self::V0_1_0(_) => v0_1_0::VERSION,
            #[cfg(test)]
            Self::V0_2_0(_) => v0_2_0::VERSION,
        }
    }

    /// What both have in common. A version whose words differ from the host's own translates them here instead.
    const fn common(&self) -> &Common {
        match self {
            Self::V0_1_0(exports) => exports.common(),
            #[cfg(test)]
            Self::V0_2_0(exports) => exports.common(),
        }
    }
}

/// The version that a component was built for. It stands in the component's type, so that nothing has to run.
fn built_for(engine: &Engine, component: &Component) -> Option<String> {
    let found = component.component_type();
    let mut imports = found.imports(engine.linked());
    imports.find_map(|(name, _)| name.strip_prefix(WORDS).map(str::to_owned))
}

fn unknown(name: &str, found: &str) -> wasm::Error {
    let (name, found) = (name.to_owned(), found.to_owned());
    wasm::Error::WrongVersion { name, world: super::WORLD.name, found, known: KNOWN }
}
