//! Customers: looked up by what somebody at a desk remembers of them, and each with what became of their visits.
//!
//! Invariant: whoever is bound to a branch finds all customers of its company, as a new booking does, and sees of their visits
//! those at the branch. Deliberately absent: technicians and customers, whose own pages show what is theirs.

mod edit;
mod one;

pub(super) use one::branches_seen;

use askama::Template;
use axum::extract::{self, Extension};
use axum::http::{StatusCode, Uri};
use axum::response::Response;

use super::appointments::companies;
use super::door::Desk;
use super::form::Form;
use super::setup;
use super::words::{self, Choice, Shell};
use super::{Need, Pages};
use crate::codes;
use crate::http::gate::{Pin, Subject};
use crate::http::limits;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::model::fields::LINE;
use crate::model::{CompanyId, Customer, Scope, Stored};
use crate::store::{CustomerFilter, Page};

pub(super) const PATH: &str = "/customers";

/// The list, and the page of each.
pub(super) fn routes() -> Pages {
    let writing = || Need::of(Scope::CustomersWrite, Subject::Customer);
    Pages::default()
        .get(PATH, Need::list(Scope::CustomersList, &[Pin::Company, Pin::Branch]), index)
        .get("/customers/{id}", Need::of(Scope::CustomersList, Subject::Customer), one::show)
        .get("/customers/{id}/edit", writing(), edit::show)
        .post("/customers/{id}/edit", writing(), edit::save)
}

/// A customer as the list shows them.
struct Row {
    path: String,
    name: String,
    email: String,
    phone: String,
    code: String,
    is_active: bool,
}

#[derive(Template)]
#[template(path = "customers.html")]
struct List {
    shell: Shell,
    companies: Vec<Choice>,
    company: String,
    q: String,
    rows: Vec<Row>,
    next: Option<String>,
    first: Option<String>,
    /// Where somebody new is added, for whoever may.
    add: Option<String>,
    may_found: bool,
}

async fn index(
    extract::State(app): extract::State<State>,
    Extension(desk): Extension<Desk>,
    uri: Uri,
) -> Result<Response, Problem> {
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    let companies = companies(&app, &desk, query.read("company")?).await?;
    let only = if let [only] = companies.as_slice() { only.value.parse().ok() } else { None };
    let company = query.read::<CompanyId>("company")?.or(only);
    let text = sought(&query, "q")?;
    let mut found = match company {
        Some(company) => {
            let page = Page { after: query.read("after")?, limit: limits::PAGE + 1 };
            app.customers(&CustomerFilter { company, text, active: false }, page).await?
        }
        None => Vec::new(),
    };
    let more = found.len() > limits::PAGE as usize;
    found.truncate(limits::PAGE as usize);
    let last = found.last().filter(|_| more).map(|last| last.id.to_string());
    let company = company.map(|id| id.to_string()).unwrap_or_default();
    let page = |after: &str| {
        words::address(PATH, &[("company", &company), ("q", query.text("q")), ("after", after)])
    };
    let may_add = !desk.identity.grants_for(Scope::CustomersWrite).is_empty();
    let list = List {
        shell: desk.shell("Customers", PATH),
        q: query.text("q").to_owned(),
        rows: found.into_iter().map(row).collect(),
        next: last.map(|last| page(&last)),
        first: (!query.text("after").is_empty()).then(|| page("")),
        add: may_add.then(|| words::address("/book", &[("company", &company)])),
        may_found: setup::may_found(&desk),
        companies,
        company,
    };
    Ok(words::html(StatusCode::OK, &list))
}

/// A text that somebody looks for; none where they look for nothing.
pub(super) fn sought(query: &Form, field: &str) -> Result<Option<String>, Problem> {
    let text = query.text(field);
    if text.chars().count() > LINE || text.contains('\0') {
        let detail = format!("A text to look for has at most {LINE} characters, and no NUL among them.");
        return Err(Problem::new(codes::BAD_QUERY, detail));
    }
    Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
}

fn row(customer: Stored<Customer>) -> Row {
    let Customer { name, email, phone, party_code, active, .. } = customer.data;
    Row {
        path: path(customer.id),
        name,
        email: email.unwrap_or_default(),
        phone: phone.unwrap_or_default(),
        code: party_code.unwrap_or_default(),
        is_active: active,
    }
}

/// The page of a customer.
pub(super) fn path(id: impl std::fmt::Display) -> String {
    format!("{PATH}/{id}")
}
