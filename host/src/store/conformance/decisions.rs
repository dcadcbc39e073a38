//! Decisions that were recorded, and what extensions said in them.

use super::Twice;
use super::house::{House, minute, next};
use crate::model::decision::Outcome;
use crate::model::extension::{Mode, Said};
use crate::model::{AppointmentId, CompanyId, Decision, NewAnswer, NewDecision, Status};
use crate::store::{AnswerFilter, Change, DecisionFilter, Error, KeptAnswer, SharedStore};

const DIGEST: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// A decision at some minute, in which an extension said all this.
pub(crate) fn decision(
    company: CompanyId,
    appointment: Option<AppointmentId>,
    said: &[Said],
    at: i64,
) -> NewDecision {
    let answer = |(place, outcome): (usize, &Said)| NewAnswer {
        place,
        extension: "org.example.it".to_owned(),
        digest: DIGEST.to_owned(),
        hook: "hold",
        mode: Mode::Audit,
        outcome: *outcome,
        fuel: 12_345,
    };
    NewDecision {
        company,
        appointment,
        point: if appointment.is_some() { "confirm" } else { "hold" },
        outcome: if appointment.is_some() { Outcome::Granted } else { Outcome::Refused },
        digest: DIGEST.to_owned(),
        fuel: 50_000,
        at: minute(at),
        record: vec![0, 1, 255],
        said: said.iter().enumerate().map(answer).collect(),
    }
}

/// The minutes at which those were made that are listed: both lists have the same, from either end.
async fn listed(store: &SharedStore, filter: &DecisionFilter) -> Vec<i64> {
    let made = |decision: &Decision| decision.decided_at.timestamp() / 60 - minute(0).timestamp() / 60;
    let kept = store.decision_records(filter, None, 10).await.expect("a list");
    let oldest_first: Vec<_> = kept.iter().map(|kept| made(&kept.decision)).collect();
    let newest_first: Vec<_> =
        store.decisions(filter, None, 10).await.expect("a list").iter().map(made).collect();
    assert!(newest_first.iter().rev().eq(&oldest_first), "{newest_first:?}");
    oldest_first
}

pub(crate) async fn a_decision_is_recorded_with_what_it_changes(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let booked = house.store(&twice.one, house.hold(0, 60)).await.expect("a free slot");
    let made = decision(house.company.into(), Some(booked.id), &[Said::Denied, Said::Silent], 7);
    let change = Change { decisions: vec![made.clone()], ..next(&booked, Status::Confirmed) };
    house.store(&twice.one, change).await.expect("revision 1");
    let of = DecisionFilter { appointment: Some(booked.id), ..DecisionFilter::default() };
    let kept = twice.other.decision_records(&of, None, 10).await.expect("a list").remove(0);
    let decision = &kept.decision;
    assert_eq!(
        (decision.point.as_str(), decision.outcome, decision.fuel),
        ("confirm", Outcome::Granted, 50_000)
    );
    assert_eq!((decision.company, decision.digest.as_str()), (house.company.into(), DIGEST));
    assert_eq!((decision.decided_at, &kept.record), (minute(7), &made.record));
    assert_eq!(twice.other.decision(decision.id).await.expect("a read"), Some(kept.clone()));
    assert_eq!(twice.other.decision(decision.id + 1).await.expect("a read"), None);
}

pub(crate) async fn what_is_not_committed_is_not_recorded(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let booked = house.store(&twice.one, house.hold(0, 60)).await.expect("a free slot");
    house.store(&twice.one, next(&booked, Status::Confirmed)).await.expect("revision 1");
    let made = decision(house.company.into(), Some(booked.id), &[Said::Silent], 7);
    let late = Change { decisions: vec![made], ..next(&booked, Status::Confirmed) };
    let stale = house.store(&twice.other, late).await;
    assert!(matches!(stale, Err(Error::Stale("appointment"))), "{stale:?}");
    assert_eq!(twice.one.decisions(&DecisionFilter::default(), None, 10).await.expect("a list"), []);
    assert_eq!(twice.one.said(&AnswerFilter::default(), None, 10).await.expect("a list"), []);
}

pub(crate) async fn decisions_are_filtered_and_listed_both_ways(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let company = house.company.into();
    let booked = house.store(&twice.one, house.hold(0, 60)).await.expect("a free slot").id;
    let made = [
        decision(company, None, &[], 1),
        decision(company, Some(booked), &[], 2),
        decision(company, None, &[], 3),
    ];
    twice.one.keep_decisions(&made).await.expect("they are kept");
    let all = DecisionFilter::default();
    assert_eq!(listed(&twice.other, &all).await, [1, 2, 3]);
    let first = twice.other.decision_records(&all, None, 1).await.expect("a list").remove(0).decision.id;
    let later = twice.other.decision_records(&all, Some(first), 10).await.expect("a list");
    assert_eq!(later.len(), 2);
    let last = twice.other.decisions(&all, None, 1).await.expect("a list").remove(0).id;
    let earlier = twice.other.decisions(&all, Some(last), 10).await.expect("a list");
    assert_eq!((earlier.len(), earlier[1].id), (2, first));
    for (filter, expected) in [
        (DecisionFilter { company: Some(company), ..all.clone() }, &[1, 2, 3][..]),
        (DecisionFilter { appointment: Some(booked), ..all.clone() }, &[2]),
        (DecisionFilter { point: Some("hold".to_owned()), ..all.clone() }, &[1, 3]),
        (DecisionFilter { outcome: Some(Outcome::Granted), ..all.clone() }, &[2]),
        (DecisionFilter { since: Some(minute(2)), ..all.clone() }, &[2, 3]),
        (DecisionFilter { until: Some(minute(2)), ..all.clone() }, &[1]),
    ] {
        assert_eq!(listed(&twice.one, &filter).await, expected, "{filter:?}");
    }
}

pub(crate) async fn what_extensions_said_is_listed(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let company = house.company.into();
    let booked = house.store(&twice.one, house.hold(0, 60)).await.expect("a free slot").id;
    let made = [
        decision(company, None, &[Said::Silent], 1),
        decision(company, Some(booked), &[Said::Denied, Said::Failed], 2),
    ];
    twice.one.keep_decisions(&made).await.expect("they are kept");
    let list = |filter: AnswerFilter, before| {
        let store = twice.other.clone();
        async move { store.said(&filter, before, 10).await.expect("a list") }
    };
    let outcomes = |kept: &[KeptAnswer]| kept.iter().map(|kept| kept.answer.outcome).collect::<Vec<_>>();
    let all = list(AnswerFilter::default(), None).await;
    assert_eq!(outcomes(&all), [Said::Failed, Said::Denied, Said::Silent], "the newest first");
    assert_eq!(all.iter().map(|kept| kept.place).collect::<Vec<_>>(), [1, 0, 0]);
    let newest = &all[0];
    assert_eq!(
        (newest.answer.appointment, newest.answer.asked_at, &newest.record),
        (Some(booked), minute(2), &made[1].record)
    );
    assert_eq!(
        (newest.answer.mode, newest.answer.hook.as_str(), newest.answer.fuel),
        (Mode::Audit, "hold", 12_345)
    );
    assert_eq!(outcomes(&list(AnswerFilter::default(), Some(all[1].answer.id)).await), [Said::Silent]);
    let of = AnswerFilter { appointment: Some(booked), company: Some(company), ..AnswerFilter::default() };
    assert_eq!(list(of, None).await.len(), 2);
    let denied = AnswerFilter { outcome: Some(Said::Denied), ..AnswerFilter::default() };
    assert_eq!(outcomes(&list(denied, None).await), [Said::Denied]);
    let other = AnswerFilter { extension: Some("another".to_owned()), ..AnswerFilter::default() };
    assert_eq!(list(other, None).await, []);
}

pub(crate) async fn the_oldest_decisions_are_forgotten_some_at_a_time(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let made: Vec<_> = (1..=5).map(|at| decision(house.company.into(), None, &[Said::Silent], at)).collect();
    twice.one.keep_decisions(&made).await.expect("they are kept");
    assert_eq!(twice.other.forget_decisions(minute(4), 2).await.expect("some"), 2);
    assert_eq!(
        twice.other.forget_decisions(minute(4), 2).await.expect("some"),
        1,
        "the fourth is young enough"
    );
    assert_eq!(twice.other.forget_decisions(minute(4), 2).await.expect("some"), 0);
    assert_eq!(listed(&twice.one, &DecisionFilter::default()).await, [4, 5]);
    let left = twice.one.said(&AnswerFilter::default(), None, 10).await.expect("a list");
    assert_eq!(left.len(), 2, "what was said in them is gone with them");
}
