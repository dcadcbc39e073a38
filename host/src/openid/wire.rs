//! HTTP to a provider.
//!
//! Invariant: no redirect is followed, because an address that a provider's answer leads to is not the one that the administrator
//! chose; and no answer is read without end.

use std::time::Duration;

use futures::future::BoxFuture;
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::{Client, redirect::Policy};

/// Somebody waits at a browser.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The longest answer seen, a provider's keys, has 10 kB.
const ANSWER_BYTES: usize = 1024 * 1024;

/// What went wrong between here and a provider.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    #[error("the answer has more than {ANSWER_BYTES} bytes")]
    TooLong,
    #[error(transparent)]
    Shape(#[from] axum::http::Error),
}

/// The way to a provider.
#[derive(Debug)]
pub(super) struct Wire(Client);

impl Wire {
    pub(super) fn new() -> Result<Self, reqwest::Error> {
        Ok(Self(Client::builder().timeout(TIMEOUT).redirect(Policy::none()).build()?))
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, Trouble> {
        let mut answer = self.0.execute(request.try_into()?).await.map_err(reqwest::Error::without_url)?;
        let mut response = axum::http::Response::builder().status(answer.status());
        for (name, value) in answer.headers() {
            response = response.header(name, value);
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(reqwest::Error::without_url)? {
            if body.len() + chunk.len() > ANSWER_BYTES {
                return Err(Trouble::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(response.body(body)?)
    }
}

impl<'c> AsyncHttpClient<'c> for Wire {
    type Error = Trouble;
    type Future = BoxFuture<'c, Result<HttpResponse, Trouble>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}
