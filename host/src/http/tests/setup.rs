//! The pages of setting up: who reaches them, what comes back of a form that is refused.

use axum::http::StatusCode;
use url::form_urlencoded;

use super::*;
use crate::http::site;
use crate::model::{Grant, Role};

const KEY: (&str, &str) = ("key", "fk_0123456789");

fn administrator(company: Option<&Value>) -> Grant {
    let company = company.map(|id| id.as_str().unwrap().parse::<uuid::Uuid>().unwrap().into());
    Grant { role: Role::Administrator, company, branch: None, provider: None, customer: None }
}

impl Api {
    async fn form(&self, cookie: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = site::token(cookie.split_once('=').unwrap().1);
        let mut body = form_urlencoded::Serializer::new(String::new());
        let body = body.append_pair("csrf", &csrf).extend_pairs(fields).finish();
        let request = Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .header("cookie", cookie);
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// A company made by the first step; the path of its pages.
    async fn found(&self, cookie: &str) -> String {
        let answer = self.form(cookie, "/setup/company", &FOUNDING).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        let to = answer.header("location");
        assert!(to.ends_with("/services?done=company"), "{to}");
        to.trim_end_matches("/services?done=company").to_owned()
    }
}

const FOUNDING: [(&str, &str); 9] = [
    KEY,
    ("name", "Praxis"),
    ("currency", "eur"),
    ("time_zone", "America/New York"),
    ("branch", "Main"),
    ("address", ""),
    ("mon-on", "yes"),
    ("mon-from", "08:00"),
    ("mon-to", "16:30"),
];

#[tokio::test]
async fn books_that_fit_have_their_tick_once_nothing_before_them_is_missing() {
    let api = Api::with_books().await;
    let cookie = api.somebody(vec![administrator(None)]).await;
    let tick = |pages: &str| format!("<li class=\"done\"><a href=\"{pages}/books\">Books</a></li>");
    let new = api.found(&cookie).await;
    let page = api.page(&cookie, &format!("{new}/services")).await.text;
    assert!(!page.contains(&tick(&new)), "{page}");
    let complete = super::lists::Place::found(&api, "Complete", json!({})).await.company;
    let complete = format!("/setup/{complete}");
    let page = api.page(&cookie, &format!("{complete}/services")).await.text;
    assert!(page.contains(&tick(&complete)), "{page}");
}

#[tokio::test]
async fn whoever_comes_first_is_led_through_all_steps() {
    let api = Api::open().await;
    let cookie = api.somebody(vec![administrator(None)]).await;
    assert_eq!(api.page(&cookie, "/").await.header("location"), "/setup");
    let first = api.page(&cookie, "/setup").await;
    assert!(first.text.contains("Set up your company") && first.text.contains("America/New_York"));
    let pages = api.found(&cookie).await;
    assert_eq!(api.found(&cookie).await, pages, "sent twice");
    assert_eq!(api.page(&cookie, &pages).await.header("location"), format!("{pages}/services"));
    let page = api.page(&cookie, &format!("{pages}/services?template=advisory&done=company")).await;
    assert!(page.text.contains("Introductory call") && page.text.contains("The company is there."));
    let fields = [
        KEY,
        ("template", "advisory"),
        ("tick-1", "yes"),
        ("name-1", "First call"),
        ("minutes-1", "25"),
        ("price-1", "12,50"),
        ("item-1", "CALL"),
        ("count-meeting-room", "0"),
    ];
    let answer = api.form(&cookie, &format!("{pages}/services"), &fields).await;
    assert_eq!(answer.header("location"), format!("{pages}/people?done=services"), "{}", answer.text);
    let services = api.get("/api/v1/services").await.json();
    let service = &services["items"][0];
    assert_eq!(
        (&service["name"], &service["prices"][0]["unit_price"]),
        (&json!("First call"), &json!("12.50"))
    );
    // Most people work when the branch is open.
    let page = api.page(&cookie, &format!("{pages}/people")).await;
    let checked = page.text.matches("-on\" value=\"yes\" checked").count();
    assert!(checked == 1 && page.text.contains("name=\"mon-to\" value=\"16:30\""), "{}", page.text);
    let offers = format!("offers-{}", service["id"].as_str().unwrap());
    let fields = [
        KEY,
        ("name", "Kim"),
        (&offers, "yes"),
        ("tue-on", "yes"),
        ("tue-from", "09:00"),
        ("tue-to", "12:00"),
    ];
    let answer = api.form(&cookie, &format!("{pages}/people"), &fields).await;
    assert_eq!(answer.header("location"), format!("{pages}/people?done=person"), "{}", answer.text);
    let page = api.page(&cookie, &format!("{pages}/people")).await;
    assert!(page.text.contains("Tue 09:00–12:00"), "{}", page.text);
    // This host has no books, so these are what is missing.
    assert_eq!(api.page(&cookie, &pages).await.header("location"), format!("{pages}/books"));
    let page = api.page(&cookie, &format!("{pages}/books")).await;
    assert!(page.text.contains("[erp.ledger-eur]") && page.text.contains("password_env"), "{}", page.text);
    let page = api.page(&cookie, &format!("{pages}/done")).await;
    assert!(page.text.contains("Praxis is not ready yet"), "{}", page.text);
    let answer = api.form(&cookie, &format!("{pages}/portal"), &[]).await;
    assert_eq!(answer.header("location"), format!("{pages}/done?done=portal"));
    assert!(api.page(&cookie, "/setup").await.text.contains("Lacks books"));
}

#[tokio::test]
async fn a_form_that_is_refused_comes_back_with_what_was_typed() {
    let api = Api::open().await;
    let cookie = api.somebody(vec![administrator(None)]).await;
    let fields = [
        KEY,
        ("name", "<b>Praxis</b>"),
        ("currency", "EURO"),
        ("time_zone", "Nowhere/City"),
        ("mon-on", "yes"),
        ("mon-from", "8"),
        ("mon-to", "16:30"),
    ];
    let answer = api.form(&cookie, "/setup/company", &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for said in [
        "&#60;b&#62;Praxis",
        "value=\"EURO\"",
        "value=\"Nowhere/City\"",
        "<a href=\"#mon-from\">Monday</a>: needs two times",
        "<a href=\"#branch\">Name of the branch</a>: must not be empty",
        "id=\"branch-wrong\"",
        KEY.1,
    ] {
        assert!(answer.text.contains(said), "{said}: {}", answer.text);
    }
    let pages = api.found(&cookie).await;
    let fields = [
        KEY,
        ("template", "clinic"),
        ("tick-2", "yes"),
        ("price-2", "cheap"),
        ("minutes-2", "1.5"),
        ("count-room", "x"),
    ];
    let answer = api.form(&cookie, &format!("{pages}/services"), &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for said in [
        "value=\"cheap\"",
        "price-2-wrong",
        "minutes-2-wrong",
        "count-room-wrong",
        ">Price of ",
        ">Treatment room</a>",
    ] {
        assert!(answer.text.contains(said), "{said}: {}", answer.text);
    }
    assert_eq!(api.get("/api/v1/services").await.json()["items"], json!([]));
    for fields in [
        &[("template", "clinic")][..],
        &[("key", "a\0b\0c\0d\0e"), ("template", "clinic")],
        &[KEY, ("template", "x")],
    ] {
        let answer = api.form(&cookie, &format!("{pages}/services"), fields).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{fields:?}");
    }
}

#[tokio::test]
async fn who_works_for_one_company_sets_up_no_other() {
    let api = Api::open().await;
    let (own, other) = (api.company().await["id"].clone(), api.company().await["id"].clone());
    let cookie = api.somebody(vec![administrator(Some(&own))]).await;
    let (own, other) = (own.as_str().unwrap(), other.as_str().unwrap());
    let list = api.page(&cookie, "/setup").await;
    assert!(list.text.contains(own) && !list.text.contains(other), "{}", list.text);
    assert!(!list.text.contains("/setup/company"));
    assert_eq!(api.page(&cookie, "/setup/company").await.status, StatusCode::FORBIDDEN);
    for page in ["", "/company", "/services", "/people", "/books", "/done", "/settings"] {
        let answer = api.page(&cookie, &format!("/setup/{other}{page}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{page}");
        let answer = api.page(&cookie, &format!("/setup/{own}{page}")).await;
        assert!(answer.status.is_success() || answer.status.is_redirection(), "{page}: {}", answer.text);
    }
    let fields = [KEY, ("erp", "ledger")];
    assert_eq!(
        api.form(&cookie, &format!("/setup/{other}/books"), &fields).await.status,
        StatusCode::NOT_FOUND
    );
    let fields = [("company", own), ("connection", "ledger")];
    assert_eq!(api.form(&cookie, "/setup/connection", &fields).await.status, StatusCode::FORBIDDEN);
    // Not without the token of the session either.
    let request = Request::post(format!("/setup/{own}/portal")).header("sec-fetch-site", "same-origin");
    let answer = api.send(request.header("cookie", &cookie).body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_sample_is_removed_by_whoever_may_make_companies_and_nothing_else_is() {
    let api = Api::open().await;
    let company = api.company().await["id"].clone();
    let pages = format!("/setup/{}", company.as_str().unwrap());
    let remove = format!("{pages}/remove");
    let own = api.somebody(vec![administrator(Some(&company))]).await;
    assert_eq!(api.page(&own, &remove).await.status, StatusCode::FORBIDDEN);
    assert_eq!(api.form(&own, &remove, &[]).await.status, StatusCode::FORBIDDEN);
    let all = api.somebody(vec![administrator(None)]).await;
    // The company's books are not configured here; neither is it a sample.
    let answer = api.form(&all, &remove, &[]).await;
    assert!(answer.status.is_server_error() || answer.status == StatusCode::CONFLICT, "{}", answer.text);
    let answer = api.form(&all, "/setup/sample", &[]).await;
    assert!(answer.status == StatusCode::CONFLICT && answer.text.contains("SL0136"), "{}", answer.text);
    assert!(!api.page(&all, "/setup").await.text.contains("sample company"));
}

/// The form of a service, with what is ticked in it.
fn terms<'t>(
    service: &'t str,
    price: &'t str,
    more: &[(&'static str, &'static str)],
) -> Vec<(&'t str, &'t str)> {
    let own = [
        ("service", service),
        ("version", "1"),
        ("name", "Long visit"),
        ("duration_minutes", "90"),
        ("price", price),
        ("deposit_percent", "12,5"),
    ];
    own.into_iter().chain(more.iter().copied()).collect()
}

#[tokio::test]
async fn a_company_and_its_services_are_changed_by_whoever_saw_them_last() {
    let api = Api::open().await;
    let company = api.company().await["id"].clone();
    let cookie = api.somebody(vec![administrator(Some(&company))]).await;
    let pages = format!("/setup/{}", company.as_str().unwrap());
    let settings = format!("{pages}/settings");
    let fields = |minutes, version| {
        [
            ("version", version),
            ("name", "Praxis"),
            ("hold_minutes", minutes),
            ("open", "yes"),
            ("payment", "To <DE02>, within the hour."),
            ("greeting", ""),
        ]
    };
    for (minutes, said) in [("soon", "must be a whole number"), ("0", "hold_minutes-wrong")] {
        let refused = api.form(&cookie, &settings, &fields(minutes, "1")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
        for text in [said, "To &#60;DE02&#62;, within", &format!("value=\"{minutes}\"")] {
            assert!(refused.text.contains(text), "{text}: {}", refused.text);
        }
    }
    let done = api.form(&cookie, &settings, &fields("90", "1")).await;
    assert_eq!(done.header("location"), format!("{settings}?done=saved"), "{}", done.text);
    let stands = api.get(&format!("/api/v1/companies/{}", company.as_str().unwrap())).await.json();
    assert_eq!(
        (&stands["hold_minutes"], &stands["portal"]["open"], &stands["portal"]["payment"]),
        (&json!(90), &json!(true), &json!("To <DE02>, within the hour."))
    );
    let overtaken = api.form(&cookie, &settings, &fields("30", "1")).await;
    assert!(
        overtaken.text.contains("SL0302") && overtaken.text.contains("value=\"30\""),
        "{}",
        overtaken.text
    );
    let closed = [("version", "2"), ("name", "Praxis"), ("hold_minutes", "90")];
    assert_eq!(api.form(&cookie, &settings, &closed).await.status, StatusCode::SEE_OTHER);
    let portal = format!("/portal/{}", company.as_str().unwrap());
    assert_eq!(api.page(&cookie, &portal).await.status, StatusCode::NOT_FOUND);

    let service = json!({"company": company, "name": "Visit", "item": "V", "duration_minutes": 60,
        "prices": [{"description": "Visit", "basis": "per_booking", "unit_price": "50"}]});
    let finer = json!({"company": company, "name": "Class", "item": "C", "duration_minutes": 60});
    let add = async |fields: &Value| {
        let added = api.call("POST", "/api/v1/services", &[], fields.clone()).await.json();
        added["id"].as_str().unwrap().to_owned()
    };
    let (visit, class) = (add(&service).await, add(&finer).await);
    let page = api.page(&cookie, &format!("{pages}/service?service={visit}")).await;
    assert!(page.text.contains("value=\"50\"") && page.text.contains("in EUR"), "{}", page.text);
    let path = format!("{pages}/service");
    let refused = api.form(&cookie, &path, &terms(&visit, "much", &[])).await;
    assert!(
        refused.text.contains("price-wrong") && refused.text.contains("value=\"much\""),
        "{}",
        refused.text
    );
    let done = api.form(&cookie, &path, &terms(&visit, "65,50", &[])).await;
    assert_eq!(done.header("location"), format!("{settings}?done=saved"), "{}", done.text);
    let stands = api.get(&format!("/api/v1/services/{visit}")).await.json();
    assert_eq!((&stands["active"], &stands["deposit_percent"]), (&json!(false), &json!("12.5")));
    assert_eq!(
        (&stands["prices"][0]["description"], &stands["prices"][0]["unit_price"]),
        (&json!("Long visit"), &json!("65.50"))
    );
    assert!(api.page(&cookie, &settings).await.text.contains("Withdrawn"));
    let done = api.form(&cookie, &path, &terms(&class, "", &[("finer", "yes"), ("active", "yes")])).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    assert_eq!(api.get(&format!("/api/v1/services/{class}")).await.json()["prices"], json!([]));
    // What is not the company's is not there.
    let other = api.company().await["id"].clone();
    let theirs = add(&json!({"company": other, "name": "Theirs", "item": "T", "duration_minutes": 60})).await;
    for answer in [
        api.page(&cookie, &format!("{path}?service={theirs}")).await,
        api.form(&cookie, &path, &terms(&theirs, "1", &[])).await,
    ] {
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}", answer.text);
        assert!(!answer.text.contains("Theirs"), "{}", answer.text);
    }
}
