//! Reports: figures of a period as bars and tables, and the same as files.
//!
//! Invariant: every figure stands as text; the bars beside them only repeat it. What of the books is shown needs the scope of
//! the books.

mod export;
mod view;

use askama::Template;
use axum::extract::{self, Extension};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use chrono::NaiveDate;

use super::appointments::companies;
use super::assets;
use super::door::Desk;
use super::form::Form;
use super::names::choices;
use super::trouble::Trouble;
use super::words::{self, Choice, Shell};
use super::{Need, Pages};
use crate::app::{AllReports, App, MAX_REPORT_DAYS, ReportPeriod, ReportQuery};
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::http::reports::PINS;
use crate::model::{Branch, Company, CompanyId, Grant, Place, Provider, Scope, Service};
use view::Shown;

const PATH: &str = "/reports";

/// The page and its files.
pub(super) fn routes() -> Pages {
    let counts = || Need::list(Scope::ReportsRead, &PINS);
    Pages::default()
        .get(PATH, counts(), index)
        .get("/reports/visits.csv", counts(), export::visits)
        .get("/reports/utilisation.csv", counts(), export::utilisation)
        .get("/reports/revenue.csv", Need::list(Scope::BooksRead, &PINS), export::revenue)
}

#[derive(Template)]
#[template(path = "reports.html")]
struct ReportsPage {
    shell: Shell,
    style: &'static str,
    companies: Vec<Choice>,
    branches: Vec<Choice>,
    providers: Vec<Choice>,
    services: Vec<Choice>,
    from: String,
    to: String,
    zone: String,
    most: u64,
    is_filtered: bool,
    clear: String,
    trouble: Option<Trouble>,
    has_company: bool,
    shown: Option<Shown>,
}

async fn index(
    extract::State(app): extract::State<State>,
    Extension(desk): Extension<Desk>,
    uri: Uri,
) -> Result<Response, Problem> {
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    let mut all = companies(&app, &desk, query.read("company")?).await?;
    let first = || all.first().and_then(|first| first.value.parse().ok());
    let company = query.read::<CompanyId>("company")?.or_else(first);
    let chosen = company.map(|id| id.to_string()).unwrap_or_default();
    all.iter_mut().for_each(|choice| choice.is_chosen = choice.value == chosen);
    let made = match company {
        Some(_) => made(&app, &desk, &query, company).await.map(Some),
        None => Ok(None),
    };
    let (figures, trouble) = match made {
        Ok(figures) => (figures, None),
        Err(problem) => (None, Some(Trouble::from(&problem))),
    };
    let status = trouble.as_ref().map_or(StatusCode::OK, Trouble::status);
    let zone = match company {
        Some(company) => app.get::<Company>(company.0).await?.data.time_zone.name().to_owned(),
        None => String::new(),
    };
    let period = figures.as_ref().map(|figures| figures.visits.period.clone());
    let day = |name: &str, told: fn(&ReportPeriod) -> NaiveDate| {
        period.as_ref().map_or_else(|| query.text(name).to_owned(), |period| told(period).to_string())
    };
    let page = ReportsPage {
        shell: desk.shell("Reports", PATH),
        style: &assets::REPORTS_STYLE.path,
        branches: choices::<Branch>(&app, company, query.text("branch")).await?,
        providers: choices::<Provider>(&app, company, query.text("provider")).await?,
        services: choices::<Service>(&app, company, query.text("service")).await?,
        from: day("from", |period| period.from),
        to: day("to", |period| period.to),
        zone,
        most: MAX_REPORT_DAYS,
        is_filtered: !query.without(&["company"]).is_empty(),
        clear: words::address(PATH, &[("company", &chosen)]),
        trouble,
        has_company: company.is_some(),
        shown: figures.as_ref().map(|figures| Shown::of(figures, &query)),
        companies: all,
    };
    Ok(words::html(status, &page))
}

/// The reports of a page.
async fn made(
    app: &App,
    desk: &Desk,
    query: &Form,
    company: Option<CompanyId>,
) -> Result<AllReports, Problem> {
    let asked = ReportQuery { company, ..asked(query)? };
    Ok(app.reports(&asked, sees_books(desk, &asked)).await?)
}

fn asked(query: &Form) -> Result<ReportQuery, Problem> {
    Ok(ReportQuery {
        company: query.read("company")?,
        branch: query.read("branch")?,
        provider: query.read("provider")?,
        service: query.read("service")?,
        from: query.read("from")?,
        to: query.read("to")?,
    })
}

/// Whether whoever looks sees the books of what is asked for.
fn sees_books(desk: &Desk, asked: &ReportQuery) -> bool {
    let place = Place { company: asked.company, branch: asked.branch, ..Place::default() };
    let grants = desk.identity.grants_for(Scope::BooksRead);
    grants.iter().any(|grant: &Grant| grant.reaches(&place, Scope::BooksRead))
}
