//! Lists of customers and appointments: whose they show, how they are narrowed and ordered, and what is done with several rows.

use url::form_urlencoded;
use uuid::Uuid;

use super::*;
use crate::http::site;
use crate::model::{Grant, Role};

/// A company with two branches, somebody at each on shift at all hours, and a service.
pub(super) struct Place {
    pub(super) company: Uuid,
    pub(super) branches: [Uuid; 2],
    pub(super) providers: [Uuid; 2],
    pub(super) service: Uuid,
}

async fn add(api: &Api, kind: &str, company: Option<Uuid>, mut fields: Value) -> Uuid {
    if let Some(company) = company {
        fields["company"] = json!(company);
    }
    let added = api.call("POST", &format!("/api/v1/{kind}"), &[], fields).await;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.text);
    added.json()["id"].as_str().unwrap().parse().unwrap()
}

impl Place {
    pub(super) async fn found(api: &Api, name: &str, service: Value) -> Self {
        let own = json!({"name": name, "currency": "EUR", "time_zone": "UTC"});
        let company = add(api, "companies", None, own).await;
        let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        let shifts = days.map(|day| json!({"weekday": day, "start": "00:00:00", "end": "00:00:00"}));
        let (mut branches, mut providers) = ([Uuid::nil(); 2], [Uuid::nil(); 2]);
        for n in 0..2 {
            let branch = json!({"name": format!("{name} {n}"), "time_zone": "UTC"});
            branches[n] = add(api, "branches", Some(company), branch).await;
            let provider = json!({"name": format!("P{n}"), "branch": branches[n], "shifts": shifts});
            providers[n] = add(api, "providers", Some(company), provider).await;
        }
        let mut fields = json!({"name": "Visit", "item": "V", "duration_minutes": 60, "providers": providers,
            "prices": [{"description": "Work", "basis": "per_booking", "unit_price": "50"}]});
        fields.as_object_mut().unwrap().extend(service.as_object().unwrap().clone());
        let service = add(api, "services", Some(company), fields).await;
        Self { company, branches, providers, service }
    }

    pub(super) async fn customer(&self, api: &Api, fields: Value) -> Uuid {
        add(api, "customers", Some(self.company), fields).await
    }

    /// An appointment so many hours from now, confirmed if it shall be: its number and what the list calls it.
    pub(super) async fn visit(
        &self,
        api: &Api,
        customer: Uuid,
        hours: i64,
        at: usize,
        confirmed: bool,
    ) -> (String, String) {
        let start = SystemClock.now() + chrono::TimeDelta::hours(hours);
        let start = chrono::DateTime::from_timestamp(start.timestamp() / 3600 * 3600, 0).unwrap();
        let start = start.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        let booking = json!({"service": self.service, "customer": customer, "start": start,
            "provider": self.providers[at], "branch": self.branches[at]});
        let held = api.call("POST", "/api/v1/appointments", &[], booking).await;
        assert_eq!(held.status, StatusCode::CREATED, "{}", held.text);
        let (held, id) = (held.json(), held.json()["id"].as_str().unwrap().to_owned());
        if confirmed {
            command(api, &id, "confirm", json!({})).await;
        }
        (id, held["name"].as_str().unwrap().to_owned())
    }

    pub(super) fn grant(&self, role: Role, branch: Option<usize>) -> Grant {
        let branch = branch.map(|n| self.branches[n].into());
        Grant { company: Some(self.company.into()), branch, ..Grant::everywhere(role) }
    }
}

async fn command(api: &Api, id: &str, name: &str, body: Value) -> Value {
    let done = api.call("POST", &format!("/api/v1/appointments/{id}/{name}"), &[], body).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    done.json()
}

/// Sends a form as the page does that has it.
pub(super) async fn send(api: &Api, cookie: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
    let csrf = site::token(cookie.split_once('=').unwrap().1);
    let mut body = form_urlencoded::Serializer::new(String::new());
    let body = body.append_pair("csrf", &csrf).extend_pairs(fields).finish();
    let request = Request::post(path)
        .header("cookie", cookie)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin");
    api.send(request.body(Body::from(body)).unwrap()).await
}

/// The text of each tile of a customer's page, in order.
fn tiles(page: &Answer) -> Vec<String> {
    let parts = page.text.split("<dd><strong>").skip(1);
    parts.map(|part| part.split('<').next().unwrap().to_owned()).collect()
}

/// Which of these a page shows, in its order.
fn shown<'t>(page: &Answer, texts: &[&'t str]) -> Vec<&'t str> {
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let mut found: Vec<_> = texts.iter().filter_map(|text| Some((page.text.find(*text)?, *text))).collect();
    found.sort_unstable();
    found.into_iter().map(|(_, text)| text).collect()
}

#[tokio::test]
async fn a_customer_has_what_is_to_come_and_what_became_of_the_rest() {
    let api = Api::open().await;
    let place = Place::found(&api, "Here", json!({})).await;
    let other = Place::found(&api, "There", json!({})).await;
    let mara =
        place.customer(&api, json!({"name": "Mara <b>", "phone": "+49 30 1", "email": "m@x.org"})).await;
    let stranger = other.customer(&api, json!({"name": "Stranger"})).await;
    let (first, first_name) = place.visit(&api, mara, 30, 0, true).await;
    let (second, second_name) = place.visit(&api, mara, 40, 1, true).await;
    let (_, third_name) = place.visit(&api, mara, 50, 0, true).await;
    let (fourth, _) = place.visit(&api, mara, 60, 0, true).await;
    command(&api, &first, "start", json!({})).await;
    command(&api, &first, "complete", json!({})).await;
    command(&api, &second, "cancel", json!({"reason": "Ill"})).await;
    let later = SystemClock.now() + chrono::TimeDelta::hours(70);
    let later = chrono::DateTime::from_timestamp(later.timestamp() / 3600 * 3600, 0).unwrap().to_rfc3339();
    command(&api, &fourth, "reschedule", json!({"start": later, "reason": "Later"})).await;
    let path = format!("/customers/{mara}");

    let cookie = api.somebody(vec![place.grant(Role::FrontDesk, None)]).await;
    let page = api.page(&cookie, &path).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    // To do, completed, rescheduled, cancelled, no-shows.
    assert_eq!(tiles(&page), ["2", "1", "1", "1", "0"]);
    assert!(page.text.contains("Mara &#60;b&#62;") && page.text.contains("tel:+49301"), "{}", page.text);
    let (coming, past) = page.text.split_once("<h2 id=\"over\">").unwrap();
    assert!(coming.contains(&third_name) && !coming.contains(&first_name), "{coming}");
    assert!(
        past.contains(&first_name) && past.contains(&second_name) && !past.contains(&third_name),
        "{past}"
    );
    assert!(page.text.contains(&format!("/book?company={}&#38;customer={mara}", place.company)));

    // Bound to a branch, somebody sees what is there.
    let bound = api.somebody(vec![place.grant(Role::FrontDesk, Some(1))]).await;
    let page = api.page(&bound, &path).await;
    assert_eq!(tiles(&page), ["0", "0", "0", "1", "0"]);
    assert!(page.text.contains(&second_name) && !page.text.contains(&third_name), "{}", page.text);

    // Whoever looks after appointments alone may not book from here; another company's people find nobody.
    let accountant = api.somebody(vec![place.grant(Role::Accountant, None)]).await;
    let page = api.page(&accountant, &path).await;
    assert!(page.status == StatusCode::OK && !page.text.contains("/book?"), "{}", page.text);
    let nobody = "01920000-0000-7000-8000-00000000dead";
    let refused = api.page(&cookie, &format!("/customers/{stranger}")).await;
    let absent = api.page(&cookie, &format!("/customers/{nobody}")).await;
    assert_eq!((refused.status, absent.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
    let text = |answer: &Answer, id: &str| answer.text.replace(id, "…");
    assert_eq!(text(&refused, &stranger.to_string()), text(&absent, nobody));
    let technician =
        Grant { provider: Some(place.providers[0].into()), ..place.grant(Role::Technician, None) };
    let customer = Grant { customer: Some(mara.into()), ..place.grant(Role::Customer, None) };
    for grant in [technician, customer] {
        let cookie = api.somebody(vec![grant]).await;
        assert_eq!(api.page(&cookie, &path).await.status, StatusCode::FORBIDDEN);
        let list = api.page(&cookie, "/appointments").await;
        assert!(!list.text.contains("/customers"), "what they may not see is not offered: {}", list.text);
        assert!(!list.text.contains("Of everybody"), "they have no choice: {}", list.text);
    }
}

#[tokio::test]
async fn customers_are_searched_in_ones_own_company() {
    let api = Api::open().await;
    let place = Place::found(&api, "Here", json!({})).await;
    let other = Place::found(&api, "There", json!({})).await;
    for name in ["Zoë Öst", "Ana", "Ben"] {
        place.customer(&api, json!({"name": name, "email": format!("{}@x.org", &name[..1])})).await;
    }
    place.customer(&api, json!({"name": "Gone", "active": false})).await;
    let theirs = other.customer(&api, json!({"name": "Ana elsewhere"})).await;
    let names = ["Ana", "Ben", "Gone", "Zoë", "elsewhere"];
    let cookie = api.somebody(vec![place.grant(Role::FrontDesk, Some(0))]).await;
    assert_eq!(shown(&api.page(&cookie, "/customers").await, &names), ["Ana", "Ben", "Gone", "Zoë"]);
    for (q, found) in [("zoË ö", vec!["Zoë"]), ("A@X", vec!["Ana"]), ("gon", vec!["Gone"]), ("%25", vec![])]
    {
        let q = form_urlencoded::byte_serialize(q.as_bytes()).collect::<String>();
        assert_eq!(shown(&api.page(&cookie, &format!("/customers?q={q}")).await, &names), found, "{q}");
    }
    let after = api.page(&cookie, &format!("/customers?after={theirs}")).await;
    assert_eq!(shown(&after, &names), Vec::<&str>::new());
    for query in [format!("company={}", other.company), format!("q={}", "x".repeat(201)), "q=%00".to_owned()]
    {
        let refused = api.page(&cookie, &format!("/customers?{query}")).await;
        assert!(refused.status.is_client_error() && !refused.text.contains("elsewhere"), "{query}");
    }
    // Whoever looks after several companies says which.
    let all = api.somebody(vec![Grant::everywhere(Role::Administrator)]).await;
    let asked = api.page(&all, "/customers").await;
    assert!(asked.text.contains("Of which company?") && !asked.text.contains("Zoë"), "{}", asked.text);
    let theirs = api.page(&all, &format!("/customers?company={}", other.company)).await;
    assert!(theirs.text.contains("Ana elsewhere"), "{}", theirs.text);
}

#[tokio::test]
async fn a_list_and_its_file_hold_the_same_in_the_order_of_visits() {
    let api = Api::open().await;
    let place = Place::found(&api, "Here", json!({})).await;
    let ana = place.customer(&api, json!({"name": "=Ana", "phone": "555"})).await;
    let ben = place.customer(&api, json!({"name": "Ben"})).await;
    let (_, late) = place.visit(&api, ben, 60, 0, true).await;
    let (soon, soon_name) = place.visit(&api, ana, 30, 0, true).await;
    let (_, mid) = place.visit(&api, ana, 40, 1, false).await;
    command(&api, &soon, "cancel", json!({"reason": "Ill"})).await;
    let names = [late.as_str(), &soon_name, &mid];
    let cookie = api.somebody(vec![place.grant(Role::FrontDesk, None)]).await;
    for (query, found) in [
        ("", vec![&late, &mid, &soon_name]),
        ("?order=earliest", vec![&soon_name, &mid, &late]),
        ("?when=upcoming", vec![&mid, &late]),
        ("?when=past", vec![&soon_name]),
        ("?text=%3DaNA", vec![&mid, &soon_name]),
        ("?text=555&status=open", vec![&mid]),
        (&format!("?customer={ben}"), vec![&late]),
    ] {
        let page = api.page(&cookie, &format!("/appointments{query}")).await;
        // The names of what a filter is of are not rows.
        let rows = Answer { text: page.text.split("<tbody>").nth(1).unwrap_or_default().to_owned(), ..page };
        assert_eq!(shown(&rows, &names), found, "{query}");
        let file = api.page(&cookie, &format!("/appointments.csv{query}")).await;
        assert_eq!(shown(&file, &names), found, "{query}: {}", file.text);
        assert_eq!(file.text.lines().count(), found.len() + 1, "{query}: {}", file.text);
    }
    let file = api.page(&cookie, "/appointments.csv").await;
    assert!(file.text.contains("\"'=Ana\""), "a formula is text: {}", file.text);
    let page = api.page(&cookie, "/appointments?after=1.x").await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_view_is_kept_by_whoever_names_it_and_widens_nothing() {
    let api = Api::open().await;
    let place = Place::found(&api, "Here", json!({})).await;
    let other = Place::found(&api, "There", json!({})).await;
    let cookie = api.somebody(vec![place.grant(Role::FrontDesk, None)]).await;
    let colleague = api.somebody(vec![place.grant(Role::FrontDesk, None)]).await;
    let keep = "/appointments/views/keep";
    let kept =
        send(&api, &cookie, keep, &[("name", "Open <b>"), ("query", "status=open&after=1&done=x&x=y")]).await;
    assert_eq!(kept.header("location"), "/appointments?status=open&done=view", "{}", kept.text);
    let page = api.page(&cookie, "/appointments").await;
    assert!(
        page.text.contains("<a href=\"/appointments?status=open\">Open &#60;b&#62;</a>"),
        "{}",
        page.text
    );
    assert!(!api.page(&colleague, "/appointments").await.text.contains("Open &#60;b"));
    // What a view asks for is judged when it is opened.
    let strange = format!("company={}", other.company);
    send(&api, &cookie, keep, &[("name", "Strange"), ("query", &strange)]).await;
    let opened = api.page(&cookie, &format!("/appointments?{strange}")).await;
    assert_eq!(opened.status, StatusCode::FORBIDDEN);
    for (name, query) in [("", "status=open"), (&*"x".repeat(61), "status=open")] {
        let refused = send(&api, &cookie, keep, &[("name", name), ("query", query)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}: {}", refused.text);
    }
    for n in 2..20 {
        send(&api, &cookie, keep, &[("name", &format!("View {n}")), ("query", "when=today")]).await;
    }
    let full = send(&api, &cookie, keep, &[("name", "One more"), ("query", "when=today")]).await;
    assert_eq!(full.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", full.text);
    let past = format!("company={}&when=past", place.company);
    let again = send(&api, &cookie, keep, &[("name", "View 2"), ("query", &past)]).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.text);
    let page = api.page(&cookie, "/appointments?when=past").await;
    let id = page.text.split("name=\"view\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let forget = "/appointments/views/forget";
    assert_eq!(send(&api, &colleague, forget, &[("view", &id)]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(send(&api, &cookie, forget, &[("view", &id)]).await.status, StatusCode::SEE_OTHER);
    assert!(!api.page(&cookie, "/appointments").await.text.contains("View 2"));
}

#[tokio::test]
async fn of_several_that_are_ticked_each_has_its_own_end() {
    let api = Api::open().await;
    // A visit tomorrow is past its cut-off.
    let place = Place::found(&api, "Here", json!({"cancel_cutoff_minutes": 2880})).await;
    let other = Place::found(&api, "There", json!({})).await;
    let ana = place.customer(&api, json!({"name": "Ana"})).await;
    let strange = other.customer(&api, json!({"name": "Secret"})).await;
    let (near, near_name) = place.visit(&api, ana, 20, 0, true).await;
    let (far, _) = place.visit(&api, ana, 90, 0, false).await;
    let (further, _) = place.visit(&api, ana, 100, 1, false).await;
    let (theirs, _) = other.visit(&api, strange, 90, 0, false).await;
    let status = async |id: &str| {
        let found = api.get(&format!("/api/v1/appointments/{id}")).await.json();
        (found["status"].as_str().unwrap().to_owned(), found["cancellation_reason"].clone())
    };
    let cookie = api.somebody(vec![place.grant(Role::FrontDesk, None)]).await;
    let tick = |id: &str, seen: u32| ("tick", format!("{id}|{seen}"));
    let send = async |cookie: &str, act: &str, ticks: &[(&str, String)], reason: &str| {
        let mut fields: Vec<_> = ticks.iter().map(|(name, text)| (*name, text.as_str())).collect();
        // As the page has it, which knows whom it is for.
        let company = place.company.to_string();
        fields.extend([("reason", reason), ("query", "status=open"), ("company", &company)]);
        super::lists::send(&api, cookie, &format!("/appointments/ticked/{act}"), &fields).await
    };
    // One is confirmed already; the other one all the same.
    let page = send(&cookie, "confirm", &[tick(&near, 2), tick(&far, 1)], "").await;
    assert!(page.text.contains("Done: 1 of 2.") && page.text.contains(&near_name), "{}", page.text);
    assert!(page.text.contains("/appointments?status=open"), "{}", page.text);
    assert_eq!(status(&far).await.0, "confirmed");
    // A form that comes twice, and one that is out of date, change nothing.
    let page = send(&cookie, "confirm", &[tick(&far, 1)], "").await;
    assert!(page.text.contains("Done: 0 of 1.") && page.text.contains("SL0302"), "{}", page.text);
    // The rules stop one past its cut-off, and say so beside it.
    let ticks = [tick(&near, 2), tick(&far, 2), tick(&further, 1)];
    let page = send(&cookie, "cancel", &ticks, "Storm").await;
    assert!(page.text.contains("Done: 2 of 3.") && page.text.contains("SL0250"), "{}", page.text);
    assert_eq!(status(&near).await.0, "confirmed");
    for id in [&far, &further] {
        assert_eq!(status(id).await, ("cancelled".to_owned(), json!("Storm")));
    }
    // What is not theirs is not there, and what is beside it stays as it was.
    let page = send(&cookie, "cancel", &[tick(&near, 2), tick(&theirs, 1)], "Storm").await;
    assert!(page.status == StatusCode::NOT_FOUND && !page.text.contains("Secret"), "{}", page.text);
    assert_eq!((status(&near).await.0, status(&theirs).await.0), ("confirmed".to_owned(), "open".to_owned()));
    for (act, ticks, reason) in [("confirm", vec![], ""), ("cancel", vec![tick(&near, 2)], "")] {
        let refused = send(&cookie, act, &ticks, reason).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{act}: {}", refused.text);
    }
    let accountant = api.somebody(vec![place.grant(Role::Accountant, None)]).await;
    assert!(!api.page(&accountant, "/appointments").await.text.contains("name=\"tick\""));
    assert_eq!(send(&accountant, "confirm", &[tick(&near, 2)], "").await.status, StatusCode::FORBIDDEN);
}
