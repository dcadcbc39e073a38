//! Goods that come into the built-in books, as the page takes them.

use super::lists::{Place, send};
use super::*;
use crate::model::Role;

/// The form of the page, sent under this key with these fields in the place of the usual ones.
async fn receive(api: &Api, cookie: &str, company: &str, key: &str, changed: &[(&str, &str)]) -> Answer {
    let usual = [
        ("item", "MAT-FILTER"),
        ("name", "Filter cartridge"),
        ("quantity", "2,5"),
        ("unit", "Unit"),
        ("unit_cost", "7.50"),
        ("warehouse", "Van <1>"),
        ("reference", "DN-4711"),
        ("date", "2026-03-09"),
    ];
    let told =
        |(name, text)| changed.iter().find(|(changed, _)| *changed == name).copied().unwrap_or((name, text));
    let fields: Vec<_> = [("company", company), ("key", key)].into_iter().chain(usual.map(told)).collect();
    send(api, cookie, "/books/stock", &fields).await
}

#[tokio::test]
async fn goods_are_received_once_and_stand_in_the_journal() {
    let api = Api::with_books().await;
    let place = Place::found(&api, "Here", json!({})).await;
    let company = place.company.to_string();
    let cookie = api.somebody(vec![place.grant(Role::Accountant, None)]).await;
    let empty = api.page(&cookie, "/books/stock").await;
    for text in ["Nothing has come in yet.", "name=\"reference\"", "name=\"key\""] {
        assert!(empty.text.contains(text), "{text}: {}", empty.text);
    }
    for _ in 0..2 {
        let done = receive(&api, &cookie, &company, "fk_one-form", &[]).await;
        let to = format!("/books/stock?company={company}&done=received");
        assert_eq!(done.header("location"), to, "{}", done.text);
    }
    let page = api.page(&cookie, "/books/stock?done=received").await;
    for text in ["The goods are in stock", "Van &#60;1&#62;", ">2.5<", ">18.75<", "Filter cartridge"] {
        assert!(page.text.contains(text), "{text}: {}", page.text);
    }
    let journal = api.page(&cookie, "/books/journal?from=2026-03-01&to=2026-03-31").await;
    assert_eq!(journal.text.matches("Filter cartridge, DN-4711").count(), 1, "{}", journal.text);
    // The same form with something else in it is no repetition.
    let other = receive(&api, &cookie, &company, "fk_one-form", &[("quantity", "3")]).await;
    assert!(other.text.contains("SL0112"), "{}", other.text);
    // A second delivery of what is known needs neither its name nor its unit.
    let more = [("name", ""), ("unit", ""), ("quantity", "1")];
    let done = receive(&api, &cookie, &company, "fk_other-form", &more).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    assert!(api.page(&cookie, "/books/stock").await.text.contains(">3.5<"));
}

#[tokio::test]
async fn what_cannot_be_received_is_said_at_its_field() {
    let api = Api::with_books().await;
    let place = Place::found(&api, "Here", json!({})).await;
    let company = place.company.to_string();
    let cookie = api.somebody(vec![place.grant(Role::Administrator, None)]).await;
    receive(&api, &cookie, &company, "fk_the-first", &[]).await;
    for (field, typed, said) in [
        ("item", "", "must not be empty"),
        ("quantity", "some", "must be a number, such as 12.5"),
        ("quantity", "0", "must be more than 0"),
        ("unit_cost", "", "must be a number, such as 12.5"),
        ("unit", "Box", "MAT-FILTER is kept in Unit, not in Box"),
        ("warehouse", "", "must not be empty"),
        ("date", "tomorrow", "must be a day"),
    ] {
        let refused = receive(&api, &cookie, &company, "fk_the-second", &[(field, typed)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}: {}", refused.text);
        let beside = refused.text.split(&format!("id=\"{field}-wrong\">")).nth(1).unwrap_or_default();
        assert!(beside.starts_with(said), "{field}: {}", refused.text);
        assert!(refused.text.contains("value=\"DN-4711\""), "nothing typed is lost: {}", refused.text);
    }
    let nothing = receive(&api, &cookie, &company, "fk_the-second", &[("item", "OIL"), ("unit", "")]).await;
    assert!(nothing.text.contains("OIL has no unit of measure"), "{}", nothing.text);
    for role in [Role::FrontDesk, Role::Dispatcher] {
        let cookie = api.somebody(vec![place.grant(role, None)]).await;
        assert_eq!(api.page(&cookie, "/books/stock").await.status, StatusCode::FORBIDDEN, "{role:?}");
        let refused = receive(&api, &cookie, &company, "fk_the-third", &[]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{role:?}");
    }
}
