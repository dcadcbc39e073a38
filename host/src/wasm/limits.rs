//! Every limit a component runs under, each with its reason.
//!
//! Invariant: fuel is part of the contract: it is reckoned from the input alone, so that the same input runs out, or
//! does not, on every machine. Time only protects the process.

use std::time::Duration;

use super::bindings::{Snapshot, TransitionInput};

/// The largest component that is read. The shipped one is far below a tenth of it; compiling grows with the size.
pub const COMPONENT_BYTES: u64 = 8 << 20;

/// The most linear memory a decision has: the largest snapshot the host gathers, two months of two thousand providers,
/// takes a third of it.
pub const MEMORY_BYTES: usize = 64 << 20;

/// The most a decision answers with, as it lies in the host's memory: a full page of openings is a tenth of it.
pub const OUTPUT_BYTES: usize = 2 << 20;

/// Elements of a table; a component with function pointers has a few hundred.
pub const TABLE_ELEMENTS: usize = 10_000;

/// Core instances of one component. `wit-component` makes one for the program and two that join it to the world.
pub const CORE_INSTANCES: u32 = 8;

/// The engine's own record of an instance: far more than a component of one module needs.
pub const INSTANCE_RECORD_BYTES: usize = 256 << 10;

/// Decisions at the same time. More of them than cores gain nothing; each slot may keep [`RESIDENT_BYTES`].
pub const CONCURRENT: u32 = 16;

/// Memory a slot keeps for the next decision. It was measured: less costs page faults, more is never touched.
pub const RESIDENT_BYTES: usize = 2 << 20;

/// The stack of a decision; a recursion that needs more has lost its way.
pub const STACK_BYTES: usize = 512 << 10;

/// What every decision may burn: a hundred times what a transition on a short snapshot takes.
pub const FUEL_BASE: u64 = 5_000_000;

/// What each unit of input adds (see [`fuel`]): a word of a calendar holds 64 slots, each tried as a start.
pub const FUEL_PER_UNIT: u64 = 50_000;

/// No input buys more than this; it is what [`DEADLINE`] allows on a slow machine, roughly.
pub const FUEL_MAX: u64 = 2_000_000_000;

/// How often the epoch moves on. It bounds how late a deadline is noticed, and how often an idle host wakes.
pub const TICK: Duration = Duration::from_millis(50);

/// Processor time that a decision may take. No fuel buys as much of it, unless the component has found work that takes time
/// and hardly any fuel.
pub const DEADLINE: Duration = Duration::from_secs(2);

/// How long a decision may take by the clock on the wall. Reaching it says the machine is overloaded, and nothing about the
/// booking.
pub const PATIENCE: Duration = Duration::from_secs(4);

/// What an engine and each call on it may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// See [`COMPONENT_BYTES`].
    pub component_bytes: u64,
    /// See [`MEMORY_BYTES`].
    pub memory_bytes: usize,
    /// See [`OUTPUT_BYTES`].
    pub output_bytes: usize,
    /// See [`TABLE_ELEMENTS`].
    pub table_elements: usize,
    /// See [`CORE_INSTANCES`].
    pub core_instances: u32,
    /// See [`INSTANCE_RECORD_BYTES`].
    pub instance_record_bytes: usize,
    /// Memories of one component, which share `memory_bytes`.
    pub memories: u32,
    /// Tables of one component.
    pub tables: u32,
    /// See [`CONCURRENT`].
    pub concurrent: u32,
    /// Places besides that stay as a component left them, so that one whose turn comes again finds its memory mapped.
    pub warm: u32,
    /// See [`STACK_BYTES`].
    pub stack_bytes: usize,
    /// See [`DEADLINE`].
    pub deadline: Duration,
    /// See [`PATIENCE`].
    pub patience: Duration,
}

/// What the rules may take.
pub const RULES: Bounds = Bounds {
    component_bytes: COMPONENT_BYTES,
    memory_bytes: MEMORY_BYTES,
    output_bytes: OUTPUT_BYTES,
    table_elements: TABLE_ELEMENTS,
    core_instances: CORE_INSTANCES,
    instance_record_bytes: INSTANCE_RECORD_BYTES,
    memories: 1,
    tables: 2,
    concurrent: CONCURRENT,
    // There is one component: whatever place is free is its own.
    warm: 0,
    stack_bytes: STACK_BYTES,
    deadline: DEADLINE,
    patience: PATIENCE,
};

/// Fuel for a decision about this snapshot.
#[must_use]
pub fn fuel(snapshot: &Snapshot) -> u64 {
    fuel_for(units(snapshot))
}

/// Fuel for a decision about this snapshot and so many entries of further lists.
#[must_use]
pub fn fuel_with(snapshot: &Snapshot, entries: usize) -> u64 {
    fuel_for(units(snapshot).saturating_add(entries))
}

/// Fuel for a transition: its appointment's lines and documents count too.
#[must_use]
pub fn transition_fuel(input: &TransitionInput) -> u64 {
    let own = input.appointment.as_ref();
    let entries = own.map_or(0, |own| {
        let parts: usize = own.documents.iter().map(|document| document.parts.len() + 1).sum();
        // What is sold together is looked for among all documents of the sale, which is a small part of a unit each.
        let others = input.snapshot.booking.as_ref().map_or(0, |booking| booking.others.len());
        parts + own.replaces.len() + own.quote.lines.len() + others * own.documents.len() / 16
    });
    fuel_for(units(&input.snapshot) + entries)
}

/// Fuel for a decision about so many entries of lists.
#[must_use]
pub fn fuel_for(units: usize) -> u64 {
    let units = u64::try_from(units).unwrap_or(u64::MAX);
    FUEL_BASE.saturating_add(units.saturating_mul(FUEL_PER_UNIT)).min(FUEL_MAX)
}

/// A unit is one word of the grid for one calendar, or one entry of a list. The grid counts, not the words that
/// happen to be sent, because words that are left out are zero and are walked all the same.
fn units(snapshot: &Snapshot) -> usize {
    let words = usize::try_from(snapshot.grid.slots.div_ceil(64)).unwrap_or(usize::MAX);
    let service = &snapshot.service;
    let lists = snapshot.branch.days.len()
        + service.prices.len()
        + service.consumables.len()
        + service.providers.len()
        + service.required_units.len()
        + snapshot.attributes.len();
    let coupons: usize = snapshot.company.coupons.iter().map(|coupon| coupon.services.len() + 1).sum();
    let others = snapshot.booking.iter().flat_map(|booking| &booking.others);
    let others: usize = others.map(|other| other.appointment.quote.lines.len() + 1).sum();
    let lists = lists + coupons + others;
    let layers: usize = snapshot.units.iter().map(|unit| unit.uses.len() + 1).sum();
    let sessions: usize = snapshot.providers.iter().map(|provider| provider.sessions.len()).sum();
    let calendars = snapshot.providers.len() + layers + 1;
    words.saturating_mul(calendars).saturating_add(lists).saturating_add(sessions)
}
