//! The rules component, run.
//!
//! Role: asks the rules what may be booked, what it costs and what follows, and gives back what they answer.
//!
//! Invariants: every decision has a store and an instance of its own, made and dropped around it, so that nothing is
//! left of it, whether it succeeds or traps. The component gets nothing but its input: no clock, no randomness, no I/O.
//!
//! Deliberately absent: rules. This module does not look into what it carries.

pub mod bindings;
mod cache;
mod component;
mod engine;
pub mod error;
pub mod limits;
mod session;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;

pub use bindings::{
    Decision, Description, Finding, Openings, OpeningsQuery, Quote, Request, Snapshot, TransitionInput,
};
pub use error::Error;
use wasmtime::component::Linker;

use engine::Engine;
use session::Session;

/// The version of the rules package that this host speaks.
pub const WIT_VERSION: &str = "0.1.0";

/// The component that is shipped inside the host.
const EMBEDDED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/slotledger_rules.wasm"));

/// What the rules say: an answer, or every rule that stands in its way.
pub type Verdict<T> = Result<T, Vec<Finding>>;

/// A loaded rules component. Cheap to clone; to be called from any thread, for some microseconds each time.
#[derive(Clone)]
pub struct Rules(Arc<Loaded>);

struct Loaded {
    engine: Arc<Engine>,
    program: bindings::RulesPre<session::State>,
    digest: String,
    description: Description,
}

impl Rules {
    /// The component that is shipped inside the host. Compiled code is kept in `cache_dir` if there is one.
    pub fn embedded(cache_dir: Option<&Path>) -> Result<Self, Error> {
        Self::from_bytes("the shipped rules component", EMBEDDED, cache_dir)
    }

    /// A component from a file. With `expected_digest` (SHA-256, hexadecimal) no other one is taken.
    pub fn from_file(
        path: &Path,
        expected_digest: Option<&str>,
        cache_dir: Option<&Path>,
    ) -> Result<Self, Error> {
        let bytes = component::read(path)?;
        let name = path.display().to_string();
        if bytes.len() as u64 > limits::COMPONENT_BYTES {
            return Err(Error::TooLarge { name });
        }
        if let Some(expected) = expected_digest {
            let found = component::digest(&bytes);
            if !found.eq_ignore_ascii_case(expected.trim()) {
                return Err(Error::DigestMismatch { expected: expected.to_owned(), found });
            }
        }
        Self::from_bytes(&name, &bytes, cache_dir)
    }

    /// A component from memory, under the name that errors call it by.
    pub fn from_bytes(name: &str, bytes: &[u8], cache_dir: Option<&Path>) -> Result<Self, Error> {
        let engine = Engine::shared()?;
        let digest = component::digest(bytes);
        let component = component::load(&engine.inner, name, bytes, &digest, cache_dir)?;
        let program = Linker::new(&engine.inner)
            .instantiate_pre(&component)
            .and_then(bindings::RulesPre::new)
            .map_err(|error| Error::WrongWorld {
                name: name.to_owned(),
                missing: vec![format!("{error:#}")],
                imported: Vec::new(),
            })?;
        let description = session::describe(&engine, &program, name)?;
        if description.wit_version != WIT_VERSION {
            return Err(Error::WrongVersion { name: name.to_owned(), found: description.wit_version });
        }
        Ok(Self(Arc::new(Loaded { engine, program, digest, description })))
    }

    /// SHA-256 of the component, hexadecimal.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.0.digest
    }

    /// What the component says of itself.
    #[must_use]
    pub fn description(&self) -> &Description {
        &self.0.description
    }

    /// Times at which the service could be booked.
    pub fn find_openings(
        &self,
        snapshot: &Snapshot,
        query: &OpeningsQuery,
    ) -> Result<Verdict<Openings>, Error> {
        self.decide(limits::fuel(snapshot), |session| {
            session.rules.call_find_openings(&mut session.store, snapshot, *query)
        })
    }

    /// Whether a booking would be valid; if not, every rule it breaks.
    pub fn validate(&self, snapshot: &Snapshot, request: &Request) -> Result<Verdict<()>, Error> {
        let findings = self.decide(limits::fuel(snapshot), |session| {
            session.rules.call_validate(&mut session.store, snapshot, request)
        })?;
        Ok(if findings.is_empty() { Ok(()) } else { Err(findings) })
    }

    /// Decides a command: what comes of it, or every rule it breaks.
    pub fn transition(&self, input: &TransitionInput) -> Result<Verdict<Decision>, Error> {
        self.decide(limits::transition_fuel(input), |session| {
            session.rules.call_transition(&mut session.store, input)
        })
    }

    /// What the service costs for so many guests.
    pub fn price(&self, snapshot: &Snapshot, guests: u32) -> Result<Verdict<Quote>, Error> {
        self.decide(limits::fuel(snapshot), |session| {
            session.rules.call_price(&mut session.store, snapshot, guests)
        })
    }

    fn decide<T>(
        &self,
        fuel: u64,
        ask: impl FnOnce(&mut Session) -> wasmtime::Result<T>,
    ) -> Result<T, Error> {
        session::run(&self.0.engine, &self.0.program, fuel, ask)
    }
}

impl std::fmt::Debug for Rules {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rules").field("id", &self.0.description.id).field("digest", &self.0.digest).finish()
    }
}
