//! Who may come in: whoever shows an API key.
//!
//! Invariant: nothing behind [`authenticate`] is reached without a key, and the refusal does not say whether the path
//! exists. Roles are deliberately absent: a key may do everything.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::Problem;
use crate::app::App;
use crate::codes;

/// Whose key was shown: its label.
#[derive(Debug, Clone)]
pub(super) struct Caller(pub(super) String);

/// Lets a request pass whose key is known, and remembers whose it is.
pub(super) async fn authenticate(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let Some(key) = bearer(request.headers()) else {
        return refused("The request carries no API key.", "Bearer realm=\"slotledger\"");
    };
    match app.key_label(key).await {
        Ok(Some(label)) => {
            request.extensions_mut().insert(Caller(label));
            next.run(request).await
        }
        Ok(None) => {
            refused("The API key is not known here.", "Bearer realm=\"slotledger\", error=\"invalid_token\"")
        }
        Err(error) => Problem::from(error).into_response(),
    }
}

fn refused(detail: &str, challenge: &'static str) -> Response {
    Problem::new(codes::UNAUTHORIZED, detail)
        .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
        .into_response()
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, key) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("Bearer") && !key.trim().is_empty()).then(|| key.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(value: &'static str) -> Option<String> {
        let headers = HeaderMap::from_iter([(header::AUTHORIZATION, HeaderValue::from_static(value))]);
        bearer(&headers).map(str::to_owned)
    }

    #[test]
    fn the_scheme_is_read_in_any_case_and_the_key_as_it_is() {
        assert_eq!(shown("Bearer sl_Key").as_deref(), Some("sl_Key"));
        assert_eq!(shown("bearer  sl_Key").as_deref(), Some("sl_Key"));
    }

    #[test]
    fn other_schemes_and_empty_keys_are_no_key() {
        for value in ["Basic dXNlcjpwdw==", "Bearer", "Bearer ", "sl_Key"] {
            assert_eq!(shown(value), None, "{value:?}");
        }
        assert_eq!(bearer(&HeaderMap::new()), None);
    }
}
