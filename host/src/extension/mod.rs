//! Extensions: components of third parties, loaded and asked.
//!
//! Role: runs what somebody else wrote within limits, and hands on only answers that keep to the contract.
//!
//! Invariants: every call has a store and an instance of its own; an extension gets its input and `log`, and nothing
//! else; an answer that it may not give is an error of its own, never a verdict. Deliberately absent: when extensions are asked, and what
//! becomes of their answers.

pub mod admission;
pub mod answer;
pub mod bindings;
pub mod limits;
mod pace;
mod record;
pub mod source;
pub mod trust;
mod versions;

use std::path::Path;
use std::sync::{Arc, OnceLock};

pub use answer::Misbehaviour;
pub use bindings::words;
use bindings::words::{Description, Finding, Input, Level, Proposal};
use versions::Adapter;

use self::pace::Pace;
use crate::wasm::component::{self, World};
use crate::wasm::engine::Engine;
use crate::wasm::log::{self, Log};
use crate::wasm::session::{Failure, Spent, State};
use crate::wasm::{self};

/// The newest released version of the extension package, in whose words the host asks.
pub const WIT_VERSION: &str = versions::v0_1_0::VERSION;

/// What every version of the world has; what is in one alone its adapter looks for.
const WORLD: World =
    World { name: "extension", exports: &["describe", "propose", "review"], imports: &["log"] };

/// Why an extension was not taken, or did not answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// It was not taken, or failed while it ran.
    #[error(transparent)]
    Failed(#[from] wasm::Error),
    /// It answered something that it may not answer.
    #[error("the extension does not keep to its contract: {0}")]
    Misbehaved(#[from] Misbehaviour),
    /// Either of these when it was asked, with what that took and what it said before.
    #[error("{error}")]
    Asked {
        /// What went wrong.
        error: Box<Error>,
        /// Units of fuel.
        fuel: u64,
        /// What was said meanwhile.
        log: Box<Log>,
    },
}

impl Error {
    /// The stable code a person can look up.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Failed(error) => error.code(),
            Self::Misbehaved(_) => "SL0421",
            Self::Asked { error, .. } => error.code(),
        }
    }

    /// What helps.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Failed(error) => error.hint(),
            Self::Misbehaved(_) => {
                "`slotledger rules test` finds the same; docs/rules/reference.md says what is allowed"
            }
            Self::Asked { error, .. } => error.hint(),
        }
    }

    /// Whether it says nothing about the extension: the machine was too busy.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Failed(error) => error.is_passing(),
            Self::Misbehaved(_) => false,
            Self::Asked { error, .. } => error.is_passing(),
        }
    }

    /// What it said before it failed, and the units of fuel that it had taken.
    #[must_use]
    pub fn spent(&self) -> (Log, u64) {
        match self {
            Self::Asked { fuel, log, .. } => ((**log).clone(), *fuel),
            Self::Failed(_) | Self::Misbehaved(_) => (Log::default(), 0),
        }
    }

    fn asked(error: impl Into<Self>, Spent { fuel, log }: Spent) -> Self {
        Self::Asked { error: Box::new(error.into()), fuel, log: Box::new(log) }
    }
}

/// An answer, and what it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer<T> {
    /// What was answered.
    pub value: T,
    /// Units of fuel that it took.
    pub fuel: u64,
    /// What was said meanwhile.
    pub log: Log,
}

/// A loaded extension. Cheap to clone; to be called from any thread that may wait for some milliseconds.
#[derive(Clone)]
pub struct Extension(Arc<Loaded>);

struct Loaded {
    engine: Arc<Engine>,
    adapter: Adapter,
    digest: String,
    description: Description,
    pace: Pace,
}

impl Extension {
    /// An extension from memory, under the name that errors call it by. Compiled code is kept in `cache_dir` if there is
    /// one.
    pub fn load(name: &str, bytes: &[u8], cache_dir: Option<&Path>) -> Result<Self, Error> {
        Self::load_known(name, bytes, component::digest(bytes), cache_dir)
    }

    /// The same, for whom knows the SHA-256 of the bytes: of 18 MB it takes a moment.
    pub(crate) fn load_known(
        name: &str,
        bytes: &[u8],
        digest: String,
        cache_dir: Option<&Path>,
    ) -> Result<Self, Error> {
        let engine = engine()?;
        let component = component::load(&engine, &WORLD, name, bytes, &digest, cache_dir)?;
        let adapter = Adapter::of(&engine, &component, name)?;
        let described = adapter.describe(&engine, name);
        let description = described.map_err(|Failure { error, spent }| match spent.fuel {
            0 => Error::Failed(error),
            _ => Error::asked(error, *spent),
        })?;
        answer::check_description(&description)?;
        let pace = Pace::new(bytes.len() <= limits::QUICK_BYTES);
        Ok(Self(Arc::new(Loaded { engine, adapter, digest, description, pace })))
    }

    /// SHA-256 of the component, hexadecimal.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.0.digest
    }

    /// What it says of itself.
    #[must_use]
    pub fn description(&self) -> &Description {
        &self.0.description
    }

    /// Whether every call so far was over in microseconds, so that it can be asked where nobody may wait. One that was slow
    /// once, or failed, is not taken for quick again.
    #[must_use]
    pub fn is_quick(&self) -> bool {
        self.0.pace.is_quick()
    }

    /// Whether anything that it says it may propose can be changed where it is asked.
    #[must_use]
    pub fn may_propose(&self, hook: words::Hook) -> bool {
        let open = answer::open(hook);
        self.0.description.proposals.iter().any(|kind| open.contains(kind))
    }

    /// What it would have changed.
    pub fn propose(&self, input: &Input) -> Result<Answer<Vec<Proposal>>, Error> {
        let Loaded { engine, adapter, pace, .. } = &*self.0;
        let called = pace.note(adapter.propose(engine, limits::fuel(input), input));
        answered(called, |value| answer::check_proposals(&self.0.description, input, value))
    }

    /// What speaks against it.
    pub fn review(&self, input: &Input) -> Result<Answer<Vec<Finding>>, Error> {
        let Loaded { engine, adapter, pace, .. } = &*self.0;
        let called = pace.note(adapter.review(engine, limits::fuel(input), input));
        answered(called, |value| answer::check_findings(input, value))
    }

    /// What is wrong with settings; none where its version has no such question.
    #[cfg(test)]
    fn check_settings(&self, settings: &[words::Attribute]) -> Option<Result<Answer<Vec<Finding>>, Error>> {
        let Loaded { engine, adapter, .. } = &*self.0;
        let answer = adapter.check_settings(engine, limits::FUEL_BASE, settings)?;
        Some(answered(answer, |_| Ok(())))
    }
}

/// An answer that keeps to the contract; else what is wrong, with what was said all the same.
fn answered<T>(
    called: Result<(T, Spent), Failure>,
    check: impl Fn(&T) -> Result<(), Misbehaviour>,
) -> Result<Answer<T>, Error> {
    let (value, spent) = called.map_err(|Failure { error, spent }| Error::asked(error, *spent))?;
    match check(&value) {
        Ok(()) => Ok(Answer { value, fuel: spent.fuel, log: spent.log }),
        Err(misbehaviour) => Err(Error::asked(misbehaviour, spent)),
    }
}

impl std::fmt::Debug for Extension {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Extension")
            .field("id", &self.0.description.id)
            .field("digest", &self.0.digest)
            .finish()
    }
}

/// The engine of all extensions in this process, made on first use.
fn engine() -> Result<Arc<Engine>, Error> {
    static SHARED: OnceLock<Result<Arc<Engine>, wasm::Error>> = OnceLock::new();
    Ok(SHARED.get_or_init(|| Engine::new(limits::BOUNDS).map(Arc::new)).clone()?)
}

impl words::Host for State {}

impl bindings::ExtensionImports for State {
    fn log(&mut self, level: Level, message: String) -> wasmtime::Result<()> {
        let level = match level {
            Level::Debug => log::Level::Debug,
            Level::Info => log::Level::Info,
            Level::Warn => log::Level::Warn,
        };
        self.hear(level, &message)
    }
}

#[cfg(test)]
#[path = "../../../tests/support/extension.rs"]
pub(crate) mod small;
#[cfg(test)]
mod tests;
