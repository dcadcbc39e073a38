//! A customer: how to reach them, what is to come, what is over, and how often what became of it.

use askama::Template;
use axum::extract::{self, Extension};
use axum::http::StatusCode;
use axum::response::Response;

use super::super::appointments::{Row, rows};
use super::super::door::Desk;
use super::super::words::{self, Shell};
use super::PATH;
use crate::app::App;
use crate::codes;
use crate::http::extract::Id;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::model::{BranchId, CompanyId, Customer, CustomerId, Scope};
use crate::store::{AppointmentFilter, Page, Sort, VisitCounts};

/// Visits of each list: more than most customers have. The list of appointments has the rest.
const VISITS: u32 = 20;

/// Some visits, and where all of them are if there are more.
struct Visits {
    rows: Vec<Row>,
    all: Option<String>,
}

/// How many visits became what.
struct Tile {
    label: &'static str,
    value: u32,
    detail: String,
}

/// What is known of a customer, and where a click on it leads.
struct Fact {
    label: &'static str,
    text: String,
    link: Option<String>,
}

#[derive(Template)]
#[template(path = "customer.html")]
struct CustomerPage {
    shell: Shell,
    list: String,
    name: String,
    is_active: bool,
    facts: Vec<Fact>,
    tiles: [Tile; 5],
    coming: Visits,
    over: Visits,
    /// Where a visit is booked for them, for whoever may.
    book: Option<String>,
    /// Where they are changed, for whoever may.
    edit: Option<String>,
    /// Whether visits elsewhere are left out.
    is_partial: bool,
}

pub(super) async fn show(
    extract::State(app): extract::State<State>,
    Id(id): Id<CustomerId>,
    Extension(desk): Extension<Desk>,
) -> Result<Response, Problem> {
    let customer = app.get::<Customer>(id.0).await?;
    let company = CompanyId(customer.company);
    let branches = branches_seen(&desk, company)?;
    let tiles = tiles(app.customer_counts(id, &branches).await?);
    let now = app.now();
    let theirs = AppointmentFilter {
        company: Some(company),
        customer: Some(id),
        branches: branches.clone(),
        ..AppointmentFilter::default()
    };
    let coming =
        AppointmentFilter { standing: true, from: Some(now), sort: Sort::Earliest, ..theirs.clone() };
    let over = AppointmentFilter { over: Some(now), sort: Sort::Latest, ..theirs };
    let (company_text, id_text) = (company.to_string(), id.to_string());
    let whose = [("company", company_text.as_str()), ("customer", id_text.as_str())];
    let all = |when| words::address("/appointments", &[whose[0], whose[1], ("when", when)]);
    let may_book = customer.data.active && desk.reaches(Scope::AppointmentsBook, company);
    let page = CustomerPage {
        shell: desk.shell(&customer.data.name, PATH),
        list: words::address(PATH, &whose[..1]),
        name: customer.data.name.clone(),
        is_active: customer.data.active,
        tiles,
        coming: visits(&app, &desk, &coming, all("upcoming")).await?,
        over: visits(&app, &desk, &over, all("past")).await?,
        facts: facts(customer.data),
        edit: desk.reaches(Scope::CustomersWrite, company).then(|| format!("{}/edit", super::path(id))),
        book: may_book.then(|| words::address("/book", &whose)),
        is_partial: !branches.is_empty(),
    };
    Ok(words::html(StatusCode::OK, &page))
}

/// The branches of a company whose appointments somebody sees; none of them means all.
pub(in crate::http::web) fn branches_seen(desk: &Desk, company: CompanyId) -> Result<Vec<BranchId>, Problem> {
    let grants = desk.identity.grants_for(Scope::AppointmentsRead);
    let mut here = grants
        .iter()
        .filter(|grant| grant.company.is_none_or(|named| named == company))
        .filter(|grant| grant.provider.is_none() && grant.customer.is_none())
        .map(|grant| grant.branch)
        .peekable();
    if here.peek().is_none() {
        let detail = format!("«{}» may not see appointments of this company.", desk.identity.label);
        return Err(Problem::new(codes::FORBIDDEN, detail));
    }
    // One that is bound to no branch sees all of them.
    Ok(here.collect::<Option<Vec<_>>>().unwrap_or_default())
}

async fn visits(app: &App, desk: &Desk, filter: &AppointmentFilter, all: String) -> Result<Visits, Problem> {
    let mut found = app.appointments(filter, Page { after: None, limit: VISITS + 1 }).await?;
    let more = found.len() > VISITS as usize;
    found.truncate(VISITS as usize);
    Ok(Visits { rows: rows(app, desk, &found).await?, all: more.then_some(all) })
}

fn tiles(counts: VisitCounts) -> [Tile; 5] {
    let tile = |label, value| Tile { label, value, detail: String::new() };
    let late = match counts.cancelled_late {
        0 => String::new(),
        late => format!("{late} of them late"),
    };
    [
        tile("To do", counts.standing),
        tile("Completed", counts.completed),
        tile("Rescheduled", counts.rescheduled),
        Tile { detail: late, ..tile("Cancelled", counts.cancelled) },
        tile("No-shows", counts.no_shows),
    ]
}

fn facts(customer: Customer) -> Vec<Fact> {
    let Customer { email, phone, address, language, party_code, .. } = customer;
    // Blanks in a number are for people.
    let dialled = |number: &String| number.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let call = phone.as_ref().map(|number| format!("tel:{}", dialled(number)));
    let write = email.as_ref().map(|address| format!("mailto:{address}"));
    let told = [
        ("E-mail address", email, write),
        ("Telephone", phone, call),
        ("Address", address, None),
        ("Language", language, None),
        ("Code in the books", party_code, None),
    ];
    let fact = |(label, text, link): (_, Option<String>, _)| text.map(|text| Fact { label, text, link });
    told.into_iter().filter_map(fact).collect()
}
