//! Accounts, API keys, and what was done with them.

use axum::Json;
use axum::extract::{self, Extension};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::openapi::Required;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use super::answer::{Versioned, found};
use super::body::{Body, Input, typed};
use super::extract::{Checked, Id, Query};
use super::gate::Need;
use super::headers::{Expected, IfMatch};
use super::limits;
use super::operation::{Operation, State};
use super::problem::Problem;
use super::schema::{Page, PageOf};
use super::session::{self, Ended, SessionView, plain_input};
use crate::app::{Identity, NewAccount, NewKey};
use crate::codes;
use crate::model::{Account, AccountEvent, AccountId, ApiKey, FieldError, Grant, Scope};
use crate::store;

const PATH: &str = "/api/v1/accounts";
const KEYS: &str = "/api/v1/keys";
const TAG: &str = "accounts";

/// The operations.
pub(super) fn routes() -> OpenApiRouter<State> {
    people().merge(keys())
}

fn people() -> OpenApiRouter<State> {
    let (read, write) = (Need::everywhere(Scope::AccountsRead), Need::everywhere(Scope::AccountsWrite));
    let add = Operation::act(PATH, "addAccount", "Add an account")
        .says("Answers with a token, once: `/welcome?token=…` is the page where its owner sets the password, within a day.")
        .takes::<NewAccount>(Required::True)
        .gives::<Invited>(201, "The account, without a password so far.");
    let list = Operation::get(PATH, "listAccounts", "List accounts")
        .query::<Filter>()
        .gives::<PageOf<Account>>(200, "A page, in the order they were added in.");
    let one = Operation::get("/api/v1/accounts/{id}", "readAccount", "Read an account")
        .identified()
        .gives_versioned::<Account>(200, "It, with its version.");
    let replace = Operation::put("/api/v1/accounts/{id}", "replaceAccount", "Change an account")
        .says("Its sessions go on with the new roles at once. One that is switched off has no session left.")
        .identified()
        .if_match(Required::True)
        .takes::<NewAccount>(Required::True)
        .gives_versioned::<Account>(200, "It, as it is now.");
    let invite =
        Operation::act("/api/v1/accounts/{id}/invitation", "inviteAccount", "Make a link to set a password")
            .identified()
            .gives::<Invited>(201, "What the link carries, shown once.")
            .refuses(&[409]);
    let sessions =
        Operation::get("/api/v1/accounts/{id}/sessions", "listAccountSessions", "List an account's sessions")
            .identified()
            .gives::<PageOf<SessionView>>(200, "All that have not ended. The list has no pages.");
    let end = Operation::delete(
        "/api/v1/accounts/{id}/sessions",
        "endAccountSessions",
        "End an account's sessions",
    )
    .identified()
    .gives::<Ended>(200, "They have ended.");
    let events =
        Operation::get("/api/v1/account-events", "listAccountEvents", "List what was done with accounts")
            .says("Logging in, failing to, passwords, links, keys, roles.")
            .query::<EventFilter>()
            .gives::<PageOf<AccountEvent>>(200, "A page, the newest first.");
    OpenApiRouter::default()
        .routes(add.tag(TAG).needs(&write).to(create))
        .routes(list.tag(TAG).needs(&read).to(index))
        .routes(one.tag(TAG).needs(&read).to(show))
        .routes(replace.tag(TAG).needs(&write).to(update))
        .routes(invite.tag(TAG).needs(&write).to(invitation))
        .routes(sessions.tag(TAG).needs(&read).to(logged_in))
        .routes(end.tag(TAG).needs(&write).to(log_out))
        .routes(events.tag(TAG).needs(&read).to(history))
}

fn keys() -> OpenApiRouter<State> {
    let (read, write) = (Need::everywhere(Scope::AccountsRead), Need::everywhere(Scope::AccountsWrite));
    let add = Operation::act(KEYS, "addKey", "Make an API key")
        .says("Answers with the key, once: only its hash is kept.")
        .takes::<NewKey>(Required::True)
        .gives::<KeyMade>(201, "The key.");
    let list = Operation::get(KEYS, "listKeys", "List API keys")
        .query::<Filter>()
        .gives::<PageOf<KeyView>>(200, "A page, in the order they were made in, revoked ones among them.");
    let revoke = Operation::delete("/api/v1/keys/{id}", "revokeKey", "Revoke an API key")
        .says("Doing so twice changes nothing more. Nobody revokes the key that they use.")
        .identified()
        .gives::<Ended>(200, "It lets nobody in any longer.")
        .refuses(&[409]);
    OpenApiRouter::default()
        .routes(add.tag(TAG).needs(&write).to(make_key))
        .routes(list.tag(TAG).needs(&read).to(list_keys))
        .routes(revoke.tag(TAG).needs(&write).to(revoke_key))
}

/// An account, and what its link to set a password carries.
#[derive(Debug, Serialize, ToSchema)]
struct Invited {
    /// The account.
    account: Account,
    /// What the link carries: `/welcome?token=…`.
    token: String,
}

/// An API key.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApiKey)]
struct KeyView {
    /// Its identifier.
    id: Uuid,
    /// What it is called.
    label: String,
    /// What it may do, and where.
    grants: Vec<Grant>,
    /// What of that it is limited to.
    scopes: Option<Vec<Scope>>,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// When it ends by itself.
    expires_at: Option<DateTime<Utc>>,
    /// When it was last used, to a minute.
    used_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    revoked_at: Option<DateTime<Utc>>,
}

/// An API key that was made.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NewApiKey)]
struct KeyMade {
    /// What is kept of it.
    key: KeyView,
    /// The key itself, shown once.
    secret: String,
}

fn view(key: ApiKey) -> KeyView {
    let ApiKey { id, hash: _, label, grants, scopes, created_at, expires_at, used_at, revoked_at } = key;
    KeyView { id, label, grants, scopes, created_at, expires_at, used_at, revoked_at }
}

async fn create(
    extract::State(app): extract::State<State>,
    Extension(who): Extension<Identity>,
    Body { value, request: _ }: Body<NewAccount>,
) -> Result<Response, Problem> {
    let (account, token) = app.add_account(value, &who.label).await?;
    Ok((StatusCode::CREATED, Json(Invited { account, token })).into_response())
}

async fn index(
    extract::State(app): extract::State<State>,
    Query(Filter { after, limit }): Query<Filter>,
) -> Result<Json<Page<Account>>, Problem> {
    let limit = limit.unwrap_or(limits::PAGE);
    let accounts = app.accounts(store::Page { after, limit: limit + 1 }).await?;
    Ok(Json(Page::cut(accounts, limit, |account| account.id)))
}

async fn show(
    extract::State(app): extract::State<State>,
    Id(id): Id<AccountId>,
) -> Result<Response, Problem> {
    Ok(found(&app.account(id).await?))
}

async fn update(
    extract::State(app): extract::State<State>,
    Id(id): Id<AccountId>,
    IfMatch(expected): IfMatch,
    Extension(who): Extension<Identity>,
    Body { value, request: _ }: Body<NewAccount>,
) -> Result<Response, Problem> {
    let version = match expected {
        None => return Err(Problem::new(codes::IF_MATCH_MISSING, "The request has no If-Match header.")),
        Some(Expected::Version(version)) => i64::from(version),
        Some(Expected::Any) => app.account(id).await?.version,
    };
    Ok(found(&app.replace_account(id, version, value, &who).await?))
}

async fn invitation(
    extract::State(app): extract::State<State>,
    Id(id): Id<AccountId>,
    Extension(who): Extension<Identity>,
) -> Result<Response, Problem> {
    let account = app.account(id).await?;
    let token = app.invite(Some(id), &who.label).await?;
    Ok((StatusCode::CREATED, Json(Invited { account, token })).into_response())
}

async fn logged_in(
    extract::State(app): extract::State<State>,
    Id(id): Id<AccountId>,
) -> Result<Json<Page<SessionView>>, Problem> {
    app.account(id).await?;
    Ok(session::views(app.account_sessions(id).await?))
}

async fn log_out(
    extract::State(app): extract::State<State>,
    Id(id): Id<AccountId>,
    Extension(who): Extension<Identity>,
) -> Result<Json<Ended>, Problem> {
    app.account(id).await?;
    app.end_sessions(id, None, &who.label).await?;
    Ok(Json(Ended { done: true }))
}

async fn history(
    extract::State(app): extract::State<State>,
    Query(EventFilter { subject, after, limit }): Query<EventFilter>,
) -> Result<Json<Page<AccountEvent>>, Problem> {
    let limit = limit.unwrap_or(limits::PAGE);
    let events = app.account_events(subject, after, limit + 1).await?;
    Ok(Json(Page::cut(events, limit, |event| event.id)))
}

async fn make_key(
    extract::State(app): extract::State<State>,
    Extension(who): Extension<Identity>,
    Body { value, request: _ }: Body<NewKey>,
) -> Result<Response, Problem> {
    let (key, secret) = app.add_api_key(value, &who.label).await?;
    Ok((StatusCode::CREATED, Json(KeyMade { key: view(key), secret })).into_response())
}

async fn list_keys(
    extract::State(app): extract::State<State>,
    Query(Filter { after, limit }): Query<Filter>,
) -> Result<Json<Page<KeyView>>, Problem> {
    let limit = limit.unwrap_or(limits::PAGE);
    let keys = app.api_keys(store::Page { after, limit: limit + 1 }).await?;
    Ok(Json(Page::cut(keys.into_iter().map(view).collect(), limit, |key| key.id)))
}

async fn revoke_key(
    extract::State(app): extract::State<State>,
    Id(id): Id<Uuid>,
    Extension(who): Extension<Identity>,
) -> Result<Json<Ended>, Problem> {
    if who.id == id {
        return Err(Problem::new(codes::OUT_OF_STATE, "It is the key that the request itself uses."));
    }
    app.revoke_api_key(id, &who.label).await?;
    Ok(Json(Ended { done: true }))
}

/// Which part of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct Filter {
    /// Only what comes after this: `next` of the page before.
    after: Option<Uuid>,
    /// How many at most; 50 if it is left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

impl Checked for Filter {
    fn limit(&self) -> Option<u32> {
        self.limit
    }
}

/// Which events.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct EventFilter {
    /// Only about this account or key.
    subject: Option<Uuid>,
    /// Only what comes after this on the list: `next` of the page before.
    #[param(minimum = 1)]
    after: Option<i64>,
    /// How many at most; 50 if it is left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

impl Checked for EventFilter {
    fn limit(&self) -> Option<u32> {
        self.limit
    }
}

impl Versioned for Account {
    fn collection() -> &'static str {
        PATH
    }

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn version(&self) -> i64 {
        self.version
    }
}

plain_input!(NewAccount, NewAccount::check);
plain_input!(NewKey, NewKey::check);
