//! Appointments that recur.

use super::*;
use crate::model::SeriesId;

/// A world in Berlin, long before both of its clock changes, whose service can be booked for a year.
struct Berlin {
    world: World,
    service: Uuid,
    provider: Uuid,
}

impl Berlin {
    async fn new() -> Self {
        let world = World::new().await;
        world.clock.0.store(utc("2026-10-01T10:00:00Z").timestamp(), Ordering::Relaxed);
        let company = Some(CompanyId(world.app.get::<Service>(world.service).await.unwrap().company));
        let branch = add::<Branch>(&world.app, company, r#"{"name":"B","time_zone":"Europe/Berlin"}"#).await;
        let provider =
            Provider { shifts: vec![shift()], ..parsed(&format!(r#"{{"name":"P","branch":"{branch}"}}"#)) };
        let provider = stored(world.app.create(company, provider, None).await);
        let service = format!(
            r#"{{"name":"S","item":"S","duration_minutes":60,"providers":["{provider}"],"horizon_days":365,
                "prices":[{{"description":"S","basis":"per_booking","unit_price":"10.00"}}]}}"#
        );
        let service = add::<Service>(&world.app, company, &service).await;
        Self { world, service, provider }
    }

    fn wanted(&self, start: &str, rule: &str) -> SeriesRequest {
        let (service, customer) = (self.service, self.world.customer);
        parsed(&format!(
            r#"{{"service":"{service}","customer":"{customer}","start":"{start}","rule":"{rule}"}}"#
        ))
    }

    async fn make(&self, wanted: SeriesRequest) -> Result<SeriesView> {
        self.world.app.make_series(wanted, Actor::Staff, None).await.map(fresh)
    }

    async fn hold(&self, start: &str) -> Appointment {
        let (service, customer) = (self.service, self.world.customer);
        let booking =
            parsed(&format!(r#"{{"service":"{service}","customer":"{customer}","start":"{start}"}}"#));
        fresh(self.world.app.hold(booking, Actor::Staff, None).await.unwrap())
    }

    async fn move_on(&self, id: SeriesId, from: &Appointment, start: &str) -> Result<SeriesView> {
        let wanted = RescheduleSeries {
            from: from.id,
            start: utc(start),
            provider: None,
            reason: "a test".to_owned(),
            exception_reason: None,
        };
        self.world.app.reschedule_series(id, None, wanted, Actor::Staff, None).await.map(fresh)
    }
}

fn starts(appointments: &[Appointment], standing: bool) -> Vec<String> {
    let meant = appointments.iter().filter(|one| (one.status != Status::Cancelled) == standing);
    meant.map(|one| one.start.format("%m-%d %H:%M").to_string()).collect()
}

#[tokio::test]
async fn a_series_keeps_its_local_time_across_both_clock_changes() {
    let berlin = Berlin::new().await;
    let weekly = berlin.wanted("2026-10-19T07:00:00Z", "FREQ=WEEKLY;COUNT=25");
    let preview = berlin.world.app.preview_series(&weekly, Actor::Staff).await.unwrap();
    assert_eq!((preview.conflicts, preview.occurrences.len()), (0, 25));
    let series = berlin.make(weekly).await.unwrap();
    let starts = starts(&series.appointments, true);
    assert_eq!(starts[..2], ["10-19 07:00", "10-26 08:00"]);
    assert_eq!(starts[22..], ["03-22 08:00", "03-29 07:00", "04-05 07:00"]);
    for (one, expected) in series.appointments.iter().zip(&preview.occurrences) {
        assert_eq!((one.start, Some(one.provider)), (expected.start, expected.provider));
        assert_eq!((one.status, one.revision, one.series), (Status::Scheduled, 2, Some(series.id)));
        assert_eq!(one.hold_until, None);
    }
    let trail = berlin.world.app.events(series.appointments[0].id).await.unwrap();
    let trail: Vec<_> = trail.iter().map(|event| (event.revision, event.name.as_str())).collect();
    assert_eq!(trail, [(1, "appointment.held"), (2, "appointment.scheduled")]);
    assert_eq!(berlin.world.app.series(series.id).await.unwrap(), series);
}

#[tokio::test]
async fn an_occurrence_in_the_way_refuses_all_or_is_left_out() {
    let berlin = Berlin::new().await;
    berlin.hold("2026-10-26T08:00:00Z").await;
    let weekly = berlin.wanted("2026-10-19T07:00:00Z", "FREQ=WEEKLY;COUNT=3");
    let preview = berlin.world.app.preview_series(&weekly, Actor::Staff).await.unwrap();
    let conflicts: Vec<usize> = preview.occurrences.iter().map(|one| one.findings.len()).collect();
    assert_eq!((preview.conflicts, conflicts), (1, vec![0, 1, 0]));
    let Err(Error::Refused(refusal)) = berlin.make(weekly.clone()).await else { panic!("one is taken") };
    assert_eq!(refusal.findings[0].field.as_deref(), Some("occurrences[1]"));
    let all = crate::store::Page { after: None, limit: 10 };
    assert_eq!(berlin.world.app.appointments(&Default::default(), all).await.unwrap().len(), 1);
    let series = berlin.make(SeriesRequest { skip_conflicts: true, ..weekly }).await.unwrap();
    assert_eq!(starts(&series.appointments, true), ["10-19 07:00", "11-02 08:00"]);
    assert_eq!(series.left_out, preview.occurrences[1..2]);
}

#[tokio::test]
async fn this_and_the_following_move_by_the_same_local_time_or_none_does() {
    let berlin = Berlin::new().await;
    let series = berlin.make(berlin.wanted("2026-10-12T07:00:00Z", "FREQ=WEEKLY;COUNT=4")).await.unwrap();
    let second = &series.appointments[1];
    let in_the_way = berlin.hold("2026-11-02T10:00:00Z").await;
    let refused = berlin.move_on(series.id, second, "2026-10-19T09:00:00Z").await.unwrap_err();
    let Error::Refused(refusal) = refused else { panic!("{refused}") };
    let last = format!("appointments[{}]", series.appointments[3].id);
    assert_eq!(
        refusal.findings.iter().map(|one| one.field.as_deref()).collect::<Vec<_>>(),
        [Some(last.as_str())]
    );
    assert_eq!(berlin.world.app.series(series.id).await.unwrap(), series, "nothing has moved");
    let give_up = Cancel { reason: "a test".to_owned(), exception_reason: None };
    berlin.world.command(in_the_way.id, Command::Cancel(give_up)).await.unwrap();
    let moved = berlin.move_on(series.id, second, "2026-10-19T09:00:00Z").await.unwrap();
    assert_eq!(
        starts(&moved.appointments, true),
        ["10-12 07:00", "10-19 09:00", "10-26 10:00", "11-02 10:00"],
        "from 09:00 to 11:00, before the clocks change and after"
    );
    assert_eq!(starts(&moved.appointments, false), ["10-19 07:00", "10-26 08:00", "11-02 08:00"]);
    assert_eq!(berlin.world.app.series(series.id).await.unwrap(), moved);
}

#[tokio::test]
async fn a_series_may_move_onto_times_that_it_gives_up() {
    let berlin = Berlin::new().await;
    let series = berlin.make(berlin.wanted("2026-10-12T07:00:00Z", "FREQ=WEEKLY;COUNT=3")).await.unwrap();
    let week = berlin.move_on(series.id, &series.appointments[0], "2026-10-19T07:00:00Z").await.unwrap();
    assert_eq!(starts(&week.appointments, true), ["10-19 07:00", "10-26 08:00", "11-02 08:00"]);
    let standing: Vec<_> = week.appointments.iter().filter(|one| one.status == Status::Scheduled).collect();
    let half = berlin.move_on(series.id, standing[0], "2026-10-19T07:30:00Z").await.unwrap();
    assert_eq!(starts(&half.appointments, true), ["10-19 07:30", "10-26 08:30", "11-02 08:30"]);
}

#[tokio::test]
async fn the_rest_of_a_series_is_called_off() {
    let berlin = Berlin::new().await;
    let series = berlin.make(berlin.wanted("2026-10-12T07:00:00Z", "FREQ=WEEKLY;COUNT=4")).await.unwrap();
    let cancel = |from: Option<AppointmentId>| {
        let wanted = CancelSeries { from, reason: "enough".to_owned(), exception_reason: None };
        berlin.world.app.cancel_series(series.id, None, wanted, Actor::Staff, None)
    };
    let rest = fresh(cancel(Some(series.appointments[2].id)).await.unwrap());
    assert_eq!(starts(&rest.appointments, true), ["10-12 07:00", "10-19 07:00"]);
    let all = fresh(cancel(None).await.unwrap());
    assert_eq!(starts(&all.appointments, true), [""; 0]);
    assert_eq!(codes(cancel(None).await.unwrap_err()), ["SL0240"; 4]);
    match cancel(Some(Uuid::nil().into())).await {
        Err(Error::Invalid(errors)) => assert_eq!(errors[0].field, "from"),
        other => panic!("{other:?}"),
    }
    assert_eq!(berlin.hold("2026-10-26T08:00:00Z").await.provider.0, berlin.provider, "its time is free");
}
