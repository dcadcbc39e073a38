//! HTTP to one Odoo database, by either of its protocols.
//!
//! Invariant: a call is sent once. Whether it may be sent again is for others to decide. Secrets travel in headers or
//! bodies that are never logged.
//!
//! Deliberately absent: cookies and sessions, which Odoo's interfaces for programs do without, and any knowledge of
//! models.

mod bodies;

use std::{fmt, time::Duration};

use reqwest::{RequestBuilder, Response, header};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, value::RawValue};
use slotledger_erp::{Failure, Reason, transport::in_full};

use crate::{
    Error, Protocol, Settings,
    classify::{self, Answer, Effect},
    mapping::Version,
};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Posting an invoice takes half a second. Odoo itself tries five times, up to a minute, where others are at the same
/// records.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(120);
/// Odoo's own server closes idle connections after a few seconds, without a word.
const IDLE_TIMEOUT: Duration = Duration::from_millis(1500);
/// A page of 500 documents has 200 kB.
const ANSWER_BYTES: usize = 8 * 1024 * 1024;
/// JSON-2 finds the database by it where a server has several.
const DATABASE: &str = "x-odoo-database";

/// How one is known to a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Login {
    /// By the key alone.
    Key,
    /// As this user, with the key as password.
    User(i64),
}

/// A connection to one database with one key.
pub(crate) struct Client {
    http: reqwest::Client,
    url: String,
    database: String,
    database_header: header::HeaderValue,
    bearer: header::HeaderValue,
    user: Option<String>,
    secret: SecretString,
}

/// A call of a method.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) model: &'static str,
    pub(crate) method: String,
    /// The records it is called on; none for a method of the model as such.
    pub(crate) ids: Option<Vec<i64>>,
    /// The arguments by their names.
    pub(crate) named: Map<String, Value>,
    pub(crate) context: Map<String, Value>,
}

impl Call {
    /// A method of the model as such.
    pub(crate) fn of(model: &'static str, method: impl Into<String>) -> Self {
        Self { model, method: method.into(), ids: None, named: Map::new(), context: Map::new() }
    }

    /// A method of records.
    pub(crate) fn on(model: &'static str, method: impl Into<String>, ids: &[i64]) -> Self {
        Self { ids: Some(ids.to_vec()), ..Self::of(model, method) }
    }

    /// An argument by its name.
    pub(crate) fn with(mut self, name: &str, value: Value) -> Self {
        self.named.insert(name.to_owned(), value);
        self
    }

    pub(crate) fn in_context(mut self, context: Map<String, Value>) -> Self {
        self.context = context;
        self
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("url", &self.url)
            .field("database", &self.database)
            .finish_non_exhaustive()
    }
}

impl Client {
    pub(crate) fn new(settings: &Settings) -> Result<Self, Error> {
        let url = settings.url.trim_end_matches('/').to_owned();
        let parsed = reqwest::Url::parse(&url).map_err(|_| Error::Url(url.clone()))?;
        if !matches!(parsed.scheme(), "http" | "https") || parsed.query().is_some() {
            return Err(Error::Url(url));
        }
        if settings.protocol == Some(Protocol::JsonRpc) && settings.user.is_none() {
            return Err(Error::User);
        }
        let database_header = header::HeaderValue::from_str(&settings.database)
            .map_err(|_| Error::Database(settings.database.clone()))?;
        let bearer = format!("bearer {}", settings.api_key.expose_secret());
        let mut bearer = header::HeaderValue::from_str(&bearer).map_err(|_| Error::Key)?;
        bearer.set_sensitive(true);
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(ANSWER_TIMEOUT)
            .pool_idle_timeout(IDLE_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .http1_only()
            .build()
            .map_err(Error::Http)?;
        let (database, user, secret) =
            (settings.database.clone(), settings.user.clone(), settings.api_key.clone());
        Ok(Self { http, url, database, database_header, bearer, user, secret })
    }

    /// Which Odoo answers. Nobody needs to log in for that.
    pub(crate) async fn version(&self) -> Result<Version, Failure> {
        let page = self.http.get(self.path("web/version")).header(DATABASE, &self.database_header);
        let answer = self.answer(page, Effect::Reads).await?;
        if answer.status != 404 {
            return read(&classify::json2(&answer, Effect::Reads)?);
        }
        // Before Odoo 17 there was no such page.
        read(&self.rpc(&bodies::version(), Effect::Reads).await?)
    }

    /// Logs in by name, as JSON-RPC needs it.
    pub(crate) async fn authenticate(&self) -> Result<Login, Failure> {
        let Some(user) = &self.user else {
            return Err(Failure::refused(
                "this Odoo is spoken to by JSON-RPC, which needs the login of a user",
                "add the login of the connector's user to the connection's settings",
            )
            .because(Reason::Setup));
        };
        let body = bodies::authenticate(&self.database, user, self.secret.expose_secret());
        let answered = self.rpc(&body, Effect::Reads).await?;
        // A wrong password is no error but `false`.
        match answered.get().parse() {
            Ok(id) => Ok(Login::User(id)),
            Err(_) => {
                Err(Failure::reauthenticate(format!("Odoo did not accept the login {user} or its key")))
            }
        }
    }

    /// Calls a method.
    pub(crate) async fn send(
        &self,
        login: Login,
        call: &Call,
        effect: Effect,
    ) -> Result<Box<RawValue>, Failure> {
        match login {
            Login::Key => self.json2(call, effect).await,
            Login::User(user) => {
                let body = bodies::execute(&self.database, user, self.secret.expose_secret(), call);
                self.rpc(&body, effect).await
            }
        }
    }

    async fn json2(&self, call: &Call, effect: Effect) -> Result<Box<RawValue>, Failure> {
        let request = self
            .http
            .post(self.path(&format!("json/2/{}/{}", call.model, call.method)))
            .header(header::AUTHORIZATION, &self.bearer)
            .header(DATABASE, &self.database_header)
            .json(&bodies::named(call));
        classify::json2(&self.answer(request, effect).await?, effect)
    }

    async fn rpc(&self, body: &Value, effect: Effect) -> Result<Box<RawValue>, Failure> {
        let request = self.http.post(self.path("jsonrpc")).json(body);
        classify::rpc(&self.answer(request, effect).await?, effect)
    }

    fn path(&self, path: &str) -> String {
        format!("{}/{path}", self.url)
    }

    async fn answer(&self, request: RequestBuilder, effect: Effect) -> Result<Answer, Failure> {
        let cut = |error: reqwest::Error| {
            let sent = !error.is_connect() && !error.is_builder();
            classify::cut(&in_full(&error.without_url()), sent, effect)
        };
        let response = request.send().await.map_err(cut)?;
        let (status, retry_after) = (response.status().as_u16(), retry_after(&response));
        match limited_body(response).await.map_err(cut)? {
            Some(body) => Ok(Answer { status, retry_after, body }),
            None => Err(Failure::bug(format!("Odoo answered more than {ANSWER_BYTES} bytes"))),
        }
    }
}

/// The body, or none when it is longer than allowed.
async fn limited_body(mut response: Response) -> Result<Option<Vec<u8>>, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > ANSWER_BYTES {
            return Ok(None);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Some(body))
}

fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// Reads a result into the shape this connector knows.
pub(crate) fn read<T: DeserializeOwned>(result: &RawValue) -> Result<T, Failure> {
    serde_json::from_str(result.get())
        .map_err(|error| Failure::bug(format!("Odoo answered something unknown: {error}")))
}
