//! Reading a body: bounded, declared, parsed, checked, and fingerprinted for a repeated request.
//!
//! Invariants: at most [`limits::BODY`] bytes are kept, or [`limits::PHOTO`] of a file. A number with a fraction never becomes a value (amounts and
//! quantities are strings), and no text with a NUL goes further than this.

use axum::body::Body as Stream;
use axum::extract::{FromRequest, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::gate::Limited;
use super::plain::plainly;
use super::problem::Problem;
use super::{headers, json, limits};
use crate::app::Identity;
use crate::codes::Code;
use crate::model::FieldError;
use crate::{app, codes};

/// What a body can be read as.
pub(super) trait Input: Sized + Send + 'static {
    /// Reads it from JSON.
    fn read(value: Value) -> Result<Self, Vec<FieldError>>;

    /// What is wrong with its values, where the use case does not see to it.
    fn check(&self) -> Vec<FieldError> {
        Vec::new()
    }

    /// What it means to send nothing; none where a body is needed.
    fn absent() -> Option<Self> {
        None
    }
}

/// A body, and the key by which the request may be repeated.
pub(super) struct Body<T> {
    /// What was sent.
    pub(super) value: T,
    /// The request's `Idempotency-Key`, if it has one.
    pub(super) request: Option<app::Request>,
}

impl<T: Input, S: Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, stream) = request.into_parts();
        let key = headers::idempotency_key(&parts.headers)?.map(str::to_owned);
        let bytes = collect(&parts.headers, stream, &JSON).await?;
        let request = key.map(|key| repeatable(&key, &parts, &bytes));
        let read = parsed(&parts.headers, &bytes)?;
        if let Some(limited) = parts.extensions.get::<Limited>() {
            limited.named(read.as_ref().unwrap_or(&Value::Null)).await?;
        }
        Ok(Self { value: understood(read)?, request })
    }
}

/// A file, and the key by which the request may be repeated.
pub(super) struct File {
    /// What was sent.
    pub(super) bytes: Bytes,
    /// The request's `Idempotency-Key`, if it has one.
    pub(super) request: Option<app::Request>,
}

impl<S: Sync> FromRequest<S> for File {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, stream) = request.into_parts();
        let key = headers::idempotency_key(&parts.headers)?.map(str::to_owned);
        let bytes = collect(&parts.headers, stream, &PHOTO).await?;
        Ok(Self { request: key.map(|key| repeatable(&key, &parts, &bytes)), bytes })
    }
}

/// What makes a request safe to repeat.
fn repeatable(key: &str, parts: &Parts, bytes: &[u8]) -> app::Request {
    // Labels need not be unique; what one sender was answered is nobody else's.
    let caller = parts.extensions.get::<Identity>().map_or(Uuid::nil(), |identity| identity.id);
    app::Request {
        key: format!("{caller}:{key}"),
        fingerprint: fingerprint(parts.method.as_str(), parts.uri.path(), bytes),
    }
}

/// Reads `T` with the path of the field at which that fails.
pub(super) fn typed<T: DeserializeOwned>(value: Value) -> Result<T, Vec<FieldError>> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let field = if path == "." { String::new() } else { path };
        vec![FieldError { field, message: plainly(&error.inner().to_string()) }]
    })
}

/// The JSON of a body; none where it is empty.
fn parsed(headers: &HeaderMap, bytes: &[u8]) -> Result<Option<Value>, Problem> {
    if bytes.is_empty() {
        return Ok(None);
    }
    if !is_json(headers) {
        let detail = "The body comes without the media type application/json.";
        return Err(Problem::new(codes::NOT_DECLARED_JSON, detail));
    }
    let value = json::read(bytes)
        .map_err(|error| Problem::new(codes::NOT_JSON, format!("Reading it failed: {error}.")))?;
    Ok(Some(value))
}

fn understood<T: Input>(value: Option<Value>) -> Result<T, Problem> {
    let Some(value) = value else {
        let nothing = || Problem::new(codes::NOT_JSON, "The body is empty.");
        return T::absent().ok_or_else(nothing);
    };
    let mut errors = Vec::new();
    // A list in the order of the fields would be read as an object, too; no client means that.
    if !value.is_object() {
        errors.push(FieldError { field: String::new(), message: "must be a JSON object".to_owned() });
    }
    survey(&value, "", &mut errors);
    if errors.is_empty() {
        let read = T::read(value).and_then(|input| {
            let errors = input.check();
            if errors.is_empty() { Ok(input) } else { Err(errors) }
        });
        return read.map_err(|errors| Problem::fields(codes::INVALID, errors));
    }
    Err(Problem::fields(codes::INVALID, errors))
}

/// Looks through a whole body for what no field takes.
fn survey(value: &Value, path: &str, errors: &mut Vec<FieldError>) {
    let mut wrong = |message: &str| {
        errors.push(FieldError { field: path.to_owned(), message: message.to_owned() });
    };
    match value {
        Value::Number(number) if !number.is_i64() && !number.is_u64() => {
            wrong("must be a whole number; amounts and quantities are written as strings");
        }
        Value::String(text) if text.contains('\0') => wrong("must not contain a NUL character"),
        Value::Array(items) => {
            for (n, item) in items.iter().enumerate() {
                survey(item, &format!("{path}[{n}]"), errors);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                let joint = if path.is_empty() { "" } else { "." };
                survey(field, &format!("{path}{joint}{name}"), errors);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(Ok(media_type)) = headers.get(header::CONTENT_TYPE).map(|value| value.to_str()) else {
        return false;
    };
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

/// How much of a body is kept, how much of a larger one is read, and what that is called.
struct Bound {
    most: usize,
    drained: usize,
    code: Code,
}

const JSON: Bound = Bound { most: limits::BODY, drained: limits::DRAINED, code: codes::BODY_TOO_LARGE };
const PHOTO: Bound =
    Bound { most: limits::PHOTO, drained: limits::PHOTO_DRAINED, code: codes::PHOTO_TOO_LARGE };

/// The body's bytes. One that is too large is refused after it was read to its end, within bounds: a client that is
/// still sending would meet a closed connection instead of the refusal.
async fn collect(headers: &HeaderMap, mut stream: Stream, bound: &Bound) -> Result<Bytes, Problem> {
    let too_large = || {
        let detail = format!("The body has more than {} bytes.", bound.most);
        Problem::new(bound.code, detail)
    };
    let waits = headers.contains_key(header::EXPECT);
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if declared.is_some_and(|length: u64| length > if waits { bound.most } else { bound.drained } as u64) {
        return Err(too_large());
    }
    let mut kept = BytesMut::new();
    let mut read = 0;
    while let Some(frame) = stream.frame().await {
        let broken = |error| Problem::new(codes::NOT_JSON, format!("The body broke off: {error}."));
        let Ok(data) = frame.map_err(broken)?.into_data() else { continue };
        read += data.len();
        if read <= bound.most {
            kept.extend_from_slice(&data);
            continue;
        }
        kept = BytesMut::new();
        if read > bound.drained {
            break;
        }
    }
    if read > bound.most { Err(too_large()) } else { Ok(kept.freeze()) }
}

/// SHA-256 of method, path and body, hexadecimal. The NULs keep the three apart: neither of the first two can hold one.
fn fingerprint(method: &str, path: &str, body: &[u8]) -> String {
    let mut hash = Sha256::new();
    for part in [method.as_bytes(), b"\0", path.as_bytes(), b"\0", body] {
        hash.update(part);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
#[path = "body_tests.rs"]
mod tests;
