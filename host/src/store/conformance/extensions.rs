//! Installed components, what is done about them, and what they are told of a customer.

use serde_json::json;

use super::Twice;
use super::house::{House, cancel, id, minute, next, record};
use crate::model::Status;
use crate::model::extension::{Component, ExtensionAct, Said};
use crate::model::master::Kind;
use crate::store::{ACTIVE_USE, CustomerHistory, Error, ExtensionChangeFilter, Record, Removal, SharedStore};

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

/// A component, and a decision in which it said something.
pub(crate) async fn extended(store: &SharedStore, house: &House) {
    store.keep_component(&component(None), b"\0asm").await.expect("it is kept");
    let decision = super::decisions::decision(house.company.into(), None, &[Said::Silent], 1);
    store.keep_decisions(&[decision]).await.expect("it is kept");
}

pub(crate) async fn a_component_is_kept_once(twice: &Twice) {
    assert_eq!(twice.one.component_bytes(DIGEST).await.expect("a read"), None);
    twice.one.keep_component(&component(Some("key")), b"\0asm").await.expect("it is kept");
    twice.other.keep_component(&component(None), b"other").await.expect("it is there");
    assert_eq!(twice.other.components().await.expect("a list"), [component(Some("key"))]);
    let bytes = twice.other.component_bytes(DIGEST).await.expect("a read");
    assert_eq!(bytes.as_deref(), Some(&b"\0asm"[..]));
}

/// A company's use of the component.
fn used(house: &House, version: i64, active: bool) -> Record {
    Record {
        name: "org.example.it".to_owned(),
        version,
        active,
        data: json!({ "name": "org.example.it", "digest": DIGEST, "mode": "audit", "active": active }),
        by: Some("ada".to_owned()),
        ..record(Kind::Extension, id(), house.company)
    }
}

pub(crate) async fn a_component_that_is_used_stays_and_whatever_is_done_is_noted(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let own = id();
    let used = |version, active| Record { id: own, ..used(&house, version, active) };
    let remove = |store: SharedStore| async move {
        store.remove_component(DIGEST, "bob", minute(9)).await.expect("an answer")
    };
    assert_eq!(remove(twice.one.clone()).await, Removal::Unknown);
    let early = twice.one.insert(&used(1, true), None).await;
    assert!(matches!(early, Err(Error::Missing("component"))), "{early:?}");
    twice.one.keep_component(&component(None), b"\0asm").await.expect("it is kept");
    twice.one.keep_component(&component(None), b"\0asm").await.expect("it is there");
    twice.one.insert(&used(1, true), None).await.expect("it is used");
    assert_eq!(remove(twice.other.clone()).await, Removal::InUse(vec![house.company.into()]));
    twice.one.replace(&used(2, false), 1, None).await.expect("it is switched off");
    assert_eq!(remove(twice.other.clone()).await, Removal::Removed);
    assert_eq!(remove(twice.one.clone()).await, Removal::Gone);
    assert_eq!(twice.one.component_bytes(DIGEST).await.expect("a read"), None);
    let late = twice.one.replace(&used(3, true), 2, None).await;
    assert!(matches!(late, Err(Error::Missing("component"))), "{late:?}");

    let list = |filter: ExtensionChangeFilter, before| {
        let store = twice.other.clone();
        async move { store.extension_changes(&filter, before, 10).await.expect("a list") }
    };
    let all = list(ExtensionChangeFilter::default(), None).await;
    let told: Vec<_> = all.iter().map(|one| (one.what, one.by.as_deref(), one.company.is_some())).collect();
    assert_eq!(
        told,
        [
            (ExtensionAct::Removed, Some("bob"), false),
            (ExtensionAct::Changed, Some("ada"), true),
            (ExtensionAct::Added, Some("ada"), true),
            (ExtensionAct::Installed, Some("somebody"), false)
        ]
    );
    assert_eq!((all[0].changed_at, &all[0].now), (minute(9), &None));
    assert_eq!(all[1].now.as_ref().map(|now| now["active"].clone()), Some(json!(false)));
    let of = ExtensionChangeFilter { company: Some(house.company.into()), ..Default::default() };
    assert_eq!(list(of.clone(), None).await, all[1..3]);
    assert_eq!(list(of, Some(all[1].id)).await, all[2..3]);
    let other = ExtensionChangeFilter { extension: Some("another".to_owned()), ..Default::default() };
    assert_eq!(list(other, None).await, []);
}

pub(crate) async fn a_company_has_one_active_use_of_an_extension(twice: &Twice) {
    let (house, other) = (House::build(&twice.one).await, House::build(&twice.one).await);
    twice.one.keep_component(&component(None), b"\0asm").await.expect("it is kept");
    let (first, second) = (used(&house, 1, true), used(&house, 1, true));
    // Whichever comes first is used, and the other one is refused.
    let (one, two) = tokio::join!(twice.one.insert(&first, None), twice.other.insert(&second, None));
    let (stays, refused, again) = match (one, two) {
        (Ok(()), Err(refused)) => (first, refused, second),
        (Err(refused), Ok(())) => (second, refused, first),
        both => panic!("one of them: {both:?}"),
    };
    assert!(matches!(refused, Error::Exists(ACTIVE_USE)), "{refused:?}");
    twice.one.insert(&used(&other, 1, true), None).await.expect("another company may");
    let idle = Record { active: false, ..again.clone() };
    twice.one.insert(&idle, None).await.expect("one that is not active may be there");
    let on = Record { version: 2, active: true, ..idle };
    let refused = twice.other.replace(&on, 1, None).await;
    assert!(matches!(refused, Err(Error::Exists(ACTIVE_USE))), "{refused:?}");
    twice.one.replace(&Record { version: 2, active: false, ..stays }, 1, None).await.expect("it is ended");
    twice.other.replace(&on, 1, None).await.expect("it takes its place");
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
