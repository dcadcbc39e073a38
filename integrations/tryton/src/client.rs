//! HTTP to one Tryton database: the envelope, the login and the session.
//!
//! Invariant: the request has exactly the three keys Tryton's own clients send, because any other shape changes the
//! shape of the answer. A call is repeated only when the server refused the session before it looked at the call.
//!
//! Deliberately absent: cookies, and any knowledge of models besides the user's company.

use std::{fmt, sync::Arc, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::{DateTime, Utc};
use reqwest::{Response, header};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use slotledger_erp::{Failure, Reason, transport::in_full};
use tokio::sync::Mutex;

use crate::{
    Error, Settings,
    classify::{self, Answer, Effect, Trouble},
    mapping::{self, Company},
};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Posting an invoice takes about a second; a lost database is reported after thirty.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);
/// Below gunicorn's default, which closes idle connections after two seconds.
const IDLE_TIMEOUT: Duration = Duration::from_millis(1500);
/// The longest answer seen has 60 kB.
const ANSWER_BYTES: usize = 4 * 1024 * 1024;

/// A connection to one database as one user.
pub(crate) struct Client {
    http: reqwest::Client,
    server: String,
    endpoint: String,
    user: String,
    password: SecretString,
    company: Option<String>,
    session: Mutex<Option<Arc<Session>>>,
}

struct Session {
    authorization: header::HeaderValue,
    company: Arc<Company>,
    /// The groups that the user is in.
    groups: Vec<i64>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("endpoint", &self.endpoint)
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

impl Client {
    pub(crate) fn new(settings: Settings) -> Result<Self, Error> {
        let url = settings.url.trim_end_matches('/').to_owned();
        let parsed = reqwest::Url::parse(&url).map_err(|_| Error::Url(url.clone()))?;
        if !matches!(parsed.scheme(), "http" | "https") || parsed.query().is_some() {
            return Err(Error::Url(url));
        }
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(ANSWER_TIMEOUT)
            .pool_idle_timeout(IDLE_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .http1_only()
            .build()
            .map_err(Error::Http)?;
        Ok(Self {
            http,
            server: format!("{url}/rpc/"),
            endpoint: format!("{url}/{}/rpc/", settings.database),
            user: settings.user,
            password: settings.password,
            company: settings.company,
            session: Mutex::new(None),
        })
    }

    /// The series the server belongs to.
    pub(crate) async fn version(&self) -> Result<String, Failure> {
        let sent = self.send(&self.server, None, "common.server.version", &[], Effect::Reads).await;
        read(sent.map_err(without_session)?)
    }

    /// The server's clock, as it stamps its answers; none when it stamps none.
    pub(crate) async fn clock(&self) -> Result<Option<DateTime<Utc>>, Failure> {
        let body = json!({"id": 1, "method": "common.server.version", "params": []});
        let answer = self.http.post(&self.server).json(&body).send().await;
        let answer =
            answer.map_err(|error| classify::cut(&in_full(&error.without_url()), true, Effect::Reads))?;
        let stamp = answer.headers().get(header::DATE).and_then(|stamp| stamp.to_str().ok());
        let read = stamp.and_then(|stamp| DateTime::parse_from_rfc2822(stamp).ok());
        Ok(read.map(|moment| moment.with_timezone(&Utc)))
    }

    /// The company that documents are made in. Logs in if need be.
    pub(crate) async fn company(&self) -> Result<Arc<Company>, Failure> {
        Ok(Arc::clone(&self.session(None).await?.company))
    }

    /// Calls a method; the context is appended to `params`.
    pub(crate) async fn call(
        &self,
        method: &str,
        params: Vec<Value>,
        effect: Effect,
    ) -> Result<Value, Failure> {
        self.call_on(method, params, effect, json!({})).await
    }

    /// Calls a method with more in its context.
    pub(crate) async fn call_on(
        &self,
        method: &str,
        params: Vec<Value>,
        effect: Effect,
        context: Value,
    ) -> Result<Value, Failure> {
        let session = self.session(None).await?;
        match self.send_in(&session, method, &params, effect, &context).await {
            Err(Trouble::SessionEnded) => {
                let session = self.session(Some(&session)).await?;
                self.send_in(&session, method, &params, effect, &context).await.map_err(without_session)
            }
            Err(Trouble::Failed(failure)) => Err(failure),
            Ok(result) => Ok(result),
        }
    }

    async fn send_in(
        &self,
        session: &Session,
        method: &str,
        params: &[Value],
        effect: Effect,
        context: &Value,
    ) -> Result<Value, Trouble> {
        let mut params = params.to_vec();
        params.push(mapping::context(session.company.id, &session.groups, context));
        self.send(&self.endpoint, Some(&session.authorization), method, &params, effect).await
    }

    /// The current session, or a new one if there is none or it is the `ended` one.
    async fn session(&self, ended: Option<&Arc<Session>>) -> Result<Arc<Session>, Failure> {
        let mut current = self.session.lock().await;
        if let Some(session) = current.as_ref()
            && !ended.is_some_and(|ended| Arc::ptr_eq(ended, session))
        {
            return Ok(Arc::clone(session));
        }
        *current = None;
        let session = Arc::new(self.log_in().await?);
        *current = Some(Arc::clone(&session));
        Ok(session)
    }

    async fn log_in(&self) -> Result<Session, Failure> {
        let params = [json!(self.user), json!({"password": self.password.expose_secret()}), json!("en")];
        let sent = self.send(&self.endpoint, None, "common.db.login", &params, Effect::Reads).await;
        let (user_id, token, _): (i64, String, Value) = read(sent.map_err(without_session)?)?;
        let secret = BASE64_STANDARD.encode(format!("{}:{user_id}:{token}", self.user));
        let mut authorization = header::HeaderValue::from_str(&format!("Session {secret}"))
            .map_err(|_| Failure::bug("the session token is no header"))?;
        authorization.set_sensitive(true);
        let (company, groups) = self.company_of(&authorization).await?;
        tracing::debug!(company = company.name, "logged in to Tryton");
        Ok(Session { authorization, company: Arc::new(company), groups })
    }

    async fn company_of(&self, authorization: &header::HeaderValue) -> Result<(Company, Vec<i64>), Failure> {
        let reads = Effect::Reads;
        let params = [json!(true), json!({})];
        let sent =
            self.send(&self.endpoint, Some(authorization), "model.res.user.get_preferences", &params, reads);
        let preferences: mapping::Preferences = read(sent.await.map_err(without_session)?)?;
        let params = mapping::company_search(&preferences, self.company.as_deref());
        let method = "model.company.company.search_read";
        let sent = self.send(&self.endpoint, Some(authorization), method, &params, reads).await;
        let found: Vec<Company> = read(sent.map_err(without_session)?)?;
        let company = found.into_iter().next().ok_or_else(|| {
            let name = self.company.as_deref().unwrap_or("of its own");
            Failure::refused(
                format!("the Tryton user {} has no company {name}", self.user),
                "give the connector's user in Tryton the company, or correct the company's name in the settings",
            )
            .because(Reason::WrongCompany)
        })?;
        Ok((company, preferences.groups))
    }

    async fn send(
        &self,
        url: &str,
        authorization: Option<&header::HeaderValue>,
        method: &str,
        params: &[Value],
        effect: Effect,
    ) -> Result<Value, Trouble> {
        let body = json!({"id": 1, "method": method, "params": params});
        let mut request = self.http.post(url).json(&body);
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        let cut = |error: reqwest::Error| {
            let sent = !error.is_connect() && !error.is_builder();
            Trouble::Failed(classify::cut(&in_full(&error.without_url()), sent, effect))
        };
        let response = request.send().await.map_err(cut)?;
        let status = response.status().as_u16();
        let retry_after = retry_after(&response);
        let body = limited_body(response).await.map_err(cut)?;
        let Some(body) = body else {
            return Err(Trouble::Failed(Failure::bug(format!(
                "{method} answered more than {ANSWER_BYTES} bytes"
            ))));
        };
        classify::result(&Answer { status, retry_after, body: &body }, effect)
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

/// Where a 401 cannot be cured by logging in once more.
fn without_session(trouble: Trouble) -> Failure {
    match trouble {
        Trouble::SessionEnded => Failure::reauthenticate("Tryton did not accept the user or the password"),
        Trouble::Failed(failure) => failure,
    }
}

/// Reads a result into the shape this connector knows.
pub(crate) fn read<T: DeserializeOwned>(result: Value) -> Result<T, Failure> {
    serde_json::from_value(result)
        .map_err(|error| Failure::bug(format!("Tryton answered something unknown: {error}")))
}
