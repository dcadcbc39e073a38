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
pub(crate) mod component;
pub(crate) mod engine;
pub mod error;
pub(crate) mod export;
pub mod limits;
pub mod log;
mod packed;
pub(crate) mod session;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use bindings::{
    Appointment, Decision, Description, Finding, Openings, OpeningsQuery, Quote, Request, Snapshot,
    TransitionInput,
};
pub use error::Error;
use wasmtime::component::{ComponentNamedList, Lift, Lower};

use bindings::slotledger::rules::decisions::{LeftOver, Payment};
use bindings::slotledger::types::values::Decimal;
use engine::Engine;
use export::Export;
use session::Program;

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
    program: Program,
    digest: String,
    description: Description,
    settings: String,
    cache_dir: Option<PathBuf>,
}

impl Rules {
    /// The component that is shipped inside the host. Compiled code is kept in `cache_dir` if there is one.
    pub fn embedded(cache_dir: Option<&Path>) -> Result<Self, Error> {
        Self::from_bytes("the shipped rules component", EMBEDDED, cache_dir)
    }

    /// The same, compiled once for all tests of a build: each test is a process of its own.
    #[cfg(test)]
    pub(crate) fn compiled_once() -> Self {
        let tests = std::env::current_exe().expect("a test has a file");
        let cache = tests.with_file_name("compiled-rules");
        Self::embedded(Some(&cache)).expect("the shipped component loads")
    }

    /// A component from a file. With `expected_digest` (SHA-256, hexadecimal) no other one is taken.
    pub fn from_file(
        path: &Path,
        expected_digest: Option<&str>,
        cache_dir: Option<&Path>,
    ) -> Result<Self, Error> {
        let bytes = component::read(path, limits::COMPONENT_BYTES)?;
        let name = path.display().to_string();
        if bytes.len() as u64 > limits::COMPONENT_BYTES {
            return Err(Error::TooLarge { name, limit: limits::COMPONENT_BYTES });
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
        let component = component::load(&engine, &component::RULES, name, bytes, &digest, cache_dir)?;
        let (program, description) = Program::new(&engine, &component, name)?;
        if description.wit_version != WIT_VERSION {
            return Err(Error::WrongVersion {
                name: name.to_owned(),
                world: component::RULES.name,
                found: description.wit_version,
                known: WIT_VERSION,
            });
        }
        let cache_dir = cache_dir.map(Path::to_owned);
        let settings = component::compatibility(&engine.inner);
        Ok(Self(Arc::new(Loaded { engine, program, digest, description, settings, cache_dir })))
    }

    /// Where compiled code is kept.
    #[must_use]
    pub fn cache_dir(&self) -> Option<&Path> {
        self.0.cache_dir.as_deref()
    }

    /// SHA-256 of the component, hexadecimal.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.0.digest
    }

    /// The engine and its settings, as a hash: two that have the same run a component in the same way.
    #[must_use]
    pub fn engine_settings(&self) -> &str {
        &self.0.settings
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
        self.find_openings_measured(snapshot, query).map(|(found, _)| found)
    }

    /// The same, with the units of fuel that it took.
    pub fn find_openings_measured(
        &self,
        snapshot: &Snapshot,
        query: &OpeningsQuery,
    ) -> Result<(Verdict<Openings>, u64), Error> {
        let (bare, calendars) = packed::pack(snapshot);
        self.measure(&self.0.program.find_openings, limits::fuel(snapshot), (&bare, &calendars, query))
    }

    /// Whether a booking would be valid; if not, every rule it breaks.
    pub fn validate(&self, snapshot: &Snapshot, request: &Request) -> Result<Verdict<()>, Error> {
        let program = &self.0.program;
        let findings: Vec<Finding> =
            self.decide(&program.validate, limits::fuel(snapshot), (snapshot, request))?;
        Ok(if findings.is_empty() { Ok(()) } else { Err(findings) })
    }

    /// Every rule that a standing appointment has come to break; empty when it can take place as agreed.
    pub fn recheck(&self, snapshot: &Snapshot, appointment: &Appointment) -> Result<Vec<Finding>, Error> {
        self.decide(&self.0.program.recheck, limits::fuel(snapshot), (snapshot, appointment))
    }

    /// Decides a command: what comes of it, or every rule it breaks.
    pub fn transition(&self, input: &TransitionInput) -> Result<Verdict<Decision>, Error> {
        self.transition_measured(input).map(|(decided, _)| decided)
    }

    /// The same, with the units of fuel that it took.
    pub fn transition_measured(&self, input: &TransitionInput) -> Result<(Verdict<Decision>, u64), Error> {
        self.measure(&self.0.program.transition, limits::transition_fuel(input), (input,))
    }

    /// What the service costs for so many guests, with the coupon that is named.
    pub fn price(
        &self,
        snapshot: &Snapshot,
        guests: u32,
        coupon: Option<&str>,
    ) -> Result<Verdict<Quote>, Error> {
        self.decide(&self.0.program.price, limits::fuel(snapshot), (snapshot, guests, coupon))
    }

    /// What several appointments cost together.
    pub fn total(&self, snapshot: &Snapshot, quotes: &[Quote]) -> Result<Verdict<Quote>, Error> {
        let lines: usize = quotes.iter().map(|quote| quote.lines.len() + 1).sum();
        self.decide(&self.0.program.total, limits::fuel_with(snapshot, lines), (snapshot, quotes))
    }

    /// Divides a payment among appointments; none for one that takes no part.
    pub fn share(
        &self,
        snapshot: &Snapshot,
        payment: &Payment,
        appointments: &[Appointment],
    ) -> Result<Verdict<Vec<Option<Decimal>>>, Error> {
        let lines: usize = appointments.iter().map(|one| one.quote.lines.len() + 1).sum();
        let fuel = limits::fuel_with(snapshot, lines);
        self.decide(&self.0.program.share, fuel, (snapshot, payment, appointments))
    }

    /// Divides providers among visits that start together, each of which names its candidates; where there is no such
    /// division, the first visit that is left over.
    pub fn divide(&self, visits: &[Vec<String>]) -> Result<Result<Vec<String>, LeftOver>, Error> {
        let candidates: usize = visits.iter().map(Vec::len).sum();
        // In the worst case each visit walks through the candidates of all of them.
        let entries = candidates.saturating_mul(visits.len()).saturating_add(visits.len());
        self.decide(&self.0.program.divide, limits::fuel_for(entries), (visits,))
    }

    fn decide<Params, Answer>(&self, export: &Export, fuel: u64, params: Params) -> Result<Answer, Error>
    where
        Params: ComponentNamedList + Lower,
        Answer: Lift + 'static,
        (Answer,): ComponentNamedList + Lift,
    {
        self.measure(export, fuel, params).map(|(answer, _)| answer)
    }

    fn measure<Params, Answer>(
        &self,
        export: &Export,
        fuel: u64,
        params: Params,
    ) -> Result<(Answer, u64), Error>
    where
        Params: ComponentNamedList + Lower,
        Answer: Lift + 'static,
        (Answer,): ComponentNamedList + Lift,
    {
        let Loaded { engine, program, .. } = &*self.0;
        let (answer, spent) = session::run(engine, &program.instance, export, fuel, params)?;
        Ok((answer, spent.fuel))
    }
}

impl std::fmt::Debug for Rules {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rules").field("id", &self.0.description.id).field("digest", &self.0.digest).finish()
    }
}
