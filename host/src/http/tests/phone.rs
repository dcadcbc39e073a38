//! A technician's phone: whose jobs it shows, what a form that comes twice does, and what is kept of whoever leaves.

use chrono::{DateTime, TimeDelta, Utc};
use url::form_urlencoded;
use uuid::Uuid;

use super::*;
use crate::http::site;
use crate::model::{Grant, Role};

/// A company with two people, and a job for the first, confirmed. Their clocks show UTC.
pub(super) struct Crew {
    pub(super) api: Api,
    pub(super) company: Uuid,
    pub(super) providers: [Uuid; 2],
    pub(super) job: String,
    pub(super) day: String,
    pub(super) cookie: String,
}

/// A moment on the grid, an hour from now.
fn soon() -> DateTime<Utc> {
    let at = SystemClock.now() + TimeDelta::hours(1);
    DateTime::from_timestamp(at.timestamp() / 300 * 300, 0).unwrap()
}

impl Crew {
    pub(super) async fn gather() -> Self {
        let api = Api::open().await;
        let company = api.company().await["id"].clone();
        let add = async |kind: &str, mut fields: Value| {
            fields["company"] = company.clone();
            let added = api.call("POST", &format!("/api/v1/{kind}"), &[], fields).await;
            assert_eq!(added.status, StatusCode::CREATED, "{}", added.text);
            added.json()["id"].as_str().unwrap().parse::<Uuid>().unwrap()
        };
        let branch = add("branches", json!({"name": "Here", "time_zone": "UTC"})).await;
        let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        let shifts = days.map(|day| json!({"weekday": day, "start": "00:00:00", "end": "00:00:00"}));
        let mut providers = [Uuid::nil(); 2];
        for (n, name) in ["Ada", "Ben"].into_iter().enumerate() {
            providers[n] = add("providers", json!({"name": name, "branch": branch, "shifts": shifts})).await;
        }
        let material = json!([{"item": "FILTER", "quantity": "1", "unit": "Unit", "warehouse": "Van"}]);
        let service = json!({"name": "Heat pump service", "item": "S", "duration_minutes": 60,
            "providers": providers, "consumables": material,
            "prices": [{"description": "Work", "basis": "per_booking", "unit_price": "50"}]});
        let service = add("services", service).await;
        let customer =
            json!({"name": "Mara <b>Lindqvist</b>", "phone": "+49 30 1", "address": "Lindenallee 4"});
        let customer = add("customers", customer).await;
        let start = soon();
        let booking = json!({"service": service, "customer": customer, "provider": providers[0],
            "start": start.to_rfc3339_opts(chrono::SecondsFormat::Secs, true), "notes": "Ring twice."});
        let held = api.call("POST", "/api/v1/appointments", &[], booking).await;
        assert_eq!(held.status, StatusCode::CREATED, "{}", held.text);
        let job = held.json()["id"].as_str().unwrap().to_owned();
        let company = company.as_str().unwrap().parse().unwrap();
        let cookie = api.somebody(vec![technician(company, providers[0])]).await;
        let day = start.date_naive().to_string();
        let crew = Self { api, company, providers, job, day, cookie };
        crew.command("confirm").await;
        crew
    }

    pub(super) async fn command(&self, name: &str) {
        let path = format!("/api/v1/appointments/{}/{name}", self.job);
        let done = self.api.call("POST", &path, &[], json!({"reason": "They are ill"})).await;
        let done = match done.status {
            StatusCode::OK => done,
            _ => self.api.call("POST", &path, &[], json!({})).await,
        };
        assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    }

    pub(super) async fn status(&self) -> (String, u64) {
        let found = self.api.get(&format!("/api/v1/appointments/{}", self.job)).await.json();
        (found["status"].as_str().unwrap().to_owned(), found["revision"].as_u64().unwrap())
    }

    pub(super) async fn page(&self, cookie: &str) -> Answer {
        self.api.page(cookie, &format!("/today?day={}", self.day)).await
    }

    pub(super) async fn send(&self, cookie: &str, act: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = site::token(cookie.split_once('=').unwrap().1);
        let mut body = form_urlencoded::Serializer::new(String::new());
        let body =
            body.append_pair("csrf", &csrf).append_pair("day", &self.day).extend_pairs(fields).finish();
        let request = Request::post(format!("/today/{}/{act}", self.job))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .header("cookie", cookie);
        self.api.send(request.body(Body::from(body)).unwrap()).await
    }
}

fn technician(company: Uuid, provider: Uuid) -> Grant {
    Grant {
        company: Some(company.into()),
        provider: Some(provider.into()),
        ..Grant::everywhere(Role::Technician)
    }
}

/// What is offered in a status on a page: the names of its forms.
fn offered(page: &str, status: &str) -> Vec<String> {
    let group = page.split(&format!("data-when=\"{status}\"")).nth(1).unwrap_or_default();
    // What follows is what can be done in every status.
    let group = group.split("data-when=").next().unwrap().split("data-record").next().unwrap();
    group.split("data-act=\"").skip(1).map(|part| part.split('"').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn somebody_sees_their_own_jobs_and_what_comes_after_what() {
    let crew = Crew::gather().await;
    let page = crew.page(&crew.cookie).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    for text in [
        "Mara &#60;b&#62;Lindqvist",
        "Heat pump service",
        "Ring twice.",
        "href=\"tel:+49301\"",
        "query=Lindenallee+4",
    ] {
        assert!(page.text.contains(text), "{text}: {}", page.text);
    }
    // What the rules say of each status that something on the page leads to.
    assert_eq!(offered(&page.text, "confirmed"), ["depart", "start", "no-show"]);
    assert_eq!(offered(&page.text, "en_route"), ["start", "no-show"]);
    assert_eq!(offered(&page.text, "in_progress"), ["complete", "pause"]);
    assert_eq!(offered(&page.text, "paused"), ["resume"]);
    assert_eq!(offered(&page.text, "completed"), ["sign"]);
    // Nobody can be missed before it begins: it is offered from then on, also without reception.
    let early = page.text.split("data-act=\"no-show\"").next().unwrap().rsplit("<details").next().unwrap();
    assert!(early.starts_with(" hidden data-from=\"20"), "{early}");
    let dispatcher = crew.api.somebody(vec![Grant::everywhere(Role::Dispatcher)]).await;
    let its = crew.api.page(&dispatcher, &format!("/appointments/{}", crew.job)).await;
    assert!(its.text.contains("/start\"") && !its.text.contains("/no-show\""), "{}", its.text);
    assert!(page.text.contains("data-when=\"en_route\" data-said=\"En route\" hidden"), "{}", page.text);
    // Where they begin.
    assert_eq!(crew.api.page(&crew.cookie, "/").await.header("location"), "/today");

    let other = crew.api.somebody(vec![technician(crew.company, crew.providers[1])]).await;
    let theirs = crew.page(&other).await;
    assert!(
        !theirs.text.contains("Lindqvist") && theirs.text.contains("No jobs on this day"),
        "{}",
        theirs.text
    );
    let refused = crew.send(&other, "depart", &[("key", "k"), ("seen", "2")]).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND, "{}", refused.text);
    // Whoever may do more does it elsewhere.
    let dispatcher = crew.api.somebody(vec![Grant::everywhere(Role::Dispatcher)]).await;
    let page = crew.page(&dispatcher).await;
    assert!(page.text.contains("nobody who does the work"), "{}", page.text);
    let refused = crew.send(&dispatcher, "depart", &[("key", "k"), ("seen", "2")]).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND, "{}", refused.text);
    assert_eq!(crew.status().await, ("confirmed".to_owned(), 2));
}

#[tokio::test]
async fn a_form_that_comes_twice_is_done_once() {
    let crew = Crew::gather().await;
    let fields = [("key", "k1"), ("seen", "2")];
    for _ in 0..2 {
        let done = crew.send(&crew.cookie, "depart", &fields).await;
        let to = format!("/today?day={}&done=depart#job-{}", crew.day, crew.job);
        assert_eq!(
            (done.status, done.header("location")),
            (StatusCode::SEE_OTHER, to.as_str()),
            "{}",
            done.text
        );
        assert_eq!(crew.status().await, ("en_route".to_owned(), 3));
    }
    // After others it is still the same answer: it was done.
    crew.command("start").await;
    assert_eq!(crew.send(&crew.cookie, "depart", &fields).await.status, StatusCode::SEE_OTHER);
    assert_eq!(crew.status().await, ("in_progress".to_owned(), 4));
    // The key of one form is none for another, and none is needed by nobody.
    let other = crew.send(&crew.cookie, "pause", &[("key", "k1"), ("seen", "4")]).await;
    assert!(other.status.is_client_error() && other.text.contains("SL0112"), "{}", other.text);
    let none = crew.send(&crew.cookie, "pause", &[("seen", "4")]).await;
    assert_eq!(none.status, StatusCode::BAD_REQUEST);
    assert_eq!(crew.status().await.0, "in_progress");
}

#[tokio::test]
async fn what_changed_meanwhile_is_said_at_the_job() {
    let crew = Crew::gather().await;
    crew.command("cancel").await;
    let refused = crew.send(&crew.cookie, "depart", &[("key", "k1"), ("seen", "2")]).await;
    assert_eq!(refused.status, StatusCode::PRECONDITION_FAILED);
    let card = refused.text.split("data-job=").nth(1).unwrap();
    assert!(card.contains("SL0302") && card.contains("They are ill"), "{}", refused.text);
    let refused = crew.send(&crew.cookie, "depart", &[("key", "k2"), ("seen", "3")]).await;
    assert!(refused.status.is_client_error() && refused.text.contains("SL0241"), "{}", refused.text);
    assert!(offered(&refused.text, "cancelled").is_empty());
}

#[tokio::test]
async fn a_job_is_completed_with_what_was_used_and_signed_for_once() {
    let crew = Crew::gather().await;
    crew.command("start").await;
    let used = [
        ("key", "k1"),
        ("seen", "3"),
        ("rows", "1"),
        ("item0", "FILTER"),
        ("quantity0", "2"),
        ("unit0", "Unit"),
    ];
    let half = crew.send(&crew.cookie, "complete", &used).await;
    assert_eq!(half.status, StatusCode::UNPROCESSABLE_ENTITY, "it lacks a warehouse: {}", half.text);
    let said = half.text.split("role=\"alert\"").nth(1).unwrap().split("</div>").next().unwrap();
    assert!(said.contains("“From” of FILTER must not be empty.") && !said.contains("materials"), "{said}");
    let whole = [&used[..], &[("warehouse0", "Van"), ("name", "Mara"), ("drawing", "M1,1L2,2")]].concat();
    let bad: Vec<_> = whole.iter().map(|(name, text)| (*name, text.replace("M1,1", "url(x)"))).collect();
    let bad: Vec<_> = bad.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let refused = crew.send(&crew.cookie, "complete", &bad).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
    assert_eq!(crew.status().await.0, "in_progress", "nothing is done by halves");
    for _ in 0..2 {
        let done = crew.send(&crew.cookie, "complete", &whole).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    }
    assert_eq!(crew.status().await, ("completed".to_owned(), 4));
    let path = format!("/api/v1/deliveries?appointment={}", crew.job);
    let asked = crew.api.get(&path).await.json()["items"].as_array().unwrap().clone();
    let issue = asked.iter().find(|one| one["kind"] == "stock_issue").unwrap();
    let issue = crew.api.get(&format!("/api/v1/deliveries/{}", issue["id"])).await;
    assert!(issue.text.contains("FILTER") && issue.text.contains("\"2\""), "{}", issue.text);
    let page = crew.page(&crew.cookie).await;
    assert!(
        page.text.contains("<path d=\"M1,1L2,2\"/>") && page.text.contains("Signed by Mara"),
        "{}",
        page.text
    );
    // Staff see it where they look at the visit.
    let desk = crew.api.somebody(vec![Grant::everywhere(Role::FrontDesk)]).await;
    let its = crew.api.page(&desk, &format!("/appointments/{}", crew.job)).await;
    assert!(
        its.text.contains("<path d=\"M1,1L2,2\"/>") && its.text.contains("Signed by Mara"),
        "{}",
        its.text
    );
    let again = crew.send(&crew.cookie, "sign", &[("name", "Mara"), ("drawing", "M1,1L2,2")]).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.text);
    let other = crew.send(&crew.cookie, "sign", &[("name", "Somebody")]).await;
    assert!(other.status == StatusCode::CONFLICT && other.text.contains("SL0129"), "{}", other.text);
}

#[tokio::test]
async fn what_was_moved_says_so_and_leads_to_nothing_of_somebody_elses() {
    let crew = Crew::gather().await;
    let its = format!("/appointments/{}", crew.job);
    let start = crew.api.get(&format!("/api/v1{its}")).await.json()["start"].clone();
    let wanted = json!({"start": start, "provider": crew.providers[1], "reason": "Ada is ill"});
    let moved = crew.api.call("POST", &format!("/api/v1{its}/reschedule"), &[], wanted).await;
    assert_eq!(moved.status, StatusCode::OK, "{}", moved.text);
    let old = crew.api.get(&format!("/api/v1{its}")).await.json();
    let new = format!("/appointments/{}", old["successor"].as_str().unwrap());
    let page = crew.page(&crew.cookie).await;
    assert!(
        page.text.contains(">Moved</span>") && page.text.contains("which is a colleague’s"),
        "{}",
        page.text
    );
    let desk = crew.api.somebody(vec![Grant::everywhere(Role::Dispatcher)]).await;
    for (cookie, may) in [(&crew.cookie, false), (&desk, true)] {
        for path in ["/appointments?status=cancelled", its.as_str()] {
            let page = crew.api.page(cookie, path).await;
            assert!(page.text.contains(">Moved</span>"), "{path}: {}", page.text);
            assert_eq!(page.text.contains(&format!("href=\"{new}\"")), may, "{path}: {}", page.text);
        }
    }
    // A form for what it takes no more is not shown, nor what was done to it before.
    let late = crew.api.page(&desk, &format!("{its}?do=cancel&done=held")).await;
    assert!(late.text.contains("That is not possible as it stands now."), "{}", late.text);
    assert!(
        !late.text.contains("name=\"reason\"") && !late.text.contains("class=\"flash\""),
        "{}",
        late.text
    );
}

#[tokio::test]
async fn a_phone_installs_it_and_forgets_it() {
    let crew = Crew::gather().await;
    let page = crew.page(&crew.cookie).await;
    assert!(page.header("content-security-policy").contains("manifest-src 'self'"));
    assert_eq!(page.text.matches(" data-fresh ").count(), 1);
    let path = page.text.split("rel=\"manifest\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let manifest = crew.api.page("", path).await;
    assert_eq!(manifest.header("content-type"), "application/manifest+json");
    let manifest = manifest.json();
    assert_eq!(manifest["start_url"], "/today");
    let icon = crew.api.page("", manifest["icons"][0]["src"].as_str().unwrap()).await;
    assert_eq!((icon.status, icon.header("content-type")), (StatusCode::OK, "image/svg+xml"));
    let worker = crew.api.page("", "/worker.js").await;
    assert_eq!((worker.status, worker.header("cache-control")), (StatusCode::OK, "no-cache"));
    assert!(worker.header("content-security-policy").contains("default-src 'none'"));

    let csrf = site::token(crew.cookie.split_once('=').unwrap().1);
    let request = Request::post("/log-out")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .header("cookie", &crew.cookie);
    let out = crew.api.send(request.body(Body::from(format!("csrf={csrf}"))).unwrap()).await;
    assert_eq!(out.header("clear-site-data"), "\"storage\"");
    assert_eq!(
        crew.page(&crew.cookie).await.header("location"),
        format!("/log-in?to=%2Ftoday%3Fday%3D{}", crew.day)
    );
}

#[tokio::test]
async fn a_day_that_there_is_not_is_refused() {
    let crew = Crew::gather().await;
    for day in ["tomorrow", "-0001-01-01", "9999-12-31"] {
        let answer = crew.api.page(&crew.cookie, &format!("/today?day={day}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{day}");
    }
}
