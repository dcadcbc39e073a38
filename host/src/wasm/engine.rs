//! A WebAssembly engine, its settings, and the turnstile before it. The rules have one and extensions have another, so that
//! whatever an extension does, the rules find their places free.
//!
//! Invariant: what decides is the same everywhere: fuel on, NaNs canonical, no threads, relaxed instructions fixed.
//! The rest of the settings was measured and only makes it fast or small.

use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};
use std::thread;

use wasmtime::{Config, Enabled, InstanceAllocationStrategy, PoolingAllocationConfig};

use super::Error;
use super::limits::{self, Bounds};

/// The engine, and who is inside.
#[derive(Debug)]
pub(crate) struct Engine {
    pub(super) inner: wasmtime::Engine,
    pub(super) bounds: Bounds,
    turnstile: Turnstile,
}

impl Engine {
    /// The rules' engine in this process, made on first use.
    pub(super) fn shared() -> Result<Arc<Self>, Error> {
        static SHARED: OnceLock<Result<Arc<Engine>, Error>> = OnceLock::new();
        SHARED.get_or_init(|| Self::new(limits::RULES).map(Arc::new)).clone()
    }

    /// An engine with these bounds.
    pub(crate) fn new(bounds: Bounds) -> Result<Self, Error> {
        let inner = wasmtime::Engine::new(&config(&bounds)).map_err(|error| Error::engine(&error))?;
        tick(&inner)?;
        Ok(Self { inner, bounds, turnstile: Turnstile::new(bounds.concurrent) })
    }

    /// What components are linked with.
    pub(crate) const fn linked(&self) -> &wasmtime::Engine {
        &self.inner
    }

    /// Waits until the pool has an instance to give. Decisions take microseconds, so nobody waits for long.
    pub(super) fn enter(&self) -> Pass<'_> {
        self.turnstile.enter()
    }
}

fn config(bounds: &Bounds) -> Config {
    let mut config = Config::new();
    config
        .consume_fuel(true)
        .epoch_interruption(true)
        .cranelift_nan_canonicalization(true)
        .wasm_relaxed_simd(false)
        .concurrency_support(false)
        .wasm_backtrace_max_frames(None)
        // Nobody is shown where in a component it stopped, and the table that tells is a good part of what is compiled.
        .generate_address_map(false)
        .max_wasm_stack(bounds.stack_bytes)
        // Bounds are checked by instructions instead of guard pages. A long search takes a twentieth longer, but memory
        // that a decision grew needs no change of protection before the next one: each of those stops every thread.
        .signals_based_traps(false)
        .memory_guard_size(0)
        .memory_reservation(bounds.memory_bytes as u64)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool(bounds)));
    config
}

fn pool(bounds: &Bounds) -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    let places = bounds.concurrent + bounds.warm;
    pool.total_component_instances(places)
        .total_core_instances(places * bounds.core_instances)
        .total_memories(places * bounds.memories)
        .total_tables(places * bounds.tables)
        .max_core_instances_per_component(bounds.core_instances)
        .max_memories_per_component(bounds.memories)
        .max_tables_per_component(bounds.tables)
        .max_component_instance_size(bounds.instance_record_bytes)
        .max_core_instance_size(bounds.instance_record_bytes)
        .max_memory_size(bounds.memory_bytes)
        .table_elements(bounds.table_elements)
        .max_unused_warm_slots(bounds.warm);
    // Without the kernel's page scan, wiping what is kept costs more than mapping it afresh.
    if PoolingAllocationConfig::is_pagemap_scan_available() {
        pool.linear_memory_keep_resident(limits::RESIDENT_BYTES)
            .table_keep_resident(limits::RESIDENT_BYTES)
            .pagemap_scan(Enabled::Yes);
    }
    pool
}

/// Moves the epoch on for as long as the engine lives.
fn tick(engine: &wasmtime::Engine) -> Result<(), Error> {
    let engine = engine.weak();
    thread::Builder::new()
        .name("wasm-epoch".to_owned())
        .stack_size(64 << 10)
        .spawn(move || {
            loop {
                thread::sleep(limits::TICK);
                let Some(engine) = engine.upgrade() else { return };
                engine.increment_epoch();
            }
        })
        .map(drop)
        .map_err(|error| Error::Engine(format!("the clock's thread could not be started: {error}")))
}

/// Lets so many in and makes the others wait.
#[derive(Debug)]
struct Turnstile {
    free: Mutex<u32>,
    left: Condvar,
}

impl Turnstile {
    fn new(places: u32) -> Self {
        Self { free: Mutex::new(places), left: Condvar::new() }
    }

    fn enter(&self) -> Pass<'_> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        while *free == 0 {
            free = self.left.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
        *free -= 1;
        Pass(self)
    }
}

/// A place inside, given back when it is dropped.
pub(super) struct Pass<'a>(&'a Turnstile);

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.left.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_turnstile_lets_the_next_in_when_one_leaves() {
        let turnstile = Turnstile::new(1);
        let first = turnstile.enter();
        thread::scope(|scope| {
            let second = scope.spawn(|| drop(turnstile.enter()));
            drop(first);
            second.join().expect("the second one got in");
        });
        assert_eq!(*turnstile.free.lock().expect("nobody panicked"), 1);
    }
}
