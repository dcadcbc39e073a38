//! One decision: a store and an instance that live as long as the call.
//!
//! Invariant: whatever ends the call, the store is dropped, and its place in the pool is wiped before it is used again.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use wasmtime::component::{Component, ComponentNamedList, InstancePre, Lift, Linker, Lower};
use wasmtime::{ResourceLimiter, Store, StoreContextMut, Trap, UpdateDeadline};

use super::Error;
use super::bindings::{Description, RulesPre};
use super::component::RULES;
use super::engine::Engine;
use super::export::Export;
use super::limits::{self, Bounds};
use super::log::{self, Log};

/// A component that was found to fit the world, ready to be instantiated.
pub(super) struct Program {
    pub(super) instance: InstancePre<State>,
    pub(super) find_openings: Export,
    pub(super) validate: Export,
    pub(super) recheck: Export,
    pub(super) transition: Export,
    pub(super) price: Export,
    pub(super) total: Export,
    pub(super) divide: Export,
    pub(super) share: Export,
}

impl Program {
    /// Checks every export's type, once, and asks the component what it is.
    pub(super) fn new(
        engine: &Engine,
        component: &Component,
        name: &str,
    ) -> Result<(Self, Description), Error> {
        let misfit = |what: String| Error::WrongWorld {
            name: name.to_owned(),
            world: RULES.name,
            missing: vec![what],
            imported: Vec::new(),
        };
        let instance = Linker::new(&engine.inner)
            .instantiate_pre(component)
            .map_err(|error| misfit(format!("{error:#}")))?;
        let typed = RulesPre::new(instance.clone()).map_err(|error| misfit(format!("{error:#}")))?;
        let description = describe(engine, &typed, &misfit)?;
        let export = |name: &str| Export::of(component, name).ok_or_else(|| misfit(name.to_owned()));
        let program = Self {
            instance,
            find_openings: export("find-openings")?,
            validate: export("validate")?,
            recheck: export("recheck")?,
            transition: export("transition")?,
            price: export("price")?,
            total: export("total")?,
            divide: export("divide")?,
            share: export("share")?,
        };
        Ok((program, description))
    }
}

/// What a store knows of the call it is for.
#[derive(Debug)]
pub(crate) struct State {
    bounds: Bounds,
    /// Whether the component asked for too much memory.
    starved: bool,
    /// What all its memories have, so far.
    memory_bytes: usize,
    /// What it said, where it may say anything.
    log: Log,
    /// How long all of it was, what was not kept included.
    said_bytes: usize,
    /// Processor time of the thread and the time, when it was first looked at.
    since: Option<(Duration, Duration)>,
    /// Why it was stopped.
    late: Option<Error>,
}

impl State {
    /// Whether time is up. A call looks at the clocks first when the epoch moves on, so that those that are over at once, which
    /// is most of them, never do.
    fn is_late(&mut self) -> bool {
        let now = (of(ClockId::ThreadCPUTime), of(ClockId::Monotonic));
        let since = *self.since.get_or_insert(now);
        let (worked, passed) = (now.0.saturating_sub(since.0), now.1.saturating_sub(since.1));
        let Bounds { deadline, patience, .. } = self.bounds;
        self.late = if worked >= deadline {
            Some(Error::TooSlow { limit: deadline })
        } else if passed >= patience {
            Some(Error::Deadline { limit: patience })
        } else {
            None
        };
        self.late.is_some()
    }

    /// Hears what the component says. Carrying it over costs the component nothing, so that it is counted here; an error
    /// ends the call.
    pub(crate) fn hear(&mut self, level: log::Level, text: &str) -> wasmtime::Result<()> {
        self.said_bytes = self.said_bytes.saturating_add(text.len());
        self.log.say(level, text);
        match self.hoarse() {
            Some(error) => Err(wasmtime::Error::msg(error.to_string())),
            None => Ok(()),
        }
    }

    /// Whether it said more than it may.
    fn hoarse(&self) -> Option<Error> {
        if self.said_bytes > log::BYTES {
            return Some(Error::OutputTooLarge { limit: log::BYTES });
        }
        (self.log.said() > log::SAID).then_some(Error::TooTalkative { limit: log::SAID })
    }
}

impl ResourceLimiter for State {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        self.memory_bytes = self.memory_bytes.saturating_add(desired.saturating_sub(current));
        self.starved |= self.memory_bytes > self.bounds.memory_bytes;
        Ok(!self.starved)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        self.starved |= desired > self.bounds.table_elements;
        Ok(!self.starved)
    }
}

/// What a call took besides its answer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Spent {
    /// Units of fuel.
    pub(crate) fuel: u64,
    /// What was said.
    pub(crate) log: Log,
}

/// A call that came to no answer, and what it took all the same.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: Error,
    pub(crate) spent: Box<Spent>,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { error, spent: Box::default() }
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        failure.error
    }
}

/// Makes an instance, asks one of its exports, and drops it.
pub(crate) fn run<Params, Answer>(
    engine: &Engine,
    instance: &InstancePre<State>,
    export: &Export,
    fuel: u64,
    params: Params,
) -> Result<(Answer, Spent), Failure>
where
    Params: ComponentNamedList + Lower,
    Answer: Lift + 'static,
    (Answer,): ComponentNamedList + Lift,
{
    let _pass = engine.enter();
    let mut store = open(engine, fuel)?;
    let answer = ask(&mut store, instance, export, params);
    let answer = answer.map_err(|error| classify(&error, store.data(), fuel));
    let left = store.get_fuel().map_err(|error| Error::engine(&error))?;
    let spent = Spent { fuel: fuel.saturating_sub(left), log: store.into_data().log };
    match answer {
        Ok(answer) => Ok((answer, spent)),
        Err(error) => Err(Failure { error, spent: Box::new(spent) }),
    }
}

/// Looks up the one export that is asked. The bindings' own wrapper would look up and check all of them, which takes
/// longer than most decisions.
fn ask<Params, Answer>(
    store: &mut Store<State>,
    instance: &InstancePre<State>,
    export: &Export,
    params: Params,
) -> wasmtime::Result<Answer>
where
    Params: ComponentNamedList + Lower,
    (Answer,): ComponentNamedList + Lift,
{
    let instance = instance.instantiate(&mut *store)?;
    let function = export.typed::<Params, Answer, _>(store, &instance)?;
    let (answer,) = function.call(store, params)?;
    Ok(answer)
}

/// Asks a component that was just loaded what it is. It is the first to find exports of the wrong type.
fn describe(
    engine: &Engine,
    typed: &RulesPre<State>,
    misfit: &dyn Fn(String) -> Error,
) -> Result<Description, Error> {
    let fuel = limits::FUEL_BASE;
    let _pass = engine.enter();
    let mut store = open(engine, fuel)?;
    let rules = typed.instantiate(&mut store).map_err(|error| {
        if error.is::<Trap>() || store.data().starved {
            classify(&error, store.data(), fuel)
        } else {
            misfit(format!("{error:#}"))
        }
    })?;
    rules.call_describe(&mut store).map_err(|error| classify(&error, store.data(), fuel))
}

fn open(engine: &Engine, fuel: u64) -> Result<Store<State>, Error> {
    let bounds = engine.bounds;
    let mut store = Store::new(
        &engine.inner,
        State {
            bounds,
            starved: false,
            memory_bytes: 0,
            log: Log::default(),
            said_bytes: 0,
            since: None,
            late: None,
        },
    );
    store.limiter(|state| state);
    store.set_fuel(fuel).map_err(|error| Error::engine(&error))?;
    store.set_hostcall_fuel(bounds.output_bytes);
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(|mut store: StoreContextMut<'_, State>| {
        let late = store.data_mut().is_late();
        Ok(if late { UpdateDeadline::Interrupt } else { UpdateDeadline::Continue(1) })
    });
    Ok(store)
}

/// What a clock says.
fn of(clock: ClockId) -> Duration {
    Duration::try_from(clock_gettime(clock)).unwrap_or_default()
}

fn classify(error: &wasmtime::Error, state: &State, fuel: u64) -> Error {
    // A component that is refused memory usually aborts; the abort is not the cause.
    if state.starved {
        return Error::OutOfMemory { limit: state.bounds.memory_bytes };
    }
    if let Some(error) = state.hoarse() {
        return error;
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::OutOfFuel) => Error::OutOfFuel { fuel },
        Some(Trap::Interrupt) => {
            state.late.clone().unwrap_or(Error::Deadline { limit: state.bounds.patience })
        }
        Some(trap) => Error::Trapped(trap.to_string()),
        None if is_output_limit(error) => Error::OutputTooLarge { limit: state.bounds.output_bytes },
        None => Error::Trapped(format!("{error:#}")),
    }
}

/// The engine keeps the type of this error to itself; a test watches over its wording.
fn is_output_limit(error: &wasmtime::Error) -> bool {
    error.root_cause().to_string().contains("too much data")
}
