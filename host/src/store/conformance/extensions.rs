//! Installed components, and what extensions said.

use serde_json::json;

use super::Twice;
use super::house::{House, cancel, minute, next};
use crate::model::extension::{Component, ExtensionAnswer, Mode, Said};
use crate::model::{AppointmentId, CompanyId, Status};
use crate::store::{AnswerFilter, CustomerHistory, SharedStore};

const DIGEST: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn component(signer: Option<&str>) -> Component {
    Component {
        digest: DIGEST.to_owned(),
        name: "org.example.it".to_owned(),
        version: "1.2.3".to_owned(),
        description: json!({ "hooks": ["Hold"] }),
        origin: "it.wasm".to_owned(),
        signer: signer.map(str::to_owned),
        by: "somebody".to_owned(),
        installed_at: minute(1),
    }
}

fn answer(company: CompanyId, appointment: Option<AppointmentId>, outcome: Said, at: i64) -> ExtensionAnswer {
    ExtensionAnswer {
        id: 0,
        company,
        appointment,
        extension: "org.example.it".to_owned(),
        digest: DIGEST.to_owned(),
        hook: "hold".to_owned(),
        mode: Mode::Audit,
        outcome,
        fuel: 12_345,
        input: json!({ "hook": "Hold" }),
        answer: json!({ "findings": [] }),
        asked_at: minute(at),
    }
}

/// A component, and something that it said.
pub(crate) async fn extended(store: &SharedStore, house: &House) {
    store.keep_component(&component(None), b"\0asm").await.expect("it is kept");
    let said = answer(house.company.into(), None, Said::Silent, 1);
    store.keep_said(&[said]).await.expect("it is kept");
}

pub(crate) async fn a_component_is_kept_once(twice: &Twice) {
    assert_eq!(twice.one.component_bytes(DIGEST).await.expect("a read"), None);
    twice.one.keep_component(&component(Some("key")), b"\0asm").await.expect("it is kept");
    twice.other.keep_component(&component(None), b"other").await.expect("it is there");
    assert_eq!(twice.other.components().await.expect("a list"), [component(Some("key"))]);
    let bytes = twice.other.component_bytes(DIGEST).await.expect("a read");
    assert_eq!(bytes.as_deref(), Some(&b"\0asm"[..]));
}

pub(crate) async fn what_extensions_said_is_listed_and_forgotten(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let company = house.company.into();
    let booked = house.store(&twice.one, house.hold(0, 60)).await.expect("a free slot").id;
    let said = [
        answer(company, None, Said::Silent, 1),
        answer(company, Some(booked), Said::Denied, 2),
        answer(company, Some(booked), Said::Failed, 3),
    ];
    twice.one.keep_said(&said).await.expect("it is kept");
    let list = |filter: AnswerFilter, before| {
        let store = twice.other.clone();
        async move {
            let found = store.said(&filter, before, 10).await.expect("a list");
            let ids: Vec<i64> = found.iter().map(|one| one.id).collect();
            (found.into_iter().map(|one| ExtensionAnswer { id: 0, ..one }).collect::<Vec<_>>(), ids)
        }
    };
    let (all, ids) = list(AnswerFilter::default(), None).await;
    assert_eq!(all, [said[2].clone(), said[1].clone(), said[0].clone()], "the newest first");
    assert_eq!(list(AnswerFilter::default(), Some(ids[1])).await.0, [said[0].clone()]);
    let of = AnswerFilter { appointment: Some(booked), company: Some(company), ..AnswerFilter::default() };
    assert_eq!(list(of, None).await.0.len(), 2);
    let denied = AnswerFilter { outcome: Some(Said::Denied), ..AnswerFilter::default() };
    assert_eq!(list(denied, None).await.0, [said[1].clone()]);
    let other = AnswerFilter { extension: Some("another".to_owned()), ..AnswerFilter::default() };
    assert_eq!(list(other, None).await.0, []);
    assert_eq!(twice.one.forget_said(minute(3)).await.expect("they are forgotten"), 2);
    assert_eq!(list(AnswerFilter::default(), None).await.0, [said[2].clone()]);
}

pub(crate) async fn a_customers_history_is_counted(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let mut customer = None;
    for (n, status) in
        [Status::Completed, Status::NoShow, Status::Cancelled, Status::Confirmed].iter().enumerate()
    {
        let from = i64::try_from(n).expect("few") * 60;
        let booked = house.store(&twice.one, house.hold(from, from + 60)).await.expect("a free slot");
        customer = Some(booked.customer);
        let change = if *status == Status::Cancelled { cancel(&booked) } else { next(&booked, *status) };
        house.store(&twice.one, change).await.expect("revision 1");
    }
    let counted = twice.other.history(customer.expect("one")).await.expect("a count");
    assert_eq!(counted, CustomerHistory { standing: 1, completed: 1, cancelled: 1, no_shows: 1 });
}
