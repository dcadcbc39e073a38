//! Calendars as three streams: see `packed-calendars` in `wit/rules`.
//!
//! Invariant: the order of fields is that of the records; the guest's `packed.rs` reads them in the same one. The tests
//! compare what the component makes of them with what the same functions make of the records.

use super::bindings::catalog::{Provider, ProviderCalendar, Quality, Session, Unit, UnitCalendar, Workload};
use super::bindings::decisions::{PackedCalendars, Snapshot};
use super::bindings::values::Attribute;

/// The snapshot without its calendars, and its calendars.
pub(super) fn pack(snapshot: &Snapshot) -> (Snapshot, PackedCalendars) {
    let mut writer = Writer::default();
    writer.list(&snapshot.service.providers, |writer, id| writer.text(id));
    writer.list(&snapshot.providers, Writer::provider_calendar);
    writer.list(&snapshot.units, Writer::unit_calendar);
    (bare(snapshot), PackedCalendars { texts: writer.texts, numbers: writer.numbers, words: writer.words })
}

/// A copy without what is packed.
fn bare(snapshot: &Snapshot) -> Snapshot {
    let service = &snapshot.service;
    Snapshot {
        now: snapshot.now,
        actor: snapshot.actor,
        company: snapshot.company.clone(),
        service: super::bindings::catalog::Service {
            providers: Vec::new(),
            id: service.id.clone(),
            name: service.name.clone(),
            item: service.item.clone(),
            prices: service.prices.clone(),
            consumables: service.consumables.clone(),
            required_units: service.required_units.clone(),
            switched_off: service.switched_off.clone(),
            attributes: service.attributes.clone(),
            ..*service
        },
        customer: snapshot.customer.clone(),
        grid: snapshot.grid,
        branch: snapshot.branch.clone(),
        providers: Vec::new(),
        units: Vec::new(),
        case: snapshot.case.clone(),
        booking: snapshot.booking.clone(),
        attributes: snapshot.attributes.clone(),
    }
}

#[derive(Default)]
struct Writer {
    texts: String,
    numbers: Vec<u32>,
    words: Vec<u64>,
}

impl Writer {
    fn provider_calendar(&mut self, calendar: &ProviderCalendar) {
        let ProviderCalendar { provider, on_shift, absent, taken, sessions, workload } = calendar;
        self.provider(provider);
        self.bitmap(on_shift);
        self.bitmap(absent);
        self.bitmap(taken);
        self.list(sessions, Self::session);
        let Workload { recent_minutes, last_booked } = workload;
        self.words.push(*recent_minutes);
        self.list(last_booked.as_slice(), |writer, at| writer.words.push(at.cast_unsigned()));
    }

    fn provider(&mut self, provider: &Provider) {
        let Provider { id, name, active, commission_percent, qualities, attributes } = provider;
        self.text(id);
        self.text(name);
        self.numbers.push(u32::from(*active));
        self.list(commission_percent.as_slice(), |writer, percent| {
            writer.words.push(percent.units.cast_unsigned());
            writer.numbers.push(u32::from(percent.scale));
        });
        self.list(qualities, |writer, Quality { kind, value }| {
            writer.numbers.push(u32::from(*kind as u8));
            writer.text(value);
        });
        self.list(attributes, Self::attribute);
    }

    fn session(&mut self, session: &Session) {
        let Session { start, guests, units } = session;
        self.words.push(start.cast_unsigned());
        self.numbers.push(*guests);
        self.list(units, |writer, id| writer.text(id));
    }

    fn unit_calendar(&mut self, calendar: &UnitCalendar) {
        let UnitCalendar { unit, uses } = calendar;
        let Unit { id, name, unit_type, active, capacity, overlap_allowed, parent, attributes } = unit;
        self.text(id);
        self.text(name);
        self.text(unit_type);
        self.numbers.extend([u32::from(*active), *capacity, u32::from(*overlap_allowed)]);
        self.list(parent.as_slice(), |writer, id| writer.text(id));
        self.list(attributes, Self::attribute);
        self.list(uses, |writer, layer| writer.bitmap(layer));
    }

    fn attribute(&mut self, (name, value): &Attribute) {
        self.text(name);
        self.text(value);
    }

    fn list<T>(&mut self, entries: &[T], write: impl Fn(&mut Self, &T)) {
        self.length(entries.len());
        entries.iter().for_each(|entry| write(self, entry));
    }

    fn text(&mut self, text: &str) {
        self.length(text.len());
        self.texts.push_str(text);
    }

    fn bitmap(&mut self, words: &[u64]) {
        self.length(words.len());
        self.words.extend_from_slice(words);
    }

    /// A length beyond 32 bits does not fit into the component's memory: it is refused there.
    fn length(&mut self, length: usize) {
        self.numbers.push(u32::try_from(length).unwrap_or(u32::MAX));
    }
}
