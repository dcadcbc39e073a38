//! Bad input: a problem with a code and a hint, and nothing changed.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Answer, CUSTOMER, Host, SERVICE};

const NOBODY: &str = "01980000-0000-7000-8000-00000000ffff";
const APPOINTMENTS: &str = "/api/v1/appointments";

async fn nothing_was_booked(host: &Host) {
    let listed = host.get(APPOINTMENTS).await.expect(200);
    assert_eq!(listed["items"], json!([]));
}

#[tokio::test]
async fn a_booking_that_makes_no_sense_is_refused_with_its_code() {
    let host = Host::on_ledger();
    let start = host.opening(0).await;
    let with = |field: &str, value: Value| {
        let mut booking = host.booking(&start);
        booking[field] = value;
        booking
    };
    let off_the_grid = start.replace(":00Z", ":01Z");
    let cases = [
        ("an unknown service", with("service", json!(NOBODY)), 404, "SL0301"),
        ("an unknown customer", with("customer", json!(NOBODY)), 404, "SL0301"),
        ("an unknown provider", with("provider", json!(NOBODY)), 404, "SL0301"),
        ("an identifier that is none", with("service", json!("soon")), 422, "SL0105"),
        ("a number for a text", with("start", json!(12)), 422, "SL0105"),
        ("an unknown field", with("colour", json!("red")), 422, "SL0105"),
        ("an end before the start", with("end", json!("2020-01-01T00:00:00Z")), 422, "SL0219"),
        ("the year 9999", with("start", json!("9999-12-31T23:00:00Z")), 422, "SL0105"),
        ("a start off the grid", with("start", json!(off_the_grid)), 422, "SL0210"),
        ("too many guests", with("guests", json!(5)), 422, "SL0221"),
        ("a currency that the company does not use", with("currency", json!("USD")), 422, "SL0234"),
        ("a start long ago", with("start", json!("2020-01-01T10:00:00Z")), 422, "SL0215"),
    ];
    for (name, body, status, code) in cases {
        let answer = host.post(APPOINTMENTS, &body).await;
        let problem = answer.json();
        let codes = codes_of(&problem);
        assert_eq!(answer.status, status, "{name}: {problem}");
        assert!(codes.iter().any(|found| found == code), "{name}: no {code} in {problem}");
    }
    nothing_was_booked(&host).await;
}

/// The problem's own code, and those of the rules that are broken.
fn codes_of(problem: &Value) -> Vec<String> {
    let errors = problem["errors"].as_array().cloned().unwrap_or_default();
    let all = std::iter::once(problem).chain(&errors);
    all.filter_map(|error| error["code"].as_str()).map(str::to_owned).collect()
}

#[tokio::test]
async fn a_price_that_is_none_is_refused_by_field() {
    let host = Host::on_ledger();
    let service = host.get(&format!("/api/v1/services/{SERVICE}")).await.expect(200);
    let mut body = service.clone();
    for field in ["id", "version", "updated_at"] {
        body.as_object_mut().expect("an object").remove(field);
    }
    for price in ["-1", "9999999999999999999999999999999999999999", "0.0000001", "free", "1e400"] {
        body["prices"][0]["unit_price"] = json!(price);
        let problem = host.post("/api/v1/services", &body).await.problem(422, "SL0105");
        assert!(
            problem["errors"][0]["field"].as_str().is_some_and(|field| field.contains("unit_price")),
            "{problem}"
        );
    }
    let listed = host.get("/api/v1/services").await.expect(200);
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_refused() {
    let host = Host::on_ledger();
    let send = |body: Vec<u8>| {
        Answer::of(host.request("POST", APPOINTMENTS).header("content-type", "application/json").body(body))
    };
    send(b"{".to_vec()).await.problem(400, "SL0102");
    send(b"\xff\xfe".to_vec()).await.problem(400, "SL0102");
    send(br#"{"guests":1,"guests":2}"#.to_vec()).await.problem(400, "SL0102");
    let large = format!("{{\"notes\":\"{}\"}}", "x".repeat(10 * 1024 * 1024));
    send(large.into_bytes()).await.problem(413, "SL0104");
    Answer::of(host.request("POST", APPOINTMENTS).body("a=b")).await.problem(415, "SL0103");
    nothing_was_booked(&host).await;
}

/// A PNG whose head says that it is this large, and of which there is hardly more.
fn claiming(side: u32) -> Vec<u8> {
    let side = side.to_be_bytes();
    let head = [&b"IHDR"[..], &side, &side, &[8, 2, 0, 0, 0]].concat();
    [&b"\x89PNG\r\n\x1a\n\0\0\0\x0d"[..], &head, &crc(&head).to_be_bytes(), b"\0\0\0\x05IDATx\x9cc\0\0"]
        .concat()
}

/// The sum that a PNG's parts carry: ISO 3309.
fn crc(bytes: &[u8]) -> u32 {
    let bit = |sum: u32| if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 };
    !bytes.iter().fold(u32::MAX, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), |sum, _| bit(sum)))
}

#[tokio::test]
async fn a_photo_that_is_none_is_refused_and_does_not_fill_the_memory() {
    let host = Host::on_ledger();
    let held = host.hold().await;
    let path = format!("{APPOINTMENTS}/{}/photos", held["id"].as_str().expect("an id"));
    let send = |body: Vec<u8>| {
        Answer::of(host.request("POST", &path).header("content-type", "image/jpeg").body(body))
    };
    send(Vec::new()).await.problem(415, "SL0131");
    send(b"GIF89a".to_vec()).await.problem(415, "SL0131");
    send(b"\xff\xd8\xff\xe0\0\x10JFIF\0".to_vec()).await.problem(422, "SL0132");
    send(claiming(100_000)).await.problem(422, "SL0135");
    let before = host.resident_bytes();
    for answer in futures::future::join_all((0..4).map(|_| send(vec![0xff; 30_000_000]))).await {
        answer.problem(413, "SL0134");
    }
    let grown = host.resident_bytes().saturating_sub(before);
    assert!(grown < 60_000_000, "{grown} bytes are kept of what was refused");
    assert_eq!(host.get(&path).await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn a_command_that_does_not_fit_is_refused() {
    let host = Host::on_ledger();
    let held = host.hold().await;
    let id = held["id"].as_str().expect("an id");
    let problem = host.command(id, "start").await.problem(409, "SL0241");
    assert!(problem["hint"].as_str().is_some_and(|hint| hint.len() > 5));
    host.command(NOBODY, "confirm").await.problem(404, "SL0301");
    let path = format!("{APPOINTMENTS}/{id}/confirm");
    Answer::of(host.request("POST", &path).header("If-Match", "\"7\"")).await.problem(412, "SL0302");
    Answer::of(host.request("POST", &path).header("If-Match", "seven")).await.problem(400, "SL0108");
    let now = host.get(&format!("{APPOINTMENTS}/{id}")).await.expect(200);
    assert_eq!(now, held);
}

#[tokio::test]
async fn nothing_but_health_answers_without_a_key() {
    let host = Host::on_ledger();
    let client = reqwest::Client::new();
    let status = async |path: &str| {
        let request = client.get(format!("{}{path}", host.url()));
        Answer::of(request).await.status
    };
    for path in ["/healthz", "/readyz", "/openapi.json"] {
        assert_eq!(status(path).await, 200, "{path}");
    }
    for path in [APPOINTMENTS, "/api/v1/companies", "/api/v1/deliveries", "/api/v1/rules"] {
        assert_eq!(status(path).await, 401, "{path}");
    }
    let wrong = client.get(format!("{}{APPOINTMENTS}", host.url())).bearer_auth("sl_wrong");
    Answer::of(wrong).await.problem(401, "SL0101");
}

#[tokio::test]
async fn a_customer_is_refused_where_staff_may_make_an_exception() {
    let host = Host::on_ledger();
    let held = host.hold().await;
    let id = held["id"].as_str().expect("an id");
    assert_eq!(held["customer"], CUSTOMER);
    host.command(id, "confirm").await.expect(200);
    let path = format!("{APPOINTMENTS}/{id}/cancel");
    let cancel = |actor: &'static str, body: Value| {
        Answer::of(host.request("POST", &path).header("Slotledger-Actor", actor).json(&body))
    };
    assert_eq!(cancel("customer", json!({ "reason": "no time" })).await.status, 422);
    let body = json!({ "reason": "no time", "exception_reason": "a good customer" });
    assert_eq!(cancel("staff", body).await.expect(200)["status"], "cancelled");
}

#[test]
fn a_component_of_another_world_is_refused_by_name() {
    let directory = tempfile::tempdir().expect("a directory");
    let component = directory.path().join("other.wasm");
    std::fs::write(&component, wat::parse_str("(component)").expect("a component")).expect("it is written");
    let config = directory.path().join("slotledger.toml");
    std::fs::write(&config, "[rules]\ncomponent = \"other.wasm\"\n").expect("it is written");
    let run = || {
        Command::new(env!("CARGO_BIN_EXE_slotledger"))
            .args(["serve", "--config"])
            .arg(&config)
            .output()
            .expect("it runs")
    };
    let refused = run();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("SL0402") && said.contains("transition"), "{said}");
    std::fs::write(&component, b"not a component").expect("it is written");
    let said = String::from_utf8_lossy(&run().stderr).into_owned();
    assert!(said.contains("SL0401"), "{said}");
}
