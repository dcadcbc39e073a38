//! The last step: what there is, and where to go from here.

use askama::Template;
use axum::extract::{self, Extension};
use axum::http::StatusCode;
use axum::response::Response;

use super::super::accounts;
use super::super::door::Desk;
use super::super::words::{self, Shell};
use super::{Frame, PATH, path, settings};
use crate::app::{App, Setup, Step};
use crate::http::auth::Caller;
use crate::http::extract::Id;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::model::{CompanyId, ProviderId};

#[derive(Template)]
#[template(path = "setup/done.html")]
struct Page {
    shell: Shell,
    frame: Frame,
    company: String,
    name: String,
    is_ready: bool,
    facts: Vec<Fact>,
    portal_is_open: bool,
    settings: String,
    /// Where those who work there are given accounts, while one of them has none, for whoever looks after accounts.
    accounts: Option<String>,
}

/// What one of the steps came to.
struct Fact {
    label: &'static str,
    value: String,
    path: String,
}

pub(super) async fn show(
    extract::State(app): extract::State<State>,
    Id(id): Id<CompanyId>,
    Extension(desk): Extension<Desk>,
) -> Result<Response, Problem> {
    let setup = app.setup(id).await?;
    let company = &setup.company.data;
    let fact = |label, step, value| Fact { label, value, path: path(id, step) };
    let branch = setup.branch().map_or("no branch yet", |branch| branch.data.name.as_str());
    let books =
        if setup.has_books { company.erp.clone() } else { format!("{} (not configured)", company.erp) };
    let services = counted(setup.services.len(), "service", "services");
    let services = match setup.units.len() {
        0 => services,
        units => format!("{services}, {}", counted(units, "unit", "units")),
    };
    let facts = vec![
        fact(
            "Company",
            Step::Company,
            format!("{branch}, {}, {}", company.time_zone.name(), company.currency),
        ),
        fact("Services", Step::Services, services),
        fact("People", Step::People, counted(setup.people.len(), "person", "people")),
        fact("Books", Step::Books, books),
    ];
    let page = Page {
        shell: desk.shell(&company.name, PATH),
        frame: Frame::at(Step::Done, Some(&setup)),
        company: id.to_string(),
        name: company.name.clone(),
        is_ready: setup.next() == Step::Done,
        facts,
        portal_is_open: company.portal.open,
        settings: settings::page_of(id),
        accounts: lacks_accounts(&app, &desk, &setup).await?.then(|| path(id, Step::People)),
    };
    Ok(words::html(StatusCode::OK, &page))
}

/// Whether somebody who works there cannot log in, and whoever looks can change that.
async fn lacks_accounts(app: &App, desk: &Desk, setup: &Setup) -> Result<bool, Problem> {
    let people: Vec<ProviderId> = setup.people.iter().map(|person| person.id.into()).collect();
    Ok(accounts::may(desk) && app.accounts_of(&people).await?.len() < people.len())
}

fn counted(number: usize, one: &str, several: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { several })
}

pub(super) async fn open_portal(
    extract::State(app): extract::State<State>,
    Id(id): Id<CompanyId>,
    Extension(Caller(by)): Extension<Caller>,
) -> Result<Response, Problem> {
    app.open_portal(&by, id).await?;
    Ok(words::to(&format!("{}?done=portal", path(id, Step::Done))))
}
