//! Installed components, and what they are told of a customer.

use serde_json::json;

use super::Twice;
use super::house::{House, cancel, minute, next};
use crate::model::Status;
use crate::model::extension::{Component, Said};
use crate::store::{CustomerHistory, SharedStore};

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
