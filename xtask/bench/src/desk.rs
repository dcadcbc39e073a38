//! Somebody who works with a server: by its key, or logged in.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use reqwest::header;
use serde_json::{Value, json};

use crate::server::Server;

/// Everybody's.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// A server drops connections that rest for longer.
const REST: Duration = Duration::from_secs(10);

/// Somebody with an account.
pub(crate) struct Person {
    pub(crate) login: String,
    /// Of the session that is open.
    pub(crate) cookie: String,
}

/// Somebody with a key.
pub(crate) struct Desk<'s> {
    pub(crate) http: reqwest::Client,
    server: &'s Server,
    key: String,
}

impl<'s> Desk<'s> {
    pub(crate) fn new(server: &'s Server, key: String) -> Result<Self> {
        let http = reqwest::Client::builder().no_proxy().pool_idle_timeout(REST).build()?;
        Ok(Self { http, server, key })
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.address)
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Value> {
        let answer = self.http.get(self.url(path)).bearer_auth(&self.key).send().await?;
        Ok(answer.error_for_status()?.json().await?)
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        Ok(self.posted(path, body).await?.json().await?)
    }

    async fn posted(&self, path: &str, body: &Value) -> Result<reqwest::Response> {
        let answer = self.http.post(self.url(path)).bearer_auth(&self.key).json(body).send().await?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        let status = answer.status();
        bail!("POST {path} was answered with {status}: {}", answer.text().await?)
    }

    /// Somebody who does this in the company, with these particulars of the role.
    pub(crate) async fn person(&self, grant: &Value) -> Result<Person> {
        let role = grant["role"].as_str().unwrap_or_default();
        let login = format!("{role}@example.org");
        let account = json!({ "login": login, "name": format!("The {role}"), "grants": [grant] });
        let added = self.post("/api/v1/accounts", &account).await?;
        let welcome = json!({ "token": added["token"], "password": PASSWORD });
        let answer = self.posted("/api/v1/welcome", &welcome).await?;
        let cookie = answer.headers().get(header::SET_COOKIE).context("a session has a cookie")?.to_str()?;
        Ok(Person { login, cookie: cookie.split(';').next().unwrap_or_default().to_owned() })
    }
}
