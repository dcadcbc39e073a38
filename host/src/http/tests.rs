//! The API on a real store and the shipped rules, without a socket.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http_body_util::BodyExt;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::*;
use crate::app::{Connections, Ports, key_hash};
use crate::clock::{Clock, SystemClock};
use crate::config::{Erp, Ledger};
use crate::connections;
use crate::model::ApiKey;
use crate::store::SharedStore;
use crate::store::sqlite::Sqlite;
use crate::wasm::Rules;

mod boards;
mod books;
mod corrections;
mod customers;
mod deposits;
mod gates;
mod keys;
mod lists;
mod pages;
mod people;
mod phone;
mod portal;
mod sessions;
mod setup;
mod stock;
mod visits;

const KEY: &str = "sl_test";

struct Api {
    router: Router,
    app: Arc<App>,
    store: SharedStore,
    _home: tempfile::TempDir,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    async fn read(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Self { status: parts.status, headers: parts.headers, text: String::from_utf8(bytes.into()).unwrap() }
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Asserts a problem, whole and well declared.
    fn is_problem(&self, status: u16, code: &str) -> Value {
        let problem = self.json();
        assert_eq!((self.status.as_u16(), problem["code"].as_str()), (status, Some(code)), "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(problem["type"], format!("/errors/{code}"));
        assert_eq!(problem["status"], status);
        for field in ["title", "detail", "hint"] {
            assert!(problem[field].as_str().is_some_and(|text| !text.is_empty()), "{field}: {problem}");
        }
        problem
    }
}

impl Api {
    async fn open() -> Self {
        Self::over(tempfile::tempdir().unwrap(), Connections::default()).await
    }

    /// With built-in books of the name that companies have unless they say otherwise.
    async fn with_books() -> Self {
        let home = tempfile::tempdir().unwrap();
        let ledger = Ledger {
            path: home.path().join("books.sqlite"),
            company: None,
            currency: "EUR".to_owned(),
            tax_percent: Decimal::from(20),
        };
        let erp = BTreeMap::from([("ledger".to_owned(), Erp::Ledger(ledger))]);
        let books = connections::open(&erp, &BTreeMap::new()).await.unwrap();
        Self::over(home, books).await
    }

    async fn over(home: tempfile::TempDir, books: Connections) -> Self {
        let store: SharedStore = Arc::new(Sqlite::open(&home.path().join("store.sqlite")).await.unwrap());
        let clock = SystemClock;
        let key = ApiKey::administrators(clock.new_id(), key_hash(KEY), "test", clock.now());
        store.add_key(&key).await.unwrap();
        let ports = Ports {
            store: store.clone(),
            rules: Rules::compiled_once(),
            clock: Arc::new(SystemClock),
            books: Arc::new(books),
            wake: Arc::default(),
        };
        let app = Arc::new(App::new(ports));
        Self { router: router(app.clone()), app, store, _home: home }
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        Answer::read(self.router.clone().oneshot(request).await.unwrap()).await
    }

    async fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Value) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {KEY}"))
            .header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        self.send(request.body(body).unwrap()).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, &[], Value::Null).await
    }

    async fn company(&self) -> Value {
        self.call("POST", "/api/v1/companies", &[], company()).await.json()
    }
}

fn company() -> Value {
    json!({"name": "Brightwater Services", "currency": "EUR", "time_zone": "Europe/Berlin"})
}

/// Every operation of the document: method, path, and what is said of it.
fn operations() -> Vec<(String, String, Value)> {
    let document = serde_json::to_value(openapi()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let of = |(path, item): (&String, &Value)| {
        let methods = item.as_object().unwrap().iter();
        methods.map(|(method, said)| (method.to_uppercase(), path.clone(), said.clone())).collect::<Vec<_>>()
    };
    paths.iter().flat_map(of).collect()
}

#[test]
fn the_operations_are_these() {
    let all: Vec<_> = operations().into_iter().map(|(method, path, _)| format!("{method} {path}")).collect();
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn every_operation_is_named_and_every_reference_leads_somewhere() {
    let mut names = std::collections::HashSet::new();
    for (method, path, said) in operations() {
        let id = said["operationId"].as_str().unwrap().to_owned();
        assert!(names.insert(id.clone()), "{method} {path}: {id} is taken");
        assert!(said["summary"].is_string() && said["tags"][0].is_string(), "{method} {path}");
    }
    let document = serde_json::to_value(openapi()).unwrap();
    let mut open = vec![&document];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(fields) => {
                if let Some(target) = fields.get("$ref").and_then(Value::as_str) {
                    assert!(document.pointer(&target[1..]).is_some(), "{target}");
                }
                open.extend(fields.values());
            }
            Value::Array(items) => open.extend(items),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}

#[tokio::test]
async fn every_operation_but_health_needs_a_key() {
    let api = Api::open().await;
    let mut refused = 0;
    for (method, path, said) in operations() {
        let path = path.replace("{id}", "01920000-0000-7000-8000-000000000001");
        let request = |key: Option<&str>| {
            let request = Request::builder().method(method.as_str()).uri(&path);
            let request = key.into_iter().fold(request, |request, key| request.header("authorization", key));
            request.body(Body::empty()).unwrap()
        };
        if path.ends_with("/notices") {
            // Those are signed.
            api.send(request(None)).await.is_problem(401, "SL0118");
            continue;
        }
        if said["security"] == json!([]) {
            let answer = api.send(request(None)).await;
            if method == "POST" {
                // Getting a session, and links that are signed: what lets in is in the body.
                answer.is_problem(400, "SL0102");
            } else {
                assert_eq!(answer.status, StatusCode::OK, "{method} {path}");
            }
            continue;
        }
        for key in [None, Some("Bearer unknown"), Some("Basic c2xfdGVzdA=="), Some("Bearer")] {
            let answer = api.send(request(key)).await;
            answer.is_problem(401, "SL0101");
            assert!(answer.header("www-authenticate").starts_with("Bearer"), "{method} {path}");
        }
        refused += 1;
    }
    assert!(refused > 40, "{refused}");
}

#[tokio::test]
async fn the_document_is_open_to_everybody() {
    let api = Api::open().await;
    let answer = api.send(Request::get("/openapi.json").body(Body::empty()).unwrap()).await;
    assert_eq!(answer.json()["openapi"], "3.1.0");
}

#[tokio::test]
async fn what_is_not_there_is_a_problem_too() {
    let api = Api::open().await;
    api.get("/api/v1/nothing").await.is_problem(404, "SL0109");
    api.send(Request::get("/api/v1/nothing").body(Body::empty()).unwrap()).await.is_problem(401, "SL0101");
    let wrong = api.call("DELETE", "/api/v1/companies", &[], Value::Null).await;
    wrong.is_problem(405, "SL0110");
    assert!(["GET", "HEAD", "POST"].iter().all(|method| wrong.header("allow").contains(method)));
    let open = api.send(Request::post("/healthz").body(Body::empty()).unwrap()).await;
    open.is_problem(405, "SL0110");
    for path in ["/api/v1/companies/x", "/api/v1/companies/%ff", "/api/v1/deliveries/1.5"] {
        api.get(path).await.is_problem(400, "SL0106");
    }
    api.get("/api/v1/units/01920000-0000-7000-8000-000000000001").await.is_problem(404, "SL0301");
    for query in ["limit=0", "limit=201", "limit=x", "colour=red", "company=x", "limit=1&limit=2"] {
        api.get(&format!("/api/v1/units?{query}")).await.is_problem(400, "SL0107");
    }
    for query in ["from=9999-01-01T00:00:00Z", "text=%00", "status=gone"] {
        api.get(&format!("/api/v1/appointments?{query}")).await.is_problem(400, "SL0107");
    }
}

#[tokio::test]
async fn a_record_is_added_read_and_replaced_at_its_version() {
    let api = Api::open().await;
    let added = api.call("POST", "/api/v1/companies", &[], company()).await;
    assert_eq!((added.status, added.header("etag")), (StatusCode::CREATED, "\"1\""));
    let address = added.header("location").to_owned();
    assert_eq!(address, format!("/api/v1/companies/{}", added.json()["id"].as_str().unwrap()));
    // What its books lack is only said when it is saved; here none are configured.
    let mut saved = added.json();
    let warnings = saved.as_object_mut().unwrap().remove("warnings");
    assert_eq!(warnings.unwrap()[0]["field"], "erp");
    assert_eq!(api.get(&address).await.json(), saved);

    let new = json!({"name": "Clearwater", "currency": "EUR", "time_zone": "Europe/Berlin"});
    api.call("PUT", &address, &[], new.clone()).await.is_problem(428, "SL0113");
    api.call("PUT", &address, &[("if-match", "1")], new.clone()).await.is_problem(400, "SL0108");
    for tag in ["\"2\"", "\"x\"", "W/\"1\""] {
        api.call("PUT", &address, &[("if-match", tag)], new.clone()).await.is_problem(412, "SL0302");
    }
    let changed = api.call("PUT", &address, &[("if-match", "\"1\"")], new.clone()).await;
    assert_eq!((changed.status, changed.header("etag")), (StatusCode::OK, "\"2\""));
    let changed = api.call("PUT", &address, &[("if-match", "*")], new).await;
    assert_eq!((changed.status, changed.header("etag")), (StatusCode::OK, "\"3\""));
}

#[tokio::test]
async fn lists_come_in_pages() {
    let api = Api::open().await;
    let company = api.company().await["id"].clone();
    for name in ["one", "two", "three"] {
        let room = json!({"company": company, "name": name, "time_zone": "Europe/Berlin"});
        assert_eq!(api.call("POST", "/api/v1/branches", &[], room).await.status, StatusCode::CREATED);
    }
    let first = api.get("/api/v1/branches?limit=2").await.json();
    assert_eq!(first["items"].as_array().unwrap().len(), 2);
    let next = first["next"].as_str().unwrap();
    let second = api.get(&format!("/api/v1/branches?limit=2&after={next}")).await.json();
    assert_eq!((second["items"][0]["name"].as_str(), &second["next"]), (Some("three"), &Value::Null));
    let exact = api.get("/api/v1/branches?limit=3").await.json();
    assert_eq!(exact["next"], Value::Null);
}

#[tokio::test]
async fn a_request_with_a_key_is_carried_out_once() {
    let api = Api::open().await;
    let key = [("idempotency-key", "first")];
    let first = api.call("POST", "/api/v1/companies", &key, company()).await;
    let again = api.call("POST", "/api/v1/companies", &key, company()).await;
    assert_eq!((again.status, &again.text), (first.status, &first.text));
    for header in ["location", "etag", "content-type"] {
        assert_eq!(again.header(header), first.header(header), "{header}");
    }
    assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), ("", "true"));
    let other = json!({"name": "Other", "currency": "EUR", "time_zone": "Europe/Berlin"});
    api.call("POST", "/api/v1/companies", &key, other).await.is_problem(422, "SL0112");
    api.call("POST", "/api/v1/companies", &[("idempotency-key", "a b")], company())
        .await
        .is_problem(400, "SL0108");
    assert_eq!(api.get("/api/v1/companies").await.json()["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn values_without_a_sensible_shape_are_named_and_nothing_is_stored() {
    let api = Api::open().await;
    let company = api.company().await["id"].clone();
    let service = |field: &str, value: Value| {
        let mut service = json!({
            "company": company, "name": "Visit", "item": "SVC", "duration_minutes": 60,
            "prices": [{"description": "Visit", "basis": "per_booking", "unit_price": "49.90"}],
        });
        *service.pointer_mut(field).unwrap() = value;
        service
    };
    let forty = "9".repeat(40);
    for (pointer, value, field) in [
        ("/prices/0/unit_price", json!("-1"), "prices[0].unit_price"),
        ("/prices/0/unit_price", json!(forty), "prices[0].unit_price"),
        ("/prices/0/unit_price", json!(49.9), "prices[0].unit_price"),
        ("/name", json!("a\0b"), "name"),
        ("/duration_minutes", json!(0), "duration_minutes"),
        ("/duration_minutes", json!("60"), "duration_minutes"),
        ("/company", json!(7), "company"),
    ] {
        let answer = api.call("POST", "/api/v1/services", &[], service(pointer, value)).await;
        let problem = answer.is_problem(422, "SL0105");
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    }
    assert_eq!(api.get("/api/v1/services").await.json()["items"], json!([]));
    let leave = json!({"start": "2030-01-01T00:00:00Z", "end": "9999-01-01T00:00:00Z"});
    let path = "/api/v1/providers/01920000-0000-7000-8000-000000000001/leave";
    api.call("POST", path, &[], leave).await.is_problem(422, "SL0105");
}

#[tokio::test]
async fn a_body_of_ten_megabytes_is_refused() {
    let api = Api::open().await;
    let body = json!({"name": "n".repeat(10 * 1024 * 1024)});
    api.call("POST", "/api/v1/companies", &[], body).await.is_problem(413, "SL0104");
}

#[tokio::test]
async fn an_actor_nobody_is_is_refused() {
    let api = Api::open().await;
    let path = "/api/v1/appointments/01920000-0000-7000-8000-000000000001/confirm";
    api.call("POST", path, &[("slotledger-actor", "system")], Value::Null).await.is_problem(400, "SL0108");
    api.call("POST", path, &[("slotledger-actor", "customer")], Value::Null).await.is_problem(404, "SL0301");
}

#[tokio::test]
async fn a_panic_is_a_problem() {
    let routes: Router = Router::new().route("/", get(async || -> &'static str { panic!("at nothing") }));
    let response =
        layers::around(routes).oneshot(Request::get("/").body(Body::empty()).unwrap()).await.unwrap();
    Answer::read(response).await.is_problem(500, "SL0309");
}

#[tokio::test(start_paused = true)]
async fn a_request_that_takes_too_long_is_a_problem() {
    let routes: Router = Router::new().route("/", get(std::future::pending::<&'static str>));
    let response =
        layers::around(routes).oneshot(Request::get("/").body(Body::empty()).unwrap()).await.unwrap();
    assert!(response.headers().contains_key("x-request-id"));
    Answer::read(response).await.is_problem(503, "SL0111");
}

#[tokio::test]
async fn a_refusal_by_the_rules_keeps_their_codes_and_counts_as_conflict_or_as_wrong() {
    let finding = |code: &str| crate::app::Finding {
        code: code.to_owned(),
        message: "Sam has another appointment.".to_owned(),
        hint: "Choose another time.".to_owned(),
        field: Some("items[1]".to_owned()),
    };
    for (codes, status) in [(["SL0213", "SL0217"], 409), (["SL0217", "SL0213"], 422)] {
        let findings = codes.map(finding).to_vec();
        let refused = crate::app::Error::Refused(crate::app::Refusal { findings, alternatives: Vec::new() });
        let problem = Answer::read(Problem::from(refused).into_response()).await.json();
        assert_eq!((&problem["status"], &problem["code"]), (&json!(status), &json!(codes[0])));
        assert_eq!(problem["errors"].as_array().unwrap().len(), 2);
        assert_eq!(problem["errors"][1]["field"], "items[1]");
    }
}
