//! Customers added and changed on pages, and where that says their visits are.

use super::lists::{Place, send};
use super::*;
use crate::model::Role;

#[tokio::test]
async fn a_customer_is_added_with_an_address_changed_and_visited_there() {
    let api = Api::open().await;
    let place = Place::found(&api, "Here", json!({})).await;
    let cookie = api.somebody(vec![place.grant(Role::FrontDesk, None)]).await;
    let company = place.company.to_string();
    let fields =
        [("company", company.as_str()), ("name", "Mara"), ("address", "Lindenallee 4\r\n10115 Berlin")];
    let added = send(&api, &cookie, "/book/customer", &fields).await;
    let (_, rest) = added.header("location").split_once("customer=").expect("added");
    let customer = rest.split('&').next().unwrap().to_owned();
    let book = api
        .page(&cookie, &format!("/book?company={company}&customer={customer}&service={}", place.service))
        .await;
    assert!(book.text.contains("Where, if not at Lindenallee 4, 10115 Berlin"), "{}", book.text);

    let edit = format!("/customers/{customer}/edit");
    assert!(api.page(&cookie, &format!("/customers/{customer}")).await.text.contains(&edit));
    let page = api.page(&cookie, &edit).await;
    assert!(
        page.text.contains("Lindenallee 4\n10115 Berlin")
            || page.text.contains("Lindenallee 4\r\n10115 Berlin"),
        "{}",
        page.text
    );
    let typed = |email, version| {
        [
            ("version", version),
            ("name", "Mara <b>"),
            ("email", email),
            ("address", "Seestr. 1"),
            ("active", "yes"),
        ]
    };
    let refused = send(&api, &cookie, &edit, &typed("mara", "1")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
    for text in ["SL0105", "value=\"mara\"", "Mara &#60;b&#62;", "Seestr. 1"] {
        assert!(refused.text.contains(text), "{text}: {}", refused.text);
    }
    let done = send(&api, &cookie, &edit, &typed("mara@example.org", "1")).await;
    assert_eq!(done.header("location"), format!("/customers/{customer}?done=saved"), "{}", done.text);
    let overtaken = send(&api, &cookie, &edit, &typed("other@example.org", "1")).await;
    assert!(overtaken.text.contains("SL0302"), "{}", overtaken.text);

    // A visit is at the customer's address, unless it is said to be elsewhere.
    let (visit, _) = place.visit(&api, customer.parse().unwrap(), 30, 0, false).await;
    let page = api.page(&cookie, &format!("/appointments/{visit}")).await;
    assert!(page.text.contains("<dt>Location</dt><dd>Seestr. 1</dd>"), "{}", page.text);
    assert!(page.text.contains("<dt>Branch</dt><dd>Here 0</dd>"), "{}", page.text);
    let whoever = place.customer(&api, json!({"name": "Ben"})).await;
    let (visit, _) = place.visit(&api, whoever, 30, 1, false).await;
    let page = api.page(&cookie, &format!("/appointments/{visit}")).await;
    assert!(page.text.contains("<dt>Location</dt><dd>Here 1</dd>"), "{}", page.text);
    let away = json!({"service": place.service, "customer": customer, "branch": place.branches[0],
        "start": opening(&api, &place, 90).await, "location": "Yard 5\nGate 2"});
    let away = api.call("POST", "/api/v1/appointments", &[], away).await;
    assert_eq!(away.status, StatusCode::CREATED, "{}", away.text);
    // Lists and the file say the same of all of them.
    let cell = |place: &str| format!("<td data-label=\"Location\">{place}</td>");
    let list = api.page(&cookie, "/appointments").await.text;
    for place in ["Seestr. 1", "Here 1", "Yard 5, Gate 2"] {
        assert!(list.contains(&cell(place)), "{place}: {list}");
    }
    assert!(!list.contains(&cell("Here 0")), "{list}");
    let theirs = api.page(&cookie, &format!("/customers/{customer}")).await.text;
    assert!(theirs.contains(&cell("Seestr. 1")), "{theirs}");
    let file = api.page(&cookie, "/appointments.csv").await.text;
    for place in ["\"Seestr. 1\"", "\"Here 1\"", "\"Yard 5, Gate 2\""] {
        assert!(file.contains(place), "{place}: {file}");
    }
    // Whoever only reads changes nobody.
    let accountant = api.somebody(vec![place.grant(Role::Accountant, None)]).await;
    assert!(!api.page(&accountant, &format!("/customers/{customer}")).await.text.contains(&edit));
    assert_eq!(api.page(&accountant, &edit).await.status, StatusCode::FORBIDDEN);
}

/// A start that is free for some service, the nth of them by the hour.
async fn opening(api: &Api, place: &Place, nth: usize) -> String {
    let openings = format!("/api/v1/openings?service={}&step_minutes=60&limit=100", place.service);
    let openings = api.get(&openings).await.json();
    openings["openings"][nth]["start"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_second_hold_for_a_customer_is_asked_about_first() {
    let api = Api::open().await;
    let place = Place::found(&api, "Here", json!({})).await;
    let ana = place.customer(&api, json!({"name": "Ana"})).await.to_string();
    let cookie = api.somebody(vec![place.grant(Role::FrontDesk, None)]).await;
    let (company, service) = (place.company.to_string(), place.service.to_string());
    let [first, later] = [opening(&api, &place, 4).await, opening(&api, &place, 40).await];
    let hold = async |key: &str, start: &str, again: &str| {
        let fields = [
            ("company", company.as_str()),
            ("customer", &ana),
            ("service", &service),
            ("key", key),
            ("start", start),
            ("notes", "Ring twice"),
            ("again", again),
        ];
        send(&api, &cookie, "/book/hold", &fields).await
    };
    let held = hold("k1", &first, "").await;
    assert!(held.header("location").ends_with("?done=held"), "{}", held.text);
    // The same form again is the same hold; another one is asked about, and holds nothing.
    assert_eq!(hold("k1", &first, "").await.header("location"), held.header("location"));
    for start in [&first, &later] {
        let asked = hold("k2", start, "").await;
        assert_eq!(asked.status, StatusCode::CONFLICT, "{}", asked.text);
        for text in ["something for this customer already", "Ring twice", "name=\"again\""] {
            assert!(asked.text.contains(text), "{text}: {}", asked.text);
        }
    }
    let list = format!("/api/v1/appointments?customer={ana}");
    assert_eq!(api.get(&list).await.json()["items"].as_array().unwrap().len(), 1);
    let meant = hold("k3", &later, "yes").await;
    assert!(meant.header("location").ends_with("?done=held"), "{}", meant.text);
    // Once it is firm, only a visit at the same time is asked about.
    for one in api.get(&list).await.json()["items"].as_array().unwrap() {
        let path = format!("/api/v1/appointments/{}/confirm", one["id"].as_str().unwrap());
        assert_eq!(api.call("POST", &path, &[], Value::Null).await.status, StatusCode::OK);
    }
    assert_eq!(hold("k4", &first, "").await.status, StatusCode::CONFLICT);
    let elsewhen = opening(&api, &place, 20).await;
    let other = hold("k5", &elsewhen, "").await;
    assert!(other.header("location").ends_with("?done=held"), "{}", other.text);
}
