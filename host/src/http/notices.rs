//! Notices of the ERPs: a document has changed there.
//!
//! Role: makes the comparison of that document prompt. A notice that is lost loses nothing, because every night compares
//! all of them; one that comes twice is one comparison.
//!
//! Invariant: a notice is believed only with a signature over the whole body, and even then nothing in it is taken over
//! but the document's key. It needs no API key, so that an ERP has none.

use axum::Json;
use axum::body::Bytes;
use axum::extract;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use ring::hmac;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::Value;
use slotledger_erp::Key;
use utoipa::ToSchema;
use utoipa::openapi::Required;
use utoipa_axum::router::OpenApiRouter;

use super::extract::Id;
use super::operation::{Operation, State};
use super::problem::Problem;
use crate::codes;

/// How far the clocks of an ERP may be off, and how long a notice may be under way.
const TOLERANCE: TimeDelta = TimeDelta::minutes(5);

/// The fields in which ERPs carry our key, and in which objects.
const KEYS: [&str; 3] = ["slotledger_key", "custom_slotledger_key", "key"];
const WITHIN: [&str; 3] = ["doc", "data", "document"];

/// The operation.
pub(super) fn routes() -> OpenApiRouter<State> {
    let take = Operation::post(
        "/api/v1/connections/{name}/notices",
        "takeNotice",
        "Be told that a document has changed in the books",
    )
    .tag("connections")
    .says(
        "For webhooks of an ERP, which need no API key: the body is signed with the secret of `[notices.NAME]`, either as \
         ERPNext does it (`X-Frappe-Webhook-Signature`) or by Standard Webhooks (`webhook-id`, `webhook-timestamp`, \
         `webhook-signature`). A notice names the document's key in `slotledger_key` or `key`; that document is \
         compared soon.",
    )
    .open()
    .named()
    .takes::<NoticeBody>(Required::True)
    .gives::<Noted>(202, "It was understood.");
    OpenApiRouter::default().routes(take.to(notice))
}

/// Whatever the ERP sends; of it, only the key is used.
#[derive(Debug, ToSchema)]
#[schema(as = Notice)]
#[expect(dead_code, reason = "it is only for the description; the body is read as it was signed")]
struct NoticeBody {
    /// The document's key.
    #[schema(required = false)]
    slotledger_key: Option<String>,
}

/// What became of a notice.
#[derive(Debug, Serialize, ToSchema)]
struct Noted {
    /// Whether it names a document that is compared soon.
    noted: bool,
}

async fn notice(
    extract::State(app): extract::State<State>,
    Id(name): Id<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    // The same answer whether there is no such connection, no secret, or another signature: nobody learns which.
    let refused =
        || Problem::new(codes::NOTICE_UNSIGNED, "The notice is not signed with the connection's secret.");
    let secret = app.notice_secret(&name).ok_or_else(refused)?;
    if !signed(&headers, &body, secret, app.now()) {
        return Err(refused());
    }
    let noted = match serde_json::from_slice::<Value>(&body).ok().and_then(|body| key(&body)) {
        Some(key) => app.ask_document(&name, &key).await?,
        None => false,
    };
    Ok((StatusCode::ACCEPTED, Json(Noted { noted })).into_response())
}

/// The key that a notice names.
fn key(body: &Value) -> Option<Key> {
    let objects = std::iter::once(Some(body)).chain(WITHIN.iter().map(|name| body.get(name)));
    let mut keys = objects.flatten().flat_map(|object| KEYS.iter().filter_map(|name| object.get(name)));
    keys.find_map(|key| Key::parse(key.as_str()?))
}

/// Whether the body was signed with the secret, in one of the two ways.
fn signed(headers: &HeaderMap, body: &[u8], secret: &SecretString, now: DateTime<Utc>) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(signature) = text("x-frappe-webhook-signature") {
        return matches(secret.expose_secret().as_bytes(), &[body], signature);
    }
    let (Some(id), Some(timestamp), Some(signatures)) =
        (text("webhook-id"), text("webhook-timestamp"), text("webhook-signature"))
    else {
        return false;
    };
    let sent = timestamp.parse().ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    if sent.is_none_or(|sent| (now - sent).abs() > TOLERANCE) {
        return false;
    }
    // A secret of Standard Webhooks is base64 behind a prefix.
    let secret = secret.expose_secret();
    let decoded = secret.strip_prefix("whsec_").and_then(|secret| BASE64_STANDARD.decode(secret).ok());
    let secret = decoded.unwrap_or_else(|| secret.as_bytes().to_vec());
    // A prefix with nothing behind it: anybody could sign with that.
    if secret.is_empty() {
        return false;
    }
    let content: [&[u8]; 5] = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body];
    let mut known = signatures.split(' ').filter_map(|signature| signature.strip_prefix("v1,"));
    known.any(|signature| matches(&secret, &content, signature))
}

/// Compares in constant time.
fn matches(secret: &[u8], content: &[&[u8]], signature: &str) -> bool {
    let Ok(signature) = BASE64_STANDARD.decode(signature) else { return false };
    hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, secret), &content.concat(), &signature).is_ok()
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};
    use serde_json::json;

    use super::*;

    fn headers(pairs: &[(&'static str, String)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, String)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).expect("plain"))
        };
        pairs.iter().map(pair).collect()
    }

    fn tag(secret: &[u8], content: &[u8]) -> String {
        BASE64_STANDARD.encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), content))
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).expect("in range")
    }

    #[test]
    fn the_way_of_erpnext_is_taken() {
        let (secret, body) = (SecretString::from("s3cret"), b"{\"key\":\"a/1/order\"}");
        let name = "x-frappe-webhook-signature";
        assert!(signed(&headers(&[(name, tag(b"s3cret", body))]), body, &secret, at(0)));
        assert!(!signed(&headers(&[(name, tag(b"other", body))]), body, &secret, at(0)));
        assert!(!signed(&headers(&[(name, tag(b"s3cret", body))]), b"{}", &secret, at(0)));
        assert!(!signed(&headers(&[(name, "?".to_owned())]), body, &secret, at(0)));
        assert!(!signed(&HeaderMap::new(), body, &secret, at(0)));
    }

    /// The example of the Standard Webhooks specification.
    #[test]
    fn the_standard_way_is_taken_for_some_minutes() {
        let secret = SecretString::from("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let body = br#"{"test": 2432232314}"#;
        let sent = headers(&[
            ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek".to_owned()),
            ("webhook-timestamp", "1614265330".to_owned()),
            ("webhook-signature", "v2,x v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=".to_owned()),
        ]);
        assert!(signed(&sent, body, &secret, at(1_614_265_330)));
        assert!(signed(&sent, body, &secret, at(1_614_265_330 + 300)));
        assert!(!signed(&sent, body, &secret, at(1_614_265_330 + 301)));
        assert!(!signed(&sent, b"{}", &secret, at(1_614_265_330)));
        let by_anybody = format!("v1,{}", tag(b"", b"m.0.{}"));
        let sent = headers(&[
            ("webhook-id", "m".to_owned()),
            ("webhook-timestamp", "0".to_owned()),
            ("webhook-signature", by_anybody),
        ]);
        assert!(!signed(&sent, b"{}", &SecretString::from("whsec_"), at(0)));
    }

    #[test]
    fn the_key_is_found_where_erps_put_it() {
        let expected = Key::parse("a/1/order");
        for body in [
            json!({ "slotledger_key": "a/1/order" }),
            json!({ "doc": { "custom_slotledger_key": "a/1/order", "key": 7 } }),
            json!({ "data": { "key": "a/1/order" } }),
        ] {
            assert_eq!(key(&body), expected, "{body}");
        }
        for body in [json!({ "key": "NOT A KEY" }), json!([]), json!({ "doc": "a/1/order" })] {
            assert_eq!(key(&body), None, "{body}");
        }
    }
}
