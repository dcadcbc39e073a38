//! What people do about deliveries: try again, skip, adopt, edit.

use slotledger_erp::Document;

use super::Twice;
use super::house::{House, act, document, mend, minute, retry};
use super::outbox::{again, claim, done, finish, keys, parked};
use crate::model::{CodeKind, DeliveryState, MappedCode, Repair};
use crate::store::{Error, Mend};

pub(crate) async fn a_parked_delivery_is_retried_by_hand(twice: &Twice) {
    let house = House::build(&twice.one).await;
    house.ask(&twice.one, 0, &[("a/1/order", &[])]).await;
    let claimed = claim(&twice.one, "r", 1).await.remove(0);
    assert!(finish(&twice.one, claimed.id, "r", &parked(), 2).await);
    assert!(claim(&twice.other, "r", 1000).await.is_empty(), "nobody tries it by himself");
    let before = twice.other.delivery(claimed.id).await.expect("a read").expect("kept");
    assert_eq!((before.state, before.finished_at), (DeliveryState::Parked, Some(minute(2))));
    let retried = retry(&*twice.other, claimed.id, 1001).await.expect("parked");
    assert_eq!((retried.state, retried.next_attempt_at), (DeliveryState::Pending, minute(1001)));
    assert_eq!((retried.finished_at, &retried.failure, retried.repairs), (None, &before.failure, 1));
    assert_eq!(claim(&twice.one, "r", 1001).await.len(), 1);
}

pub(crate) async fn only_what_waits_is_retried(twice: &Twice) {
    let house = House::build(&twice.one).await;
    house.ask(&twice.one, 0, &[("a/1/order", &[])]).await;
    let claimed = claim(&twice.one, "r", 1).await.remove(0);
    let leased = retry(&*twice.other, claimed.id, 2).await;
    assert!(matches!(leased, Err(Error::Stale("delivery"))), "{leased:?}");
    assert!(finish(&twice.one, claimed.id, "r", &again(60), 2).await);
    let waiting = retry(&*twice.other, claimed.id, 3).await.expect("it waits");
    assert_eq!(waiting.next_attempt_at, minute(3));
    let claimed = claim(&twice.one, "r", 3).await.remove(0);
    assert!(finish(&twice.one, claimed.id, "r", &done(&claimed), 4).await);
    let over = retry(&*twice.other, claimed.id, 5).await;
    assert!(matches!(over, Err(Error::Stale("delivery"))), "{over:?}");
    let unknown = retry(&*twice.other, -1, 5).await;
    assert!(matches!(unknown, Err(Error::Missing("delivery"))), "{unknown:?}");
}

pub(crate) async fn a_delivery_is_skipped_and_what_comes_after_it_goes_on(twice: &Twice) {
    let house = House::build(&twice.one).await;
    house.ask(&twice.one, 0, &[("a/1/order", &[]), ("a/1/invoice", &["a/1/order"])]).await;
    let order = claim(&twice.one, "r", 1).await[0].id;
    let early = mend(&*twice.one, order, &Mend::Skip, 2).await;
    assert!(matches!(early, Err(Error::Stale("delivery"))), "it is on its way: {early:?}");
    assert!(finish(&twice.one, order, "r", &parked(), 2).await);
    assert!(claim(&twice.one, "r", 3).await.is_empty());
    let skipped = mend(&*twice.other, order, &Mend::Skip, 4).await.expect("it is parked");
    assert_eq!((skipped.state, skipped.finished_at), (DeliveryState::Skipped, Some(minute(4))));
    assert_eq!(keys(&claim(&twice.one, "r", 5).await), ["a/1/invoice"]);
    let again = mend(&*twice.one, order, &Mend::Retry, 6).await;
    assert!(matches!(again, Err(Error::Stale("delivery"))), "{again:?}");
    let expected = Repair { number: 1, ..act(&Mend::Skip, 4) };
    assert_eq!(twice.other.repairs(order).await.expect("a list"), [expected]);
}

pub(crate) async fn codes_change_with_the_delivery_or_not_at_all(twice: &Twice) {
    let house = House::build(&twice.one).await;
    house.ask(&twice.one, 0, &[("a/1/order", &[])]).await;
    let order = claim(&twice.one, "r", 1).await[0].id;
    // The mapping is the connection's, whoever else uses it.
    let connection = format!("books of {}", house.company);
    let code = MappedCode {
        kind: CodeKind::Item,
        code: "S".to_owned(),
        theirs: Some("T".to_owned()),
        note: String::new(),
        by: "desk".to_owned(),
        at: minute(2),
    };
    let edit = Mend::Edit { connection: connection.clone(), codes: vec![code.clone()] };
    let early = mend(&*twice.one, order, &edit, 2).await;
    assert!(matches!(early, Err(Error::Stale("delivery"))), "it is on its way: {early:?}");
    assert_eq!(twice.other.mapped_codes(&connection).await.expect("a list"), []);
    assert!(finish(&twice.one, order, "r", &parked(), 2).await);
    let edited = mend(&*twice.other, order, &edit, 3).await.expect("it is parked");
    assert_eq!((edited.state, edited.repairs), (DeliveryState::Pending, 1));
    assert_eq!(twice.one.mapped_codes(&connection).await.expect("a list"), [code]);
}

pub(crate) async fn a_document_is_adopted_and_made_again(twice: &Twice) {
    let house = House::build(&twice.one).await;
    house.ask(&twice.one, 0, &[("a/1/order", &[]), ("a/1/invoice", &["a/1/order"])]).await;
    let order = claim(&twice.one, "r", 1).await[0].id;
    assert!(finish(&twice.one, order, "r", &parked(), 2).await);
    let adopt = Mend::Adopt(Box::new(document("a/1/order")));
    let adopted = mend(&*twice.other, order, &adopt, 3).await.expect("it is parked");
    assert_eq!((adopted.state, adopted.adopted, adopted.repairs), (DeliveryState::Done, true, 1));
    assert_eq!((adopted.document, adopted.failure), (Some(document("a/1/order")), None));
    let again = mend(&*twice.one, order, &Mend::Retry, 4).await;
    assert!(matches!(again, Err(Error::Stale("delivery"))), "{again:?}");

    let resent = mend(&*twice.one, order, &Mend::Resend, 5).await.expect("it is done");
    assert_eq!((resent.state, resent.document, resent.adopted), (DeliveryState::Pending, None, false));
    let claimed = claim(&twice.other, "r", 6).await;
    assert_eq!(keys(&claimed), ["a/1/order"], "what comes after it waits again");
    assert_eq!(claimed[0].attempts, 2);
    assert!(finish(&twice.one, order, "r", &done(&claimed[0]), 7).await);
    assert_eq!(keys(&claim(&twice.one, "r", 8).await), ["a/1/invoice"]);
    let numbers = twice.other.repairs(order).await.expect("a list");
    assert_eq!(numbers.iter().map(|repair| repair.number).collect::<Vec<_>>(), [1, 2]);
    let moved = Mend::Adopt(Box::new(Document { number: "SO-8".to_owned(), ..document("a/1/order") }));
    let moved = mend(&*twice.one, order, &moved, 9).await.expect("it is done");
    assert_eq!(moved.document.expect("one").number, "SO-8");
}
