//! A company to try things out with: made with one button, and removed with one after a question.

use askama::Template;
use axum::extract::{self, Extension};
use axum::http::StatusCode;
use axum::response::Response;

use super::super::door::Desk;
use super::super::trouble::Trouble;
use super::super::words::{self, Shell};
use super::{Frame, PATH, may_found, removal};
use crate::app::{App, Step};
use crate::codes;
use crate::http::auth::Caller;
use crate::http::extract::Id;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::model::{Company, CompanyId};
use crate::store::{AppointmentFilter, Page as Part};

/// Appointments that are counted; more are many.
const COUNTED: u32 = 200;

#[derive(Template)]
#[template(path = "setup/remove.html")]
struct Page {
    shell: Shell,
    frame: Frame,
    name: String,
    action: String,
    appointments: String,
    trouble: Option<Trouble>,
}

/// Whether there is none, and books for one.
pub(super) async fn is_offered(app: &App) -> Result<bool, Problem> {
    Ok(app.samples().await?.is_empty() && app.trial_books().await?.is_some())
}

pub(super) async fn make(
    extract::State(app): extract::State<State>,
    Extension(Caller(by)): Extension<Caller>,
) -> Result<Response, Problem> {
    let id = app.make_sample(&by).await?;
    Ok(words::to(&format!("/book?company={id}&done=sample")))
}

pub(super) async fn ask(
    extract::State(app): extract::State<State>,
    Id(id): Id<CompanyId>,
    Extension(desk): Extension<Desk>,
) -> Result<Response, Problem> {
    allowed(&desk)?;
    page(&app, &desk, id, None).await
}

pub(super) async fn remove(
    extract::State(app): extract::State<State>,
    Id(id): Id<CompanyId>,
    Extension(desk): Extension<Desk>,
    Extension(Caller(by)): Extension<Caller>,
) -> Result<Response, Problem> {
    allowed(&desk)?;
    match app.remove_sample(&by, id).await {
        Ok(()) => Ok(words::to(&format!("{PATH}?done=removed"))),
        Err(error) => page(&app, &desk, id, Some(Trouble::from(&Problem::from(error)))).await,
    }
}

/// A company goes only by whoever could have made it.
fn allowed(desk: &Desk) -> Result<(), Problem> {
    let message = "Only who administers all companies can remove one.";
    may_found(desk).then_some(()).ok_or_else(|| Problem::new(codes::FORBIDDEN, message))
}

async fn page(app: &App, desk: &Desk, id: CompanyId, trouble: Option<Trouble>) -> Result<Response, Problem> {
    let name = app.get::<Company>(id.0).await?.data.name;
    let filter = AppointmentFilter { company: Some(id), ..AppointmentFilter::default() };
    let found = app.appointments(&filter, Part { after: None, limit: COUNTED }).await?.len();
    let appointments = match found {
        0 => "no appointment yet".to_owned(),
        1 => "1 appointment".to_owned(),
        many if many >= COUNTED as usize => "all its appointments".to_owned(),
        some => format!("{some} appointments"),
    };
    let page = Page {
        shell: desk.shell("Remove the sample company", PATH),
        frame: Frame::at(Step::Company, None),
        name,
        action: removal(id),
        appointments,
        trouble,
    };
    let status = page.trouble.as_ref().map_or(StatusCode::OK, Trouble::status);
    Ok(words::html(status, &page))
}
