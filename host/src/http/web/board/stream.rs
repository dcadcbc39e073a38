//! What changes, told to a board that is open: server-sent events, each saying which rows to ask for again.
//!
//! Invariants: only what the gate let the board ask for is told, and nothing of what an appointment says. A session that
//! was ended, or whose grants were changed, is told nothing more from the next heartbeat on.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{self, Extension};
use axum::http::{HeaderMap, Uri, header};
use axum::response::{IntoResponse, Response};
use futures::stream;
use serde_json::json;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::time::{Instant, timeout_at};

use crate::app::{App, Changed, News};
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::http::site::Site;
use crate::http::web::appointments::instant;
use crate::http::web::door::Desk;
use crate::http::web::form::Form;
use crate::model::{BranchId, CompanyId, Grant, ProviderId};

/// How long a stream is silent at most: well below what proxies, and connections of ours, take for dead.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// How long a browser waits before it comes back, milliseconds.
const COME_BACK_MS: u32 = 2_000;

/// What a board is told about.
struct Listener {
    company: Option<CompanyId>,
    branch: Option<BranchId>,
    provider: Option<ProviderId>,
}

impl Listener {
    fn hears(&self, of: &Changed) -> bool {
        self.company.is_none_or(|company| company == of.company)
            && self.branch.is_none_or(|branch| branch == of.branch)
    }

    fn line(&self, of: &Changed) -> String {
        // Whoever sees one provider alone learns nothing of others. What others have by now may have been that one's: the
        // board looks at its only row again.
        if self.provider.is_some_and(|own| own != of.provider) {
            return "event: look\ndata: {}\n\n".to_owned();
        }
        let data = json!({
            "appointment": of.appointment, "revision": of.revision, "provider": of.provider, "units": of.units,
            "start": instant(of.start), "end": instant(of.end), "gone": of.is_gone,
        });
        format!("id: {}\nevent: change\ndata: {data}\n\n", of.entry)
    }
}

/// An open stream.
struct Open {
    app: State,
    listener: Listener,
    news: Receiver<Arc<News>>,
    secret: String,
    grants: Vec<Grant>,
    next_beat: Instant,
    /// What is said first.
    greeting: Option<String>,
    is_over: bool,
}

/// The stream of a board. `after`, or what a browser that comes back says, is the last entry it knows of.
pub(super) async fn events(
    extract::State(app): extract::State<State>,
    Extension(desk): Extension<Desk>,
    Extension(site): Extension<Arc<Site>>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    let listener = Listener {
        company: query.read("company")?,
        branch: query.read("branch")?,
        provider: query.read("provider")?,
    };
    let known = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    let known: Option<i64> = if known.is_some() { known } else { query.read("after")? };
    // First: what changes while the rest is read is told, if twice.
    let Some(news) = app.news().await? else { return Ok(ended("The host is stopping.")) };
    let greeting = greeting(&app, &listener, known).await?;
    let open = Open {
        app,
        listener,
        news,
        secret: site.session(&headers).unwrap_or_default(),
        grants: desk.identity.grants,
        next_beat: Instant::now() + HEARTBEAT,
        greeting: Some(greeting),
        is_over: false,
    };
    let lines = stream::unfold(open, async |mut open| {
        let line = open.next().await?;
        Some((Ok::<_, Infallible>(line), open))
    });
    Ok(answer(Body::from_stream(Box::pin(lines))))
}

/// What has changed since the board was read.
async fn greeting(app: &App, listener: &Listener, known: Option<i64>) -> Result<String, Problem> {
    let mut said = format!("retry: {COME_BACK_MS}\n: here\n\n");
    let Some(known) = known else { return Ok(said) };
    match app.missed(known).await? {
        Some(missed) => {
            for changed in missed.iter().filter(|changed| listener.hears(changed)) {
                said.push_str(&listener.line(changed));
            }
        }
        None => said.push_str(RELOAD),
    }
    Ok(said)
}

const RELOAD: &str = "event: reload\ndata: {}\n\n";
const OVER: &str = "event: over\ndata: {}\n\n";

impl Open {
    /// What to say next; none once there is nothing more to be said.
    async fn next(&mut self) -> Option<String> {
        if let Some(greeting) = self.greeting.take() {
            return Some(greeting);
        }
        if self.is_over {
            return None;
        }
        loop {
            match timeout_at(self.next_beat, self.news.recv()).await {
                Err(_) => return self.beat().await,
                Ok(Ok(news)) => {
                    if let Some(line) = self.told(&news) {
                        return Some(line);
                    }
                }
                Ok(Err(RecvError::Lagged(_))) => return Some(RELOAD.to_owned()),
                Ok(Err(RecvError::Closed)) => return None,
            }
        }
    }

    fn told(&self, news: &News) -> Option<String> {
        match news {
            News::Appointment(changed) => self.listener.hears(changed).then(|| self.listener.line(changed)),
            News::Catalogue(company) => {
                self.listener.company.is_none_or(|own| own == *company).then(|| RELOAD.to_owned())
            }
        }
    }

    /// Says that it is still there, if whoever listens still may. Other grants are for the gate to judge: the browser comes
    /// back and is judged anew.
    async fn beat(&mut self) -> Option<String> {
        self.next_beat = Instant::now() + HEARTBEAT;
        match self.app.identify_session(&self.secret).await {
            Ok(Some(identity)) if identity.grants == self.grants => Some(": still here\n\n".to_owned()),
            Ok(Some(_)) => None,
            Ok(None) => {
                self.is_over = true;
                Some(OVER.to_owned())
            }
            // The store may be away for a moment; the next heartbeat asks again.
            Err(_) => Some(": still here\n\n".to_owned()),
        }
    }
}

fn ended(why: &str) -> Response {
    answer(Body::from(format!("retry: {COME_BACK_MS}\n: {why}\n\n")))
}

fn answer(body: Body) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, body).into_response()
}
