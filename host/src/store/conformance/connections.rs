//! What is known of the ERPs that documents go to.

use rust_decimal::Decimal;
use slotledger_erp::{Record, RecordKind, SystemInfo};

use super::Twice;
use super::house::minute;
use crate::model::{Circuit, CircuitState, CodeKind, Known, MappedCode};
use crate::store::SharedStore;

pub(crate) async fn what_answered_and_what_is_left_alone_is_known(twice: &Twice) {
    let system = SystemInfo {
        product: "Tryton".to_owned(),
        version: "8.2".to_owned(),
        company: "A shop".to_owned(),
        currency: "EUR".to_owned(),
    };
    let open = Circuit {
        connection: "tryton".to_owned(),
        state: CircuitState::Open,
        since: minute(1),
        until: Some(minute(2)),
        message: Some("Connection refused.".to_owned()),
    };
    twice.one.note_circuit(&open).await.expect("a write");
    let known = || async { twice.other.known_connections().await.expect("a list") };
    let mut expected = Known { name: "tryton".to_owned(), system: None, circuit: Some(open.clone()) };
    assert_eq!(known().await, [expected.clone()]);
    twice.other.note_system("tryton", &system, minute(3)).await.expect("a write");
    expected.system = Some((system.clone(), minute(3)));
    assert_eq!(known().await, [expected.clone()]);
    let closed =
        Circuit { state: CircuitState::Closed, since: minute(4), until: None, message: None, ..open };
    twice.one.note_circuit(&closed).await.expect("a write");
    expected.circuit = Some(closed);
    twice.one.note_system("ledger", &system, minute(5)).await.expect("a write");
    let ledger = Known { name: "ledger".to_owned(), system: Some((system, minute(5))), circuit: None };
    assert_eq!(known().await, [ledger, expected]);
}

/// Something of all there is, for tests of other things.
pub(crate) async fn known(store: &SharedStore) {
    let code = mapped(CodeKind::Item, "COOL", Some("SRV-1"), 0);
    store.map_codes("x", &[code]).await.expect("a write");
    store
        .keep_imported("x", RecordKind::Item, &[record("SRV-1", Some("49.90"))], minute(0))
        .await
        .expect("a write");
    let state = CircuitState::Open;
    let (until, message) = (Some(minute(1)), Some("Connection refused.".to_owned()));
    let circuit = Circuit { connection: "x".to_owned(), state, since: minute(0), until, message };
    store.note_circuit(&circuit).await.expect("a write");
}

fn mapped(kind: CodeKind, code: &str, theirs: Option<&str>, minutes: i64) -> MappedCode {
    MappedCode {
        kind,
        code: code.to_owned(),
        theirs: theirs.map(str::to_owned),
        note: "They call it so.".to_owned(),
        by: "desk".to_owned(),
        at: minute(minutes),
    }
}

pub(crate) async fn the_newest_mapping_of_a_code_holds(twice: &Twice) {
    let first = [mapped(CodeKind::Item, "B", Some("b"), 0), mapped(CodeKind::Item, "A", Some("a"), 0)];
    assert_eq!(twice.one.mapping_version("x").await.expect("a number"), 0);
    twice.one.map_codes("x", &first).await.expect("a write");
    let version = twice.other.mapping_version("x").await.expect("a number");
    let second = [
        mapped(CodeKind::Item, "A", Some("aa"), 1),
        mapped(CodeKind::Item, "B", None, 1),
        mapped(CodeKind::Customer, "A", Some("c"), 1),
    ];
    twice.other.map_codes("x", &second).await.expect("a write");
    twice.other.map_codes("y", &first).await.expect("a write");
    assert!(twice.one.mapping_version("x").await.expect("a number") > version);
    let holds = twice.one.mapped_codes("x").await.expect("a list");
    assert_eq!(holds, [second[2].clone(), second[0].clone()], "by kind and code");
}

fn record(code: &str, price: Option<&str>) -> Record {
    Record {
        code: code.to_owned(),
        name: format!("The {code}"),
        unit: Some("Unit".to_owned()),
        stocked: price.is_none(),
        price: price.map(|price| price.parse::<Decimal>().expect("a number")),
        active: true,
    }
}

pub(crate) async fn imported_records_are_replaced_and_forgotten(twice: &Twice) {
    let (one, item) = (&twice.one, RecordKind::Item);
    let first = [record("A", Some("49.9000")), record("B", None), record("C", None)];
    one.keep_imported("x", item, &first, minute(0)).await.expect("a write");
    one.keep_imported("x", RecordKind::Customer, &first[..1], minute(0)).await.expect("a write");
    let second = [record("A", Some("50")), Record { active: false, ..record("C", None) }];
    twice.other.keep_imported("x", item, &second, minute(1)).await.expect("a write");
    assert_eq!(twice.other.forget_imported("x", item, minute(1)).await.expect("a write"), 1);
    let found = one.imported("x", item, "", 10).await.expect("a list");
    assert_eq!(found.iter().map(|found| found.record.clone()).collect::<Vec<_>>(), second);
    assert_eq!((found[0].kind, found[0].at), (item, minute(1)));
    assert_eq!(one.imported("x", item, "A", 10).await.expect("a list").len(), 1);
    assert_eq!(one.imported("x", RecordKind::Customer, "", 10).await.expect("a list").len(), 1);
    let codes = ["C", "D"].map(str::to_owned);
    let among = twice.other.imported_among("x", item, &codes).await.expect("a list");
    assert_eq!(among.len(), 1);
    assert!(twice.other.imported_among("x", item, &[]).await.expect("a list").is_empty());
}
