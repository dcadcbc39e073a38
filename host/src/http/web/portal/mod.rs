//! The customer portal: pages on which anybody books with a company, and on which a customer looks after their visit.
//!
//! Invariants: these pages need no session and open nothing that needs one. Who books is a customer of their own; who comes by
//! a link sees one visit. A form is taken from pages of this server alone, and a hold carries the form's own key, so that
//! sending it twice holds one time. Whatever does not exist, is not offered or does not hold looks the same from outside.
//!
//! Deliberately absent: what may be booked, confirmed, moved or called off, which the rules say; and money, which companies
//! receive in their own way.

mod calendar;
mod details;
mod entry;
mod frame;
mod manner;
mod moving;
mod refusals;
mod services;
mod theme;
mod times;
mod visit;
mod zones;

use axum::extract::Request;
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Router, middleware};

use super::door;
use crate::app::Purpose;
use crate::http::operation::State;
use manner::Manner;

/// Every page and form of it. None needs a session.
pub(super) fn routes() -> Router<State> {
    let booking = Router::new()
        .route("/portal/{company}", get(services::show))
        .route("/portal/{company}/times", get(times::show))
        .route("/portal/{company}/details", get(details::show))
        .route("/portal/{company}/hold", post(details::hold))
        .route("/portal-theme/{name}", get(theme::sheet));
    let visit = Router::new()
        .route("/visit", get(visit::show))
        .route("/visit/times", get(visit::times))
        .route("/visit/appointment.ics", get(entry::show));
    let answers = Purpose::ALL.into_iter().fold(visit, |routes, purpose| {
        let path = format!("/visit/{}", purpose.as_str());
        routes.route(
            &path,
            post(async move |state, manner, visitor, body| {
                visit::answer(purpose, state, manner, visitor, body).await
            }),
        )
    });
    booking.merge(answers).layer(middleware::from_fn(legibly))
}

/// Finds out how the visitor is spoken to, has whatever goes wrong shown as a page
/// of the portal, and lets the page show the logo it has, and the sites that may embed it do so.
async fn legibly(mut request: Request, next: Next) -> Response {
    let manner = Manner::of(&request);
    request.extensions_mut().insert(manner.clone());
    let mut response = match door::trouble_in(next.run(request).await).await {
        Ok(response) => response,
        Err(trouble) => frame::trouble(&manner, trouble),
    };
    let logo = response.extensions_mut().remove::<frame::Logo>();
    if let Some(policy) = manner.policy(logo.as_ref().map_or("", |logo| &logo.0)) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}
