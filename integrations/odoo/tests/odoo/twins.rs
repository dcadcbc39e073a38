//! Two documents with one key, as somebody makes them who duplicates one and gives it its reference back.

use serde_json::{Value, json};
use slotledger_erp::{
    Administration, Body, Class, Connector, CreditNote, Failure, Key, OrderCancellation, Posting, Reason,
    State,
};
use slotledger_odoo_server::Edition;

use crate::support::{
    connect, only, post_all,
    postings::{Appointment, visit},
    prepared,
    rpc::Administrator,
};

/// Duplicates a record, with these values.
async fn duplicate(admin: &Administrator, model: &str, id: &str, values: Value) -> i64 {
    let id: i64 = id.parse().unwrap();
    let copied = admin.call(model, "copy", &[id], json!({"default": values})).await;
    copied.as_i64().or_else(|| copied[0].as_i64()).unwrap_or_else(|| panic!("no copy: {copied}"))
}

/// What counters a document that was told apart.
fn counter(of: &Posting, apart: &Key) -> Posting {
    let (key, reason) = (Key::parse(&format!("{apart}/counter")).unwrap(), "made twice".to_owned());
    let body = if let Body::SalesOrder(_) = &of.body {
        Body::OrderCancellation(OrderCancellation { order: apart.clone(), reason })
    } else {
        assert!(matches!(of.body, Body::SalesInvoice(_)), "{of:?}");
        Body::CreditNote(CreditNote { invoice: apart.clone(), reason })
    };
    Posting { key, body, ..of.clone() }
}

async fn told_apart(edition: Edition) {
    let Some(server) = prepared(edition).await else { return };
    let (books, admin) = (connect(&server), Administrator::of(&server));
    let appointment = Appointment("twins".into());
    let postings = [appointment.order(visit()), appointment.invoice(visit())];
    let firsts = post_all(&books, &postings).await.unwrap();

    for ((posting, first), (model, field, button)) in postings
        .iter()
        .zip(&firsts)
        .zip([("sale.order", "client_order_ref", "action_confirm"), ("account.move", "ref", "action_post")])
    {
        let twin = duplicate(&admin, model, &first.reference, json!({field: posting.key})).await;
        admin.call(model, button, &[twin], json!({})).await;
        assert_eq!(books.find_by_key(posting).await.unwrap().len(), 2, "{model}");
        let apart = posting.key.surplus(&twin.to_string()).unwrap();
        let mut states = Vec::new();
        for _ in 0..2 {
            states.push(books.set_apart(posting, &twin.to_string()).await.unwrap());
            assert_eq!(only(&books, posting).await, *first, "{model}: the first one stays");
        }
        assert_eq!(states, [first.state, first.state]);
        let counter = counter(posting, &apart);
        let made = books.post(&counter).await.unwrap();
        assert!(!made.adopted, "{model}");
        assert_eq!(made.document.total, first.total, "{model}");
        assert!(books.post(&counter).await.unwrap().adopted, "{model}");
        assert_eq!(only(&books, posting).await, *first, "{model}: nothing has touched it");
    }
    assert_eq!(books.find_by_key(&appointment.credit()).await.unwrap(), [], "nobody credited the first one");

    let draft =
        duplicate(&admin, "account.move", &firsts[1].reference, json!({"ref": postings[1].key})).await;
    assert_eq!(books.set_apart(&postings[1], &draft.to_string()).await, Ok(State::Cancelled));
    let stranger = Posting { key: appointment.key("stranger"), ..appointment.order(visit()) };
    for (reference, reason) in
        [(firsts[0].reference.as_str(), Reason::Conflict), ("none", Reason::MissingDocument)]
    {
        let failure: Failure = books.set_apart(&stranger, reference).await.unwrap_err();
        assert!(
            matches!(failure.class, Class::Refused { reason: why, .. } if why == reason),
            "{reference}: {failure:?}"
        );
    }
}

#[tokio::test]
async fn a_twin_is_told_apart_and_countered_in_odoo_19() {
    told_apart(Edition::Nineteen).await;
}

#[tokio::test]
async fn a_twin_is_told_apart_and_countered_in_odoo_14() {
    told_apart(Edition::Fourteen).await;
}
