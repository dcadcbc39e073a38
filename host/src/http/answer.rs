//! Success: what is answered, with its `ETag` and `Location`.
//!
//! Invariant: an answer given again is byte for byte the first one, headers included.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::headers::REPLAYED;
use super::masters::Resource;
use super::problem::{MEDIA_TYPE, Problem};
use crate::app::Reply;
use crate::codes;
use crate::model::{Appointment, Stored};
use crate::store::Answer;

/// Something with an address and a version.
pub(super) trait Versioned: Serialize + DeserializeOwned {
    /// The collection it is found in.
    fn collection() -> &'static str;
    /// Its identifier.
    fn id(&self) -> String;
    /// Counts its changes.
    fn version(&self) -> i64;
}

impl<T: Resource> Versioned for Stored<T> {
    fn collection() -> &'static str {
        T::PATH
    }

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn version(&self) -> i64 {
        self.version
    }
}

impl Versioned for Appointment {
    fn collection() -> &'static str {
        super::appointments::PATH
    }

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn version(&self) -> i64 {
        i64::from(self.revision)
    }
}

/// Something that was asked for, or changed.
pub(super) fn found<T: Versioned>(value: &T) -> Response {
    whole(StatusCode::OK, value)
}

/// Something that was added, now or when the request first came.
pub(super) fn added<T: Versioned>(reply: Reply<T>) -> Response {
    replied(StatusCode::CREATED, reply)
}

/// Something that was changed, now or when the request first came.
pub(super) fn changed<T: Versioned>(reply: Reply<T>) -> Response {
    replied(StatusCode::OK, reply)
}

fn replied<T: Versioned>(status: StatusCode, reply: Reply<T>) -> Response {
    match reply {
        Reply::Fresh(value) => whole(status, &value),
        Reply::Replayed(answer) => again::<T>(answer),
    }
}

fn whole<T: Versioned>(status: StatusCode, value: &T) -> Response {
    match serde_json::to_string(value) {
        Ok(body) => (status, headers(status, value), body).into_response(),
        Err(error) => {
            Problem::new(codes::UNFORESEEN, format!("The answer cannot be written: {error}.")).into_response()
        }
    }
}

fn again<T: Versioned>(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let all = match serde_json::from_str::<T>(&answer.body) {
        Ok(value) if status.is_success() => headers(status, &value),
        // A refusal that was kept, or something written by an older version.
        Ok(_) | Err(_) => {
            HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE))])
        }
    };
    repeated(status, all, answer.body)
}

/// Something without a version, given again.
pub(super) fn repeated_plainly(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let json = HeaderValue::from_static("application/json");
    repeated(status, HeaderMap::from_iter([(header::CONTENT_TYPE, json)]), answer.body)
}

fn repeated(status: StatusCode, mut headers: HeaderMap, body: String) -> Response {
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    (status, headers, body).into_response()
}

fn headers<T: Versioned>(status: StatusCode, value: &T) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let mut put = |name, text: String| {
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(name, value);
        }
    };
    put(header::ETAG, format!("\"{}\"", value.version()));
    if status == StatusCode::CREATED {
        put(header::LOCATION, format!("{}/{}", T::collection(), value.id()));
    }
    headers
}
