//! Every limit an extension runs under, each with its reason.
//!
//! Invariant: fuel is reckoned from the input alone, so that the same input runs out, or does not, on every machine. Time
//! only protects the process.

use std::time::Duration;

use super::words::{Attribute, Input};
use crate::wasm::limits::Bounds;

/// The largest component that is taken. One in Python carries its interpreter: 18 MB.
pub const COMPONENT_BYTES: u64 = 32 << 20;

/// What every call may burn: ten times what an interpreter takes to start and to answer.
pub const FUEL_BASE: u64 = 20_000_000;

/// What each entry of a list in the input adds.
pub const FUEL_PER_LINE: u64 = 200_000;

/// What each byte of a free text adds: twice what QuickJS takes to carry one in.
pub const FUEL_PER_TEXT_BYTE: u64 = 100;

/// The most fuel of one call, whatever its input.
pub const FUEL_MAX: u64 = 200_000_000;

/// What `describe` may burn, which is asked once.
pub const FUEL_DESCRIBE: u64 = 200_000_000;

/// What an extension may take.
pub const BOUNDS: Bounds = Bounds {
    component_bytes: COMPONENT_BYTES,
    // The interpreter of Python begins with a third of it.
    memory_bytes: 128 << 20,
    // The longest list of proposals or findings that anybody would read is a hundredth of it.
    output_bytes: 256 << 10,
    // Interpreters have tables of some ten thousand functions.
    table_elements: 65_536,
    // A component in Python is made of its interpreter, its libraries, and adapters between them.
    core_instances: 64,
    // That of Python takes 400 KB.
    instance_record_bytes: 1 << 20,
    // One in JavaScript has three: the interpreter's, and one each for two adapters.
    memories: 4,
    tables: 16,
    // Few: they are other people's, and an interpreter's memory is large.
    concurrent: 8,
    // With those above more than a hook asks: where they take turns in fewer places, each has its memory mapped anew, which takes ten
    // times as long as asking it.
    warm: 32,
    stack_bytes: 1 << 20,
    // Of processor time: more than the most fuel burns. Work that takes time and hardly any fuel ends here.
    deadline: Duration::from_millis(500),
    // Slow extensions run only when nobody else wants the processor. One that keeps to its fuel is not cut off for it unless the
    // machine has been busy for so long.
    patience: Duration::from_secs(10),
};

/// How many calls that may take long go on at once. They are fewer than there are places, so that a quick one finds one free.
pub const SLOW: usize = 6;

/// A component no larger than this is made of compiled rules, and its instance is there in microseconds; an interpreter has
/// more.
pub const QUICK_BYTES: usize = 1 << 20;

/// A call that takes no more fuel than this is over in far less than a millisecond.
pub const QUICK_FUEL: u64 = 500_000;

/// Most findings or proposals of one call.
pub const ANSWERS: usize = 100;

/// Characters of a finding's message and of a document's text.
pub const SENTENCE: usize = 500;

/// Characters of a finding's code.
pub const CODE: usize = 40;

/// Characters of a message's text.
pub const BODY: usize = 10_000;

/// Extensions that one hook asks.
pub const PER_HOOK: usize = 25;

/// How many lines an input has: entries of all its lists.
#[must_use]
pub fn lines(input: &Input) -> usize {
    let documents: usize = input.documents.iter().map(|document| document.lines.len() + 1).sum();
    let quote = input.quote.as_ref().map_or(0, |quote| quote.lines.len());
    let own = input.appointment.as_ref().map_or(0, |own| own.quote.lines.len() + own.attributes.len());
    let customer = input.customer.as_ref().map_or(0, |customer| customer.party.attributes.len());
    let others = input.settings.len()
        + input.attributes.len()
        + input.company.party.attributes.len()
        + input.service.party.attributes.len();
    input.candidates.len() + documents + quote + own + customer + others
}

/// Fuel for a call about this input.
#[must_use]
pub fn fuel(input: &Input) -> u64 {
    let lines = u64::try_from(lines(input)).unwrap_or(u64::MAX);
    let text = u64::try_from(text_bytes(input)).unwrap_or(u64::MAX).saturating_mul(FUEL_PER_TEXT_BYTE);
    FUEL_BASE.saturating_add(lines.saturating_mul(FUEL_PER_LINE)).saturating_add(text).min(FUEL_MAX)
}

/// Bytes of the texts that may be pages long; names and codes are short, and covered by their lines.
fn text_bytes(input: &Input) -> usize {
    let values = |attributes: &[Attribute]| attributes.iter().map(|one| one.value.len()).sum::<usize>();
    let customer = input.customer.as_ref().map_or(0, |one| one.address.len() + values(&one.party.attributes));
    let wanted = input.wanted.as_ref().map_or(0, |visit| visit.location.len());
    let own = input.appointment.as_ref();
    let own = own.map_or(0, |own| own.visit.location.len() + values(&own.attributes));
    let message = input.message.as_ref().map_or(0, |message| message.subject.len() + message.body.len());
    let others = values(&input.settings)
        + values(&input.attributes)
        + values(&input.company.party.attributes)
        + values(&input.service.party.attributes);
    customer + wanted + own + message + others
}
