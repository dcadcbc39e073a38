//! What happens around every request: an id, a line in the log, a time limit, and no panic that gets out.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::request_id::{MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer};
use tower_http::trace::TraceLayer;
use tracing::Span;

use super::limits;
use super::problem::Problem;
use super::visits::UPLOADS;
use crate::codes;

/// Names a request in the log and in the answer. A client may send its own.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Puts the layers around all routes; the last one named is the outermost.
pub(super) fn around<S: Clone + Send + Sync + 'static>(routes: Router<S>) -> Router<S> {
    routes
        .layer(from_fn(in_time))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(TraceLayer::new_for_http().make_span_with(span).on_response(answered).on_failure(()))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(SetRequestIdLayer::new(REQUEST_ID, Numbered::default()))
}

/// Ends a request that takes too long. What it was doing may still succeed, which its Idempotency-Key tells.
async fn in_time(request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let limit = if path.ends_with(UPLOADS) { limits::UPLOAD } else { limits::REQUEST };
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let detail = format!("It took longer than {} s.", limit.as_secs());
            Problem::new(codes::TOO_SLOW, detail).into_response()
        }
    }
}

fn panicked(cause: Box<dyn Any + Send>) -> Response {
    let said = cause.downcast_ref::<String>().map(String::as_str).or(cause.downcast_ref::<&str>().copied());
    tracing::error!(error.cause = said.unwrap_or("unknown"), "A request met a mistake in the program.");
    Problem::new(codes::UNFORESEEN, "A mistake in the program ended the request.").into_response()
}

/// Numbers requests as they come; the log's lines carry the time, so that a number is enough.
#[derive(Debug, Clone, Default)]
struct Numbered(Arc<AtomicU64>);

impl MakeRequestId for Numbered {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        let number = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        HeaderValue::from_str(&number.to_string()).ok().map(RequestId::new)
    }
}

fn span(request: &Request) -> Span {
    let id = request.extensions().get::<RequestId>().and_then(|id| id.header_value().to_str().ok());
    tracing::info_span!(
        "request",
        request.id = id.unwrap_or("-"),
        request.method = %request.method(),
        // The query is left out: it may hold what somebody searched for.
        request.path = request.uri().path(),
    )
}

fn answered(response: &Response, latency: Duration, _: &Span) {
    tracing::info!(
        response.status = response.status().as_u16(),
        response.latency_ms = u64::try_from(latency.as_millis()).unwrap_or(u64::MAX),
        "The request was answered.",
    );
}
