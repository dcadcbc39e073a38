//! The pages of people: somebody added by forms alone, what is refused and how, and who may do it.

use uuid::Uuid;

use super::lists::{Place, send};
use super::*;
use crate::model::{AccountId, Grant, Role};

const PASSWORD: &str = "correct horse battery";

/// Somebody who administers everything, logged in, and the account it is.
pub(super) async fn administrator(api: &Api) -> (String, AccountId) {
    let cookie = api.somebody(vec![Grant::everywhere(Role::Administrator)]).await;
    let secret = cookie.split_once('=').unwrap().1;
    let identity = api.app.identify_session(secret).await.unwrap().unwrap();
    (cookie, identity.account().unwrap())
}

/// What a page shows once, in the field that is there to be copied.
pub(super) fn once<'p>(page: &'p Answer, field: &str) -> &'p str {
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert_eq!(page.header("cache-control"), "no-store");
    let start = format!("id=\"{field}\" readonly value=\"");
    page.text
        .split_once(&start)
        .unwrap_or_else(|| panic!("no {field}: {}", page.text))
        .1
        .split('"')
        .next()
        .unwrap()
}

/// The person's page that a page leads to.
fn person(page: &Answer) -> String {
    let id =
        page.text.split("href=\"/accounts/").find_map(|rest| rest.split('"').next()?.parse::<Uuid>().ok());
    format!("/accounts/{}", id.unwrap_or_else(|| panic!("nobody: {}", page.text)))
}

async fn add(api: &Api, cookie: &str, login: &str, more: &[(&str, &str)]) -> Answer {
    let fields = [&[("name", "Kim <b>"), ("login", login)], more].concat();
    send(api, cookie, "/accounts/new", &fields).await
}

#[tokio::test]
async fn a_technician_is_added_sets_a_password_and_sees_their_day() {
    let api = Api::open().await;
    let place = Place::found(&api, "Hafen", json!({})).await;
    let (cookie, _) = administrator(&api).await;
    let provider = place.providers[1].to_string();
    let page = api.page(&cookie, &format!("/setup/{}/people", place.company)).await;
    assert!(page.text.contains(&format!("href=\"/accounts/new?provider={provider}\"")), "{}", page.text);
    let page = api.page(&cookie, &format!("/accounts/new?provider={provider}")).await;
    for text in
        ["name=\"name\" type=\"text\" value=\"P1\"", "value=\"technician\" required checked", "selected>P1"]
    {
        assert!(page.text.contains(text), "{text}: {}", page.text);
    }
    let more = [("role", "technician"), ("provider", provider.as_str())];
    let made = add(&api, &cookie, "Kim@Example.org", &more).await;
    assert!(
        made.text.contains("Kim &#60;b&#62;") && made.text.contains("good once, for a day"),
        "{}",
        made.text
    );
    let link = once(&made, "link").to_owned();
    let (_, path) = link.split_once("/welcome").unwrap();
    let page = person(&made);
    let shown = api.page(&cookie, &page).await;
    for text in [
        "Invited",
        "kim@example.org",
        "Hafen, as P1",
        "kim@example.org was made.",
        "Last logged in</dt><dd>Never",
    ] {
        assert!(shown.text.contains(text), "{text}: {}", shown.text);
    }
    assert!(!shown.text.contains(path.split_once('=').unwrap().1), "the link is shown once");
    assert_eq!(api.page("", &format!("/welcome{path}")).await.status, StatusCode::OK);
    let body = json!({"token": path.split_once('=').unwrap().1, "password": PASSWORD});
    let request = Request::post("/api/v1/welcome").header("content-type", "application/json");
    let entered = api.send(request.body(Body::from(body.to_string())).unwrap()).await;
    let kim = entered.header("set-cookie").split(';').next().unwrap().to_owned();
    assert_eq!(api.page(&kim, "/").await.header("location"), "/today");
    assert_eq!(api.page(&kim, "/accounts").await.status, StatusCode::FORBIDDEN);
    let shown = api.page(&cookie, &page).await;
    assert!(shown.text.contains("badge done") && !shown.text.contains("Link ran out"), "{}", shown.text);
    // Whoever has an account is not given another.
    let people = api.page(&cookie, &format!("/setup/{}/people", place.company)).await;
    assert!(people.text.contains(&format!("href=\"{page}\"")), "{}", people.text);
    for (query, is_found) in [
        ("", true),
        ("?q=KIM", true),
        ("?role=technician&state=on", true),
        ("?q=nobody", false),
        ("?role=accountant", false),
        ("?state=off", false),
    ] {
        let list = api.page(&cookie, &format!("/accounts{query}")).await;
        assert_eq!(list.text.contains(&page), is_found, "{query}: {}", list.text);
    }
    for query in ["?role=king", "?state=x", "?after=x", "?q=%00"] {
        assert_eq!(
            api.page(&cookie, &format!("/accounts{query}")).await.status,
            StatusCode::BAD_REQUEST,
            "{query}"
        );
    }
}

#[tokio::test]
async fn a_form_that_is_refused_comes_back_with_what_was_typed_and_where_it_is_wrong() {
    let api = Api::open().await;
    let place = Place::found(&api, "Hafen", json!({})).await;
    let (cookie, _) = administrator(&api).await;
    let company = place.company.to_string();
    let branch = format!("{company}/{}", place.branches[1]);
    let refused = async |login: &str, more: &[(&str, &str)], texts: &[&str]| {
        let page = add(&api, &cookie, login, more).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{more:?}: {}", page.text);
        for text in ["value=\"Kim &#60;b&#62;\"", &format!("value=\"{login}\"")].iter().chain(texts) {
            assert!(page.text.contains(*text), "{text}: {}", page.text);
        }
        page
    };
    refused("kim", &[], &["must be an e-mail address", "href=\"#role\">Role</a>: has to be chosen"]).await;
    let chosen = "value=\"technician\" required checked";
    refused("k@x.org", &[("role", "technician")], &[chosen, "Whose work they do</a>: has to be chosen"])
        .await;
    refused("k@x.org", &[("role", "front_desk")], &["How far it reaches</a>: has to be chosen"]).await;
    refused("k@x.org", &[("role", "customer"), ("reach", "everywhere")], &["has to be a company"]).await;
    let gone = Uuid::nil().to_string();
    refused("k@x.org", &[("role", "front_desk"), ("reach", &gone)], &["href=\"#reach\"", "has no company"])
        .await;
    refused("k@x.org", &[("role", "technician"), ("provider", &gone)], &["is not there any longer"]).await;

    // A customer is looked for, and chosen of those who are found.
    let ana = place.customer(&api, json!({"name": "Ana Castellano", "email": "ana@x.org"})).await.to_string();
    let sought = |text| [("role", "customer"), ("reach", company.as_str()), ("customer-name", text)];
    refused("k@x.org", &sought("Zoe"), &["finds nobody at this company"]).await;
    refused("k@x.org", &sought("castell"), &["choose one", "Ana Castellano · ana@x.org", "customer-sought"])
        .await;
    let chosen = [&sought("castell")[..], &[("customer", &ana), ("customer-sought", "Ana B")]].concat();
    refused("k@x.org", &chosen, &["choose one"]).await;
    let chosen = [&sought("castell")[..], &[("customer", &ana), ("customer-sought", "castell")]].concat();
    let made = add(&api, &cookie, "k@x.org", &chosen).await;
    let shown = api.page(&cookie, &person(&made)).await;
    assert!(shown.text.contains("Hafen, as Ana Castellano"), "{}", shown.text);

    // An address is one account's, which is a click away.
    let desk = [("role", "front_desk"), ("reach", branch.as_str())];
    let selected = format!("value=\"{branch}\" selected");
    let taken = refused("K@x.org", &desk, &["is another account", &selected]).await;
    assert!(taken.text.contains(&format!("href=\"{}\"", person(&made))), "{}", taken.text);
    let list = api.page(&cookie, "/accounts").await;
    assert_eq!(list.text.matches("scope=\"row\"").count(), 2, "nothing of it was stored: {}", list.text);
    let made = add(&api, &cookie, "l@x.org", &desk).await;
    assert!(api.page(&cookie, &person(&made)).await.text.contains("Hafen, Hafen 1"));
}

#[tokio::test]
async fn what_somebody_may_do_is_changed_on_their_page_and_nothing_unseen() {
    let api = Api::open().await;
    let place = Place::found(&api, "Hafen", json!({})).await;
    let (cookie, own) = administrator(&api).await;
    let company = place.company.to_string();
    let desk = [("role", "front_desk"), ("reach", company.as_str())];
    let page = person(&add(&api, &cookie, "ben@x.org", &desk).await);
    let fields = |version, name, login| [("version", version), ("name", name), ("login", login)];
    let done = send(&api, &cookie, &format!("{page}/edit"), &fields("1", "Ben", "Ben@x.org")).await;
    assert_eq!(done.header("location"), format!("{page}?done=saved"), "{}", done.text);
    let stale = send(&api, &cookie, &format!("{page}/edit"), &fields("1", "Benno", "b@x.org")).await;
    assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);
    for text in ["SL0302", "Somebody else has changed it meanwhile", "value=\"Benno\"", "value=\"b@x.org\""] {
        assert!(stale.text.contains(text), "{text}: {}", stale.text);
    }
    let again = send(&api, &cookie, &format!("{page}/edit"), &fields("2", "Ben", "no address")).await;
    assert!(again.text.contains("must be an e-mail address"), "{}", again.text);

    let roles = format!("{page}/roles");
    let give = [&[("version", "2")], &[("role", "dispatcher"), ("reach", company.as_str())][..]].concat();
    let done = send(&api, &cookie, &roles, &give).await;
    assert_eq!(done.header("location"), format!("{page}?done=role-given"), "{}", done.text);
    let twice = [&[("version", "3")], &desk[..]].concat();
    let twice = send(&api, &cookie, &roles, &twice).await;
    assert!(twice.text.contains("is theirs already"), "{}", twice.text);
    let shown = api.page(&cookie, &page).await;
    assert!(
        shown.text.contains("The role dispatcher was given.") && shown.text.contains("Dispatcher"),
        "{}",
        shown.text
    );
    let key = format!("front_desk|{company}");
    assert!(shown.text.contains(&key), "{}", shown.text);
    let take = |version| [("version", version), ("grant", key.as_str())];
    let stale = send(&api, &cookie, &format!("{roles}/remove"), &take("2")).await;
    assert!(stale.text.contains("SL0302") && stale.text.contains("Dispatcher"), "{}", stale.text);
    let done = send(&api, &cookie, &format!("{roles}/remove"), &take("3")).await;
    assert_eq!(done.header("location"), format!("{page}?done=role-taken"), "{}", done.text);
    let gone = send(&api, &cookie, &format!("{roles}/remove"), &take("4")).await;
    assert!(gone.text.contains("SL0302"), "{}", gone.text);

    // Nobody takes their own rights away, nor is asked to.
    let mine = format!("/accounts/{own}");
    let shown = api.page(&cookie, &mine).await;
    assert!(shown.text.contains("These are your own") && !shown.text.contains("Take away"), "{}", shown.text);
    assert!(!shown.text.contains(&format!("{mine}/off")), "{}", shown.text);
    let off = send(&api, &cookie, &format!("{mine}/off"), &[("version", "1")]).await;
    assert_eq!(off.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(off.text.contains("Roles and access: nobody changes their own"), "{}", off.text);
    let take = [("version", "1"), ("grant", "administrator|")];
    let taken = send(&api, &cookie, &format!("{mine}/roles/remove"), &take).await;
    assert!(taken.text.contains("nobody changes their own"), "{}", taken.text);
    let lacks = send(&api, &cookie, &format!("{page}/off"), &[]).await;
    assert_eq!(lacks.status, StatusCode::BAD_REQUEST, "{}", lacks.text);
}

#[tokio::test]
async fn an_account_is_switched_off_and_on_and_its_sessions_end() {
    let api = Api::open().await;
    let (cookie, _) = administrator(&api).await;
    let ben = api.somebody(vec![Grant::everywhere(Role::FrontDesk)]).await;
    let id = api.app.identify_session(ben.split_once('=').unwrap().1).await.unwrap().unwrap();
    let (page, session) = (format!("/accounts/{}", id.id), id.session.unwrap().1.to_string());
    let shown = api.page(&cookie, &page).await;
    assert!(shown.text.contains(&session) && !shown.text.contains("End all"), "{}", shown.text);
    let ended = send(&api, &cookie, &format!("{page}/sessions"), &[("session", &session)]).await;
    assert_eq!(ended.header("location"), format!("{page}?done=sessions"), "{}", ended.text);
    assert!(api.page(&ben, "/account").await.header("location").starts_with("/log-in"));
    assert!(api.page(&cookie, &page).await.text.contains("They are logged in nowhere."));

    let link = send(&api, &cookie, &format!("{page}/link"), &[]).await;
    assert!(once(&link, "link").contains("/welcome?token=sw_"));
    assert!(link.text.contains("set a new password"), "{}", link.text);
    let asked = api.page(&cookie, &format!("{page}/off")).await;
    assert!(asked.text.contains("Switch off Somebody?"), "{}", asked.text);
    assert!(!api.page(&cookie, &page).await.text.contains("badge cancelled"), "asking changes nothing");
    let off = send(&api, &cookie, &format!("{page}/off"), &[("version", "1")]).await;
    assert_eq!(off.header("location"), format!("{page}?done=off"), "{}", off.text);
    let shown = api.page(&cookie, &page).await;
    for text in ["badge cancelled", "It was switched off.", "Switch on"] {
        assert!(shown.text.contains(text), "{text}: {}", shown.text);
    }
    let path = once(&link, "link").split_once("/welcome").unwrap().1;
    assert_eq!(api.page("", &format!("/welcome{path}")).await.status, StatusCode::GONE);
    let refused = send(&api, &cookie, &format!("{page}/link"), &[]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.text.contains("SL0305") && refused.text.contains("is switched off"), "{}", refused.text);
    api.call("POST", &format!("/api/v1{page}/invitation"), &[], Value::Null).await.is_problem(409, "SL0305");
    let on = send(&api, &cookie, &format!("{page}/on"), &[("version", "2")]).await;
    assert_eq!(on.header("location"), format!("{page}?done=on"), "{}", on.text);
    assert_eq!(send(&api, &cookie, &format!("{page}/forget"), &[]).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn only_who_administers_everything_looks_after_people_and_keys() {
    let api = Api::open().await;
    let place = Place::found(&api, "Hafen", json!({})).await;
    let (cookie, own) = administrator(&api).await;
    assert!(api.page(&cookie, "/account").await.text.contains("href=\"/accounts\""));
    let own = format!("/accounts/{own}");
    let mut grants = vec![place.grant(Role::Administrator, None)];
    let bound = |role| !matches!(role, Role::Administrator | Role::Technician | Role::Customer);
    grants.extend(Role::ALL.into_iter().filter(|role| bound(*role)).map(Grant::everywhere));
    grants.push(Grant { provider: Some(place.providers[0].into()), ..place.grant(Role::Technician, None) });
    for grant in grants {
        let somebody = api.somebody(vec![grant]).await;
        assert!(!api.page(&somebody, "/account").await.text.contains("/accounts"), "{grant:?}");
        for path in ["/accounts", "/accounts/new", "/keys", "/keys/new", &own, &format!("{own}/off")] {
            assert_eq!(api.page(&somebody, path).await.status, StatusCode::FORBIDDEN, "{grant:?} at {path}");
        }
        for path in ["/accounts/new", "/keys/new", &format!("{own}/link"), &format!("{own}/sessions")] {
            let answer = send(&api, &somebody, path, &[("role", "administrator")]).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{grant:?} to {path}: {}", answer.text);
        }
        let setup = api.page(&somebody, &format!("/setup/{}/people", place.company)).await;
        assert!(!setup.text.contains("/accounts"), "{grant:?}: {}", setup.text);
    }
    // A form of ours that lacks the token does nothing, and loses nothing.
    let request = Request::post("/accounts/new")
        .header("cookie", &cookie)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .header("sec-fetch-mode", "navigate");
    let kept = api.send(request.body(Body::from("csrf=old&name=Kim&login=k@x.org")).unwrap()).await;
    assert_eq!(kept.status, StatusCode::FORBIDDEN);
    assert!(kept.text.contains("Send it again") && kept.text.contains("k@x.org"), "{}", kept.text);
    assert!(!api.page(&cookie, "/accounts").await.text.contains("k@x.org"));
}
