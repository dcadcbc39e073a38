//! Calls to one repository of a registry, as the distribution specification says.
//!
//! Invariant: what admits us to the registry is sent to the registry only.

use bytes::Bytes;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderName, LOCATION, WWW_AUTHENTICATE};
use reqwest::{Method, Response, StatusCode, Url};
use serde::Deserialize;

use super::super::http::{Web, body};
use super::super::limits::{Limits, MANIFEST_BYTES};
use super::super::{Credentials, Error, digest};
use super::auth::{Challenge, Pass};
use super::manifest::{Descriptor, MANIFEST_TYPE};
use super::reference::{Reference, Version};
use crate::extension::trust::SHA256;

/// A registry, and what admits us to it.
pub(super) struct Registry<'a> {
    web: Web,
    base: Url,
    what: String,
    account: Option<&'a Credentials>,
    pass: Pass,
}

struct Call {
    method: Method,
    url: Url,
    header: Option<(HeaderName, &'static str)>,
    body: Bytes,
}

/// What a registry says of a failure.
#[derive(Deserialize)]
struct Complaint {
    errors: Vec<Failing>,
}

#[derive(Deserialize)]
struct Failing {
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
}

impl<'a> Registry<'a> {
    pub(super) fn new(
        reference: &Reference,
        account: Option<&'a Credentials>,
        limits: &Limits,
    ) -> Result<Self, Error> {
        let base = reference.base()?;
        let repository = format!("{}/", reference.repository);
        let base = base.join(&repository).map_err(|error| Error::unusable(reference, error.to_string()))?;
        Ok(Self { web: Web::new(limits)?, base, what: reference.to_string(), account, pass: Pass::Nobody })
    }

    /// A manifest's bytes and their SHA-256.
    pub(super) async fn manifest(&mut self, version: &Version) -> Result<(Vec<u8>, String), Error> {
        let call = Call {
            method: Method::GET,
            url: self.url(&format!("manifests/{version}"))?,
            header: Some((ACCEPT, MANIFEST_TYPE)),
            body: Bytes::new(),
        };
        let answer = self.send(call).await?;
        let bytes = body(self.judged(answer).await?, &self.what, MANIFEST_BYTES).await?;
        let found = digest(&bytes);
        match version {
            Version::Digest(expected) if *expected != found => Err(self.moved(expected, found)),
            Version::Digest(_) | Version::Tag(_) => Ok((bytes, found)),
        }
    }

    /// A blob, which has the digest and the size that it should have.
    pub(super) async fn blob(&mut self, layer: &Descriptor, limit: u64) -> Result<Vec<u8>, Error> {
        if layer.size > limit {
            return Err(Error::TooLarge { what: self.what.clone(), limit });
        }
        let url = self.blob_url(layer.hex())?;
        let answer = self.send(Call { method: Method::GET, url, header: None, body: Bytes::new() }).await?;
        let bytes = body(self.judged(answer).await?, &self.what, layer.size).await?;
        let found = digest(&bytes);
        if found == layer.hex() { Ok(bytes) } else { Err(self.moved(layer.hex(), found)) }
    }

    /// Sends a blob, unless the repository has it.
    pub(super) async fn put_blob(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let digest = digest(bytes);
        let head =
            Call { method: Method::HEAD, url: self.blob_url(&digest)?, header: None, body: Bytes::new() };
        if self.send(head).await?.status() == StatusCode::OK {
            return Ok(());
        }
        let url = self.url("blobs/uploads/")?;
        let call = Call { method: Method::POST, url: url.clone(), header: None, body: Bytes::new() };
        let answer = self.send(call).await?;
        let answer = self.judged(answer).await?;
        let place = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok());
        let place = place.and_then(|place| url.join(place).ok());
        let mut place =
            place.ok_or_else(|| Error::unusable(&self.what, "it names no place for an upload"))?;
        place.query_pairs_mut().append_pair("digest", &format!("{SHA256}{digest}"));
        let header = Some((CONTENT_TYPE, "application/octet-stream"));
        let call = Call { method: Method::PUT, url: place, header, body: Bytes::copy_from_slice(bytes) };
        let answer = self.send(call).await?;
        self.judged(answer).await.map(drop)
    }

    /// Sends a manifest, under its tag.
    pub(super) async fn put_manifest(&mut self, tag: &str, bytes: &[u8]) -> Result<(), Error> {
        let url = self.url(&format!("manifests/{tag}"))?;
        let header = Some((CONTENT_TYPE, MANIFEST_TYPE));
        let call = Call { method: Method::PUT, url, header, body: Bytes::copy_from_slice(bytes) };
        let answer = self.send(call).await?;
        self.judged(answer).await.map(drop)
    }

    fn blob_url(&self, digest: &str) -> Result<Url, Error> {
        self.url(&format!("blobs/{SHA256}{digest}"))
    }

    fn url(&self, path: &str) -> Result<Url, Error> {
        self.base.join(path).map_err(|error| Error::unusable(&self.what, error.to_string()))
    }

    fn moved(&self, expected: &str, found: String) -> Error {
        Error::Moved { what: self.what.clone(), expected: expected.to_owned(), found }
    }

    /// Sends a call, and once more if the registry first asks who sends it.
    async fn send(&mut self, call: Call) -> Result<Response, Error> {
        let answer = self.send_once(&call).await?;
        if answer.status() != StatusCode::UNAUTHORIZED || !self.is_ours(&call.url) {
            return Ok(answer);
        }
        let headers = answer.headers().get_all(WWW_AUTHENTICATE).iter();
        let challenge = headers.filter_map(|value| value.to_str().ok()).find_map(Challenge::read);
        let challenge = challenge.ok_or_else(|| Error::Locked { what: self.what.clone() })?;
        self.pass = challenge.answer(&self.web.0, self.account, &self.what).await?;
        self.send_once(&call).await
    }

    async fn send_once(&self, call: &Call) -> Result<Response, Error> {
        let mut request = self.web.0.request(call.method.clone(), call.url.clone()).body(call.body.clone());
        if let Some((name, value)) = &call.header {
            request = request.header(name, *value);
        }
        if self.is_ours(&call.url) {
            request = self.pass.show(request);
        }
        request.send().await.map_err(|error| Error::http(&self.what, error))
    }

    /// Whether an address is the registry's own, and not one that it sends on to.
    fn is_ours(&self, url: &Url) -> bool {
        url.origin() == self.base.origin()
    }

    /// An answer that says yes.
    async fn judged(&self, answer: Response) -> Result<Response, Error> {
        let what = self.what.clone();
        match answer.status() {
            status if status.is_success() => Ok(answer),
            StatusCode::NOT_FOUND => Err(Error::Missing { what }),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(Error::Locked { what }),
            status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
                Err(Error::away(what, status))
            }
            status => Err(Error::unusable(what, complaint(answer, status).await)),
        }
    }
}

async fn complaint(answer: Response, status: StatusCode) -> String {
    let bytes = body(answer, "the registry", MANIFEST_BYTES).await.unwrap_or_default();
    let said =
        serde_json::from_slice::<Complaint>(&bytes).ok().and_then(|said| said.errors.into_iter().next());
    said.map_or_else(|| status.to_string(), |said| format!("{status}, {}: {}", said.code, said.message))
}
