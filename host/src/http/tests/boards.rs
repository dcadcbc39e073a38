//! The stream of a board: what it tells, what it does not, and when it ends.

use futures::StreamExt as _;
use tokio::sync::watch;
use uuid::Uuid;

use super::*;
use crate::model::{Grant, Role};
use crate::store::conformance::house::{House, next};

type Lines = std::pin::Pin<Box<dyn futures::Stream<Item = String> + Send>>;

impl Api {
    /// The stream of a board, as somebody with this cookie gets it.
    async fn stream(&self, cookie: &str, query: &str, known: Option<i64>) -> (StatusCode, Lines) {
        let request = Request::get(format!("/board/events?{query}")).header("cookie", cookie);
        let request = known.iter().fold(request, |request, known| request.header("last-event-id", *known));
        let answer = self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let status = answer.status();
        let lines = answer.into_body().into_data_stream();
        (status, Box::pin(lines.map(|chunk| String::from_utf8(chunk.unwrap().into()).unwrap())))
    }
}

async fn said(lines: &mut Lines) -> Option<String> {
    tokio::time::timeout(std::time::Duration::from_secs(20), lines.next()).await.expect("it says something")
}

#[tokio::test]
async fn a_board_is_told_of_its_own_alone_and_what_it_missed() {
    let api = Api::open().await;
    let [ours, theirs] = [House::build(&api.store).await, House::build(&api.store).await];
    let (stop, stopped) = watch::channel(false);
    let app = api.app.clone();
    let telling = tokio::spawn(async move { app.tell_boards(stopped).await });
    let grant = Grant { company: Some(ours.company.into()), ..Grant::everywhere(Role::Dispatcher) };
    let cookie = api.somebody(vec![grant]).await;
    let start = api.store.last_entry().await.unwrap();

    let (status, mut lines) = api.stream(&cookie, "", None).await;
    assert_eq!(status, StatusCode::OK);
    assert!(said(&mut lines).await.unwrap().starts_with("retry: "));
    let other = theirs.store(&api.store, theirs.hold(0, 60)).await.unwrap();
    let held = ours.store(&api.store, ours.hold(0, 60)).await.unwrap();
    let line = said(&mut lines).await.unwrap();
    assert!(line.contains("event: change") && line.contains(&held.id.to_string()), "{line}");
    assert!(!line.contains(&held.customer.to_string()) && !line.contains(&other.id.to_string()), "{line}");
    ours.store(&api.store, next(&held, crate::model::Status::Confirmed)).await.unwrap();
    assert!(said(&mut lines).await.unwrap().contains("\"revision\":2"));

    // Whoever comes back is told what changed meanwhile, once for each appointment.
    let (_, mut again) = api.stream(&cookie, "", Some(start)).await;
    let missed = said(&mut again).await.unwrap();
    assert_eq!(missed.matches("event: change").count(), 1, "{missed}");
    assert!(missed.contains(&held.id.to_string()), "{missed}");

    let (status, _) = api.stream(&cookie, &format!("company={}", theirs.company), None).await;
    assert_eq!(status, StatusCode::FORBIDDEN);

    // A host that stops lets its boards go.
    stop.send(true).unwrap();
    assert_eq!(said(&mut lines).await, None);
    telling.await.unwrap();
}

#[tokio::test]
async fn a_technician_hears_nothing_of_others() {
    let api = Api::open().await;
    let house = House::build(&api.store).await;
    let (_stop, stopped) = watch::channel(false);
    let app = api.app.clone();
    tokio::spawn(async move { app.tell_boards(stopped).await });
    let grant = Grant {
        company: Some(house.company.into()),
        provider: Some(house.providers[1].into()),
        ..Grant::everywhere(Role::Technician)
    };
    let cookie = api.somebody(vec![grant]).await;
    let (_, mut lines) = api.stream(&cookie, "", None).await;
    said(&mut lines).await.unwrap();
    house.store(&api.store, house.hold(0, 60)).await.unwrap();
    assert_eq!(said(&mut lines).await.unwrap(), "event: look\ndata: {}\n\n");
}

#[tokio::test]
async fn a_session_that_is_ended_hears_nothing_more() {
    let api = Api::open().await;
    let cookie = api.somebody(vec![Grant::everywhere(Role::Dispatcher)]).await;
    let (_, mut lines) = api.stream(&cookie, "", None).await;
    said(&mut lines).await.unwrap();
    let secret = cookie.split_once('=').unwrap().1;
    let account = api.app.identify_session(secret).await.unwrap().unwrap().account().unwrap();
    api.app.end_sessions(account, None, "a test").await.unwrap();
    assert!(said(&mut lines).await.unwrap().starts_with("event: over"));
    assert_eq!(said(&mut lines).await, None);
}

/// A company with two branches, a provider at each: their identifiers, company, branches and providers.
async fn two_branches(api: &Api) -> (Uuid, [Uuid; 2], [Uuid; 2]) {
    let id = |added: &Answer| added.json()["id"].as_str().unwrap().parse::<Uuid>().unwrap();
    let company = api.company().await["id"].clone();
    let mut branches = [Uuid::nil(); 2];
    let mut providers = [Uuid::nil(); 2];
    for (n, (branch, provider)) in [("North", "Nora"), ("South", "Saul")].into_iter().enumerate() {
        let fields = json!({"company": company, "name": branch, "time_zone": "Europe/Berlin"});
        branches[n] = id(&api.call("POST", "/api/v1/branches", &[], fields).await);
        let fields = json!({"company": company, "name": provider, "branch": branches[n], "shifts": [
            {"weekday": "Mon", "start": "09:00:00", "end": "17:00:00",
             "breaks": [{"start": "12:00:00", "end": "12:30:00"}]}]});
        providers[n] = id(&api.call("POST", "/api/v1/providers", &[], fields).await);
    }
    (company.as_str().unwrap().parse().unwrap(), branches, providers)
}

#[tokio::test]
async fn whoever_is_bound_to_a_branch_sees_its_board_alone() {
    let api = Api::open().await;
    let (company, branches, providers) = two_branches(&api).await;
    let bound = |role| Grant {
        company: Some(company.into()),
        branch: Some(branches[1].into()),
        ..Grant::everywhere(role)
    };
    let cookie = api.somebody(vec![bound(Role::Dispatcher)]).await;
    let monday = "/board?day=2026-11-30";
    let page = api.page(&cookie, monday).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert!(page.text.contains("Saul") && !page.text.contains("Nora"), "{}", page.text);
    assert!(page.text.contains("Break") && page.text.contains("Europe/Berlin (CET)"), "{}", page.text);
    let elsewhere = api.page(&cookie, &format!("{monday}&branch={}", branches[0])).await;
    assert_eq!(elsewhere.status, StatusCode::FORBIDDEN);
    let rows = format!("/board/rows?day=2026-11-30&rows={},{}", providers[0], providers[1]);
    let rows = api.page(&cookie, &rows).await;
    assert!(rows.text.contains("Saul") && !rows.text.contains("Nora"), "{}", rows.text);

    let own = Grant { provider: Some(providers[0].into()), branch: None, ..bound(Role::Technician) };
    let cookie = api.somebody(vec![own]).await;
    let page = api.page(&cookie, &format!("{monday}&span=week")).await;
    assert!(page.text.contains("Nora") && !page.text.contains("Saul"), "{}", page.text);
    assert!(!page.text.contains("data-may-move"), "{}", page.text);
    assert_eq!(api.page(&cookie, "/board/tray").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_board_of_no_day_there_is_is_refused() {
    let api = Api::open().await;
    api.company().await;
    let cookie = api.somebody(vec![Grant::everywhere(Role::Dispatcher)]).await;
    for query in ["day=yesterday", "day=-0001-01-01", "day=9999-12-31", "company=x", "branch=x", "service=x"]
    {
        let answer = api.page(&cookie, &format!("/board?{query}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
    }
    // A company without branches has a board that says so.
    let answer = api.page(&cookie, "/board?span=week").await;
    assert!(answer.text.contains("The company has no branch"), "{}", answer.text);
}
