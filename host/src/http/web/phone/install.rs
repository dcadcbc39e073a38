//! What makes the page an application on a phone: the worker that keeps it. The manifest and the icon are among the assets.
//!
//! Invariant: nothing of it says anything about anybody: it is the same for all, and needs no session.

use axum::Router;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::IntoResponse;
use axum::routing::get;

use crate::http::operation::State;

/// The worker. Its address stays, so that a browser asks for it anew and notices another one.
const WORKER: &str = include_str!("../../../../assets/worker.js");

const HEADERS: [(HeaderName, HeaderValue); 4] = [
    (header::CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    // A worker has a policy of its own: it asks this server, and nobody else.
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; connect-src 'self'")),
];

pub(in crate::http::web) fn routes() -> Router<State> {
    Router::new().route("/worker.js", get(async || (HEADERS, WORKER).into_response()))
}
