//! The customer portal: who finds it, what it holds, and what it does not tell.

mod links;
mod looks;

use super::*;

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
    assert!(late.text.contains("This time has just been taken."), "{}", late.text);
    assert!(!late.text.contains("<script>x"), "{}", late.text);
    assert_eq!((shop.appointments().await.len(), shop.customers().await.len()), (1, 1));
}

#[tokio::test]
async fn a_time_that_is_over_is_said_to_be_over_and_a_form_gone_back_to_is_the_same() {
    let shop = Shop::open(json!({})).await;
    let query = [("service", shop.service.as_str()), ("start", "2020-01-06T09:00:00Z")];
    let past = shop.hold_with(&query[1..]).await;
    assert_eq!(past.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", past.text);
    assert!(
        past.text.contains("This time is over already.") && !past.text.contains("taken"),
        "{}",
        past.text
    );
    assert_eq!(shop.customers().await.len(), 0);
    let path = format!("/portal/{}/details?service={}&start={}", shop.company, shop.service, shop.start);
    assert_eq!(shop.page(&path).await.header("cache-control"), "private, max-age=0");
    assert_eq!(past.header("cache-control"), "no-store");
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
