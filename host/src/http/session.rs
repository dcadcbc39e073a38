//! Sessions: logging in and out, and whoever is logged in.

use axum::Json;
use axum::extract::{self, Extension, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::Required;
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use super::body::{Body, Input, typed};
use super::extract::Id;
use super::gate::Need;
use super::operation::{Operation, State};
use super::problem::Problem;
use super::schema::{Page, PageOf};
use super::site::{self, Site};
use crate::app::{Identity, LogIn, NewPassword, NewSession, Welcome};
use crate::codes;
use crate::model::{AccountId, FieldError, Grant, Scope, Session};

const TAG: &str = "sessions";

/// What needs no session: getting one.
pub(super) fn open_routes() -> OpenApiRouter<State> {
    let log_in = Operation::act("/api/v1/log-in", "logIn", "Log in")
        .says(
            "Sets a cookie that lets the browser in. Whatever else a page sends with it has to carry `csrf` in the header \
             `Slotledger-Csrf`, unless it only reads.",
        )
        .open()
        .takes::<LogIn>(Required::True)
        .gives::<Begun>(201, "Whoever it is, logged in.")
        .refuses(&[403, 429]);
    let welcome = Operation::act("/api/v1/welcome", "welcome", "Set a password with a link")
        .says("The link that an administrator made, or that the first start printed. It is good once.")
        .open()
        .takes::<Welcome>(Required::True)
        .gives::<Begun>(201, "Whoever it is, logged in.")
        .refuses(&[403, 410]);
    OpenApiRouter::default().routes(log_in.tag(TAG).to(begin)).routes(welcome.tag(TAG).to(redeem))
}

/// What whoever is logged in can do about it.
pub(super) fn routes() -> OpenApiRouter<State> {
    let own = Need::anywhere(Scope::Own);
    let who = Operation::get("/api/v1/session", "readSession", "Say who one is")
        .gives::<WhoAmI>(200, "The account or the API key, and what it may do.");
    let out = Operation::delete("/api/v1/session", "logOut", "Log out")
        .gives::<Ended>(200, "It has ended.")
        .refuses(&[409]);
    let password = Operation::put("/api/v1/session/password", "changePassword", "Change one's password")
        .says("Ends every other session of the account.")
        .takes::<NewPassword>(Required::True)
        .gives::<Ended>(200, "It is changed.")
        .refuses(&[409, 429]);
    let list = Operation::get("/api/v1/sessions", "listSessions", "List one's sessions")
        .gives::<PageOf<SessionView>>(200, "All that have not ended. The list has no pages.")
        .refuses(&[409]);
    let all = Operation::delete("/api/v1/sessions", "endSessions", "End all of one's sessions")
        .gives::<Ended>(200, "They have ended, this one too.")
        .refuses(&[409]);
    let one = Operation::delete("/api/v1/sessions/{id}", "endSession", "End one of one's sessions")
        .says("Doing so twice changes nothing more.")
        .identified()
        .gives::<Ended>(200, "It has ended.")
        .refuses(&[409]);
    OpenApiRouter::default()
        .routes(who.tag(TAG).needs(&own).to(show))
        .routes(out.tag(TAG).needs(&own).to(leave))
        .routes(password.tag(TAG).needs(&own).to(change))
        .routes(list.tag(TAG).needs(&own).to(index))
        .routes(all.tag(TAG).needs(&own).to(end_all))
        .routes(one.tag(TAG).needs(&own).to(end))
}

/// Who is on the other end, as far as that is written down.
pub(super) struct Visitor {
    pub(super) site: std::sync::Arc<Site>,
    pub(super) address: String,
    pub(super) agent: String,
    pub(super) headers: HeaderMap,
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let site = parts.extensions.get::<std::sync::Arc<Site>>().cloned().unwrap_or_default();
        let agent = parts.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
        let (address, agent) = (site.peer(parts), agent.unwrap_or_default().to_owned());
        Ok(Self { site, address, agent, headers: parts.headers.clone() })
    }
}

/// A session that has begun.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NewSession)]
struct Begun {
    /// The account.
    account: AccountId,
    /// What it is called.
    name: String,
    /// What requests that change something carry in the header `Slotledger-Csrf`.
    csrf: String,
    /// When it ends at the latest.
    expires_at: DateTime<Utc>,
}

/// Who sends a request.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Session)]
struct WhoAmI {
    /// The account or the API key.
    id: Uuid,
    /// What it is called.
    name: String,
    /// Of an account, what it logs in with.
    login: Option<String>,
    /// What it may do, and where.
    grants: Vec<Grant>,
    /// What of that an API key is limited to.
    scopes: Option<Vec<Scope>>,
    /// Of a session, what requests that change something carry in the header `Slotledger-Csrf`.
    csrf: Option<String>,
}

/// Nothing more to say.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Done)]
pub(super) struct Ended {
    /// Always true.
    pub(super) done: bool,
}

/// A session of an account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SessionEntry)]
pub(super) struct SessionView {
    /// Its identifier.
    id: Uuid,
    /// The browser, as it called itself.
    agent: String,
    /// When it began.
    created_at: DateTime<Utc>,
    /// When it was last used, to a minute.
    used_at: DateTime<Utc>,
    /// When it ends at the latest.
    expires_at: DateTime<Utc>,
}

/// Sessions as the API shows them.
pub(super) fn views(sessions: Vec<Session>) -> Json<Page<SessionView>> {
    let view = |Session { id, agent, created_at, used_at, expires_at, .. }| SessionView {
        id,
        agent,
        created_at,
        used_at,
        expires_at,
    };
    Json(Page::whole(sessions.into_iter().map(view).collect()))
}

async fn begin(
    extract::State(app): extract::State<State>,
    visitor: Visitor,
    Body { value, request: _ }: Body<LogIn>,
) -> Result<Response, Problem> {
    visitor.site.same_origin(&visitor.headers)?;
    Ok(begun(&visitor.site, app.log_in(&value, &visitor.address, &visitor.agent).await?))
}

async fn redeem(
    extract::State(app): extract::State<State>,
    visitor: Visitor,
    Body { value, request: _ }: Body<Welcome>,
) -> Result<Response, Problem> {
    visitor.site.same_origin(&visitor.headers)?;
    Ok(begun(&visitor.site, app.welcome(&value, &visitor.agent).await?))
}

fn begun(site: &Site, session: NewSession) -> Response {
    let view = Begun {
        account: session.account.id,
        name: session.account.name.clone(),
        csrf: site::token(&session.secret),
        expires_at: session.expires_at,
    };
    let cookie = site.cookie(&session, lasts(&session));
    (StatusCode::CREATED, [(header::SET_COOKIE, cookie), no_store()], Json(view)).into_response()
}

/// How many seconds a browser keeps a session's cookie.
pub(super) fn lasts(session: &NewSession) -> i64 {
    (session.expires_at - session.began_at).num_seconds()
}

fn no_store() -> (header::HeaderName, header::HeaderValue) {
    (header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"))
}

async fn show(Extension(who): Extension<Identity>, visitor: Visitor) -> Response {
    let secret = visitor.site.session(&visitor.headers).filter(|_| who.session.is_some());
    let login = who.session.map(|(account, _)| account.login);
    let csrf = secret.map(|secret| site::token(&secret));
    let Identity { id, label, grants, scopes, .. } = Identity { session: None, ..who };
    ([no_store()], Json(WhoAmI { id, name: label, login, grants, scopes, csrf })).into_response()
}

async fn leave(
    extract::State(app): extract::State<State>,
    Extension(who): Extension<Identity>,
    visitor: Visitor,
) -> Result<Response, Problem> {
    let (account, session) = logged_in(&who)?;
    app.end_sessions(account, Some(session), &who.label).await?;
    Ok(([(header::SET_COOKIE, visitor.site.no_cookie())], Json(Ended { done: true })).into_response())
}

async fn change(
    extract::State(app): extract::State<State>,
    Extension(who): Extension<Identity>,
    Body { value, request: _ }: Body<NewPassword>,
) -> Result<Json<Ended>, Problem> {
    let Some((account, session)) = &who.session else { return Err(no_account()) };
    app.change_password(account, *session, &value).await?;
    Ok(Json(Ended { done: true }))
}

async fn index(
    extract::State(app): extract::State<State>,
    Extension(who): Extension<Identity>,
) -> Result<Json<Page<SessionView>>, Problem> {
    let (account, _) = logged_in(&who)?;
    Ok(views(app.account_sessions(account).await?))
}

async fn end_all(
    extract::State(app): extract::State<State>,
    Extension(who): Extension<Identity>,
) -> Result<Json<Ended>, Problem> {
    let (account, _) = logged_in(&who)?;
    app.end_sessions(account, None, &who.label).await?;
    Ok(Json(Ended { done: true }))
}

async fn end(
    extract::State(app): extract::State<State>,
    Id(id): Id<Uuid>,
    Extension(who): Extension<Identity>,
) -> Result<Json<Ended>, Problem> {
    let (account, _) = logged_in(&who)?;
    app.end_sessions(account, Some(id), &who.label).await?;
    Ok(Json(Ended { done: true }))
}

fn logged_in(who: &Identity) -> Result<(AccountId, Uuid), Problem> {
    who.session.as_ref().map(|(account, session)| (account.id, *session)).ok_or_else(no_account)
}

fn no_account() -> Problem {
    Problem::new(codes::OUT_OF_STATE, "An API key has no session and no password.")
}

macro_rules! plain_input {
    ($body:ty $(, $check:expr)?) => {
        impl Input for $body {
            fn read(value: Value) -> Result<Self, Vec<FieldError>> {
                typed(value)
            }

            $(fn check(&self) -> Vec<FieldError> {
                $check(self)
            })?
        }
    };
}

pub(super) use plain_input;

plain_input!(LogIn);
plain_input!(Welcome, Welcome::check);
plain_input!(NewPassword, NewPassword::check);
