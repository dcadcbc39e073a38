//! Looks at the books, and what they found.

use std::time::Duration;

use chrono::NaiveDate;
use serde_json::json;
use slotledger_erp::Days;

use super::Twice;
use super::house::{House, key, minute};
use crate::model::reconcile::{FindingKind, FindingState, NewFinding, Run, RunState, Seen};
use crate::store::{Closing, Error, FindingFilter, NewRun, SharedStore};

/// Five minutes.
const LEASE: Duration = Duration::from_secs(300);

fn day(number: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2027, 1, number).expect("a day")
}

fn wanted(house: &House, nightly: bool) -> NewRun {
    NewRun {
        company: house.company.into(),
        days: Days { from: day(1), to: day(7) },
        only: None,
        nightly,
        by: "desk".to_owned(),
        at: minute(0),
    }
}

fn found(house: &House, kind: FindingKind, subject: &str, words: &str) -> NewFinding {
    NewFinding {
        company: house.company.into(),
        connection: "ledger".to_owned(),
        kind,
        subject: subject.to_owned(),
        delivery: None,
        day: day(3),
        words: words.to_owned(),
        details: json!({ "was": 1 }),
    }
}

fn closing(state: FindingState, minutes: i64) -> Closing {
    let (by, reason) = ("desk".to_owned(), "So it is.".to_owned());
    Closing { state, act: "accept", by, reason, at: minute(minutes) }
}

/// Something of all there is, for tests of other things.
pub(crate) async fn seen(store: &SharedStore, house: &House) {
    store.ask_run(&wanted(house, true)).await.expect("a new one");
    store.keep_finding(&found(house, FindingKind::Missing, "a/1", "gone"), minute(0)).await.expect("a write");
}

pub(crate) async fn a_night_is_looked_at_once_and_by_one_host(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let asked = twice.one.ask_run(&wanted(&house, true)).await.expect("a new one");
    let again = twice.other.ask_run(&wanted(&house, true)).await;
    assert!(matches!(again, Err(Error::Exists(_))), "{again:?}");
    let by_hand = twice.other.ask_run(&NewRun { only: Some(key("a/1")), ..wanted(&house, false) }).await;
    assert_eq!(by_hand.expect("as many as somebody wants").only, Some(key("a/1")));

    let taken = twice.one.take_run("one", LEASE, minute(1)).await.expect("a read").expect("it waits");
    assert_eq!(taken, Run { state: RunState::Running, ..asked.clone() });
    let other = twice.other.take_run("other", LEASE, minute(1)).await.expect("a read").expect("the second");
    assert_ne!(other.id, taken.id);
    assert_eq!(twice.one.take_run("third", LEASE, minute(1)).await.expect("a read"), None);
    let stale = twice.other.take_this_run(taken.id, "other", LEASE, minute(5)).await;
    assert!(matches!(stale, Err(Error::Stale(_))), "{stale:?}");

    assert!(twice.one.keep_run(taken.id, "one", LEASE, minute(5)).await.expect("a write"));
    assert_eq!(
        twice.other.take_run("third", LEASE, minute(9)).await.expect("a read").expect("it ran out").id,
        other.id
    );
    let late = Seen { compared: 1, ..Seen::default() };
    assert!(!twice.other.finish_run(other.id, "other", late, None, minute(9)).await.expect("a write"));
    let seen = Seen { compared: 3, listed: 2, by_hand: 1 };
    assert!(twice.one.finish_run(taken.id, "one", seen, None, minute(9)).await.expect("a write"));
    assert!(twice.one.finish_run(other.id, "third", late, Some("away"), minute(9)).await.expect("a write"));
    let runs = twice.other.runs(Some(house.company.into()), None, 10).await.expect("a list");
    assert_eq!(runs.iter().map(|run| run.state).collect::<Vec<_>>(), [RunState::Failed, RunState::Done]);
    assert_eq!((runs[1].seen, runs[1].finished_at), (seen, Some(minute(9))));
    assert_eq!(runs[0].message.as_deref(), Some("away"));
    assert_eq!(twice.one.runs(None, Some(runs[0].id), 10).await.expect("a list").len(), 1);
}

pub(crate) async fn a_finding_is_kept_once_until_it_changes(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let drift = |words: &str| found(&house, FindingKind::Drifted, "a/1", words);
    let id =
        twice.one.keep_finding(&drift("80 is 81"), minute(0)).await.expect("a write").expect("it is new");
    assert_eq!(twice.other.keep_finding(&drift("80 is 81"), minute(1)).await.expect("a write"), None);
    assert_eq!(twice.other.keep_finding(&drift("80 is 82"), minute(2)).await.expect("a write"), None);
    let kept = twice.one.finding(id).await.expect("a read").expect("kept");
    assert_eq!((kept.found.clone(), kept.state), (drift("80 is 82"), FindingState::Open));
    assert_eq!((kept.found_at, kept.seen_at, kept.closed_at), (minute(0), minute(2), None));

    let accepted = twice.one.close_finding(id, &closing(FindingState::Accepted, 3)).await.expect("open");
    assert_eq!((accepted.state, accepted.closed_at), (FindingState::Accepted, Some(minute(3))));
    let again = twice.other.close_finding(id, &closing(FindingState::Repaired, 4)).await;
    assert!(matches!(again, Err(Error::Stale("finding"))), "{again:?}");
    assert_eq!(twice.other.keep_finding(&drift("80 is 82"), minute(5)).await.expect("a write"), None);
    let new = twice.other.keep_finding(&drift("80 is 83"), minute(6)).await.expect("a write");
    assert!(new.is_some(), "it was not accepted like this");
    let acts = twice.other.finding_acts(id).await.expect("a list");
    let acts: Vec<(u32, &str)> = acts.iter().map(|act| (act.number, act.act.as_str())).collect();
    assert_eq!(acts, [(1, "found"), (2, "changed"), (3, "accept")]);
    let unknown = twice.one.close_finding(-1, &closing(FindingState::Repaired, 4)).await;
    assert!(matches!(unknown, Err(Error::Missing("finding"))), "{unknown:?}");
}

pub(crate) async fn two_looks_keep_one_finding(twice: &Twice) {
    let house = House::build(&twice.one).await;
    for n in 0..20 {
        let finding = found(&house, FindingKind::Missing, &format!("a/{n}"), "gone");
        let (one, other) = tokio::join!(
            twice.one.keep_finding(&finding, minute(0)),
            twice.other.keep_finding(&finding, minute(0))
        );
        let new = [one.expect("a write"), other.expect("a write")];
        assert_eq!(new.iter().flatten().count(), 1, "{new:?}");
    }
}

pub(crate) async fn what_is_not_seen_again_is_closed(twice: &Twice) {
    let house = House::build(&twice.one).await;
    for (subject, minutes) in [("a/1", 0), ("b/1", 5)] {
        let finding = found(&house, FindingKind::Missing, subject, "gone");
        twice.one.keep_finding(&finding, minute(minutes)).await.expect("a write");
    }
    let other_day = NewFinding { day: day(9), ..found(&house, FindingKind::Missing, "c/1", "gone") };
    twice.one.keep_finding(&other_day, minute(0)).await.expect("a write");
    let run = twice.one.ask_run(&wanted(&house, false)).await.expect("a new one");
    assert_eq!(twice.other.close_unseen(&run, minute(5), minute(6)).await.expect("a write"), 1);
    let filter = FindingFilter { state: Some(FindingState::Open), ..FindingFilter::default() };
    let open = twice.one.findings(filter, 0, 10).await.expect("a list");
    let subjects: Vec<&str> = open.iter().map(|finding| finding.found.subject.as_str()).collect();
    assert_eq!(subjects, ["b/1", "c/1"]);
    let filter =
        FindingFilter { company: Some(house.company.into()), kind: Some(FindingKind::Missing), ..filter };
    assert_eq!(twice.other.findings(filter, open[0].id, 10).await.expect("a list").len(), 1);
    let one = Run { only: Some(key("c/1")), ..run };
    assert_eq!(twice.other.close_unseen(&one, minute(7), minute(8)).await.expect("a write"), 1);
}
