//! The openings of the plain service, slot by slot as a person with a calendar and a pencil would find them.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::Europe::Berlin;
use slotledger::model::{Provider, ProviderId, Service, Stored};

use crate::simulation::facts::Facts;

const SLOT: TimeDelta = TimeDelta::minutes(5);

/// What is searched for.
pub(in crate::simulation) struct Search {
    pub(in crate::simulation) from: DateTime<Utc>,
    pub(in crate::simulation) to: DateTime<Utc>,
    pub(in crate::simulation) step: TimeDelta,
    /// What time it is for the host that is asked.
    pub(in crate::simulation) now: DateTime<Utc>,
}

/// Every start of the service and with whom, earliest first, then by provider.
pub(in crate::simulation) fn expected(
    facts: &Facts,
    service: &Service,
    search: &Search,
) -> Vec<(DateTime<Utc>, ProviderId)> {
    let slot = slot(search.from);
    let first = if slot < search.from { slot + SLOT } else { slot };
    let mut found = Vec::new();
    for start in slots(first, search.to) {
        if is_tried(start, search.step) && may_start(search.now, service, start) {
            let free = facts.providers.iter().filter(|provider| is_free(facts, service, provider, start));
            let mut providers: Vec<_> = free.map(|provider| ProviderId(provider.id)).collect();
            providers.sort_unstable();
            found.extend(providers.into_iter().map(|provider| (start, provider)));
        }
    }
    found
}

/// Starts are tried every so often from midnight on.
fn is_tried(start: DateTime<Utc>, step: TimeDelta) -> bool {
    let midnight = start.with_timezone(&Berlin).date_naive().and_time(NaiveTime::MIN);
    // Berlin's clocks change at two or three in the morning: midnight comes once a day.
    let midnight = Berlin.from_local_datetime(&midnight).single().expect("one midnight");
    (start.timestamp() - midnight.timestamp()).rem_euclid(step.num_seconds()) == 0
}

fn may_start(now: DateTime<Utc>, service: &Service, start: DateTime<Utc>) -> bool {
    let lead = TimeDelta::minutes(service.lead_time_minutes.into());
    let horizon = TimeDelta::days(service.horizon_days.into());
    // The rules know seconds only.
    let now = now.with_nanosecond(0).expect("a second");
    let in_time = now + lead <= start && start <= now + horizon;
    let is_early_enough =
        service.latest_start.is_none_or(|latest| start.with_timezone(&Berlin).time() <= latest);
    let end = start + TimeDelta::minutes(service.duration_minutes.into());
    let is_open =
        |slot: DateTime<Utc>| is_between(slot.with_timezone(&Berlin).time(), time(0, 30), time(23, 30));
    in_time && is_early_enough && slots(start, end).all(is_open)
}

fn is_free(facts: &Facts, service: &Service, provider: &Stored<Provider>, start: DateTime<Utc>) -> bool {
    let offers = provider.data.active && service.providers.contains(&ProviderId(provider.id));
    let before = TimeDelta::minutes(service.buffer_before_minutes.into());
    let after = TimeDelta::minutes((service.duration_minutes + service.buffer_after_minutes).into());
    let (from, to) = (slot(start - before), start + after);
    let is_free = |slot| !is_taken(facts, provider, slot) && is_on_shift(&provider.data, slot);
    offers && slots(from, to).all(is_free)
}

/// The slot that a moment lies in.
fn slot(at: DateTime<Utc>) -> DateTime<Utc> {
    let seconds = SLOT.num_seconds();
    DateTime::from_timestamp(at.timestamp().div_euclid(seconds) * seconds, 0).expect("a moment")
}

fn is_taken(facts: &Facts, provider: &Stored<Provider>, slot: DateTime<Utc>) -> bool {
    let touches = |start: DateTime<Utc>, end: DateTime<Utc>| start < slot + SLOT && slot < end;
    let mut claims = facts.claims.iter().filter(|claim| claim.provider.0 == provider.id);
    let holiday = NaiveDate::from_ymd_opt(2026, 3, 30) == Some(slot.with_timezone(&Berlin).date_naive());
    holiday
        || claims.any(|claim| touches(claim.start, claim.end))
        || provider.data.leave.iter().any(|leave| touches(leave.start, leave.end))
}

fn is_on_shift(provider: &Provider, slot: DateTime<Utc>) -> bool {
    let local = slot.with_timezone(&Berlin);
    let on = |weekday, start: NaiveTime, end: NaiveTime, time: NaiveTime| {
        let yesterday = local.date_naive().checked_sub_days(Days::new(1)).expect("a day").weekday();
        if start < end {
            local.weekday() == weekday && start <= time && time < end
        } else {
            local.weekday() == weekday && start <= time || yesterday == weekday && time < end
        }
    };
    let (time, mut shifts) = (local.time(), provider.shifts.iter());
    let rests = |shift: &slotledger::model::Shift| {
        shift.breaks.iter().any(|pause| {
            // A break has no day of its own: in the night it may begin before midnight and end after it.
            let in_shift = on(shift.weekday, shift.start, shift.end, time);
            in_shift && is_between(time, pause.start, pause.end)
        })
    };
    shifts.any(|shift| on(shift.weekday, shift.start, shift.end, time) && !rests(shift))
}

/// Whether the time lies in a stretch that may go over midnight.
fn is_between(time: NaiveTime, start: NaiveTime, end: NaiveTime) -> bool {
    if start < end { start <= time && time < end } else { start <= time || time < end }
}

/// The slots from this one on that begin before the end.
fn slots(first: DateTime<Utc>, end: DateTime<Utc>) -> impl Iterator<Item = DateTime<Utc>> {
    std::iter::successors(Some(first), |at| Some(*at + SLOT)).take_while(move |at| *at < end)
}

fn time(hour: u32, minute: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, minute, 0).expect("a time")
}
