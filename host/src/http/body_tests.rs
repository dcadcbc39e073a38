use axum::http::HeaderValue;
use serde_json::json;

use super::*;

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    item: String,
    lines: Vec<Line>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    quantity: u32,
}

impl Input for Order {
    fn read(value: Value) -> Result<Self, Vec<FieldError>> {
        typed(value)
    }
}

fn request(media_type: &'static str, body: impl Into<Stream>) -> Request {
    Request::post("/orders").header(header::CONTENT_TYPE, media_type).body(body.into()).unwrap()
}

async fn refusal(request: Request) -> (u16, Value) {
    let response = axum::response::IntoResponse::into_response(
        Body::<Order>::from_request(request, &()).await.map(|_| ()).unwrap_err(),
    );
    let status = response.status().as_u16();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&bytes).unwrap())
}

#[tokio::test]
async fn a_body_is_read() {
    let body = json!({"item": "SVC", "lines": [{"quantity": 2}]}).to_string();
    let read =
        Body::<Order>::from_request(request("application/json; charset=utf-8", body), &()).await.unwrap();
    assert_eq!(read.value.item, "SVC");
    assert_eq!(read.value.lines[0].quantity, 2);
    assert!(read.request.is_none());
}

#[tokio::test]
async fn what_is_no_json_is_a_bad_request() {
    for body in ["", "{", "nul", "{\"item\": \"\\ud800\"}", "\u{feff}{}", &"[".repeat(10_000)] {
        let (status, problem) = refusal(request("application/json", body.to_owned())).await;
        assert_eq!((status, &problem["code"]), (400, &json!("SL0102")), "{body:.20}");
    }
}

#[tokio::test]
async fn a_body_is_declared_as_json() {
    for media_type in ["text/plain", "", "application/jsonp"] {
        let (status, problem) = refusal(request(media_type, "{}")).await;
        assert_eq!((status, &problem["code"]), (415, &json!("SL0103")), "{media_type}");
    }
}

#[tokio::test]
async fn wrong_types_and_unknown_fields_are_named_by_their_path() {
    let cases = [
        (json!({"item": "SVC", "lines": [{"quantity": "2"}]}), "lines[0].quantity"),
        (json!({"item": "SVC", "lines": [{"quantity": -2}]}), "lines[0].quantity"),
        (json!({"item": "SVC", "lines": [{"quantity": 2, "colour": 1}]}), "lines[0].colour"),
        (json!({"item": "SVC", "lines": [{"quantity": 1.0}]}), "lines[0].quantity"),
        (json!({"item": "a\0b", "lines": []}), "item"),
        (json!([]), ""),
    ];
    for (body, field) in cases {
        let (status, problem) = refusal(request("application/json", body.to_string())).await;
        assert_eq!((status, &problem["code"]), (422, &json!("SL0105")), "{body}");
        assert_eq!(problem["errors"][0]["field"], field, "{body}");
    }
}

#[tokio::test]
async fn a_number_of_forty_digits_is_no_number() {
    let body = format!("{{\"item\": \"SVC\", \"lines\": [{{\"quantity\": {}}}]}}", "9".repeat(40));
    let (status, problem) = refusal(request("application/json", body)).await;
    assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!("lines[0].quantity")));
}

#[tokio::test]
async fn a_body_is_kept_up_to_the_limit_and_read_to_its_end_beyond_it() {
    let frames = |count| {
        let frame = || Ok::<_, std::io::Error>(Bytes::from(vec![b' '; limits::BODY / 4]));
        Stream::from_stream(futures::stream::iter(std::iter::repeat_with(frame).take(count)))
    };
    assert_eq!(collect(&HeaderMap::new(), frames(4), &JSON).await.unwrap().len(), limits::BODY);
    let refused = collect(&HeaderMap::new(), frames(5), &JSON).await.map(|_| ()).unwrap_err();
    assert_eq!(axum::response::IntoResponse::into_response(refused).status(), 413);
}

#[tokio::test]
async fn a_client_that_waits_is_refused_before_it_sends() {
    let mut headers = HeaderMap::new();
    headers.insert(header::EXPECT, HeaderValue::from_static("100-continue"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("1048577"));
    let never = Stream::from_stream(futures::stream::pending::<Result<Bytes, std::io::Error>>());
    assert!(collect(&headers, never, &JSON).await.is_err());
}

#[test]
fn a_fingerprint_tells_method_path_and_body_apart() {
    let all = [("POST", "/a", "b"), ("POST", "/ab", ""), ("PUT", "/a", "b"), ("POST", "/a", "c")];
    let prints: std::collections::HashSet<_> =
        all.iter().map(|(method, path, body)| fingerprint(method, path, body.as_bytes())).collect();
    assert_eq!(prints.len(), all.len());
    assert_eq!(fingerprint("POST", "/a", b"b"), fingerprint("POST", "/a", b"b"));
    assert!(prints.iter().all(|print| print.len() == 64));
}

#[tokio::test]
async fn a_body_is_an_object() {
    for body in ["[]", "[\"SVC\", []]", "null", "7", "\"SVC\""] {
        let (status, problem) = refusal(request("application/json", body)).await;
        assert_eq!(
            (status, &problem["errors"][0]["message"]),
            (422, &json!("must be a JSON object")),
            "{body}"
        );
    }
}
