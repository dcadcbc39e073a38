//! What may be asked of a host, drawn at random: mostly what fits the moment, sometimes anything at all.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rust_decimal::Decimal;
use slotledger::app::{
    Booking, BookingCommand, BookingRequest, Cancel, CancelSeries, Command, Complete, Correct, Decline,
    Depart, NewTime, Pay, Reassign, Reschedule, RescheduleSeries, SeriesRequest, WaitRequest,
};
use slotledger::model::{
    Actor, Appointment, AppointmentId, BookingId, Leave, ProviderId, SeriesId, ServiceId, Status, UnitId,
    WaitId,
};

use super::facts::Facts;
use super::house::House;

mod several;

/// Something asked of one host.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// A hold, with an idempotency key or without.
    Hold { booking: Box<Booking>, actor: Actor, key: Option<u32> },
    /// A command, on a revision or on whichever there is.
    Command { id: AppointmentId, expected: Option<u32>, command: Command, actor: Actor },
    /// Several appointments sold together.
    Book { wanted: Box<BookingRequest>, actor: Actor },
    /// A command on all of a booking, or on a part of it.
    CommandBooking { id: BookingId, expected: Option<u32>, command: BookingCommand, actor: Actor },
    /// Appointments that recur.
    MakeSeries { wanted: Box<SeriesRequest>, actor: Actor },
    /// One of a series and all that follow go to another time.
    MoveSeries { id: SeriesId, wanted: RescheduleSeries, actor: Actor },
    /// A series, or the rest of it, is called off.
    CancelSeries { id: SeriesId, wanted: CancelSeries, actor: Actor },
    /// A place on the waitlist.
    Wait(Box<WaitRequest>),
    /// A place is given up.
    Withdraw(WaitId),
    /// Time away for a provider.
    Leave(ProviderId, Leave),
    /// A unit is changed.
    Refit(UnitId, Refit),
    /// The turn of whoever ends holds.
    Expire,
    /// The turn of whoever offers freed time.
    Offer,
}

/// A change of a unit.
#[derive(Debug, Clone)]
pub(super) enum Refit {
    /// It goes out of service, or comes back.
    Enabled(bool),
    /// So many visits can use it at once.
    Capacity(u32),
    /// It becomes a part of another one, or of none.
    Parent(Option<UnitId>),
}

impl Step {
    /// Whether it may be answered that it makes no sense: it was drawn without looking.
    pub(super) const fn may_be_unfit(&self) -> bool {
        matches!(self, Self::Book { .. } | Self::CommandBooking { .. } | Self::Refit(..) | Self::Wait(_))
    }

    /// Whether it changes what can take place.
    pub(super) const fn upsets(&self) -> bool {
        matches!(self, Self::Leave(..) | Self::Refit(..))
    }
}

/// Draws steps for one run.
pub(super) struct Dice<'a> {
    pub(super) random: &'a mut StdRng,
    pub(super) house: &'a House,
    pub(super) facts: &'a Facts,
}

const STATUSES: [Status; 9] = [
    Status::Open,
    Status::Scheduled,
    Status::Confirmed,
    Status::EnRoute,
    Status::InProgress,
    Status::Paused,
    Status::Completed,
    Status::Cancelled,
    Status::NoShow,
];

impl Dice<'_> {
    /// One step.
    pub(super) fn step(&mut self) -> Step {
        match self.random.random_range(0..100) {
            0..17 => self.any_hold(),
            17..75 => match self.appointment() {
                Some(appointment) => self.command(&appointment),
                None => self.any_hold(),
            },
            75..90 => self.several(),
            90..93 => self.leave(),
            93..97 => self.refit(),
            _ => Step::Expire,
        }
    }

    /// Two steps that get into each other's way: for one appointment, or for one slot.
    pub(super) fn rivals(&mut self) -> (Step, Step) {
        match (self.random.random_range(0..10), self.appointment()) {
            (0..5, Some(appointment)) => (self.command(&appointment), self.command(&appointment)),
            (5..8, _) => {
                let (one, mut other) = (self.booking(), self.booking());
                other.start = one.start;
                if self.random.random_bool(0.7) {
                    other.service = one.service;
                    other.guests = one.guests;
                }
                if self.random.random_bool(0.5) {
                    other.provider = one.provider;
                }
                (self.hold_of(one), self.hold_of(other))
            }
            (8, _) => {
                // The same request twice: a client that lost patience.
                let (booking, key) = (Box::new(self.booking()), Some(self.random.random()));
                let step = Step::Hold { booking, actor: Actor::Staff, key };
                (step.clone(), step)
            }
            _ => (self.step(), self.step()),
        }
    }

    /// A hold of anything.
    pub(super) fn any_hold(&mut self) -> Step {
        let booking = self.booking();
        self.hold_of(booking)
    }

    fn hold_of(&mut self, booking: Booking) -> Step {
        let key = self.random.random_bool(0.3).then(|| self.random.random());
        Step::Hold { booking: Box::new(booking), actor: self.actor(), key }
    }

    fn booking(&mut self) -> Booking {
        let service = self.one_of(&self.house.services());
        let guests = if service == self.house.class { self.random.random_range(1..=3) } else { 1 };
        let units =
            if self.random.random_bool(0.1) { vec![self.one_of(&self.house.units)] } else { Vec::new() };
        Booking {
            service,
            customer: Some(self.one_of(&self.house.customers)),
            case: None,
            start: self.start(service),
            end: None,
            provider: self.random.random_bool(0.6).then(|| self.one_of(&self.house.providers)),
            branch: None,
            guests: Some(guests),
            units,
            preferences: Vec::new(),
            coupon: None,
            currency: None,
            title: None,
            location: None,
            notes: None,
            remarks: None,
        }
    }

    /// Classes start on the hour, so that customers meet; everything else on any quarter, seldom between.
    fn start(&mut self, service: ServiceId) -> DateTime<Utc> {
        let step = if service == self.house.class {
            60
        } else if self.random.random_bool(0.9) {
            15
        } else {
            5
        };
        let midnight = self.facts.now.timestamp().div_euclid(24 * 3600) * 24 * 3600;
        let minutes = match self.random.random_range(0..10) {
            0..6 => self.random.random_range(7 * 60..18 * 60),
            _ => self.random.random_range(0..30 * 60),
        };
        let at = DateTime::from_timestamp(midnight, 0).expect("a moment") + TimeDelta::minutes(minutes);
        // Some of that is past: then the same time tomorrow, but for those who try all the same.
        let past = at < self.facts.now && self.random.random_bool(0.9);
        let at = if past { at + TimeDelta::days(1) } else { at };
        let step = step * 60;
        DateTime::from_timestamp(at.timestamp().div_euclid(step) * step, 0).expect("a moment")
    }

    /// An appointment of any status there is, so that the rare ones are not left alone.
    fn appointment(&mut self) -> Option<Appointment> {
        let mut by_status: BTreeMap<&str, Vec<&Appointment>> = BTreeMap::new();
        for appointment in &self.facts.appointments {
            by_status.entry(appointment.status.as_str()).or_default().push(appointment);
        }
        let standing =
            by_status.keys().filter(|status| !["cancelled", "completed", "no_show"].contains(*status));
        let standing: Vec<&str> = standing.copied().collect();
        let all: Vec<&str> = by_status.keys().copied().collect();
        let status = if standing.is_empty() || self.random.random_bool(0.15) { all } else { standing };
        let status = status.choose(self.random)?;
        by_status.get(status)?.choose(self.random).map(|appointment| (*appointment).clone())
    }

    fn command(&mut self, appointment: &Appointment) -> Step {
        let status = if self.random.random_bool(0.93) { appointment.status } else { self.one_of(&STATUSES) };
        let expected = match self.random.random_range(0..20) {
            0 => Some(appointment.revision.saturating_sub(1)),
            1..8 => Some(appointment.revision),
            _ => None,
        };
        let command = self.fitting(status, appointment);
        Step::Command { id: appointment.id, expected, command, actor: self.actor() }
    }

    /// A command that leads somewhere from this status.
    fn fitting(&mut self, status: Status, appointment: &Appointment) -> Command {
        let roll = self.random.random_range(0..100);
        let has_begun = appointment.start <= self.facts.now;
        if has_begun && matches!(status, Status::Confirmed | Status::EnRoute) && roll < 40 {
            return Command::MarkNoShow;
        }
        match (status, roll) {
            (Status::Open, 0..30) => Command::Schedule,
            (Status::Open, 30..60) => Command::Confirm,
            (Status::Open | Status::Scheduled, 60..75) => self.pay(appointment),
            (Status::Open, 75..85) => Command::Expire,
            (Status::Scheduled, 0..30) => Command::Confirm,
            (Status::Scheduled | Status::Confirmed, 30..45) => self.reassign(),
            (Status::Scheduled | Status::Confirmed | Status::EnRoute, 45..60) => self.reschedule(appointment),
            (Status::Open | Status::Scheduled | Status::Confirmed, 85..95) => self.decline(),
            (Status::Confirmed, 0..10) => Command::Depart(Depart::default()),
            (Status::Confirmed | Status::EnRoute, 10..25) => Command::Start,
            (Status::Confirmed | Status::EnRoute, 25..30 | 60..75) => Command::MarkNoShow,
            (Status::Confirmed | Status::EnRoute, 0..45 | 75..85) | (Status::InProgress, 60..85) => {
                Command::Complete(Complete { materials: None })
            }
            (Status::InProgress, 0..60) => Command::Pause,
            (Status::Paused, 0..28) => Command::Resume,
            (Status::Paused, 28..92) => Command::FollowUp(NewTime {
                start: self.start(appointment.service),
                provider: self.somebody(),
                guests: None,
            }),
            (Status::Completed, 0..25) => Command::Correct(Correct {
                to: Status::Completed,
                reason: "miscounted".to_owned(),
                // As much as ever, so that what it calls for stays what its service lists.
                materials: Some(self.facts.service(appointment).consumables.clone()),
            }),
            (Status::Completed | Status::Cancelled | Status::NoShow, _) => Command::Correct(Correct {
                to: self.one_of(&STATUSES),
                reason: "a slip".to_owned(),
                materials: None,
            }),
            (
                Status::Open
                | Status::Scheduled
                | Status::Confirmed
                | Status::EnRoute
                | Status::InProgress
                | Status::Paused,
                _,
            ) => Command::Cancel(Cancel { reason: "no time".to_owned(), exception_reason: self.exception() }),
        }
    }

    fn pay(&mut self, appointment: &Appointment) -> Command {
        let amount = match self.random.random_range(0..4) {
            0 => appointment.quote.net,
            1 => Decimal::ONE,
            _ => appointment.quote.deposit,
        };
        Command::Pay(Pay { amount, currency: None, reference: "a transfer".to_owned(), method: None })
    }

    fn decline(&mut self) -> Command {
        Command::Decline(Decline { reason: "ill".to_owned(), replacement: self.somebody() })
    }

    fn reassign(&mut self) -> Command {
        let units =
            if self.random.random_bool(0.4) { vec![self.one_of(&self.house.units)] } else { Vec::new() };
        Command::Reassign(Reassign { provider: self.somebody(), units, reason: None })
    }

    /// To another time: as often as not one that overlaps the present one.
    fn reschedule(&mut self, appointment: &Appointment) -> Command {
        let near = appointment.start + TimeDelta::minutes(5 * self.random.random_range(-9..=9));
        let start = if self.random.random_bool(0.5) { near } else { self.start(appointment.service) };
        let provider = if self.random.random_bool(0.7) { None } else { self.somebody() };
        let guests = (self.random.random_bool(0.2)).then(|| self.random.random_range(1..=3));
        let (reason, exception_reason) = ("another time".to_owned(), self.exception());
        Command::Reschedule(Reschedule { start, provider, guests, reason, exception_reason })
    }

    fn leave(&mut self) -> Step {
        let start = self.start(self.house.visit);
        let end = start + TimeDelta::minutes(self.random.random_range(1..180));
        Step::Leave(self.one_of(&self.house.providers), Leave { start, end, reason: String::new() })
    }

    fn refit(&mut self) -> Step {
        let refit = match self.random.random_range(0..4) {
            0 => Refit::Capacity(self.random.random_range(1..=2)),
            1 => Refit::Parent(self.random.random_bool(0.8).then(|| self.one_of(&self.house.units))),
            // Most are soon back in service.
            _ => Refit::Enabled(self.random.random_bool(0.7)),
        };
        Step::Refit(self.one_of(&self.house.units), refit)
    }

    fn somebody(&mut self) -> Option<ProviderId> {
        self.random.random_bool(0.6).then(|| self.one_of(&self.house.providers))
    }

    fn exception(&mut self) -> Option<String> {
        self.random.random_bool(0.5).then(|| "a good customer".to_owned())
    }

    fn actor(&mut self) -> Actor {
        let others = [Actor::Customer, Actor::Provider, Actor::System];
        if self.random.random_bool(0.8) { Actor::Staff } else { self.one_of(&others) }
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        *all.choose(self.random).expect("there are some")
    }
}
