//! The nights in which clocks change: no slot is lost, doubled or moved.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use serde_json::json;
use slotledger::clock::{Clock, SystemClock};

use crate::support::{Host, Shop, id, on_every_engine, starts, written};

on_every_engine! {
    no_slot_is_lost_or_doubled_when_clocks_change,
    a_visit_across_the_change_lasts_as_long_as_any,
    a_break_and_a_day_s_work_keep_their_local_times,
}

/// Zones whose clocks change by an hour, by half an hour, and around a month that moves; and one with an odd offset.
const ZONES: [Tz; 5] = [
    Tz::Europe__Berlin,
    Tz::America__New_York,
    Tz::Australia__Lord_Howe,
    Tz::Africa__Casablanca,
    Tz::Asia__Kathmandu,
];

/// A night shift: from ten in the evening of a date to six in the morning of the next.
#[derive(Debug, Clone, Copy)]
struct Night {
    evening: NaiveDate,
    start: DateTime<Utc>,
    end: DateTime<Utc>,
    /// How far the clocks go forward in it, minutes.
    change: i64,
}

impl Night {
    fn beginning(zone: Tz, evening: NaiveDate) -> Self {
        let moment = |date: NaiveDate, hour| {
            let local = date.and_time(NaiveTime::from_hms_opt(hour, 0, 0).expect("a time"));
            zone.from_local_datetime(&local).single().expect("a time that comes once").to_utc()
        };
        let (start, end) = (moment(evening, 22), moment(evening + Days::new(1), 6));
        let change = minutes_ahead(zone, end) - minutes_ahead(zone, start);
        Self { evening, start, end, change }
    }
}

fn minutes_ahead(zone: Tz, at: DateTime<Utc>) -> i64 {
    i64::from(zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc()) / 60
}

/// The next night in which the zone's clocks go forward, and the next in which they go back; any night where they never
/// change.
fn nights(zone: Tz) -> Vec<Night> {
    let first = SystemClock.now().with_timezone(&zone).date_naive() + Days::new(3);
    let all: Vec<Night> =
        first.iter_days().take(600).map(|evening| Night::beginning(zone, evening)).collect();
    let next = |sign: i64| all.iter().copied().find(|night| night.change.signum() == sign);
    let changes: Vec<Night> = [1, -1].into_iter().filter_map(next).collect();
    if changes.is_empty() { vec![all[0]] } else { changes }
}

/// A shop in the zone with one provider who works at night, and a service of so many minutes.
async fn shop(host: &Host, zone: Tz, duration_minutes: u32) -> (Shop<'_>, String) {
    let shop = Shop::with(host, zone.name(), json!({})).await;
    let provider = shop.provider("Nina", "22:00", "06:00").await;
    let fields = json!({ "duration_minutes": duration_minutes, "horizon_days": 730 });
    let service = shop.service(&[&provider], fields).await;
    (shop, service)
}

async fn no_slot_is_lost_or_doubled_when_clocks_change(host: Host) {
    let mut changed = Vec::new();
    for zone in ZONES {
        let (shop, service) = shop(&host, zone, 5).await;
        for night in nights(zone) {
            let (noon, next_noon) = (night.start - TimeDelta::hours(9), night.end + TimeDelta::hours(6));
            let query = format!("from={}&to={}&step_minutes=5", written(noon), written(next_noon));
            let right: Vec<String> = every_slot(night.start, night.end).collect();
            let slots = i64::try_from(right.len()).expect("few");
            assert_eq!(slots * 5, 8 * 60 - night.change, "{night:?}");
            assert_eq!(starts(&shop.search(&service, &query).await), right, "{night:?}");
            changed.push(night.change);
        }
    }
    assert_eq!(changed, [60, -60, 60, -60, 30, -30, 60, -60, 0], "as the zones are known today");
}

async fn a_visit_across_the_change_lasts_as_long_as_any(host: Host) {
    for zone in ZONES {
        let (shop, service) = shop(&host, zone, 60).await;
        for night in nights(zone) {
            // Back to back through the whole night: as many as there are hours, however the clocks call them.
            let hours = (night.end - night.start).num_minutes() / 60;
            for hour in 0..hours {
                let start = night.start + TimeDelta::hours(hour);
                let held = shop.hold(&service, &written(start), json!({})).await.expect(201);
                assert_eq!(held["end"], written(start + TimeDelta::hours(1)), "{night:?}: {}", id(&held));
            }
            let query = format!("from={}&to={}&step_minutes=5", written(night.start), written(night.end));
            let found = shop.search(&service, &query).await;
            assert_eq!(found["openings"], json!([]), "{night:?} on {}: it is full", night.evening);
        }
    }
}

async fn a_break_and_a_day_s_work_keep_their_local_times(host: Host) {
    for zone in ZONES {
        let shop = Shop::with(&host, zone.name(), json!({})).await;
        let pause = json!([{ "start": "04:00:00", "end": "05:00:00" }]);
        let nina = shop.provider_with_break("Nina", ("22:00", "06:00"), pause).await;
        let pia = shop.provider("Pia", "09:00", "17:00").await;
        let fields = json!({ "duration_minutes": 5, "horizon_days": 730 });
        let (by_night, by_day) =
            (shop.service(&[&nina], fields.clone()).await, shop.service(&[&pia], fields).await);
        for night in nights(zone) {
            let morning = night.evening + Days::new(1);
            let local = |hour: u32| {
                let local = morning.and_time(NaiveTime::from_hms_opt(hour, 0, 0).expect("a time"));
                zone.from_local_datetime(&local).single().expect("a time that comes once").to_utc()
            };
            let query = format!("from={}&to={}&step_minutes=5", written(night.start), written(night.end));
            let found = starts(&shop.search(&by_night, &query).await);
            let right: Vec<String> =
                every_slot(night.start, local(4)).chain(every_slot(local(5), night.end)).collect();
            assert_eq!(found, right, "the break of {night:?}");
            let query = format!("from={}&to={}&step_minutes=5", written(night.end), written(local(23)));
            let found = starts(&shop.search(&by_day, &query).await);
            let right: Vec<String> = every_slot(local(9), local(17)).collect();
            assert_eq!((found.len(), found), (8 * 12, right), "the day after {night:?}");
        }
    }
}

/// The starts of the slots from one moment to another.
fn every_slot(from: DateTime<Utc>, to: DateTime<Utc>) -> impl Iterator<Item = String> {
    let slots = std::iter::successors(Some(from), |at| Some(*at + TimeDelta::minutes(5)));
    slots.take_while(move |at| *at < to).map(written)
}
