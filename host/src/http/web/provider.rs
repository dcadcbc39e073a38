//! Logging in with a provider of OpenID Connect: the way there, and the way back.
//!
//! Invariant: what a browser keeps meanwhile is a cookie of a few minutes that no script reads. It holds no secret of this server:
//! whoever has it still lacks the code that only the provider gives to the browser it belongs to.

use axum::Router;
use axum::extract::{self, Path};
use axum::http::{HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use super::form::Form;
use super::{door, entrance, words};
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::http::session::Visitor;
use crate::openid::{Brought, Errand, Error};

/// How long somebody may be at their provider, seconds: a second factor may have to be fetched.
const AWAY: i64 = 600;

/// The name of the cookie.
const COOKIE: &str = "slotledger-errand";

pub(super) fn open_routes() -> Router<State> {
    Router::new().route("/log-in/{provider}", get(leave)).route("/log-in/{provider}/back", get(come_back))
}

async fn leave(
    extract::State(app): extract::State<State>,
    Path(provider): Path<String>,
    visitor: Visitor,
    uri: Uri,
) -> Result<Response, Problem> {
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    let to = door::own_path(query.text("to")).unwrap_or_else(|| "/".to_owned());
    let back = back(&visitor, &provider)?;
    match app.send_to_provider(&provider, &back, &to, &visitor.address).await {
        Ok((there, errand)) => {
            let kept = visitor.site.keep(COOKIE, &packed(&errand), AWAY);
            Ok(([(header::SET_COOKIE, kept)], words::to(there.as_str())).into_response())
        }
        Err(error) => Ok(entrance::refused(&app, &to, error)),
    }
}

async fn come_back(
    extract::State(app): extract::State<State>,
    Path(provider): Path<String>,
    visitor: Visitor,
    uri: Uri,
) -> Result<Response, Problem> {
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    let kept = visitor.site.kept(COOKIE, &visitor.headers).and_then(|text| unpacked(&text));
    let Some(errand) = kept.filter(|errand| errand.provider == provider) else {
        return Ok(entrance::refused(&app, "", Error::Foreign.into()));
    };
    let why = if query.text("error_description").is_empty() { "error" } else { "error_description" };
    let brought = Brought {
        code: query.text("code").to_owned(),
        state: query.text("state").to_owned(),
        refusal: query.text(why).to_owned(),
    };
    let back = back(&visitor, &provider)?;
    let (address, agent) = (&visitor.address, &visitor.agent);
    let mut response = match app.log_in_with_provider(&errand, &brought, &back, address, agent).await {
        // A cookie may be somebody else's doing.
        Ok(session) => {
            let to = door::own_path(&errand.to).unwrap_or_else(|| "/".to_owned());
            entrance::entered(&visitor, &session, &to)
        }
        Err(error) => entrance::refused(&app, &errand.to, error),
    };
    let forgotten: HeaderValue = visitor.site.keep(COOKIE, "", 0);
    response.headers_mut().append(header::SET_COOKIE, forgotten);
    Ok(response)
}

/// The address that the provider sends a browser back to, and knows beforehand.
fn back(visitor: &Visitor, provider: &str) -> Result<String, Problem> {
    let origin =
        visitor.site.origin(&visitor.headers).ok_or(Error::Foreign).map_err(crate::app::Error::from)?;
    Ok(format!("{origin}/log-in/{provider}/back"))
}

fn packed(errand: &Errand) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(errand).unwrap_or_default())
}

fn unpacked(text: &str) -> Option<Errand> {
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}
