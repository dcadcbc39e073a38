//! Reading what stands in a URL: the identifier in the path, the query.
//!
//! Invariant: a parameter that cannot be read, or that is not known, is refused, never ignored.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use std::str::FromStr;

use super::limits;
use super::plain::plainly;
use super::problem::Problem;
use crate::app::Error;
use crate::codes;
use crate::model::FieldError;
use crate::model::fields::Fields;

/// The identifier in the path.
pub(super) struct Id<T>(pub(super) T);

impl<T: FromStr + Send, S: Send + Sync> FromRequestParts<S> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let wrong = || Problem::new(codes::BAD_PATH, "No record is ever called this.");
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| wrong())?;
        let id = params.iter().next().and_then(|(_, id)| id.parse().ok());
        id.map(Self).ok_or_else(wrong)
    }
}

/// The query.
pub(super) struct Query<T>(pub(super) T);

impl<T: DeserializeOwned + Checked, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let read = axum::extract::Query::<T>::try_from_uri(&parts.uri);
        let axum::extract::Query(query) = read.map_err(|rejection| {
            let cause = std::error::Error::source(&rejection).map_or_else(String::new, ToString::to_string);
            match cause.split_once(": ") {
                Some((field, message)) if !field.contains(' ') => {
                    let error = FieldError { field: field.to_owned(), message: plainly(message) };
                    Problem::fields(codes::BAD_QUERY, vec![error])
                }
                _ => Problem::new(codes::BAD_QUERY, format!("Reading the query failed: {cause}.")),
            }
        })?;
        let errors = query.check();
        if errors.is_empty() { Ok(Self(query)) } else { Err(Problem::fields(codes::BAD_QUERY, errors)) }
    }
}

/// The refusal of a query whose values the use case checks: what it finds wrong stands in the query.
pub(super) fn of_query(error: Error) -> Problem {
    if let Error::Invalid(errors) = error {
        return Problem::fields(codes::BAD_QUERY, errors);
    }
    error.into()
}

/// A query whose values have limits.
pub(super) trait Checked {
    /// How many entries are asked for.
    fn limit(&self) -> Option<u32>;

    /// Checks what it asks for besides, where the use case does not see to it.
    fn check_more(&self, _: &mut Fields) {}

    /// What is wrong with its values.
    fn check(&self) -> Vec<FieldError> {
        let mut fields = Fields::default();
        if let Some(limit) = self.limit() {
            fields.within("limit", limit, 1..=limits::MAX_PAGE);
        }
        self.check_more(&mut fields);
        fields.into_errors()
    }
}
