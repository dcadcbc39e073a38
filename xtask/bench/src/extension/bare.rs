//! What wasmtime takes by itself to make an instance of a component and to drop it. Nothing is asked and nothing handed over: no
//! question that has an instance of its own can take less.

use std::hint::black_box;
use std::time::Instant;

use anyhow::Result;
use wasmtime::component::{Component, Linker};
use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Store};

use super::fresh::WARM_UP;
use crate::report::median;

/// Room for the largest example, and as much kept mapped as helps.
const INSTANCES: u32 = 64;
const MEMORY_BYTES: usize = 128 << 20;
const RESIDENT_BYTES: usize = 2 << 20;
const RECORD_BYTES: usize = 1 << 20;
const TABLE_ELEMENTS: usize = 65_536;

/// How long it takes, microseconds.
pub(super) fn made_and_dropped(bytes: &[u8], rounds: usize) -> Result<f64> {
    let engine = Engine::new(&config())?;
    let component = Component::new(&engine, bytes)?;
    let mut linker = Linker::new(&engine);
    linker.define_unknown_imports_as_traps(&component)?;
    let instance = linker.instantiate_pre(&component)?;
    let mut samples = Vec::with_capacity(rounds);
    for n in 0..WARM_UP + rounds {
        let since = Instant::now();
        let mut store = Store::new(&engine, ());
        store.set_fuel(u64::MAX)?;
        store.set_epoch_deadline(1);
        black_box(instance.instantiate(&mut store)?);
        drop(store);
        if n >= WARM_UP {
            samples.push(since.elapsed().as_secs_f64() * 1e6);
        }
    }
    Ok(median(samples))
}

/// What makes instances fast, and what makes them safe to run; the host's own engine has limits besides.
fn config() -> Config {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(1)
        .total_core_instances(INSTANCES)
        .total_memories(INSTANCES)
        .total_tables(INSTANCES)
        .max_core_instances_per_component(INSTANCES)
        .max_memories_per_component(INSTANCES)
        .max_tables_per_component(INSTANCES)
        .max_component_instance_size(RECORD_BYTES)
        .max_core_instance_size(RECORD_BYTES)
        .max_memory_size(MEMORY_BYTES)
        .table_elements(TABLE_ELEMENTS);
    if PoolingAllocationConfig::is_pagemap_scan_available() {
        pool.linear_memory_keep_resident(RESIDENT_BYTES)
            .table_keep_resident(RESIDENT_BYTES)
            .pagemap_scan(Enabled::Yes);
    }
    let mut config = Config::new();
    config
        .consume_fuel(true)
        .epoch_interruption(true)
        .concurrency_support(false)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    config
}
