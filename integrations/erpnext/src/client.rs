//! HTTP to one ERPNext site: the token, the addresses and the envelope.
//!
//! Invariant: no cookie is kept, because a login cookie would count before the token. No request is ever repeated here.
//!
//! Deliberately absent: any knowledge of document types.

use std::{fmt, time::Duration};

use reqwest::{Method, Response, Url, header};
use secrecy::ExposeSecret;
use serde::{
    Deserialize, Serialize,
    de::{DeserializeOwned, IgnoredAny},
};
use slotledger_erp::{Failure, transport::in_full};

use crate::{
    Error, Settings,
    classify::{self, Answer, Effect, Trouble},
};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Below gunicorn's default, which closes idle connections after two seconds.
const IDLE_TIMEOUT: Duration = Duration::from_millis(1500);
/// An order of a hundred lines has about 400 kB.
const ANSWER_BYTES: usize = 8 * 1024 * 1024;

/// One condition of a list: field, comparison, value.
pub(crate) type Filter<'a> = (&'a str, &'a str, serde_json::Value);

/// Which rows of a list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slice<'a> {
    pub(crate) order_by: &'a str,
    pub(crate) limit: usize,
}

/// A connection to one site as one user.
pub(crate) struct Client {
    http: reqwest::Client,
    site: Url,
    authorization: header::HeaderValue,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("site", &self.site.as_str()).finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct Data<T> {
    data: T,
}

#[derive(Deserialize)]
struct Message<T> {
    message: T,
}

/// What every result is in.
#[derive(Deserialize)]
struct Envelope {
    data: Option<IgnoredAny>,
    message: Option<IgnoredAny>,
}

impl Client {
    pub(crate) fn new(settings: &Settings) -> Result<Self, Error> {
        let wrong = || Error::Url(settings.url.clone());
        let site = Url::parse(settings.url.trim_end_matches('/')).map_err(|_| wrong())?;
        let plain = site.query().is_none() && site.host().is_some() && site.username().is_empty();
        if !matches!(site.scheme(), "http" | "https") || !plain {
            return Err(wrong());
        }
        let token = format!("token {}:{}", settings.api_key, settings.api_secret.expose_secret());
        let mut authorization = header::HeaderValue::from_str(&token).map_err(|_| Error::Token)?;
        authorization.set_sensitive(true);
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(settings.timeout)
            .pool_idle_timeout(IDLE_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .http1_only()
            .build()
            .map_err(Error::Http)?;
        Ok(Self { http, site, authorization })
    }

    /// Reads a document; none when there is none.
    pub(crate) async fn document<T: DeserializeOwned>(
        &self,
        doctype: &str,
        name: &str,
    ) -> Result<Option<T>, Failure> {
        let request = self.request(Method::GET, &["resource", doctype, name]);
        match self.send(request, Effect::Reads).await {
            Ok(body) => read::<Data<T>>(&body, Effect::Reads).map(|answer| Some(answer.data)),
            Err(Trouble::Missing(_)) => Ok(None),
            Err(trouble) => Err(trouble.into()),
        }
    }

    /// Reads the rows of a list that meet all conditions.
    pub(crate) async fn list<T: DeserializeOwned>(
        &self,
        doctype: &str,
        filters: &[Filter<'_>],
        fields: &[&str],
        slice: Slice<'_>,
    ) -> Result<Vec<T>, Failure> {
        let filters = serde_json::Value::from_iter(filters.iter().map(|(field, op, value)| {
            // A table's name and its field's make four parts.
            match field.split_once('.') {
                Some((table, field)) => serde_json::json!([table, field, op, value]),
                None => serde_json::json!([field, op, value]),
            }
        }));
        let (fields, limit) = (serde_json::Value::from(fields), slice.limit.to_string());
        let request = self.request(Method::GET, &["resource", doctype]).query(&[
            ("filters", filters.to_string().as_str()),
            ("fields", fields.to_string().as_str()),
            ("order_by", slice.order_by),
            ("limit_page_length", limit.as_str()),
        ]);
        let body = self.send(request, Effect::Reads).await?;
        read::<Data<Vec<T>>>(&body, Effect::Reads).map(|answer| answer.data)
    }

    /// Makes a document.
    pub(crate) async fn create<T: DeserializeOwned>(
        &self,
        doctype: &str,
        body: &impl Serialize,
    ) -> Result<T, Trouble> {
        let request = self.request(Method::POST, &["resource", doctype]);
        self.write(request, body).await
    }

    /// Changes a document.
    pub(crate) async fn update<T: DeserializeOwned>(
        &self,
        doctype: &str,
        name: &str,
        body: &impl Serialize,
    ) -> Result<T, Trouble> {
        let request = self.request(Method::PUT, &["resource", doctype, name]);
        self.write(request, body).await
    }

    async fn write<T: DeserializeOwned>(
        &self,
        request: reqwest::RequestBuilder,
        body: &impl Serialize,
    ) -> Result<T, Trouble> {
        let answer = self.send(request.json(body), Effect::Writes).await?;
        // If ERPNext answered, it was stored, whatever came back.
        read::<Data<T>>(&answer, Effect::Writes).map(|answer| answer.data).map_err(Trouble::Failed)
    }

    /// Asks a method for something.
    pub(crate) async fn ask<T: DeserializeOwned>(
        &self,
        method: &str,
        arguments: &[(&str, &str)],
    ) -> Result<T, Trouble> {
        let request = self.request(Method::GET, &["method", method]).query(arguments);
        let body = self.send(request, Effect::Reads).await?;
        read::<Message<T>>(&body, Effect::Reads).map(|answer| answer.message).map_err(Trouble::Failed)
    }

    /// Has a method do something; its answer is of no interest.
    pub(crate) async fn command(&self, method: &str, arguments: &impl Serialize) -> Result<(), Trouble> {
        let request = self.request(Method::POST, &["method", method]).json(arguments);
        self.send(request, Effect::Writes).await.map(drop)
    }

    fn request(&self, method: Method, path: &[&str]) -> reqwest::RequestBuilder {
        let mut url = self.site.clone();
        // Only a URL without a host has no segments, and there is one.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push("api").extend(path);
        }
        self.http
            .request(method, url)
            .header(header::AUTHORIZATION, &self.authorization)
            .header(header::ACCEPT, "application/json")
    }

    async fn send(&self, request: reqwest::RequestBuilder, effect: Effect) -> Result<Vec<u8>, Trouble> {
        let cut = |error: reqwest::Error| {
            let sent = !error.is_connect() && !error.is_builder();
            Trouble::Failed(classify::cut(&in_full(&error.without_url()), sent, effect))
        };
        let response = request.send().await.map_err(cut)?;
        let status = response.status().as_u16();
        let retry_after = retry_after(&response);
        let body = limited_body(response).await.map_err(cut)?;
        let Some(body) = body else {
            let text = format!("ERPNext answered more than {ANSWER_BYTES} bytes");
            return Err(Trouble::Failed(classify::unreadable(text, effect)));
        };
        classify::answer(&Answer { status, retry_after, body: &body }, effect)?;
        Ok(body)
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

/// Reads an answer into the shape this connector knows.
fn read<T: DeserializeOwned>(body: &[u8], effect: Effect) -> Result<T, Failure> {
    serde_json::from_slice(body).map_err(|error| match serde_json::from_slice::<Envelope>(body) {
        Ok(Envelope { data: Some(_), .. } | Envelope { message: Some(_), .. }) => {
            Failure::bug(format!("ERPNext answered something unknown: {error}"))
        }
        Ok(_) | Err(_) => classify::foreign(&Answer { status: 200, retry_after: None, body }, effect),
    })
}
