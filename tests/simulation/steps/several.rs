//! Bookings of several, series, and the waitlist.

use chrono::TimeDelta;
use rand::Rng;
use rand::seq::IndexedRandom;
use rust_decimal::Decimal;
use slotledger::app::{
    Booking, BookingCommand, BookingItem, BookingRequest, CancelBooking, CancelSeries, Mode, Pay,
    RescheduleSeries, SeriesRequest, WaitRequest,
};
use slotledger::model::{Appointment, WaitState};

use super::{Dice, Step};

impl Dice<'_> {
    /// Something that is about more than one appointment.
    pub(super) fn several(&mut self) -> Step {
        match self.random.random_range(0..15) {
            0..4 => self.book(),
            4..6 => self.command_booking().unwrap_or_else(|| self.book()),
            6..8 => self.make_series(),
            8..10 => self.change_series().unwrap_or_else(|| self.make_series()),
            10..12 => self.wait(),
            12 => self.withdraw().unwrap_or_else(|| self.wait()),
            _ => Step::Offer,
        }
    }

    fn book(&mut self) -> Step {
        let mode = *[Mode::Sequential, Mode::Parallel, Mode::Free].choose(self.random).expect("three");
        let Booking { customer, start, .. } = self.booking();
        let count = self.random.random_range(2..=3);
        let items = (0..count).map(|n| self.item(mode, n, start)).collect();
        let wanted = BookingRequest {
            customer,
            case: None,
            mode,
            items,
            currency: None,
            location: None,
            notes: None,
            remarks: None,
        };
        Step::Book { wanted: Box::new(wanted), actor: self.actor() }
    }

    /// One item of a booking that begins at `first`.
    fn item(&mut self, mode: Mode, n: u32, first: chrono::DateTime<chrono::Utc>) -> BookingItem {
        let Booking { service, provider, guests, units, start, .. } = self.booking();
        let start = match (mode, n) {
            (Mode::Sequential | Mode::Parallel, 0) => Some(first),
            (Mode::Sequential | Mode::Parallel, _) => None,
            (Mode::Free, _) => Some(start),
        };
        let preferences = Vec::new();
        BookingItem { service, provider, branch: None, start, guests, units, preferences, coupon: None }
    }

    fn command_booking(&mut self) -> Option<Step> {
        let booking = self.facts.bookings.choose(self.random)?.id;
        let all: Vec<Appointment> =
            self.facts.appointments.iter().filter(|one| one.booking == Some(booking)).cloned().collect();
        let version: u32 = all.iter().map(|one| one.revision).sum();
        let expected =
            self.random.random_bool(0.4).then(|| version - u32::from(self.random.random_bool(0.1)));
        let command = match self.random.random_range(0..10) {
            0..4 => BookingCommand::Confirm,
            4..7 => {
                let amount: Decimal = all.iter().map(|one| one.quote.deposit).sum();
                let reference = "a transfer".to_owned();
                BookingCommand::Pay(Pay { amount, currency: None, reference, method: None })
            }
            roll => {
                let part = (roll == 7).then(|| all.choose(self.random)).flatten();
                BookingCommand::Cancel(CancelBooking {
                    reason: "no time".to_owned(),
                    exception_reason: self.exception(),
                    appointments: part.map(|one| one.id).into_iter().collect(),
                })
            }
        };
        Some(Step::CommandBooking { id: booking, expected, command, actor: self.actor() })
    }

    fn make_series(&mut self) -> Step {
        let Booking { service, customer, start, provider, guests, units, .. } = self.booking();
        let (often, count) = (self.random.random_bool(0.8), self.random.random_range(2..=4));
        let rule = format!("FREQ={};COUNT={count}", if often { "DAILY" } else { "WEEKLY" });
        let wanted = SeriesRequest {
            service,
            customer,
            case: None,
            start,
            rule,
            until: None,
            exclude_dates: Vec::new(),
            skip_conflicts: self.random.random_bool(0.7),
            provider,
            branch: None,
            guests,
            units,
            preferences: Vec::new(),
            currency: None,
            title: None,
            location: None,
            notes: None,
            remarks: None,
        };
        Step::MakeSeries { wanted: Box::new(wanted), actor: self.actor() }
    }

    fn change_series(&mut self) -> Option<Step> {
        let id = self.facts.series.choose(self.random)?.id;
        let all: Vec<&Appointment> =
            self.facts.appointments.iter().filter(|one| one.series == Some(id)).collect();
        let from = *all.choose(self.random)?;
        let (reason, exception_reason) = ("another time".to_owned(), self.exception());
        if self.random.random_bool(0.3) {
            let wanted = CancelSeries { from: Some(from.id), reason, exception_reason };
            return Some(Step::CancelSeries { id, wanted, actor: self.actor() });
        }
        let start = from.start + TimeDelta::minutes(15 * self.random.random_range(-8..=8));
        let provider = if self.random.random_bool(0.8) { None } else { self.somebody() };
        let wanted = RescheduleSeries { from: from.id, start, provider, reason, exception_reason };
        Some(Step::MoveSeries { id, wanted, actor: self.actor() })
    }

    fn wait(&mut self) -> Step {
        let Booking { service, customer, start, provider, guests, .. } = self.booking();
        let from = start - TimeDelta::hours(self.random.random_range(0..4));
        let to = start + TimeDelta::hours(self.random.random_range(1..10));
        Step::Wait(Box::new(WaitRequest {
            service,
            customer: customer.expect("somebody"),
            from,
            to,
            provider,
            branch: None,
            guests,
            preferences: Vec::new(),
        }))
    }

    fn withdraw(&mut self) -> Option<Step> {
        let waiting: Vec<_> = self.facts.waits.iter().filter(|one| one.state == WaitState::Waiting).collect();
        waiting.choose(self.random).map(|one| Step::Withdraw(one.id))
    }
}
