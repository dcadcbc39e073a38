//! One decision: a store and an instance that live as long as the call.
//!
//! Invariant: whatever ends the call, the store is dropped, and its place in the pool is wiped before it is used again.

use wasmtime::{ResourceLimiter, Store, Trap};

use super::bindings::{Description, Rules, RulesPre};
use super::engine::Engine;
use super::{Error, limits};

/// A store and an instance for one decision.
pub(super) struct Session {
    pub(super) store: Store<State>,
    pub(super) rules: Rules,
}

/// What a store knows: nothing but whether its component asked for too much.
#[derive(Debug, Default)]
pub(super) struct State {
    starved: bool,
}

impl ResourceLimiter for State {
    fn memory_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        self.starved |= desired > limits::MEMORY_BYTES;
        Ok(!self.starved)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        self.starved |= desired > limits::TABLE_ELEMENTS;
        Ok(!self.starved)
    }
}

/// Makes an instance, asks it one thing, and drops it.
pub(super) fn run<T>(
    engine: &Engine,
    program: &RulesPre<State>,
    fuel: u64,
    ask: impl FnOnce(&mut Session) -> wasmtime::Result<T>,
) -> Result<T, Error> {
    let _pass = engine.enter();
    let mut store = open(engine, fuel)?;
    let rules = match program.instantiate(&mut store) {
        Ok(rules) => rules,
        Err(error) => return Err(classify(&error, store.data(), fuel)),
    };
    let mut session = Session { store, rules };
    ask(&mut session).map_err(|error| classify(&error, session.store.data(), fuel))
}

/// Asks a component that was just loaded what it is. It is the first to find exports of the wrong type.
pub(super) fn describe(engine: &Engine, program: &RulesPre<State>, name: &str) -> Result<Description, Error> {
    let fuel = limits::FUEL_BASE;
    let _pass = engine.enter();
    let mut store = open(engine, fuel)?;
    let rules = program.instantiate(&mut store).map_err(|error| {
        if error.is::<Trap>() {
            return classify(&error, store.data(), fuel);
        }
        Error::WrongWorld { name: name.to_owned(), missing: vec![format!("{error:#}")], imported: Vec::new() }
    })?;
    rules.call_describe(&mut store).map_err(|error| classify(&error, store.data(), fuel))
}

fn open(engine: &Engine, fuel: u64) -> Result<Store<State>, Error> {
    let mut store = Store::new(&engine.inner, State::default());
    store.limiter(|state| state);
    store.set_fuel(fuel).map_err(|error| Error::engine(&error))?;
    store.set_hostcall_fuel(limits::OUTPUT_BYTES);
    store.set_epoch_deadline(ticks());
    Ok(store)
}

/// One more than the deadline holds, because the tick that is running has already begun.
fn ticks() -> u64 {
    u64::try_from(limits::DEADLINE.as_millis() / limits::TICK.as_millis()).unwrap_or(u64::MAX - 1) + 1
}

fn classify(error: &wasmtime::Error, state: &State, fuel: u64) -> Error {
    // A component that is refused memory usually aborts; the abort is not the cause.
    if state.starved {
        return Error::OutOfMemory;
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::OutOfFuel) => Error::OutOfFuel { fuel },
        Some(Trap::Interrupt) => Error::Deadline,
        Some(trap) => Error::Trapped(trap.to_string()),
        None if is_output_limit(error) => Error::OutputTooLarge,
        None => Error::Trapped(format!("{error:#}")),
    }
}

/// The engine keeps the type of this error to itself; a test watches over its wording.
fn is_output_limit(error: &wasmtime::Error) -> bool {
    error.root_cause().to_string().contains("too much data")
}
