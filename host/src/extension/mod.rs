//! Extensions: components of third parties, loaded and asked.
//!
//! Role: runs what somebody else wrote within limits, and hands on only answers that keep to the contract.
//!
//! Invariants: every call has a store and an instance of its own; an extension gets its input and `log`, and nothing
//! else; an answer that it may not give is an error of its own, never a verdict. Deliberately absent: when extensions are asked, and what
//! becomes of their answers.

pub mod answer;
pub mod bindings;
pub mod limits;

use std::path::Path;
use std::sync::{Arc, OnceLock};

use wasmtime::component::{
    ComponentExportIndex, ComponentNamedList, HasSelf, InstancePre, Lift, Linker, Lower,
};

pub use answer::Misbehaviour;
pub use bindings::words;
use bindings::words::{Description, Finding, Input, Level, Proposal};

use crate::wasm::component::{self, World};
use crate::wasm::engine::Engine;
use crate::wasm::log::{self, Log};
use crate::wasm::session::{self, State};
use crate::wasm::{self};

/// The version of the extension package that this host speaks.
pub const WIT_VERSION: &str = "0.1.0";

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
}

impl Error {
    /// The stable code a person can look up.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Failed(error) => error.code(),
            Self::Misbehaved(_) => "SL0421",
        }
    }

    /// Whether it says nothing about the extension: the machine was too busy.
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        match self {
            Self::Failed(error) => error.is_passing(),
            Self::Misbehaved(_) => false,
        }
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
    instance: InstancePre<State>,
    propose: ComponentExportIndex,
    review: ComponentExportIndex,
    digest: String,
    description: Description,
}

impl Extension {
    /// An extension from memory, under the name that errors call it by. Compiled code is kept in `cache_dir` if there is
    /// one.
    pub fn load(name: &str, bytes: &[u8], cache_dir: Option<&Path>) -> Result<Self, Error> {
        let engine = engine()?;
        let digest = component::digest(bytes);
        let component = component::load(&engine, &WORLD, name, bytes, &digest, cache_dir)?;
        let misfit = |what: String| wasm::Error::WrongWorld {
            name: name.to_owned(),
            world: WORLD.name,
            missing: vec![what],
            imported: Vec::new(),
        };
        let mut linker = Linker::new(engine.linked());
        bindings::Extension::add_to_linker::<State, HasSelf<State>>(&mut linker, |state| state)
            .map_err(|error| misfit(format!("{error:#}")))?;
        let instance = linker.instantiate_pre(&component).map_err(|error| misfit(format!("{error:#}")))?;
        bindings::ExtensionPre::new(instance.clone()).map_err(|error| misfit(format!("{error:#}")))?;
        let export =
            |name: &str| component.get_export_index(None, name).ok_or_else(|| misfit(name.to_owned()));
        let (describe, propose, review) = (export("describe")?, export("propose")?, export("review")?);
        let (description, _): (Description, _) =
            session::run(&engine, &instance, &describe, limits::FUEL_DESCRIBE, ())?;
        if description.wit_version != WIT_VERSION {
            return Err(Error::Failed(wasm::Error::WrongVersion {
                name: name.to_owned(),
                world: WORLD.name,
                found: description.wit_version,
                known: WIT_VERSION,
            }));
        }
        answer::check_description(&description)?;
        Ok(Self(Arc::new(Loaded { engine, instance, propose, review, digest, description })))
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

    /// Whether anything that it says it may propose can be changed where it is asked.
    #[must_use]
    pub fn may_propose(&self, hook: words::Hook) -> bool {
        let open = answer::open(hook);
        self.0.description.proposals.iter().any(|kind| open.contains(kind))
    }

    /// What it would have changed.
    pub fn propose(&self, input: &Input) -> Result<Answer<Vec<Proposal>>, Error> {
        let answer: Answer<Vec<Proposal>> = self.ask(&self.0.propose, input)?;
        answer::check_proposals(&self.0.description, input, &answer.value)?;
        Ok(answer)
    }

    /// What speaks against it.
    pub fn review(&self, input: &Input) -> Result<Answer<Vec<Finding>>, Error> {
        let answer: Answer<Vec<Finding>> = self.ask(&self.0.review, input)?;
        answer::check_findings(input, &answer.value)?;
        Ok(answer)
    }

    fn ask<T>(&self, export: &ComponentExportIndex, input: &Input) -> Result<Answer<T>, Error>
    where
        T: Lift + 'static,
        (T,): ComponentNamedList + Lift,
        for<'a> (&'a Input,): ComponentNamedList + Lower,
    {
        let Loaded { engine, instance, .. } = &*self.0;
        let (value, spent) = session::run(engine, instance, export, limits::fuel(input), (input,))?;
        Ok(Answer { value, fuel: spent.fuel, log: spent.log })
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
    fn log(&mut self, level: Level, message: String) {
        let level = match level {
            Level::Debug => log::Level::Debug,
            Level::Info => log::Level::Info,
            Level::Warn => log::Level::Warn,
        };
        self.log.say(level, &message);
    }
}
