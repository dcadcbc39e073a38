//! What administrators do about an extension: how much it has to say, and that it is tried again.

use axum::extract::{self, Extension};
use axum::response::Response;
use uuid::Uuid;

use super::super::door::Desk;
use super::super::form::Form;
use super::super::words as pages;
use super::words::{read_mode, read_policy};
use super::{PATH, page};
use crate::app::{self, Say};
use crate::codes;
use crate::http::auth::Caller;
use crate::http::extract::Id;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::model::{CompanyId, Extension as Used, Stored};

pub(super) async fn set_mode(
    extract::State(app): extract::State<State>,
    Id(id): Id<Uuid>,
    Extension(desk): Extension<Desk>,
    Extension(Caller(by)): Extension<Caller>,
    Extension(form): Extension<Form>,
) -> Result<Response, Problem> {
    let say = say(&form)?;
    let seen = form.read::<i64>("version")?;
    let stands = app.get::<Used>(id).await?.version;
    let changed = match seen {
        // What the form does not mean to change would be as it was when it was opened.
        Some(seen) if seen != stands => Err(app::Error::Stale { current: stands.to_string() }),
        _ => app.set_mode(id, say, &by).await,
    };
    after(&app, &desk, id, changed, "mode").await
}

pub(super) async fn try_again(
    extract::State(app): extract::State<State>,
    Id(id): Id<Uuid>,
    Extension(desk): Extension<Desk>,
    Extension(Caller(by)): Extension<Caller>,
) -> Result<Response, Problem> {
    let tried = app.try_extension_again(id, &by).await;
    after(&app, &desk, id, tried, "again").await
}

/// What a form says about a mode.
fn say(form: &Form) -> Result<Say, Problem> {
    let unknown = |name: &str| Problem::new(codes::BAD_QUERY, format!("{name} cannot be read."));
    let mode = match form.text("mode") {
        "off" => None,
        other => Some(read_mode(other).ok_or_else(|| unknown("mode"))?),
    };
    let on_failure = match form.text("on_failure") {
        "" => None,
        other => Some(read_policy(other).ok_or_else(|| unknown("on_failure"))?),
    };
    Ok(Say { mode, on_failure })
}

async fn after(
    app: &app::App,
    desk: &Desk,
    id: Uuid,
    done: app::Result<Stored<Used>>,
    act: &str,
) -> Result<Response, Problem> {
    match done {
        Ok(used) => Ok(pages::to(&format!("{PATH}?company={}&done={act}", used.company))),
        Err(error) => {
            let company = app.get::<Used>(id).await?.company;
            page(app, desk, Some(CompanyId(company)), Some((id, error.into()))).await
        }
    }
}
