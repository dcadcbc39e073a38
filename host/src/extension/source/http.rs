//! Answers over HTTP, within limits.
//!
//! Invariant: from an encrypted address nobody is sent on to one that is not.

use reqwest::{Response, StatusCode, Url, redirect};

use super::limits::{Limits, REDIRECTS, SIGNATURE_BYTES};
use super::{Error, Fetched, SIGNATURE_SUFFIX, digest, shown};

/// A client that keeps to the limits.
#[derive(Debug, Clone)]
pub(super) struct Web(pub(super) reqwest::Client);

impl Web {
    pub(super) fn new(limits: &Limits) -> Result<Self, Error> {
        let client = reqwest::Client::builder()
            .connect_timeout(limits.connect)
            .read_timeout(limits.idle)
            .timeout(limits.answer)
            .redirect(redirect::Policy::custom(follow))
            .user_agent(concat!("slotledger/", env!("CARGO_PKG_VERSION")))
            .http1_only()
            .build();
        client.map(Self).map_err(|error| Error::http("the network", error))
    }

    /// The component at an address, and its signature beside it.
    pub(super) async fn fetch(&self, url: &Url, limits: &Limits) -> Result<Fetched, Error> {
        let origin = shown(url);
        let bytes = self.get(url, limits.component).await?;
        let mut beside = url.clone();
        beside.set_path(&format!("{}{SIGNATURE_SUFFIX}", url.path()));
        let signature = match self.get(&beside, SIGNATURE_BYTES).await {
            Ok(text) => Some(String::from_utf8_lossy(&text).into_owned()),
            Err(Error::Missing { .. }) => None,
            Err(error) => return Err(error),
        };
        Ok(Fetched { digest: digest(&bytes), bytes, signature, origin })
    }

    async fn get(&self, url: &Url, limit: u64) -> Result<Vec<u8>, Error> {
        let what = shown(url);
        let answer = self.0.get(url.clone()).send().await.map_err(|error| Error::http(&what, error))?;
        match answer.status() {
            StatusCode::OK => body(answer, &what, limit).await,
            StatusCode::NOT_FOUND | StatusCode::GONE => Err(Error::Missing { what }),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(Error::Locked { what }),
            other => Err(Error::away(what, other)),
        }
    }
}

/// The whole body, if it is no longer than `limit`. No more than that is read, whatever the server announces.
pub(super) async fn body(mut answer: Response, what: &str, limit: u64) -> Result<Vec<u8>, Error> {
    let too_large = || Error::TooLarge { what: what.to_owned(), limit };
    if answer.content_length().is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| Error::http(what, error))? {
        if (bytes.len() + chunk.len()) as u64 > limit {
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn follow(attempt: redirect::Attempt<'_>) -> redirect::Action {
    let encrypted = attempt.previous().last().is_some_and(|url| url.scheme() == "https");
    if encrypted && attempt.url().scheme() != "https" {
        return attempt.error("it sends on to an address that is not encrypted");
    }
    if attempt.previous().len() > REDIRECTS {
        return attempt.error("it sends on too often");
    }
    attempt.follow()
}

#[cfg(test)]
mod tests;
