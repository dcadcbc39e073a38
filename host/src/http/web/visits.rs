//! Notes and photos of an appointment, as its page and a technician's phone show them; and the forms of the page.
//!
//! Pictures are shown from where the API has them, which asks for the session as pages do.

use axum::extract::{self, Extension};
use axum::response::Response;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sha2::{Digest, Sha256};

use super::appointment::{self, Refused};
use super::door::Desk;
use super::form::Form;
use super::trouble::Trouble;
use super::words;
use super::{Need, Pages};
use crate::app::{self, App, Request};
use crate::codes;
use crate::http::extract::Id;
use crate::http::gate::Subject;
use crate::http::headers::ActingAs;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::http::visits::InVisit;
use crate::model::{Acting, Actor, AppointmentId, By, Note, Photo, Scope, Signature};

/// What is longer is no key of ours.
const KEY: usize = 100;

/// What was noted and photographed.
pub(super) struct Record {
    pub(super) notes: Vec<NoteLine>,
    pub(super) photos: Vec<PhotoLine>,
    pub(super) may_write: bool,
    pub(super) may_remove: bool,
    /// What makes its forms safe to send again.
    pub(super) key: String,
    /// A note that was sent and refused.
    pub(super) text: String,
    pub(super) trouble: Option<Trouble>,
}

impl Record {
    /// Whether whoever looks can remove a picture of it.
    pub(super) fn has_removable(&self) -> bool {
        self.may_remove && self.photos.iter().any(|photo| photo.removed.is_none())
    }
}

/// A note.
pub(super) struct NoteLine {
    pub(super) text: String,
    pub(super) by: String,
    pub(super) at: String,
}

/// A photo.
pub(super) struct PhotoLine {
    pub(super) id: String,
    pub(super) path: String,
    pub(super) n: usize,
    pub(super) by: String,
    pub(super) at: String,
    /// Who removed its picture, and when.
    pub(super) removed: Option<String>,
}

/// Who signed for the work.
pub(super) struct Signed {
    pub(super) name: String,
    pub(super) at: String,
    pub(super) drawing: Option<String>,
}

/// A signature as pages show it.
pub(super) fn signed(signature: Signature, zone: Tz) -> Signed {
    Signed { name: signature.name, at: words::moment(signature.at, zone), drawing: signature.drawing }
}

/// The forms.
pub(super) fn routes() -> Pages {
    let of = |scope| Need::of(scope, Subject::Appointment);
    Pages::default()
        .post("/appointments/{id}/notes", of(Scope::VisitsWrite), note)
        .post("/appointments/{id}/photos", of(Scope::VisitsWrite), photo)
        .post("/appointments/{id}/photos/{photo}/remove", of(Scope::AppointmentsDispatch), remove)
}

/// What there is of an appointment, for whoever may see it; what was refused stands in its form again.
pub(super) async fn record(
    app: &App,
    desk: &Desk,
    id: AppointmentId,
    zone: Tz,
    refused: Option<Refused>,
) -> Result<Option<Record>, Problem> {
    if !desk.may(Scope::VisitsRead, id).await? {
        return Ok(None);
    }
    let said = |at: DateTime<Utc>| words::moment(at, zone);
    let shortly = |at: DateTime<Utc>| at.with_timezone(&zone).format("%a %-d %b, %H:%M").to_string();
    let (trouble, text) = match refused {
        Some(Refused { trouble, form }) => (Some(trouble), form.text("text").to_owned()),
        None => (None, String::new()),
    };
    Ok(Some(Record {
        notes: note_lines(&app.notes(id).await?, said),
        photos: photo_lines(&app.photos(id).await?, shortly),
        may_write: desk.may(Scope::VisitsWrite, id).await?,
        may_remove: desk.may(Scope::AppointmentsDispatch, id).await?,
        key: app::fresh_secret("fk_")?,
        text,
        trouble,
    }))
}

pub(super) fn note_lines(notes: &[Note], said: impl Fn(DateTime<Utc>) -> String) -> Vec<NoteLine> {
    let line = |note: &Note| NoteLine {
        text: note.text.clone(),
        by: who(note.by.as_ref(), note.actor),
        at: said(note.at),
    };
    notes.iter().map(line).collect()
}

pub(super) fn photo_lines(photos: &[Photo], said: impl Fn(DateTime<Utc>) -> String) -> Vec<PhotoLine> {
    let line = |(n, photo): (usize, &Photo)| PhotoLine {
        id: photo.id.to_string(),
        path: format!("/api/v1/appointments/{}/photos/{}", photo.appointment, photo.id),
        n: n + 1,
        by: who(photo.by.as_ref(), photo.actor),
        at: said(photo.at),
        removed: photo.removed.as_ref().map(|removed| {
            format!("removed by {}, {}", who(removed.by.as_ref(), Actor::Staff), said(removed.at))
        }),
    };
    photos.iter().enumerate().map(line).collect()
}

/// Who it was: their name, else what they are.
fn who(by: Option<&By>, actor: Actor) -> String {
    by.and_then(|by| by.name.clone()).unwrap_or_else(|| words::actor(actor).to_owned())
}

/// What makes a form safe to send again: its key, and what it says besides the session's token.
pub(super) fn request(desk: &Desk, form: &Form, name: &str, id: AppointmentId) -> Result<Request, Problem> {
    let key = form.text("key");
    if key.is_empty() || key.len() > KEY {
        return Err(Problem::new(codes::BAD_QUERY, "The form lacks its key."));
    }
    let fields = form.without(&["csrf", "day"]);
    let file = form.photo().map(Sha256::digest).map(|sum| format!("{sum:x}")).unwrap_or_default();
    Ok(Request {
        key: format!("{}:{key}", desk.identity.id),
        fingerprint: format!("{id}\n{name}\n{fields}\n{file}"),
    })
}

async fn note(
    extract::State(app): extract::State<State>,
    Id(id): Id<AppointmentId>,
    Extension(desk): Extension<Desk>,
    Extension(form): Extension<Form>,
    ActingAs(acting): ActingAs,
) -> Result<Response, Problem> {
    let done = add_note(&app, &desk, &form, id, acting).await;
    answer(&app, &desk, form, (id, "note"), acting, done).await
}

async fn photo(
    extract::State(app): extract::State<State>,
    Id(id): Id<AppointmentId>,
    Extension(desk): Extension<Desk>,
    Extension(form): Extension<Form>,
    ActingAs(acting): ActingAs,
) -> Result<Response, Problem> {
    let done = add_photo(&app, &desk, &form, id, acting).await;
    answer(&app, &desk, form, (id, "photos"), acting, done).await
}

async fn remove(
    extract::State(app): extract::State<State>,
    InVisit(id, photo): InVisit,
    Extension(desk): Extension<Desk>,
    Extension(form): Extension<Form>,
    ActingAs(acting): ActingAs,
) -> Result<Response, Problem> {
    let done = app.remove_photo(id, photo, acting).await.map(drop).map_err(Problem::from);
    answer(&app, &desk, form, (id, "photo-removed"), acting, done).await
}

/// Adds what a form says as a note.
pub(super) async fn add_note(
    app: &App,
    desk: &Desk,
    form: &Form,
    id: AppointmentId,
    acting: Acting,
) -> Result<(), Problem> {
    let request = request(desk, form, "note", id)?;
    app.add_note(id, form.input(&["text"])?, acting, Some(&request)).await?;
    Ok(())
}

/// Adds the photo that came with a form.
pub(super) async fn add_photo(
    app: &App,
    desk: &Desk,
    form: &Form,
    id: AppointmentId,
    acting: Acting,
) -> Result<(), Problem> {
    let request = request(desk, form, "photos", id)?;
    app.add_photo(id, form.photo()?, acting, Some(&request)).await?;
    Ok(())
}

async fn answer(
    app: &App,
    desk: &Desk,
    form: Form,
    (id, name): (AppointmentId, &str),
    acting: Acting,
    done: Result<(), Problem>,
) -> Result<Response, Problem> {
    match done {
        Ok(()) => Ok(words::to(&format!("/appointments/{id}?done={name}#record"))),
        Err(problem) => {
            let refused = Refused { trouble: Trouble::from(&problem), form };
            appointment::page_with(app, id, desk, acting, None, Some(refused)).await
        }
    }
}
