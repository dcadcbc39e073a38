//! Requests that may be repeated: the same key and body gets the same answer, and changes nothing more.

use crate::model::Appointment;
use crate::store::{Answer, PendingAnswer, Requests, Store};

use super::{App, Error, Result};

/// A request's `Idempotency-Key`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The client's key, made unique by whose it is.
    pub key: String,
    /// SHA-256 of method, path and body, hexadecimal.
    pub fingerprint: String,
}

impl Request {
    /// The answer to keep for it once the appointments have their numbers.
    pub(super) fn pending<'a>(
        &self,
        status: u16,
        body: &'a (dyn Fn(&[&Appointment]) -> String + Send + Sync),
    ) -> PendingAnswer<'a> {
        PendingAnswer { key: self.key.clone(), fingerprint: self.fingerprint.clone(), status, body }
    }
}

/// What a request that may be repeated is answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply<T> {
    /// It was carried out.
    Fresh(T),
    /// It was carried out before; this was the answer.
    Replayed(Answer),
}

impl App {
    /// Whether a request that may be repeated was carried out before.
    pub async fn was_answered(&self, request: &Request) -> Result<bool> {
        Ok(earlier(&*self.ports.store, Some(request)).await?.is_some())
    }
}

/// The answer this request was given before, if it was.
pub(super) async fn earlier(store: &dyn Store, request: Option<&Request>) -> Result<Option<Answer>> {
    let Some(request) = request else { return Ok(None) };
    match Requests::answer(store, &request.key).await? {
        Some(answer) if answer.fingerprint != request.fingerprint => Err(Error::KeyReused),
        found => Ok(found),
    }
}
