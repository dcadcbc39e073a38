//! The pages: who may open which, what they let through, and where they send people.

use uuid::Uuid;

use super::*;
use crate::http::gate::{About, Pin};
use crate::http::web;
use crate::model::{Grant, Role};

const PASSWORD: &str = "correct horse battery";

impl Api {
    /// Somebody with these grants, logged in: their cookie.
    pub(super) async fn somebody(&self, grants: Vec<Grant>) -> String {
        let login = format!("{}@example.org", SystemClock.new_id());
        let body = json!({"login": login, "name": "Somebody", "grants": grants});
        let token = self.call("POST", "/api/v1/accounts", &[], body).await.json()["token"].clone();
        let body = json!({"token": token, "password": PASSWORD});
        let set = self.call("POST", "/api/v1/welcome", &[], body).await.header("set-cookie").to_owned();
        set.split(';').next().unwrap().to_owned()
    }

    pub(super) async fn page(&self, cookie: &str, path: &str) -> Answer {
        self.send(Request::get(path).header("cookie", cookie).body(Body::empty()).unwrap()).await
    }
}

/// A company with whatever grants name, made as administrators make it.
struct Ground {
    company: Value,
    provider: Value,
    customer: Value,
}

impl Ground {
    async fn lay(api: &Api) -> Self {
        let company = api.company().await["id"].clone();
        let add = async |kind: &str, fields: Value| {
            let added = api.call("POST", &format!("/api/v1/{kind}"), &[], fields).await;
            assert_eq!(added.status, StatusCode::CREATED, "{}", added.text);
            added.json()["id"].clone()
        };
        let branch = json!({"company": company, "name": "Here", "time_zone": "UTC"});
        let branch = add("branches", branch).await;
        let provider = add("providers", json!({"company": company, "name": "Sam", "branch": branch})).await;
        let customer = add("customers", json!({"company": company, "name": "Ana"})).await;
        Self { company, provider, customer }
    }

    fn grant(&self, role: Role) -> Grant {
        let id = |value: &Value| value.as_str().unwrap().parse::<Uuid>().unwrap();
        Grant {
            role,
            company: Some(id(&self.company).into()),
            branch: None,
            provider: (role == Role::Technician).then(|| id(&self.provider).into()),
            customer: (role == Role::Customer).then(|| id(&self.customer).into()),
        }
    }
}

/// The table is the one to review: what each page needs, and which roles have it.
#[test]
fn each_page_states_what_it_needs() {
    let lines = web::needs().into_iter().map(|(method, path, need)| {
        let is_placed = matches!(need.about, About::Path(_) | About::Installation);
        assert!(!path.contains("{id}") || is_placed, "{path}: whose is it?");
        let roles = Role::ALL.into_iter().filter(|role| role.may(need.scope));
        let roles: Vec<_> = roles.map(Role::as_str).collect();
        let method = method.as_str();
        format!("{method:4} {path:34} {:22} {}", need.scope.as_str(), roles.join(" "))
    });
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"));
}

#[tokio::test]
async fn the_type_of_a_problem_leads_to_its_text() {
    let api = Api::open().await;
    let problem = api.call("GET", "/api/v1/nothing", &[], Value::Null).await.json();
    let explained = api.page("", problem["type"].as_str().unwrap()).await;
    assert_eq!(explained.status, StatusCode::OK);
    assert!(explained.text.contains("SL0109: There is nothing at this path"), "{}", explained.text);
    assert_eq!(api.page("", "/errors").await.status, StatusCode::OK);
    let unknown = api.page("", "/errors/SL9999").await;
    assert!(unknown.status == StatusCode::NOT_FOUND && unknown.text.contains("SL0109"), "{}", unknown.text);
}

#[tokio::test]
async fn whoever_is_not_logged_in_is_sent_to_log_in_and_back() {
    let api = Api::open().await;
    for (path, to) in [
        ("/appointments?status=open&text=", "/log-in?to=%2Fappointments%3Fstatus%3Dopen%26text%3D"),
        ("/", "/log-in"),
        ("/books", "/log-in?to=%2Fbooks"),
    ] {
        let answer = api.page("", path).await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, to), "{path}");
    }
    let page = api.page("", "/log-in?to=https%3A%2F%2Fevil.example").await;
    assert!(page.status == StatusCode::OK && !page.text.contains("evil"), "{}", page.text);
}

#[tokio::test]
async fn each_role_opens_its_own_pages_and_is_shown_no_others() {
    let api = Api::open().await;
    let ground = Ground::lay(&api).await;
    let other = api.company().await;
    let other = other["id"].as_str().unwrap();
    for role in Role::ALL {
        let cookie = api.somebody(vec![ground.grant(role)]).await;
        for (method, path, need) in web::needs() {
            // Of the stream of a board there is no end to wait for.
            if method != "GET" || path.contains("{id}") || path == "/board/events" {
                continue;
            }
            let answer = api.page(&cookie, &path).await;
            let is_for_customers =
                if let About::List(pins) = &need.about { pins.contains(&Pin::Customer) } else { true };
            // Nobody here has a role in the whole installation.
            let is_out_of_reach = need.about == About::Installation;
            let expected =
                if !role.may(need.scope) || role == Role::Customer && !is_for_customers || is_out_of_reach {
                    StatusCode::FORBIDDEN
                } else if path == "/" {
                    StatusCode::SEE_OTHER
                } else {
                    StatusCode::OK
                };
            assert_eq!(answer.status, expected, "{} at {path}: {}", role.as_str(), answer.text);
            assert!(!answer.text.contains(other), "{} at {path}: {}", role.as_str(), answer.text);
        }
    }
}

#[tokio::test]
async fn an_empty_filter_does_not_widen_what_somebody_sees() {
    let api = Api::open().await;
    let ground = Ground::lay(&api).await;
    let other = api.company().await;
    let cookie = api.somebody(vec![ground.grant(Role::FrontDesk)]).await;
    let other = other["id"].as_str().unwrap();
    let mine = api.page(&cookie, "/appointments?company=&branch=").await;
    assert_eq!(mine.status, StatusCode::OK);
    assert!(!mine.text.contains(other), "{}", mine.text);
    for query in [
        format!("company={other}"),
        format!("company={other}&company="),
        format!("company=&company={other}"),
        format!("company={}&company={other}", ground.company.as_str().unwrap()),
        "company=x".to_owned(),
        "branch=x".to_owned(),
        "after=x".to_owned(),
        "from=yesterday".to_owned(),
    ] {
        let answer = api.page(&cookie, &format!("/appointments?{query}")).await;
        assert!(answer.status.is_client_error(), "{query}: {}", answer.status);
        // A file has no pages.
        let answer = api.page(&cookie, &format!("/appointments.csv?{query}")).await;
        assert!(query == "after=x" || answer.status.is_client_error(), "{query}: {}", answer.status);
    }
}

#[tokio::test]
async fn what_pages_load_is_kept_and_nothing_else_is() {
    let api = Api::open().await;
    let page = api.page("", "/log-in").await;
    assert_eq!(page.header("cache-control"), "no-store");
    assert!(page.header("content-security-policy").contains("default-src 'none'"));
    for (start, kind) in [("href=\"/assets/", "text/css"), ("src=\"/assets/", "text/javascript")] {
        let name = page.text.split(start).nth(1).unwrap().split('"').next().unwrap();
        let asset = api.page("", &format!("/assets/{name}")).await;
        assert_eq!(asset.status, StatusCode::OK);
        assert!(asset.header("content-type").starts_with(kind));
        assert!(asset.header("cache-control").contains("immutable"));
    }
    assert_eq!(api.page("", "/assets/other.css").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_was_typed_when_a_session_was_over_is_sent_once_more() {
    let api = Api::open().await;
    let ground = Ground::lay(&api).await;
    let cookie = api.somebody(vec![ground.grant(Role::FrontDesk)]).await;
    let send = async |cookie: &str, site: &str, body: String| {
        let request = Request::post("/book/customer")
            .header("cookie", cookie)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", site)
            .header("sec-fetch-mode", "navigate")
            .header("referer", "http://here/book?company=1");
        api.send(request.body(Body::from(body)).unwrap()).await
    };
    let company = ground.company.as_str().unwrap();
    let typed = format!("company={company}&name=Mara+%3Cb%3E&password=secret&csrf=");
    let kept = send("", "same-origin", format!("{typed}old")).await;
    assert_eq!((kept.status, kept.header("cache-control")), (StatusCode::FORBIDDEN, "no-store"));
    for text in ["You were logged out", "value=\"Mara &#60;b&#62;\"", "action=\"/book/customer\"", "Log in"] {
        assert!(kept.text.contains(text), "{text}: {}", kept.text);
    }
    assert!(!kept.text.contains("secret") && !kept.text.contains("value=\"old\""), "{}", kept.text);
    // From elsewhere nothing is kept, whoever is logged in.
    let foreign = send("", "cross-site", format!("{typed}old")).await;
    assert_eq!(foreign.header("location"), "/log-in?to=%2Fbook%3Fcompany%3D1");
    let foreign = send(&cookie, "cross-site", format!("{typed}old")).await;
    assert!(foreign.text.contains("SL0123") && !foreign.text.contains("Mara"), "{}", foreign.text);
    // Logged in again, the token is another one; with that it goes through.
    let again = send(&cookie, "same-origin", format!("{typed}old")).await;
    let token = crate::http::site::token(cookie.split_once('=').unwrap().1);
    assert!(again.text.contains("Send it again") && again.text.contains(&token), "{}", again.text);
    let done = send(&cookie, "same-origin", format!("{typed}{token}")).await;
    assert!(done.header("location").ends_with("&done=customer"), "{}", done.text);
}

#[tokio::test]
async fn whoever_looks_at_an_address_without_anything_sees_a_page() {
    let api = Api::open().await;
    let accept = "text/html,application/xhtml+xml,*/*;q=0.8";
    let look = async |path: &str, accept: &str| {
        api.send(Request::get(path).header("accept", accept).body(Body::empty()).unwrap()).await
    };
    for path in ["/nope", "/nope/%3Cb%3E", "/book/hold/more"] {
        let page = look(path, accept).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{}", page.text);
        assert!(page.header("content-type").starts_with("text/html"), "{}", page.text);
        assert!(page.text.contains("SL0109") && page.text.contains("href=\"/\""), "{}", page.text);
    }
    // Programs get what they read.
    look("/nope", "*/*").await.is_problem(401, "SL0101");
    look("/api/v1/nope", accept).await.is_problem(401, "SL0101");
    api.get("/nope").await.is_problem(404, "SL0109");
    let icon =
        api.router.clone().oneshot(Request::get("/favicon.ico").body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(icon.headers()["content-type"], "image/png");
    let bytes = icon.into_body().collect().await.unwrap().to_bytes();
    assert!(image::load_from_memory(&bytes).is_ok());
}
