//! A small client of Slotledger's HTTP API.

use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use serde_json::Value;

/// Longer than the server's own limit, so that its answer is seen.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Talks to one server with one key.
#[derive(Debug)]
pub(crate) struct Client {
    agent: ureq::Agent,
    base: String,
    authorization: String,
}

impl Client {
    /// For the server at `base` (`http://127.0.0.1:7878`).
    pub(crate) fn new(base: &str, key: &str) -> Self {
        let config =
            ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(TIMEOUT)).build();
        Self { agent: config.into(), base: base.to_owned(), authorization: format!("Bearer {key}") }
    }

    /// Whether the server says that it can serve.
    pub(crate) fn ready(&self) -> bool {
        let answer = self.agent.get(format!("{}/readyz", self.base)).call();
        answer.is_ok_and(|answer| answer.status() == 200)
    }

    /// Reads.
    pub(crate) fn get(&self, path: &str) -> Result<Value> {
        let request = self.agent.get(format!("{}{path}", self.base));
        let sent = request.header("authorization", &self.authorization).call();
        understood(sent).with_context(|| format!("GET {path}"))
    }

    /// Changes something; sent again with the same `once`, it changes nothing more.
    pub(crate) fn post(&self, path: &str, once: &str, body: &Value) -> Result<Value> {
        let request = self.agent.post(format!("{}{path}", self.base));
        let sent = request
            .header("authorization", &self.authorization)
            .header("idempotency-key", once)
            .send_json(body);
        understood(sent).with_context(|| format!("POST {path}"))
    }
}

fn understood(sent: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<Value> {
    let mut response = sent.context("the server did not answer")?;
    let status = response.status();
    let body: Value = response.body_mut().read_json().context("the server's answer is not JSON")?;
    if status.is_success() { Ok(body) } else { Err(anyhow!("{status}: {}", problem(&body))) }
}

/// What a problem document says, in one line.
fn problem(body: &Value) -> String {
    let words = ["code", "title", "detail", "hint"].map(|name| body[name].as_str());
    let said: Vec<&str> = words.into_iter().flatten().collect();
    if said.is_empty() { body.to_string() } else { said.join(" – ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_one_readable_line() {
        let body = serde_json::json!({
            "code": "SL0303", "title": "The time has just been taken", "status": 409,
            "hint": "Search for openings again and choose another.",
        });
        let line = "SL0303 – The time has just been taken – Search for openings again and choose another.";
        assert_eq!(problem(&body), line);
    }
}
