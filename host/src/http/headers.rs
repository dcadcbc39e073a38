//! Request headers that mean something to a use case: `If-Match`, `Idempotency-Key`, `Slotledger-Actor`.
//!
//! Invariant: a header that is there but cannot be read is refused, never ignored.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};

use super::gate::Voices;
use super::{limits, problem::Problem};
use crate::codes;
use crate::model::{Acting, Actor};

/// Says on whose behalf a command comes.
pub(super) const ACTOR: &str = "slotledger-actor";
/// Makes a request safe to repeat.
pub(super) const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// Says that an answer was given before.
pub(super) const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// The `If-Match` header, if there is one.
pub(super) struct IfMatch(pub(super) Option<Expected>);

/// Which version a change is meant for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expected {
    /// Whichever is present.
    Any,
    /// This one; 0, which no version has, stands for tags that this server never gives.
    Version(u32),
}

impl IfMatch {
    /// The version that is meant; none where any is.
    pub(super) const fn version(&self) -> Option<u32> {
        match self.0 {
            Some(Expected::Version(version)) => Some(version),
            Some(Expected::Any) | None => None,
        }
    }
}

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(value) = single(&parts.headers, "if-match")? else { return Ok(Self(None)) };
        let expected = expected(value).ok_or_else(|| {
            Problem::new(codes::BAD_HEADER, "If-Match takes one entity tag in quotes, such as \"3\", or *.")
        })?;
        Ok(Self(Some(expected)))
    }
}

fn expected(value: &str) -> Option<Expected> {
    if value == "*" {
        return Some(Expected::Any);
    }
    // A weak tag is a valid one that never matches: RFC 9110, section 13.1.1.
    let (weak, tag) = value.strip_prefix("W/").map_or((false, value), |tag| (true, tag));
    let tag = tag.strip_prefix('"')?.strip_suffix('"')?;
    if tag.contains('"') {
        return None;
    }
    let canonical = |version: &u32| !weak && version.to_string() == tag;
    Some(Expected::Version(tag.parse().ok().filter(canonical).unwrap_or(0)))
}

/// The `Slotledger-Actor` header, and who sent it. Without one a customer is a customer, a technician their provider, and
/// everybody else staff.
pub(super) struct ActingAs(pub(super) Acting);

impl<S: Sync> FromRequestParts<S> for ActingAs {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let asked = match single(&parts.headers, ACTOR)? {
            None => None,
            Some("staff") => Some(Actor::Staff),
            Some("customer") => Some(Actor::Customer),
            Some("provider") => Some(Actor::Provider),
            Some(_) => {
                return Err(Problem::new(
                    codes::BAD_HEADER,
                    "Slotledger-Actor is customer, provider or staff.",
                ));
            }
        };
        let forbidden =
            || Problem::new(codes::FORBIDDEN, "Your role does not speak for whom Slotledger-Actor names.");
        let voices = parts.extensions.get::<Voices>().ok_or_else(forbidden)?;
        voices.acting(asked).map(Self).ok_or_else(forbidden)
    }
}

/// The `Idempotency-Key` header, if there is one.
pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let Some(key) = single(headers, IDEMPOTENCY_KEY)? else { return Ok(None) };
    if (1..=limits::KEY).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(Some(key));
    }
    let detail = format!("Idempotency-Key takes 1 to {} visible ASCII characters.", limits::KEY);
    Err(Problem::new(codes::BAD_HEADER, detail))
}

/// A header that may stand once, trimmed.
fn single<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Problem> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    match value.to_str() {
        Ok(value) if values.next().is_none() => Ok(Some(value.trim())),
        _ => Err(Problem::new(codes::BAD_HEADER, format!("The header {name} stands once, in plain ASCII."))),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn an_entity_tag_is_a_version_in_quotes() {
        assert_eq!(expected("\"3\""), Some(Expected::Version(3)));
        assert_eq!(expected("*"), Some(Expected::Any));
    }

    #[test]
    fn tags_never_given_match_nothing() {
        for tag in ["\"\"", "\"abc\"", "\"+3\"", "\"03\"", "\"99999999999\"", "W/\"3\""] {
            assert_eq!(expected(tag), Some(Expected::Version(0)), "{tag}");
        }
    }

    #[test]
    fn what_is_no_entity_tag_is_refused() {
        for text in ["", "3", "\"3", "3\"", "\"", "\"1\", \"2\"", "**"] {
            assert_eq!(expected(text), None, "{text}");
        }
    }

    #[test]
    fn a_key_is_visible_ascii_of_bounded_length_and_stands_once() {
        let key = |value: &str| {
            let headers = HeaderMap::from_iter([(
                HeaderName::from_static(IDEMPOTENCY_KEY),
                HeaderValue::from_bytes(value.as_bytes()).unwrap(),
            )]);
            idempotency_key(&headers).map(|key| key.map(str::to_owned))
        };
        assert_eq!(key("order-1/2").unwrap().as_deref(), Some("order-1/2"));
        assert!(key(&"k".repeat(limits::KEY)).is_ok());
        for bad in ["", "a b", "é", &"k".repeat(limits::KEY + 1)] {
            assert!(key(bad).is_err(), "{bad:?}");
        }
        let mut twice = HeaderMap::new();
        twice.append(IDEMPOTENCY_KEY, HeaderValue::from_static("a"));
        twice.append(IDEMPOTENCY_KEY, HeaderValue::from_static("a"));
        assert!(idempotency_key(&twice).is_err());
    }
}
