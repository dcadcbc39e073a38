//! Logging in, sessions, first administrator, accounts, keys, and customers' links.

use url::form_urlencoded;

use super::*;
use crate::model::{Grant, Role};
use crate::store::conformance::house::House;

const PASSWORD: &str = "correct horse battery";

/// What a browser keeps.
struct Browser {
    cookie: String,
    csrf: String,
}

impl Api {
    async fn post(&self, path: &str, body: Value) -> Answer {
        self.post_from(path, body, &[]).await
    }

    async fn post_from(&self, path: &str, body: Value, headers: &[(&str, &str)]) -> Answer {
        let request = Request::post(path).header("content-type", "application/json");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    async fn in_browser(&self, browser: &Browser, method: &str, path: &str, csrf: Option<&str>) -> Answer {
        let request = Request::builder().method(method).uri(path).header("cookie", &browser.cookie);
        let request =
            csrf.into_iter().fold(request, |request, token| request.header("slotledger-csrf", token));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// The first administrator, logged in.
    async fn first(&self) -> Browser {
        let token = self.app.invite(None, "test").await.unwrap();
        let body = json!({"token": token, "password": PASSWORD, "login": "Ana@Example.org", "name": "Ana"});
        browser(&self.post("/api/v1/welcome", body).await)
    }

    async fn log_in(&self, password: &str) -> Answer {
        self.post("/api/v1/log-in", json!({"login": "ana@example.org", "password": password})).await
    }
}

fn browser(answer: &Answer) -> Browser {
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    let set = answer.header("set-cookie");
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax"), "{set}");
    let csrf = answer.json()["csrf"].as_str().unwrap().to_owned();
    Browser { cookie: set.split(';').next().unwrap().to_owned(), csrf }
}

#[tokio::test]
async fn the_first_link_makes_an_administrator_once() {
    let api = Api::open().await;
    assert!(api.app.is_new().await.unwrap());
    let [one, other] =
        [api.app.invite(None, "test").await.unwrap(), api.app.invite(None, "test").await.unwrap()];
    let body =
        |token: &str| json!({"token": token, "password": PASSWORD, "login": "a@example.org", "name": "A"});
    api.post("/api/v1/welcome", body("sw_forged")).await.is_problem(410, "SL0124");
    let short = json!({"token": one, "password": "short", "login": "a@example.org", "name": "A"});
    api.post("/api/v1/welcome", short).await.is_problem(422, "SL0105");
    let nameless = json!({"token": one, "password": PASSWORD});
    api.post("/api/v1/welcome", nameless).await.is_problem(422, "SL0105");
    let first = browser(&api.post("/api/v1/welcome", body(&one)).await);
    for token in [&one, &other] {
        api.post("/api/v1/welcome", body(token)).await.is_problem(410, "SL0124");
    }
    let who = api.in_browser(&first, "GET", "/api/v1/session", None).await.json();
    assert_eq!(
        (who["login"].as_str(), who["grants"][0]["role"].as_str()),
        (Some("a@example.org"), Some("administrator"))
    );
    assert!(!api.app.is_new().await.unwrap());
}

#[tokio::test]
async fn a_session_reads_and_writes_only_from_our_own_pages() {
    let api = Api::open().await;
    let ana = api.first().await;
    let read = api.in_browser(&ana, "GET", "/api/v1/companies", None).await;
    assert_eq!(read.status, StatusCode::OK, "{}", read.text);
    for csrf in [None, Some("0"), Some("")] {
        api.in_browser(&ana, "DELETE", "/api/v1/session", csrf).await.is_problem(403, "SL0123");
    }
    let request = Request::delete("/api/v1/session")
        .header("cookie", &ana.cookie)
        .header("slotledger-csrf", &ana.csrf)
        .header("sec-fetch-site", "cross-site");
    api.send(request.body(Body::empty()).unwrap()).await.is_problem(403, "SL0123");
    let foreign = [("origin", "https://evil.example"), ("host", "127.0.0.1:7878")];
    let body = json!({"login": "ana@example.org", "password": PASSWORD});
    api.post_from("/api/v1/log-in", body, &foreign).await.is_problem(403, "SL0123");
    let out = api.in_browser(&ana, "DELETE", "/api/v1/session", Some(&ana.csrf)).await;
    assert!(out.status.is_success() && out.header("set-cookie").contains("Max-Age=0"), "{}", out.text);
    api.in_browser(&ana, "GET", "/api/v1/companies", None).await.is_problem(401, "SL0101");
}

#[tokio::test]
async fn sessions_are_listed_and_revoked_one_by_one_and_all() {
    let api = Api::open().await;
    let first = api.first().await;
    let second = browser(&api.log_in(PASSWORD).await);
    let third = browser(&api.log_in(PASSWORD).await);
    let list = api.in_browser(&first, "GET", "/api/v1/sessions", None).await.json();
    assert_eq!(list["items"].as_array().unwrap().len(), 3);
    assert!(!list.to_string().contains("hash"));
    let path = format!("/api/v1/sessions/{}", list["items"][1]["id"].as_str().unwrap());
    assert_eq!(api.in_browser(&first, "DELETE", &path, Some(&first.csrf)).await.status, StatusCode::OK);
    api.in_browser(&second, "GET", "/api/v1/session", None).await.is_problem(401, "SL0101");
    assert_eq!(api.in_browser(&third, "GET", "/api/v1/session", None).await.status, StatusCode::OK);
    api.in_browser(&first, "DELETE", "/api/v1/sessions", Some(&first.csrf)).await;
    for browser in [&first, &third] {
        api.in_browser(browser, "GET", "/api/v1/session", None).await.is_problem(401, "SL0101");
    }
}

#[tokio::test]
async fn whether_an_account_exists_shows_nowhere_and_guessing_is_slowed_down() {
    let api = Api::open().await;
    api.first().await;
    let stranger = json!({"login": "nobody@example.org", "password": PASSWORD});
    let (wrong, unknown) = (api.log_in("wrong").await, api.post("/api/v1/log-in", stranger.clone()).await);
    assert_eq!(wrong.is_problem(401, "SL0121"), unknown.is_problem(401, "SL0121"));
    for _ in 0..4 {
        api.log_in("wrong").await.is_problem(401, "SL0121");
        api.post("/api/v1/log-in", stranger.clone()).await.is_problem(401, "SL0121");
    }
    // From now on even the right password waits, for a stranger as for an account.
    for answer in [api.log_in(PASSWORD).await, api.post("/api/v1/log-in", stranger).await] {
        answer.is_problem(429, "SL0122");
        assert!(
            answer.header("retry-after").parse::<u64>().unwrap() <= 16,
            "{}",
            answer.header("retry-after")
        );
    }
    let events = api.get("/api/v1/account-events").await.json();
    let refused = |event: &&Value| event["name"] == "session.refused";
    assert_eq!(events["items"].as_array().unwrap().iter().filter(refused).count(), 10, "{events}");
}

#[tokio::test]
async fn an_administrator_makes_accounts_and_keys_and_takes_them_away() {
    let api = Api::open().await;
    let house = House::build(&api.store).await;
    let desk = json!([{"role": "front_desk", "company": house.company}]);
    let account = json!({"login": "Ben@example.org", "name": "Ben", "grants": desk});
    let made = api.call("POST", "/api/v1/accounts", &[], account.clone()).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    api.call("POST", "/api/v1/accounts", &[], account.clone()).await.is_problem(422, "SL0105");
    let stranger = json!({"login": "c@example.org", "name": "C", "grants": [{"role": "front_desk", "company": house.branch}]});
    api.call("POST", "/api/v1/accounts", &[], stranger).await.is_problem(422, "SL0105");
    let welcome = json!({"token": made.json()["token"], "password": PASSWORD});
    let ben = browser(&api.post("/api/v1/welcome", welcome).await);
    assert_eq!(api.in_browser(&ben, "GET", "/api/v1/appointments", None).await.status, StatusCode::OK);
    api.in_browser(&ben, "GET", "/api/v1/accounts", None).await.is_problem(403, "SL0119");
    let path = format!("/api/v1/accounts/{}", made.json()["account"]["id"].as_str().unwrap());
    let off = json!({"login": "ben@example.org", "name": "Ben", "grants": desk, "active": false});
    let changed = api.call("PUT", &path, &[("if-match", "\"1\"")], off.clone()).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text);
    api.call("PUT", &path, &[("if-match", "\"1\"")], off).await.is_problem(412, "SL0302");
    api.in_browser(&ben, "GET", "/api/v1/appointments", None).await.is_problem(401, "SL0101");
    let refused = json!({"login": "ben@example.org", "password": PASSWORD});
    api.post("/api/v1/log-in", refused).await.is_problem(401, "SL0121");

    let wanted = json!({"label": "portal", "grants": desk, "scopes": ["openings:read"]});
    let key = api.call("POST", "/api/v1/keys", &[], wanted).await.json();
    let secret = key["secret"].as_str().unwrap().to_owned();
    let list = api.get("/api/v1/keys").await;
    assert!(!list.text.contains(&secret) && !list.text.contains("hash"), "{}", list.text);
    let revoke = format!("/api/v1/keys/{}", key["key"]["id"].as_str().unwrap());
    assert_eq!(api.call("DELETE", &revoke, &[], Value::Null).await.status, StatusCode::OK);
    assert_eq!(api.app.identify_key(&secret).await.unwrap(), None);
    let own = api.app.identify_key(KEY).await.unwrap().unwrap().id;
    api.call("DELETE", &format!("/api/v1/keys/{own}"), &[], Value::Null).await.is_problem(409, "SL0305");
}

#[tokio::test]
async fn nobody_takes_their_own_rights_away() {
    let api = Api::open().await;
    let ana = api.first().await;
    let id = api.in_browser(&ana, "GET", "/api/v1/session", None).await.json()["id"].clone();
    let request = Request::put(format!("/api/v1/accounts/{}", id.as_str().unwrap()))
        .header("cookie", &ana.cookie)
        .header("slotledger-csrf", &ana.csrf)
        .header("content-type", "application/json")
        .header("if-match", "*");
    let body = json!({"login": "ana@example.org", "name": "Ana", "grants": []});
    api.send(request.body(Body::from(body.to_string())).unwrap()).await.is_problem(422, "SL0105");
}

#[tokio::test]
async fn a_changed_password_ends_the_other_sessions() {
    let api = Api::open().await;
    let ana = api.first().await;
    let other = browser(&api.log_in(PASSWORD).await);
    let change = async |old: &str| {
        let request = Request::put("/api/v1/session/password")
            .header("cookie", &ana.cookie)
            .header("slotledger-csrf", &ana.csrf)
            .header("content-type", "application/json");
        let body = json!({"old": old, "new": "another long password"});
        api.send(request.body(Body::from(body.to_string())).unwrap()).await
    };
    change("wrong").await.is_problem(401, "SL0121");
    assert_eq!(change(PASSWORD).await.status, StatusCode::OK);
    api.in_browser(&other, "GET", "/api/v1/session", None).await.is_problem(401, "SL0101");
    assert_eq!(api.in_browser(&ana, "GET", "/api/v1/session", None).await.status, StatusCode::OK);
    api.log_in(PASSWORD).await.is_problem(401, "SL0121");
    browser(&api.log_in("another long password").await);
}

#[tokio::test]
async fn a_password_is_changed_on_the_page_of_the_account_and_other_sessions_end() {
    let api = Api::open().await;
    let ana = api.first().await;
    let other = browser(&api.log_in(PASSWORD).await);
    let change = async |old: &str, new: &str| {
        let request = Request::post("/account/password")
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("cookie", &ana.cookie);
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair("csrf", &ana.csrf).append_pair("old-password", old).append_pair("new-password", new);
        api.send(request.body(Body::from(body.finish())).unwrap()).await
    };
    let wrong = change("not the password", " a new and long one ").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", wrong.text);
    assert!(wrong.text.contains("The present password is not right") && !wrong.text.contains("a new and"));
    let short = change(PASSWORD, "short").await;
    assert!(short.text.contains("must have 12 to 200 characters"), "{}", short.text);
    let done = change(PASSWORD, " a new and long one ").await;
    assert_eq!(done.header("location"), "/account?done=password", "{}", done.text);
    api.in_browser(&other, "GET", "/api/v1/session", None).await.is_problem(401, "SL0101");
    assert_eq!(api.in_browser(&ana, "GET", "/account", None).await.status, StatusCode::OK);
    api.log_in(PASSWORD).await.is_problem(401, "SL0121");
    browser(&api.log_in(" a new and long one ").await);
    let events = api.get("/api/v1/account-events").await.text;
    assert!(events.contains("The password was changed."), "{events}");
}

#[tokio::test]
async fn the_pages_let_in_and_show_nothing_unescaped() {
    let api = Api::open().await;
    let form = async |path: &str, body: String| {
        let request = Request::post(path).header("sec-fetch-site", "same-origin");
        api.send(request.body(Body::from(body)).unwrap()).await
    };
    let get = async |path: &str| api.send(Request::get(path).body(Body::empty()).unwrap()).await;
    let token = api.app.invite(None, "test").await.unwrap();
    let shown = get(&format!("/welcome?token={token}")).await;
    assert!(shown.status == StatusCode::OK && shown.text.contains("first administrator"), "{}", shown.text);
    assert!(shown.header("content-security-policy").contains("default-src 'none'"));
    assert_eq!(get("/welcome?token=sw_x").await.status, StatusCode::GONE);
    let weak = form("/welcome", format!("token={token}&password=x&login=a%40example.org&name=A")).await;
    assert!(weak.text.contains("12 to 200"), "{}", weak.text);
    let body = format!("token={token}&password=correct+horse+battery&login=ana%40example.org&name=Ana");
    assert_eq!(form("/welcome", body).await.status, StatusCode::SEE_OTHER);
    let wrong = form("/log-in", "login=%22%3E%3Cscript%3E&password=x".to_owned()).await;
    assert!(!wrong.text.contains("<script>") && wrong.text.contains("&#60;script&#62;"), "{}", wrong.text);
    let entered = form("/log-in", "login=ana%40example.org&password=correct+horse+battery".to_owned()).await;
    assert_eq!((entered.status, entered.header("location")), (StatusCode::SEE_OTHER, "/"));
    let ana = Browser {
        cookie: entered.header("set-cookie").split(';').next().unwrap().to_owned(),
        csrf: String::new(),
    };
    let page = api.in_browser(&ana, "GET", "/account", None).await;
    assert!(page.text.contains("Administrator <span class=\"hint\">everywhere"), "{}", page.text);
    for (site, body) in [("same-origin", "csrf=0"), ("cross-site", "csrf=0"), ("none", "")] {
        let request = Request::post("/log-out").header("cookie", &ana.cookie).header("sec-fetch-site", site);
        let refused = api.send(request.body(Body::from(body)).unwrap()).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{site}");
        assert!(refused.text.contains("SL0123") && refused.text.contains("<h1>"), "{}", refused.text);
    }
    let foreign =
        Request::post("/log-in").header("sec-fetch-site", "cross-site").body(Body::empty()).unwrap();
    assert!(api.send(foreign).await.text.contains("SL0123"));
}

async fn link(api: &Api, appointment: &str, wanted: Value) -> String {
    let path = format!("/api/v1/appointments/{appointment}/links");
    let made = api.call("POST", &path, &[], wanted).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    made.json()["token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_link_is_for_one_purpose_and_one_state_of_one_appointment() {
    let api = Api::open().await;
    let house = House::build(&api.store).await;
    let held = house.store(&api.store, house.hold(0, 60)).await.unwrap();
    let id = held.id.to_string();
    let token = link(&api, &id, json!({"purpose": "sign"})).await;
    for path in ["accept", "decline", "cancel", "reschedule"] {
        let body = json!({"token": token, "reason": "r", "start": "2030-01-01T09:00:00Z"});
        api.post(&format!("/api/v1/links/{path}"), body).await.is_problem(410, "SL0124");
    }
    for forged in [format!("{token}x"), format!("x{token}"), "a.b".to_owned(), token.replace('.', "")] {
        api.post("/api/v1/links/sign", json!({"token": forged, "name": "Ana"}))
            .await
            .is_problem(410, "SL0124");
    }
    let change = crate::store::conformance::house::next(&held, crate::model::Status::Scheduled);
    house.store(&api.store, change).await.unwrap();
    api.post("/api/v1/links/sign", json!({"token": token, "name": "Ana"})).await.is_problem(409, "SL0125");
    let path = format!("/api/v1/appointments/{id}/links");
    for wrong in [json!({"purpose": "pay"}), json!({"purpose": "sign", "hours": 0}), json!({})] {
        api.call("POST", &path, &[], wrong).await.is_problem(422, "SL0105");
    }
    let fresh = link(&api, &id, json!({"purpose": "sign", "hours": 1})).await;
    let signed = api
        .app
        .use_link(crate::app::Purpose::Sign, crate::app::LinkBody { token: fresh, ..Default::default() });
    assert!(matches!(signed.await, Err(crate::app::Error::Invalid(_))), "a signature needs a name");
}

#[test]
fn whoever_may_make_links_is_staff() {
    for role in Role::ALL {
        let staff = matches!(role, Role::Administrator | Role::Dispatcher | Role::FrontDesk);
        assert_eq!(Grant::everywhere(role).role.may(crate::model::Scope::LinksWrite), staff, "{role:?}");
    }
}
