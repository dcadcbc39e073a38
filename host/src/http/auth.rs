//! Who comes in: whoever shows an API key that holds, or the cookie of a session. What they may do is the gate's question.
//!
//! Invariant: nothing behind [`authenticate`] is reached without either, and the refusal does not say whether the path
//! exists.

use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::gate::{self, Needs, Voices};
use super::problem::Problem;
use super::site::Site;
use crate::app::{App, Identity};
use crate::codes;

/// Who sends a request: what they are called.
#[derive(Debug, Clone)]
pub(super) struct Caller(pub(super) String);

/// What a request is judged by.
#[derive(Clone)]
pub(super) struct Door {
    pub(super) app: Arc<App>,
    pub(super) needs: Arc<Needs>,
    pub(super) site: Arc<Site>,
}

/// Lets a request pass whose sender is known and may send it, and remembers who it is.
pub(super) async fn authenticate(State(door): State<Door>, request: Request, next: Next) -> Response {
    match admitted(&door, request).await {
        Ok(request) => {
            let customers = request.extensions().get::<Voices>().is_some_and(|voices| voices.is_customers());
            let answer = next.run(request).await;
            if customers { gate::for_customers(answer).await } else { answer }
        }
        Err(problem) => problem.into_response(),
    }
}

async fn admitted(door: &Door, mut request: Request) -> Result<Request, Problem> {
    let identity = identified(door, request.method(), request.headers()).await?;
    let template = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    if let Some(template) = template
        && let Some(need) = door.needs.find(request.method(), &template)
    {
        gate::check(&door.app, &identity, need.as_ref(), &template, &mut request).await?;
    }
    request.extensions_mut().insert(Caller(identity.label.clone()));
    request.extensions_mut().insert(identity);
    Ok(request)
}

async fn identified(door: &Door, method: &Method, headers: &HeaderMap) -> Result<Identity, Problem> {
    let Some(key) = bearer(headers) else { return of_session(door, method, headers).await };
    let unknown =
        || refused("The API key is not known here.", "Bearer realm=\"slotledger\", error=\"invalid_token\"");
    door.app.identify_key(key).await?.ok_or_else(unknown)
}

async fn of_session(door: &Door, method: &Method, headers: &HeaderMap) -> Result<Identity, Problem> {
    let nobody = |detail: &str| refused(detail, "Bearer realm=\"slotledger\"");
    // Whoever shows something else than a key meant to show a key.
    let secret = door.site.session(headers).filter(|_| !headers.contains_key(header::AUTHORIZATION));
    let secret = secret.ok_or_else(|| nobody("The request carries no API key and no session."))?;
    let identity = door.app.identify_session(&secret).await?;
    let identity = identity.ok_or_else(|| nobody("The session has ended."))?;
    if !method.is_safe() {
        door.site.is_ours(headers, &secret)?;
    }
    Ok(identity)
}

fn refused(detail: &str, challenge: &'static str) -> Problem {
    Problem::new(codes::UNAUTHORIZED, detail)
        .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
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
