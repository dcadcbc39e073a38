//! The HTTP API: REST under `/api/v1`, described by `/openapi.json`; and, in `web`, the pages.
//!
//! Invariants: a handler extracts, makes one call of [`crate::app`], and renders. Whatever is not a success is an
//! RFC 9457 problem with a code. Every path needs an API key or a session, but `/healthz`, `/readyz`,
//! `/openapi.json`, the page and operations with which a session is got, and what is signed: the notices of ERPs and the
//! links of customers.
//!
//! Deliberately absent: rules, SQL, and any ERP.

mod accounts;
mod answer;
mod appointments;
mod auth;
mod body;
mod bookings;
mod branches;
mod cases;
mod commands;
mod companies;
mod conflicts;
mod connections;
mod customers;
mod decisions;
mod deliveries;
mod documents;
mod extensions;
mod extract;
mod gate;
mod headers;
mod health;
mod invoicing;
mod journal;
mod json;
mod layers;
pub mod limits;
mod links;
mod listener;
mod masters;
mod notices;
mod openapi;
mod openings;
mod operation;
mod plain;
mod problem;
mod providers;
mod reconciliation;
mod reports;
mod rules;
mod schema;
mod series;
mod services;
mod session;
mod site;
mod stock;
mod units;
mod visits;
mod waitlist;
mod web;

use std::sync::Arc;

use axum::http::{Method, Uri};
use axum::routing::get;
use axum::{Extension as Shared, Router, middleware};
use utoipa_axum::router::OpenApiRouter;

pub use listener::{Terms, serve};
use operation::State;
use problem::Problem;

pub use site::Site;

use crate::app::App;
use crate::codes;
use crate::model::{Branch, Case, Company, Customer, Extension, Service, Unit};

/// The whole API on these use cases, for a server that is seen where it listens.
pub fn router(app: Arc<App>) -> Router {
    router_at(app, Site::default())
}

/// The whole API on these use cases, for a server that is seen there from outside.
pub fn router_at(app: Arc<App>, site: Site) -> Router {
    let site = Arc::new(site);
    let (open, described) = open().split_for_parts();
    let (closed, api) = closed().split_for_parts();
    let needs = Arc::new(gate::Needs::of(&api));
    let document = openapi::rendered(&openapi::document(described.merge_from(api)));
    let door = auth::Door { app: app.clone(), needs, site: site.clone() };
    let closed = closed
        .method_not_allowed_fallback(wrong_method)
        .fallback(nothing_here)
        .layer(middleware::from_fn_with_state(door, auth::authenticate));
    let open = open
        .route("/openapi.json", get(async move || openapi::answer(document)))
        .method_not_allowed_fallback(wrong_method);
    let pages = web::routes(&app, &site);
    let all =
        open.merge(pages).merge(closed).layer(middleware::from_fn(web::in_browsers)).layer(Shared(site));
    layers::around(all).with_state(app)
}

/// The description of the API: OpenAPI 3.1.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    openapi::document(open().into_openapi().merge_from(closed().into_openapi()))
}

/// What needs no API key.
fn open() -> OpenApiRouter<State> {
    health::routes().merge(notices::routes()).merge(session::open_routes()).merge(links::open_routes())
}

/// Everything that needs an API key.
fn closed() -> OpenApiRouter<State> {
    OpenApiRouter::default()
        .merge(masters::routes::<Company>())
        .merge(masters::routes::<Branch>())
        .merge(masters::routes::<Service>())
        .merge(providers::routes())
        .merge(masters::routes::<Unit>())
        .merge(masters::routes::<Customer>())
        .merge(masters::routes::<Case>())
        .merge(masters::routes::<Extension>())
        .merge(extensions::routes())
        .merge(openings::routes())
        .merge(appointments::routes())
        .merge(commands::routes())
        .merge(visits::routes())
        .merge(conflicts::routes())
        .merge(bookings::routes())
        .merge(series::routes())
        .merge(invoicing::routes())
        .merge(waitlist::routes())
        .merge(deliveries::routes())
        .merge(connections::routes())
        .merge(journal::routes())
        .merge(stock::routes())
        .merge(reconciliation::routes())
        .merge(reports::routes())
        .merge(decisions::routes())
        .merge(rules::routes())
        .merge(session::routes())
        .merge(accounts::routes())
        .merge(links::routes())
}

async fn nothing_here(uri: Uri) -> Problem {
    Problem::new(codes::NO_SUCH_PATH, format!("There is nothing at {}.", uri.path()))
}

async fn wrong_method(method: Method, uri: Uri) -> Problem {
    Problem::new(codes::METHOD_NOT_ALLOWED, format!("{} does not take {method}.", uri.path()))
}

#[cfg(test)]
mod tests;
