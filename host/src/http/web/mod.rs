//! The pages: what people work with in a browser, rendered here.
//!
//! Invariants: a page states what it needs beside its route, as an operation does, or that it is open; the same gate reads
//! it. Open are the door itself, and the pages of customers in `portal`. A page makes calls of [`crate::app`] and renders; everything it shows is escaped; nothing of it runs but the one
//! script of ours. Each works without that script.
//!
//! Deliberately absent: rules, SQL and any ERP. Which commands an appointment takes, the rules say.

mod accounts;
mod agents;
mod appointment;
mod appointments;
mod assets;
mod board;
mod books;
mod commands;
mod csv;
mod customers;
mod desk;
mod door;
mod entrance;
mod entry;
mod errors;
mod form;
mod kept;
mod materials;
mod names;
mod own;
mod phone;
mod portal;
mod provider;
mod reconciliation;
mod reports;
mod rules;
mod setup;
mod trail;
mod trouble;
mod twins;
mod upload;
mod visits;
mod words;
mod wrong;

use std::sync::Arc;

use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodFilter, get, on};
use axum::{Router, middleware};

use super::auth::Door;
use super::gate::{Need, Needs};
use super::operation::State;
use super::site::Site;
use crate::app::App;

/// Pages that need a session, with what each needs besides.
#[derive(Default)]
pub(super) struct Pages {
    routes: Router<State>,
    needs: Vec<(Method, String, Need)>,
}

impl Pages {
    /// Shows something.
    fn get<H: Handler<T, State>, T: 'static>(self, path: &str, need: Need, handler: H) -> Self {
        self.on((Method::GET, MethodFilter::GET), path, need, handler)
    }

    /// Takes a form.
    fn post<H: Handler<T, State>, T: 'static>(self, path: &str, need: Need, handler: H) -> Self {
        self.on((Method::POST, MethodFilter::POST), path, need, handler)
    }

    fn on<H: Handler<T, State>, T: 'static>(
        mut self,
        (method, filter): (Method, MethodFilter),
        path: &str,
        need: Need,
        handler: H,
    ) -> Self {
        self.needs.push((method, path.to_owned(), need));
        Self { routes: self.routes.route(path, on(filter, handler)), needs: self.needs }
    }

    fn merge(self, more: Self) -> Self {
        let needs = self.needs.into_iter().chain(more.needs).collect();
        Self { routes: self.routes.merge(more.routes), needs }
    }
}

/// All pages, the door before those that need a session.
pub(super) fn routes(app: &Arc<App>, site: &Arc<Site>) -> Router<State> {
    let Pages { routes, needs } = closed();
    let needs = Arc::new(Needs::stated(needs.into_iter()));
    let door = Door { app: app.clone(), needs, site: site.clone() };
    let open = entrance::open_routes()
        .merge(provider::open_routes())
        .merge(errors::open_routes())
        .route("/assets/{name}", get(assets::asset))
        .route("/embed.js", get(assets::embed))
        .route("/favicon.ico", get(assets::favicon))
        .merge(phone::open_routes())
        .layer(middleware::from_fn(door::legibly))
        .merge(portal::routes());
    open.merge(routes.layer(middleware::from_fn_with_state(door, door::enter)))
}

fn closed() -> Pages {
    entrance::routes()
        .merge(appointments::routes())
        .merge(appointment::routes())
        .merge(commands::routes())
        .merge(visits::routes())
        .merge(board::routes())
        .merge(phone::routes())
        .merge(customers::routes())
        .merge(desk::routes())
        .merge(books::routes())
        .merge(reconciliation::routes())
        .merge(reports::routes())
        .merge(rules::routes())
        .merge(setup::routes())
        .merge(accounts::routes())
}

pub(super) use door::in_browsers;

/// What each page that is not open needs.
#[cfg(test)]
pub(super) fn needs() -> Vec<(Method, String, Need)> {
    closed().needs
}
