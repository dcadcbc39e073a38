//! Whose turn a delivery is.

use super::Twice;
use super::house::{House, mend, next, retry, wanted};
use super::outbox::{again, claim, done, finish, keys, parked};
use crate::model::{Delivery, Status};
use crate::store::{Error, Mend, SharedStore};

/// Claims what is due and carries it all out.
async fn deliver(store: &SharedStore, now: i64) -> Vec<Delivery> {
    let claimed = claim(store, "r", now).await;
    for delivery in &claimed {
        assert!(finish(store, delivery.id, "r", &done(delivery), now).await);
    }
    claimed
}

/// Claims the one delivery that is due and parks it.
async fn park(store: &SharedStore, key: &str, now: i64) -> i64 {
    let claimed = claim(store, "r", now).await;
    assert_eq!(keys(&claimed), [key]);
    assert!(finish(store, claimed[0].id, "r", &parked(), now).await);
    claimed[0].id
}

pub(crate) async fn deliveries_of_an_appointment_go_in_order(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let booked = house.ask(&twice.one, 0, &[("a/1/order", &[])]).await;
    let mut confirm = next(&booked, Status::Confirmed);
    confirm.deliveries = vec![wanted("a/2/invoice", &["a/1/order"]), wanted("a/2/stock", &[])];
    house.store(&twice.other, confirm).await.expect("revision 1");
    for (now, expected) in [(1, "a/1/order"), (2, "a/2/invoice"), (3, "a/2/stock")] {
        let claimed = claim(&twice.one, "r", now).await;
        assert_eq!(keys(&claimed), [expected], "one at a time, in order");
        assert!(claim(&twice.other, "s", now).await.is_empty());
        assert!(finish(&twice.other, claimed[0].id, "r", &done(&claimed[0]), now).await);
    }
    assert!(claim(&twice.one, "r", 4).await.is_empty());
}

pub(crate) async fn a_failing_delivery_holds_up_its_own_appointment_only(twice: &Twice) {
    let house = House::build(&twice.one).await;
    house.ask(&twice.one, 0, &[("a/1/order", &[]), ("a/1/stock", &[])]).await;
    house.ask(&twice.one, 20, &[("b/1/order", &[]), ("b/1/stock", &[])]).await;
    let claimed = claim(&twice.one, "r", 1).await;
    assert_eq!(keys(&claimed), ["a/1/order", "b/1/order"]);
    assert!(finish(&twice.one, claimed[0].id, "r", &again(60), 1).await);
    assert!(finish(&twice.one, claimed[1].id, "r", &done(&claimed[1]), 1).await);
    assert_eq!(keys(&deliver(&twice.other, 2).await), ["b/1/stock"]);
    assert!(claim(&twice.other, "r", 59).await.is_empty());
    assert_eq!(keys(&deliver(&twice.other, 60).await), ["a/1/order"]);
    assert_eq!(keys(&deliver(&twice.one, 60).await), ["a/1/stock"]);
}

pub(crate) async fn what_comes_after_a_parked_delivery_waits(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let documents: &[(&str, &[&str])] =
        &[("a/1/stock", &[]), ("a/1/invoice", &[]), ("a/1/return", &["a/1/stock", "a/1/invoice"])];
    house.ask(&twice.one, 0, documents).await;
    let stock = park(&twice.one, "a/1/stock", 1).await;
    assert_eq!(
        keys(&deliver(&twice.other, 2).await),
        ["a/1/invoice"],
        "it does not come after the parked one"
    );
    assert!(claim(&twice.other, "r", 3).await.is_empty());
    retry(&*twice.other, stock, 4).await.expect("parked");
    assert_eq!(keys(&deliver(&twice.one, 4).await), ["a/1/stock"]);
    assert_eq!(keys(&deliver(&twice.other, 4).await), ["a/1/return"]);
}

pub(crate) async fn what_comes_after_another_appointments_delivery_waits(twice: &Twice) {
    let house = House::build(&twice.one).await;
    house.ask(&twice.one, 0, &[("a/1/order", &[]), ("a/1/invoice", &[])]).await;
    house.ask(&twice.one, 20, &[("b/1/order", &["a/1/invoice"])]).await;
    assert_eq!(keys(&deliver(&twice.one, 1).await), ["a/1/order"]);
    assert_eq!(keys(&deliver(&twice.other, 2).await), ["a/1/invoice"]);
    assert_eq!(keys(&deliver(&twice.one, 3).await), ["b/1/order"]);
    house.ask(&twice.one, 40, &[("c/1/order", &["a/1/invoice"])]).await;
    assert_eq!(keys(&deliver(&twice.one, 4).await), ["c/1/order"], "what is done already holds up nothing");
}

pub(crate) async fn what_waits_for_a_parked_delivery_holds_up_nobody_else(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let asked: [(&str, &[&str]); 5] = [
        ("a/1/stock", &[]),
        ("a/2/return", &["a/1/stock"]),
        ("a/2/recount", &["a/2/return"]),
        ("a/2/reversal", &[]),
        ("a/3/order", &[]),
    ];
    house.ask(&twice.one, 0, &asked).await;
    let stock = park(&twice.one, "a/1/stock", 1).await;
    assert_eq!(keys(&deliver(&twice.other, 2).await), ["a/2/reversal"]);
    assert_eq!(keys(&deliver(&twice.one, 3).await), ["a/3/order"]);
    assert!(claim(&twice.other, "r", 4).await.is_empty());
    retry(&*twice.one, stock, 5).await.expect("parked");
    for (minute, key) in [(5, "a/1/stock"), (6, "a/2/return"), (7, "a/2/recount")] {
        assert_eq!(keys(&deliver(&twice.other, minute).await), [key]);
    }
}

pub(crate) async fn a_prerequisite_that_nobody_asked_for_is_refused(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let mut change = house.hold(0, 60);
    // The invoice would wait for what stands behind it in line, and so for ever.
    change.deliveries = vec![wanted("a/1/invoice", &["a/1/order"]), wanted("a/1/order", &[])];
    let refused = house.store(&twice.one, change).await;
    assert!(matches!(refused, Err(Error::Missing(_))), "{refused:?}");
}

pub(crate) async fn a_retried_delivery_goes_before_the_later_ones(twice: &Twice) {
    let house = House::build(&twice.one).await;
    house.ask(&twice.one, 0, &[("a/1/stock", &[]), ("a/1/invoice", &[]), ("a/1/commission", &[])]).await;
    let stock = park(&twice.one, "a/1/stock", 1).await;
    retry(&*twice.other, stock, 2).await.expect("parked");
    for expected in ["a/1/stock", "a/1/invoice", "a/1/commission"] {
        assert_eq!(keys(&deliver(&twice.other, 2).await), [expected]);
    }
}

pub(crate) async fn a_retried_delivery_waits_for_the_one_in_hand(twice: &Twice) {
    let house = House::build(&twice.one).await;
    house.ask(&twice.one, 0, &[("a/1/stock", &[]), ("a/1/invoice", &[])]).await;
    let stock = park(&twice.one, "a/1/stock", 1).await;
    let invoice = claim(&twice.one, "r", 2).await;
    assert_eq!(keys(&invoice), ["a/1/invoice"]);
    retry(&*twice.other, stock, 3).await.expect("parked");
    assert!(claim(&twice.other, "s", 3).await.is_empty(), "one delivery of an appointment at a time");
    assert_eq!(twice.other.next_delivery_at(&[]).await.expect("a read"), invoice[0].lease_until);
    // The relay that held the invoice is gone: the order holds again.
    assert_eq!(keys(&deliver(&twice.other, 20).await), ["a/1/stock"]);
    assert_eq!(keys(&deliver(&twice.other, 20).await), ["a/1/invoice"]);
}

/// Puts a delivery that was done back in line.
async fn resend(store: &SharedStore, id: i64, now: i64) {
    mend(&**store, id, &Mend::Resend, now).await.expect("it is done");
}

pub(crate) async fn what_is_made_again_holds_up_other_appointments_too(twice: &Twice) {
    let house = House::build(&twice.one).await;
    house.ask(&twice.one, 0, &[("a/1/order", &[])]).await;
    let order = deliver(&twice.one, 1).await.remove(0);
    house.ask(&twice.one, 20, &[("b/1/amend", &["a/1/order"]), ("b/1/stock", &[])]).await;
    house.ask(&twice.other, 40, &[("c/1/stock", &[])]).await;
    resend(&twice.other, order.id, 2).await;
    let first = claim(&twice.one, "r", 2).await;
    assert_eq!(keys(&first), ["a/1/order", "c/1/stock"], "who builds on it waits, nobody else");
    for delivery in &first {
        assert!(finish(&twice.one, delivery.id, "r", &done(delivery), 3).await);
    }
    assert_eq!(keys(&deliver(&twice.other, 3).await), ["b/1/amend"]);
    assert_eq!(keys(&deliver(&twice.other, 3).await), ["b/1/stock"]);
}

pub(crate) async fn whatever_is_made_again_is_made_in_order(twice: &Twice) {
    let house = House::build(&twice.one).await;
    house.ask(&twice.one, 0, &[("a/1/order", &[]), ("a/1/invoice", &["a/1/order"])]).await;
    house.ask(&twice.one, 20, &[("b/1/note", &["a/1/invoice"])]).await;
    let mut all = Vec::new();
    for now in 1..=3 {
        all.extend(deliver(&twice.one, now).await);
    }
    // In whatever order a person goes through them.
    for delivery in all.iter().rev() {
        resend(&twice.other, delivery.id, 4).await;
    }
    for expected in ["a/1/order", "a/1/invoice", "b/1/note"] {
        assert_eq!(keys(&deliver(&twice.one, 5).await), [expected]);
    }
    for delivery in &all {
        resend(&twice.one, delivery.id, 6).await;
    }
    for expected in ["a/1/order", "a/1/invoice", "b/1/note"] {
        assert_eq!(keys(&deliver(&twice.other, 7).await), [expected]);
    }
}

pub(crate) async fn what_was_parked_or_in_hand_waits_for_what_is_made_again(twice: &Twice) {
    let house = House::build(&twice.one).await;
    house.ask(&twice.one, 0, &[("a/1/order", &[])]).await;
    let order = deliver(&twice.one, 1).await.remove(0);
    house.ask(&twice.one, 20, &[("b/1/note", &["a/1/order"])]).await;
    let parked = park(&twice.one, "b/1/note", 2).await;
    house.ask(&twice.one, 40, &[("c/1/note", &["a/1/order"])]).await;
    let in_hand = claim(&twice.other, "r", 3).await.remove(0);
    resend(&twice.one, order.id, 4).await;
    retry(&*twice.other, parked, 5).await.expect("parked");
    assert!(finish(&twice.other, in_hand.id, "r", &again(5), 5).await);
    assert_eq!(keys(&deliver(&twice.one, 6).await), ["a/1/order"]);
    assert_eq!(keys(&deliver(&twice.other, 7).await), ["b/1/note", "c/1/note"]);
    // One that is in hand until the document stands again.
    house.ask(&twice.one, 60, &[("d/1/note", &["a/1/order"])]).await;
    let in_hand = claim(&twice.one, "r", 8).await.remove(0);
    resend(&twice.other, order.id, 8).await;
    assert_eq!(keys(&deliver(&twice.other, 9).await), ["a/1/order"]);
    assert!(finish(&twice.one, in_hand.id, "r", &again(10), 10).await);
    assert_eq!(keys(&deliver(&twice.one, 10).await), ["d/1/note"]);
}
