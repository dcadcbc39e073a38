//! The customer portal: who finds it, what it holds, what a link lets somebody do, and what neither tells.

use super::*;
use crate::app::{NewLink, Purpose};

/// A company with a branch, a provider on shift at all hours, and a service.
struct Shop {
    api: Api,
    company: String,
    service: String,
    start: String,
}

impl Shop {
    async fn open(service: Value) -> Self {
        let api = Api::open().await;
        let mut own = company();
        own["portal"] = json!({"open": true, "greeting": "Hello <b>", "payment": "By bank transfer."});
        let company = added(&api, "companies", own).await;
        let branch = json!({"company": company, "name": "Here", "time_zone": "Europe/Berlin"});
        let branch = added(&api, "branches", branch).await;
        let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        let shifts: Vec<_> =
            days.iter().map(|day| json!({"weekday": day, "start": "06:00:00", "end": "22:00:00"})).collect();
        let provider = json!({"company": company, "name": "Sam", "branch": branch, "shifts": shifts});
        let provider = added(&api, "providers", provider).await;
        let mut fields = json!({
            "company": company, "name": "Visit", "item": "SVC", "duration_minutes": 60, "providers": [provider],
            "prices": [{"description": "Visit", "basis": "per_booking", "unit_price": "50"}],
        });
        fields.as_object_mut().unwrap().extend(service.as_object().unwrap().clone());
        let service = added(&api, "services", fields).await;
        let path = format!("/api/v1/openings?service={service}&step_minutes=60&limit=20");
        let start = api.get(&path).await.json()["openings"][12]["start"].as_str().unwrap().to_owned();
        Self { api, company, service, start }
    }

    async fn page(&self, path: &str) -> Answer {
        self.api.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        self.api.send(request.body(Body::from(body)).unwrap()).await
    }

    async fn hold_with(&self, more: &[(&str, &str)]) -> Answer {
        let mut fields = vec![
            ("service", self.service.as_str()),
            ("start", self.start.as_str()),
            ("name", "Mara"),
            ("email", "mara@example.org"),
            ("key", "k1"),
        ];
        fields.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
        fields.extend(more);
        self.form(&format!("/portal/{}/hold", self.company), &fields).await
    }

    /// Holds the time, and gives the link.
    async fn hold(&self) -> String {
        let answer = self.hold_with(&[]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        token(&answer)
    }

    async fn customers(&self) -> Vec<Value> {
        let path = format!("/api/v1/customers?company={}", self.company);
        self.api.get(&path).await.json()["items"].as_array().unwrap().clone()
    }

    async fn appointments(&self) -> Vec<Value> {
        let path = format!("/api/v1/appointments?company={}", self.company);
        self.api.get(&path).await.json()["items"].as_array().unwrap().clone()
    }
}

async fn added(api: &Api, kind: &str, fields: Value) -> String {
    let added = api.call("POST", &format!("/api/v1/{kind}"), &[], fields).await;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.text);
    added.json()["id"].as_str().unwrap().to_owned()
}

fn token(answer: &Answer) -> String {
    let to = answer.header("location");
    to.split("token=").nth(1).unwrap_or_else(|| panic!("no link: {to}")).split('&').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_company_without_pages_looks_like_none() {
    let api = Api::open().await;
    let company = api.company().await["id"].as_str().unwrap().to_owned();
    let mut pages = Vec::new();
    for id in [company.as_str(), "0198aaaa-0000-7000-8000-000000000001", "x"] {
        for path in ["", "/times", "/details"] {
            let answer =
                api.send(Request::get(format!("/portal/{id}{path}")).body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{id}{path}");
            pages.push(answer.text);
        }
    }
    pages.dedup();
    assert_eq!(pages.len(), 1);
    assert!(pages[0].contains("SL0126"), "{}", pages[0]);
}

#[tokio::test]
async fn only_what_is_active_and_offered_is_shown() {
    let shop = Shop::open(json!({})).await;
    for (name, fields) in
        [("Switched off", json!({"active": false})), ("By nobody", json!({"providers": []}))]
    {
        let mut service = json!({"company": shop.company, "name": name, "item": "X", "duration_minutes": 30});
        service.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let id = added(&shop.api, "services", service).await;
        let answer = shop.page(&format!("/portal/{}/times?service={id}", shop.company)).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{name}");
    }
    let page = shop.page(&format!("/portal/{}", shop.company)).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("Visit") && page.text.contains("Hello &#60;b&#62;"), "{}", page.text);
    assert!(!page.text.contains("Switched off") && !page.text.contains("By nobody"), "{}", page.text);
}

/// What a phone on a slow line loads before it sees something to choose.
#[tokio::test]
async fn a_first_view_weighs_less_than_100_kb() {
    let shop = Shop::open(json!({})).await;
    for path in ["", &format!("/times?service={}", shop.service)] {
        let page = shop.page(&format!("/portal/{}{path}", shop.company)).await;
        let mut weight = page.text.len();
        for part in page.text.split("\"/assets/").skip(1) {
            let name = part.split('"').next().unwrap();
            weight += shop.page(&format!("/assets/{name}")).await.text.len();
        }
        assert!(page.status == StatusCode::OK && weight < 100_000, "{path}: {weight} bytes");
    }
}

#[tokio::test]
async fn a_time_is_held_confirmed_and_never_told_to_others() {
    let shop = Shop::open(json!({})).await;
    let token = shop.hold().await;
    // The same form again holds nothing more.
    assert_eq!(shop.hold().await.len(), token.len());
    assert_eq!((shop.appointments().await.len(), shop.customers().await.len()), (1, 1));
    let page = shop.page(&format!("/visit?token={token}")).await;
    assert!(page.text.contains("Held until") && page.text.contains(">Confirm</button>"), "{}", page.text);
    let done = shop.form("/visit/accept", &[("token", &token), ("seen", "1")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    assert_eq!(shop.appointments().await[0]["status"], "confirmed");
    // The form that was sent already changes nothing more, and says how it stands.
    let again = shop.form("/visit/accept", &[("token", &token), ("seen", "1")]).await;
    assert_eq!(again.status, StatusCode::PRECONDITION_FAILED, "{}", again.text);
    let file = shop.page(&format!("/visit/appointment.ics?token={token}")).await;
    assert!(file.header("content-type").starts_with("text/calendar"));
    assert!(
        file.text.contains("SEQUENCE:2\r\n") && file.text.contains("STATUS:CONFIRMED\r\n"),
        "{}",
        file.text
    );
}

#[tokio::test]
async fn somebody_who_is_known_is_neither_shown_nor_joined() {
    let shop = Shop::open(json!({})).await;
    let known = json!({"company": shop.company, "name": "Secret Name", "email": "mara@example.org"});
    added(&shop.api, "customers", known).await;
    let token = shop.hold().await;
    let page = shop.page(&format!("/visit?token={token}")).await;
    assert!(!page.text.contains("Secret Name"), "{}", page.text);
    let customers = shop.customers().await;
    assert_eq!(customers.len(), 2);
    assert_eq!(customers[1]["attributes"]["booked"], "online");
}

#[tokio::test]
async fn whoever_comes_second_is_told_so_and_leaves_nothing() {
    let shop = Shop::open(json!({})).await;
    shop.hold().await;
    let late = shop.hold_with(&[("key", "k2"), ("name", "<script>x</script>")]).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.text);
    assert!(late.text.contains("Somebody else has just taken this time."), "{}", late.text);
    assert!(!late.text.contains("<script>x"), "{}", late.text);
    assert_eq!((shop.appointments().await.len(), shop.customers().await.len()), (1, 1));
}

#[tokio::test]
async fn forms_that_are_not_as_they_should_be_hold_nothing() {
    let shop = Shop::open(json!({})).await;
    let long = "x".repeat(201);
    for (fields, status) in [
        (vec![("website", "http://spam.example")], StatusCode::UNPROCESSABLE_ENTITY),
        (vec![("name", "")], StatusCode::UNPROCESSABLE_ENTITY),
        (vec![("name", long.as_str())], StatusCode::UNPROCESSABLE_ENTITY),
        (vec![("email", "nobody")], StatusCode::UNPROCESSABLE_ENTITY),
        (vec![("email", "")], StatusCode::UNPROCESSABLE_ENTITY),
        (vec![("key", "")], StatusCode::BAD_REQUEST),
        (vec![("start", "soon")], StatusCode::BAD_REQUEST),
        (
            vec![("provider", "0198aaaa-0000-7000-8000-000000000001"), ("start", "1999-01-01T00:00:00Z")],
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
    ] {
        let answer = shop.hold_with(&fields).await;
        assert_eq!(answer.status, status, "{fields:?}: {}", answer.text);
    }
    let path = format!("/portal/{}/hold", shop.company);
    let foreign = Request::post(&path).header("sec-fetch-site", "cross-site").body(Body::empty()).unwrap();
    assert_eq!(shop.api.send(foreign).await.status, StatusCode::FORBIDDEN);
    assert_eq!((shop.appointments().await.len(), shop.customers().await.len()), (0, 0));
}

#[tokio::test]
async fn an_address_that_books_without_end_has_to_wait() {
    let shop = Shop::open(json!({})).await;
    let mut statuses = Vec::new();
    for n in 0..22 {
        statuses.push(shop.hold_with(&[("key", &format!("k{n}"))]).await.status);
    }
    assert_eq!(statuses[0], StatusCode::SEE_OTHER);
    assert_eq!(statuses[21], StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_deposit_keeps_confirming_away_until_it_is_paid() {
    let shop = Shop::open(json!({"deposit_percent": "30"})).await;
    let token = shop.hold().await;
    let page = shop.page(&format!("/visit?token={token}")).await;
    assert!(page.text.contains("15.00 EUR are due in advance."), "{}", page.text);
    assert!(
        page.text.contains("By bank transfer.") && !page.text.contains(">Confirm</button>"),
        "{}",
        page.text
    );
    let early = shop.form("/visit/accept", &[("token", &token), ("seen", "1")]).await;
    assert_eq!(early.status, StatusCode::CONFLICT, "{}", early.text);
    let id = shop.appointments().await[0]["id"].as_str().unwrap().to_owned();
    let paid = json!({"amount": "15.00", "reference": "R1"});
    let paid = shop.api.call("POST", &format!("/api/v1/appointments/{id}/pay-deposit"), &[], paid).await;
    assert_eq!(paid.status, StatusCode::OK, "{}", paid.text);
    let page = shop.page(&format!("/visit?token={token}")).await;
    assert!(page.text.contains("Your appointment is confirmed"), "{}", page.text);
}

/// Scenario 24 of the domain, on pages: a link shows one visit, and what is wrong with another is not said.
#[tokio::test]
async fn links_that_do_not_hold_look_alike() {
    let shop = Shop::open(json!({})).await;
    let token = shop.hold().await;
    let id = shop.appointments().await[0]["id"].as_str().unwrap().parse().unwrap();
    let link = |purpose| NewLink { purpose, hours: Some(1) };
    let (accept, _) = shop.api.app.make_link(id, &link(Purpose::Accept), "test").await.unwrap();
    // It is for one purpose, and shows no other.
    let page = shop.page(&format!("/visit?token={accept}")).await;
    assert!(
        page.text.contains(">Confirm</button>") && !page.text.contains("/visit/decline"),
        "{}",
        page.text
    );
    let refused = shop.form("/visit/cancel", &[("token", &accept), ("seen", "1")]).await;
    assert_eq!(refused.status, StatusCode::GONE);
    let used = shop.form("/visit/accept", &[("token", &accept), ("seen", "1")]).await;
    assert!(used.status == StatusCode::OK && used.text.contains("confirmed"), "{}", used.text);
    let mut forged = token.clone();
    let last = forged.pop().unwrap();
    forged.push(if last == 'A' { 'B' } else { 'A' });
    let mut pages = vec![refused.text];
    for (path, token) in [
        ("/visit", accept.as_str()),
        ("/visit", forged.as_str()),
        ("/visit", "x"),
        ("/visit", ""),
        ("/visit/times", forged.as_str()),
        ("/visit/appointment.ics", forged.as_str()),
    ] {
        let answer = shop.page(&format!("{path}?token={token}")).await;
        assert_eq!(answer.status, StatusCode::GONE, "{path}");
        pages.push(answer.text);
    }
    for purpose in Purpose::ALL {
        let path = format!("/visit/{}", purpose.as_str());
        let answer = shop.form(&path, &[("token", &forged), ("seen", "1")]).await;
        assert_eq!(answer.status, StatusCode::GONE, "{path}");
        pages.push(answer.text);
    }
    pages.dedup();
    assert_eq!(pages.len(), 1, "they differ");
    // Another customer's appointment is no way in either: its page needs a session.
    assert_eq!(shop.page(&format!("/appointments/{id}")).await.status, StatusCode::SEE_OTHER);
}

/// The machine's clock, so many hours ahead.
struct Ahead(i64);

impl Clock for Ahead {
    fn now(&self) -> chrono::DateTime<chrono::Utc> {
        SystemClock.now() + chrono::TimeDelta::hours(self.0)
    }

    fn new_id(&self) -> uuid::Uuid {
        SystemClock.new_id()
    }
}

impl Shop {
    /// From now on it is so many hours later.
    fn pass(&mut self, hours: i64) {
        let ports = Ports {
            store: self.api.store.clone(),
            rules: Rules::embedded(None).unwrap(),
            clock: Arc::new(Ahead(hours)),
            books: Arc::default(),
            wake: Arc::default(),
        };
        self.api.app = Arc::new(App::new(ports));
        self.api.router = router(self.api.app.clone());
    }
}

#[tokio::test]
async fn a_link_that_has_ended_is_like_any_that_does_not_hold() {
    let mut shop = Shop::open(json!({})).await;
    let visit = shop.hold().await;
    let id = shop.appointments().await[0]["id"].as_str().unwrap().to_owned();
    let accept = shop.form("/visit/accept", &[("token", &visit), ("seen", "1")]).await;
    assert_eq!(accept.status, StatusCode::SEE_OTHER, "{}", accept.text);
    let wanted = NewLink { purpose: Purpose::Cancel, hours: Some(1) };
    let (cancel, _) = shop.api.app.make_link(id.parse().unwrap(), &wanted, "test").await.unwrap();
    assert_eq!(shop.page(&format!("/visit?token={cancel}")).await.status, StatusCode::OK);
    let forged = shop.page("/visit?token=x").await;
    // A link for one purpose ends by its hours, that to the page some time after the visit.
    for (hours, token) in [(1, &cancel), (24 * 60, &visit)] {
        shop.pass(hours);
        for path in ["/visit", "/visit/times", "/visit/appointment.ics"] {
            let answer = shop.page(&format!("{path}?token={token}")).await;
            assert_eq!((answer.status, &answer.text), (StatusCode::GONE, &forged.text), "{path}");
        }
        for purpose in Purpose::ALL {
            let path = format!("/visit/{}", purpose.as_str());
            let fields = [("token", token.as_str()), ("seen", "2"), ("reason", "Ill"), ("name", "Mara")];
            let answer = shop.form(&path, &fields).await;
            assert_eq!((answer.status, &answer.text), (StatusCode::GONE, &forged.text), "{path}");
        }
        assert_eq!(shop.appointments().await[0]["status"], "confirmed", "nothing was done");
    }
}

#[tokio::test]
async fn a_visit_is_moved_and_its_link_follows() {
    let shop = Shop::open(json!({})).await;
    let token = shop.hold().await;
    let week = shop.page(&format!("/visit/times?token={token}")).await;
    assert_eq!(week.status, StatusCode::OK, "{}", week.text);
    let path = format!("/api/v1/openings?service={}&step_minutes=60&limit=20", shop.service);
    let start = shop.api.get(&path).await.json()["openings"][15]["start"].as_str().unwrap().to_owned();
    shop.form("/visit/accept", &[("token", &token), ("seen", "1")]).await;
    let moved = shop.form("/visit/reschedule", &[("token", &token), ("seen", "2"), ("start", &start)]).await;
    assert_eq!(moved.status, StatusCode::SEE_OTHER, "{}", moved.text);
    let new = shop.page(&format!("/visit/appointment.ics?token={token}")).await.text;
    let first = shop.appointments().await[0]["id"].as_str().unwrap().to_owned();
    assert!(new.contains(&format!("UID:{first}@slotledger")) && new.contains("SEQUENCE:4"), "{new}");
    let fresh = self::token(&moved);
    let cancelled = shop.form("/visit/cancel", &[("token", &fresh), ("seen", "1")]).await;
    assert_eq!(cancelled.status, StatusCode::SEE_OTHER, "{}", cancelled.text);
    let page = shop.page(&format!("/visit?token={token}")).await;
    assert!(page.text.contains("This appointment is cancelled"), "{}", page.text);
}

#[tokio::test]
async fn inside_the_cut_off_the_reason_stands_where_the_button_would() {
    let shop =
        Shop::open(json!({"cancel_cutoff_minutes": 527_040, "reschedule_cutoff_minutes": 527_040})).await;
    let token = shop.hold().await;
    shop.form("/visit/accept", &[("token", &token), ("seen", "1")]).await;
    let page = shop.page(&format!("/visit?token={token}")).await;
    assert!(!page.text.contains("/visit/cancel") && page.text.contains("bar-note"), "{}", page.text);
    let times = shop.page(&format!("/visit/times?token={token}")).await;
    assert!(times.text.contains("It cannot be moved any more."), "{}", times.text);
    let refused = shop.form("/visit/cancel", &[("token", &token), ("seen", "2")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
}

#[tokio::test]
async fn work_is_signed_for_once_it_is_completed() {
    let shop = Shop::open(json!({})).await;
    let token = shop.hold().await;
    let sign = [("token", token.as_str()), ("name", "Mara")];
    let early = shop.form("/visit/sign", &[sign[0], sign[1], ("seen", "1")]).await;
    assert!(early.status == StatusCode::CONFLICT && early.text.contains("SL0127"), "{}", early.text);
    let id = shop.appointments().await[0]["id"].as_str().unwrap().to_owned();
    for command in ["confirm", "complete"] {
        let path = format!("/api/v1/appointments/{id}/{command}");
        let done = shop.api.call("POST", &path, &[], json!({})).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    }
    let signed = shop.form("/visit/sign", &[sign[0], sign[1], ("seen", "3")]).await;
    assert_eq!(signed.status, StatusCode::SEE_OTHER, "{}", signed.text);
    let page = shop.page(&format!("/visit?token={token}")).await;
    assert!(page.text.contains("Signed by Mara"), "{}", page.text);
}

#[tokio::test]
async fn a_visitor_is_spoken_to_in_their_language() {
    let shop = Shop::open(json!({"deposit_percent": "30"})).await;
    let home = format!("/portal/{}", shop.company);
    let asked = async |path: &str, accepts: &'static str| {
        let request = Request::get(path).header("accept-language", accepts).body(Body::empty()).unwrap();
        shop.api.send(request).await.text
    };
    let german = asked(&home, "de-AT,en;q=0.5").await;
    assert!(german.contains("<html lang=\"de\">") && german.contains("30 % Anzahlung"), "{german}");
    // What the browser asks for need not be carried along; what is chosen is.
    assert!(!german.contains(&format!("{home}/times?service={}&#38;lang=", shop.service)), "{german}");
    let chosen = asked(&format!("{home}?lang=de"), "en").await;
    assert!(chosen.contains(&format!("{home}/times?service={}&#38;lang=de", shop.service)), "{chosen}");
    let english = asked(&home, "fr").await;
    assert!(english.contains("<html lang=\"en\">") && english.contains("Deutsch</a>"), "{english}");
}

#[tokio::test]
async fn a_choice_of_language_goes_along_to_the_visit() {
    let shop = Shop::open(json!({"cancel_cutoff_minutes": 527_040})).await;
    let mut fields = vec![
        ("service", shop.service.as_str()),
        ("start", shop.start.as_str()),
        ("name", "Mara"),
        ("key", "k1"),
    ];
    let hold = format!("/portal/{}/hold?lang=de", shop.company);
    let wrong = shop.form(&hold, &fields).await;
    assert!(wrong.text.contains("Bitte geben Sie eine E-Mail-Adresse an"), "{}", wrong.text);
    // The page is offered in other languages by the address that shows it.
    assert!(wrong.text.contains(&format!("/portal/{}/details?", shop.company)), "{}", wrong.text);
    fields.push(("email", "mara@example.org"));
    let held = shop.form(&hold, &fields).await;
    assert!(held.header("location").ends_with("&done=held&lang=de"), "{}", held.header("location"));
    let token = token(&held);
    let accept = [("token", token.as_str()), ("seen", "1")];
    assert_eq!(shop.form("/visit/accept?lang=de", &accept).await.status, StatusCode::SEE_OTHER);
    let page = shop.page(&format!("/visit?token={token}&lang=de")).await;
    assert!(page.text.contains("Absagen können Sie bis 366 Tage vor Beginn."), "{}", page.text);
    let file = shop.page(&format!("/visit/appointment.ics?token={token}&lang=de")).await;
    assert!(file.header("content-disposition").contains("\"termin.ics\""));
    let gone = shop.page("/visit?token=x&lang=de").await;
    assert!(gone.text.contains("Dieser Link gilt nicht mehr"), "{}", gone.text);
    let none = shop.page("/portal/x?lang=de").await;
    assert!(
        none.text.contains("Hier gibt es keine Buchungsseite.") && none.text.contains("SL0126"),
        "{}",
        none.text
    );
}

/// The policies of a page of the portal and of one that is not.
async fn policies(shop: &Shop) -> (String, String) {
    let [portal, other] = [format!("/portal/{}", shop.company), "/log-in".to_owned()];
    let policy = async |path| shop.page(path).await.header("content-security-policy").to_owned();
    (policy(&portal).await, policy(&other).await)
}

#[tokio::test]
async fn only_named_sites_may_frame_the_portal_and_nothing_else() {
    let mut shop = Shop::open(json!({})).await;
    let (portal, other) = policies(&shop).await;
    assert!(portal.ends_with("frame-ancestors 'none'") && portal == other, "{portal} {other}");
    let sites = vec!["https://www.example.org".to_owned(), "http://localhost:8080".to_owned()];
    let site = Site { embed_from: sites, ..Site::default() };
    shop.api.router = router_at(shop.api.app.clone(), site);
    let (portal, other) = policies(&shop).await;
    assert!(portal.ends_with("frame-ancestors https://www.example.org http://localhost:8080"), "{portal}");
    assert!(other.ends_with("frame-ancestors 'none'"), "{other}");
    let token = shop.hold().await;
    for path in [format!("/visit?token={token}"), "/visit?token=x".to_owned(), "/portal/x".to_owned()] {
        let policy = shop.page(&path).await.header("content-security-policy").to_owned();
        assert!(policy.contains("frame-ancestors https://www.example.org "), "{path}: {policy}");
    }
    let script = shop.page("/embed.js").await;
    assert!(script.status == StatusCode::OK && script.text.contains("data-portal"), "{}", script.text);
    assert!(script.header("content-type").starts_with("text/javascript"));
}

#[tokio::test]
async fn a_company_has_its_own_looks_and_language() {
    let shop = Shop::open(json!({})).await;
    let path = format!("/api/v1/companies/{}", shop.company);
    let stored = shop.api.get(&path).await;
    let mut company = stored.json();
    for field in ["id", "company", "version", "updated_at", "created_at", "warnings"] {
        company.as_object_mut().unwrap().remove(field);
    }
    let change = async |portal: &[(&str, &str)], status| {
        let mut wanted = company.clone();
        for (field, value) in portal {
            wanted["portal"][*field] = json!(value);
        }
        let version = shop.api.get(&path).await.header("etag").to_owned();
        let answer = shop.api.call("PUT", &path, &[("if-match", &version)], wanted).await;
        assert_eq!(answer.status, status, "{}", answer.text);
        answer
    };
    let refused = change(&[("accent", "reddish")], StatusCode::UNPROCESSABLE_ENTITY).await;
    assert!(refused.text.contains("portal.accent"), "{}", refused.text);
    let looks = [("accent", "#FFCC00"), ("logo", "https://cdn.example/a.svg"), ("language", "de-CH")];
    change(&looks, StatusCode::OK).await;
    let page = shop.page(&format!("/portal/{}", shop.company)).await;
    assert!(
        page.text.contains("<html lang=\"de\">") && page.text.contains("src=\"https://cdn.example/a.svg\""),
        "{}",
        page.text
    );
    let policy = page.header("content-security-policy");
    assert!(policy.contains("img-src 'self' https://cdn.example/a.svg; frame-ancestors 'none'"), "{policy}");
    let sheet = shop.page("/portal-theme/ffcc00-soft.css").await;
    assert!(
        page.text.contains("/portal-theme/ffcc00-soft.css")
            && sheet.text.contains("--fill:#ffcc00;--fill-ink:#000000")
    );
    let token = shop.hold().await;
    let visit = shop.page(&format!("/visit?token={token}")).await;
    assert!(
        visit.text.contains("Diese Zeit ist für Sie reserviert")
            || visit.text.contains("Bitte bestätigen Sie"),
        "{}",
        visit.text
    );
    let english = Request::get(format!("/visit?token={token}")).header("accept-language", "en");
    let english = shop.api.send(english.body(Body::empty()).unwrap()).await;
    assert!(english.text.contains("<html lang=\"en\">"), "{}", english.text);
}
