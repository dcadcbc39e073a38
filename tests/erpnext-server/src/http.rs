//! HTTP around a site, and the faults on the way.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::{Path, Query, State},
    http::{HeaderMap, Method, Response, StatusCode, header},
    routing::any,
};
use bytes::Bytes;

use crate::{
    faults::{Faults, Trouble},
    refusal::Refusal,
    site::{Request, Site, Target},
};

const ERROR_PAGE: &str = "<html>\n  <head>\n    <title>Internal Server Error</title>\n  </head>\n  <body>\n    <h1><p>Internal \
                          Server Error</p></h1>\n    \n  </body>\n</html>\n";
const LOGIN_PAGE: &str =
    "<!DOCTYPE html><html><head><title>Login</title></head><body>Login to network</body></html>";

/// What all connections share.
pub(crate) struct Shared {
    site: Mutex<Site>,
    faults: Mutex<Faults>,
    writes: Mutex<usize>,
    thinking: Mutex<Duration>,
}

impl Shared {
    pub(crate) fn new(site: Site) -> Self {
        Self {
            site: Mutex::new(site),
            faults: Mutex::default(),
            writes: Mutex::default(),
            thinking: Mutex::default(),
        }
    }

    pub(crate) fn site(&self) -> MutexGuard<'_, Site> {
        held(&self.site)
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, Faults> {
        held(&self.faults)
    }

    pub(crate) fn writes(&self) -> usize {
        *held(&self.writes)
    }

    /// How long every request takes at least, so that requests overlap.
    pub(crate) fn think(&self, time: Duration) {
        *held(&self.thinking) = time;
    }
}

/// A request that panicked leaves the data as its transaction left them.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/api/method/{method}", any(method))
        .route("/api/resource/{doctype}", any(doctype))
        .route("/api/resource/{doctype}/{*name}", any(document))
        .with_state(shared)
}

type Parts = (Method, Query<BTreeMap<String, String>>, HeaderMap, Bytes);

async fn method(
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
    method: Method,
    query: Query<BTreeMap<String, String>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    serve(shared, Target::Method(name), (method, query, headers, body)).await
}

async fn doctype(
    State(shared): State<Arc<Shared>>,
    Path(doctype): Path<String>,
    method: Method,
    query: Query<BTreeMap<String, String>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    serve(shared, Target::Doctype(doctype), (method, query, headers, body)).await
}

async fn document(
    State(shared): State<Arc<Shared>>,
    Path((doctype, name)): Path<(String, String)>,
    method: Method,
    query: Query<BTreeMap<String, String>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    serve(shared, Target::Document(doctype, name), (method, query, headers, body)).await
}

/// Carried out in a task of its own: a client that hangs up does not undo what it asked for.
async fn serve(shared: Arc<Shared>, target: Target, parts: Parts) -> Response<Body> {
    let carried = tokio::spawn(carry(shared, target, parts)).await;
    carried.unwrap_or_else(|_| page(StatusCode::INTERNAL_SERVER_ERROR, ERROR_PAGE))
}

async fn carry(shared: Arc<Shared>, target: Target, (method, query, headers, body): Parts) -> Response<Body> {
    let writes = method != Method::GET;
    if writes {
        *held(&shared.writes) += 1;
    }
    let authorization =
        headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let seen = shared.site().store.commits;
    let request = Request {
        method: method.to_string(),
        target,
        query: query.0,
        authorization,
        body: body.to_vec(),
        seen,
    };
    let trouble = shared.faults().next(writes);
    if let Some(answer) = trouble.and_then(refused) {
        return answer;
    }
    let thinking = *held(&shared.thinking);
    let wait = if let Some(Trouble::Late(time)) = trouble { time } else { thinking };
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
    let (status, answer) = shared.site().answer(&request);
    match trouble {
        Some(Trouble::StoredButError) => return page(StatusCode::INTERNAL_SERVER_ERROR, ERROR_PAGE),
        Some(Trouble::LateAnswer(time)) => tokio::time::sleep(time).await,
        _ => {}
    }
    json(status, &answer.to_string(), None)
}

/// The answer of a server that does not get as far as the request.
fn refused(trouble: Trouble) -> Option<Response<Body>> {
    let refusal = match trouble {
        Trouble::Late(_) | Trouble::LateAnswer(_) | Trouble::StoredButError => return None,
        Trouble::DeadDatabase => return Some(page(StatusCode::INTERNAL_SERVER_ERROR, ERROR_PAGE)),
        Trouble::LoginPage => return Some(page(StatusCode::OK, LOGIN_PAGE)),
        Trouble::TooMany { seconds } => {
            let refusal = Refusal::status(429, "TooManyRequestsError", "");
            return Some(json(429, &refusal.body().to_string(), Some(seconds)));
        }
        Trouble::LockWait => Refusal::lock_wait(),
        Trouble::Locked => {
            let text = "This document is currently locked and queued for execution. Please try again after some time.";
            Refusal::frappe("DocumentLockedError", text).titled("Document Queued")
        }
        Trouble::Maintenance => Refusal::status(503, "SessionStopped", "Session Stopped"),
    };
    Some(json(refusal.status, &refusal.body().to_string(), None))
}

fn json(status: u16, body: &str, retry_after: Option<u64>) -> Response<Body> {
    let mut response = Response::new(Body::from(body.to_owned()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    // A client that keeps it would be taken for whoever it names.
    headers.insert(
        header::SET_COOKIE,
        header::HeaderValue::from_static("sid=Guest; HttpOnly; Path=/; SameSite=Lax"),
    );
    if let Some(seconds) = retry_after {
        headers.insert(header::RETRY_AFTER, header::HeaderValue::from(seconds));
    }
    response
}

fn page(status: StatusCode, body: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, header::HeaderValue::from_static("text/html; charset=utf-8"));
    response
}
