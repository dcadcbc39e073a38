//! What is dropped: a new time, or somebody else. Answered to the script of the board, with where it lies by now or with
//! what stands in the way.

use askama::Template;
use axum::Json;
use axum::extract::{self, Extension};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::app::Reply;
use crate::http::extract::Id;
use crate::http::gate::Subject;
use crate::http::headers::ActingAs;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::http::web::commands::Act;
use crate::http::web::form::Form;
use crate::http::web::trouble::Trouble;
use crate::http::web::{Need, Pages, words};
use crate::model::{Acting, Appointment, AppointmentId, ProviderId};

/// Both kinds of moves.
pub(super) fn routes() -> Pages {
    [Act::Reschedule, Act::Reassign].into_iter().fold(Pages::default(), |pages, act| {
        let path = format!("/board/appointments/{{id}}/{}", act.name());
        let need = Need::of(act.scope(), Subject::Appointment);
        pages.post(
            &path,
            need,
            async move |extract::State(app): extract::State<State>,
                        Id(id): Id<AppointmentId>,
                        Extension(form): Extension<Form>,
                        ActingAs(acting): ActingAs|
                        -> Response {
                match moved(&app, act, id, &form, acting).await {
                    Ok(moved) => Json(moved).into_response(),
                    Err(problem) => refusal(&problem),
                }
            },
        )
    })
}

/// Where it lies by now. Another time makes another appointment of it.
#[derive(Serialize)]
struct Moved {
    id: AppointmentId,
    revision: u32,
    name: String,
    start: i64,
    provider: ProviderId,
}

async fn moved(
    app: &State,
    act: Act,
    id: AppointmentId,
    form: &Form,
    acting: Acting,
) -> Result<Moved, Problem> {
    let seen: Option<u32> = form.read("seen")?;
    let after = match app.command(id, seen, act.read(form, app.now())?, acting, None).await? {
        Reply::Fresh(after) => after,
        Reply::Replayed(_) => app.appointment(id).await?,
    };
    let after = match after.successor.filter(|_| act == Act::Reschedule) {
        Some(successor) => app.appointment(successor).await?,
        None => after,
    };
    let Appointment { id, revision, name, start, provider, .. } = after;
    Ok(Moved { id, revision, name, start: start.timestamp(), provider })
}

#[derive(Template)]
#[template(path = "parts/trouble.html")]
struct Refusal {
    trouble: Trouble,
}

fn refusal(problem: &Problem) -> Response {
    let trouble = Trouble::from(problem);
    words::html(trouble.status(), &Refusal { trouble })
}
