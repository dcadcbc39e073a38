//! A customer changed: how to reach them, where visits to them are, and whether they may book.
//!
//! Deliberately absent: their code in the books, by which documents are theirs; the API changes it.

use askama::Template;
use axum::extract::{self, Extension};
use axum::http::StatusCode;
use axum::response::Response;

use super::super::door::Desk;
use super::super::form::Form;
use super::super::trouble::Trouble;
use super::super::words::{self, Shell};
use super::{PATH, path};
use crate::app::{self, App};
use crate::codes;
use crate::http::auth::Caller;
use crate::http::extract::Id;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::model::{Customer, CustomerId, Stored};

#[derive(Template)]
#[template(path = "customer_edit.html")]
struct EditPage {
    shell: Shell,
    back: String,
    version: i64,
    customer: Customer,
    trouble: Option<Trouble>,
}

pub(super) async fn show(
    extract::State(app): extract::State<State>,
    Id(id): Id<CustomerId>,
    Extension(desk): Extension<Desk>,
) -> Result<Response, Problem> {
    let Stored { version, data, .. } = app.get::<Customer>(id.0).await?;
    Ok(page(&desk, id, version, data, None))
}

fn page(
    desk: &Desk,
    id: CustomerId,
    version: i64,
    customer: Customer,
    problem: Option<&Problem>,
) -> Response {
    let trouble = problem.map(Trouble::from);
    let status = trouble.as_ref().map_or(StatusCode::OK, Trouble::status);
    let shell = desk.shell("Change a customer", PATH);
    words::html(status, &EditPage { shell, back: path(id), version, customer, trouble })
}

pub(super) async fn save(
    extract::State(app): extract::State<State>,
    Id(id): Id<CustomerId>,
    Extension(desk): Extension<Desk>,
    Extension(Caller(by)): Extension<Caller>,
    Extension(form): Extension<Form>,
) -> Result<Response, Problem> {
    let lacks = || Problem::new(codes::BAD_QUERY, "The form lacks the version that it was filled from.");
    let version = form.read::<i64>("version")?.ok_or_else(lacks)?;
    let old = app.get::<Customer>(id.0).await?.data;
    let wanted = read(&form, old.clone());
    match saved(&app, &by, (id, version), (old, wanted.clone())).await {
        Ok(()) => Ok(words::to(&format!("{}?done=saved", path(id)))),
        Err(error) => Ok(page(&desk, id, version, wanted, Some(&error.into()))),
    }
}

async fn saved(
    app: &App,
    by: &str,
    (id, version): (CustomerId, i64),
    (old, wanted): (Customer, Customer),
) -> app::Result<()> {
    if old != wanted {
        app.replace_by(Some(by), (id.0, version), wanted).await?;
    }
    Ok(())
}

fn read(form: &Form, old: Customer) -> Customer {
    let told = |name: &str| Some(form.text(name).to_owned()).filter(|text| !text.is_empty());
    Customer {
        name: form.text("name").to_owned(),
        email: told("email"),
        phone: told("phone"),
        address: told("address"),
        language: told("language"),
        active: !form.text("active").is_empty(),
        ..old
    }
}
