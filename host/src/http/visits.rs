//! Notes and photos of an appointment.
//!
//! Invariant: a picture is answered with as what it is and nothing else: it runs nothing, belongs to nobody's cache but the
//! reader's, and is asked for again each time, so that one that was removed is gone.

use axum::Json;
use axum::extract::{self, FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa_axum::router::OpenApiRouter;

use super::answer::repeated_plainly;
use super::body::{Body, File, Input, typed};
use super::extract::{Checked, Id, Query};
use super::gate::{Need, Subject};
use super::headers::ActingAs;
use super::operation::{Operation, State};
use super::problem::Problem;
use super::schema::{Page, PageOf};
use crate::app::{NewNote, Reply};
use crate::codes;
use crate::model::fields::Fields;
use crate::model::{AppointmentId, FieldError, Note, Photo, PhotoId, PictureSize, Scope};

/// The chapter they are documented in.
const TAG: &str = super::appointments::TAG;

/// How the paths end that photos are sent to.
pub(super) const UPLOADS: &str = "/photos";

/// What a picture may be sent as. What it is, its content says.
const TAKEN: [&str; 4] = ["image/jpeg", "image/png", "image/webp", "application/octet-stream"];

/// What a picture is sent with, whoever shows it.
const HEADERS: [(HeaderName, HeaderValue); 5] = [
    (header::CONTENT_TYPE, HeaderValue::from_static(Photo::MEDIA_TYPE)),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox"),
    ),
    (header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
];

/// The operations on notes and photos.
pub(super) fn routes() -> OpenApiRouter<State> {
    const NOTES: &str = "/api/v1/appointments/{id}/notes";
    const PHOTOS: &str = "/api/v1/appointments/{id}/photos";
    const PHOTO: &str = "/api/v1/appointments/{id}/photos/{photo}";
    let [reads, writes, removes] = [Scope::VisitsRead, Scope::VisitsWrite, Scope::AppointmentsDispatch]
        .map(|scope| Need::of(scope, Subject::Appointment));
    let note = Operation::post(NOTES, "addNote", "Note something about the work")
        .says(
            "At any time, also when the work is done. Notes are never changed, and never shown to customers.",
        )
        .identified()
        .actor()
        .takes::<NewNote>(Required::True)
        .gives::<Note>(201, "The note.")
        .refuses(&[409]);
    let notes = Operation::get(NOTES, "listNotes", "Read what was noted about the work")
        .identified()
        .gives::<PageOf<Note>>(200, "All of them, oldest first.");
    let send = Operation::post(PHOTOS, "addPhoto", "Add a photo of the work")
        .says(
            "The body is the picture: JPEG, PNG or WebP, at most 10 MB. It is kept as a JPEG of at most 2048 pixels on \
             the long side, upright, without anything else that it held.",
        )
        .identified()
        .actor()
        .takes_picture(&TAKEN)
        .gives::<Photo>(201, "The photo.")
        .refuses(&[409]);
    let photos = Operation::get(PHOTOS, "listPhotos", "List the photos of the work")
        .identified()
        .gives::<PageOf<Photo>>(200, "All of them, oldest first, with those whose picture was removed.");
    let show = Operation::get(PHOTO, "readPhoto", "See a photo of the work")
        .identified()
        .within("photo", "The photo's identifier.")
        .query::<Shown>()
        .gives_picture(Photo::MEDIA_TYPE, "The picture.");
    let remove = Operation::delete(PHOTO, "removePhoto", "Remove a photo's picture")
        .says("For what was photographed by mistake. That there was one stays, with who removed it and when.")
        .identified()
        .within("photo", "The photo's identifier.")
        .actor()
        .gives::<Photo>(200, "The photo without its picture.");
    OpenApiRouter::default()
        .routes(note.tag(TAG).needs(&writes).to(add_note))
        .routes(notes.tag(TAG).needs(&reads).to(list_notes))
        .routes(send.tag(TAG).needs(&writes).to(add_photo))
        .routes(photos.tag(TAG).needs(&reads).to(list_photos))
        .routes(show.tag(TAG).needs(&reads).to(show_photo))
        .routes(remove.tag(TAG).needs(&removes).to(remove_photo))
}

async fn add_note(
    extract::State(app): extract::State<State>,
    Id(id): Id<AppointmentId>,
    ActingAs(acting): ActingAs,
    Body { value, request }: Body<NewNote>,
) -> Result<Response, Problem> {
    Ok(added(app.add_note(id, value, acting, request.as_ref()).await?))
}

async fn list_notes(
    extract::State(app): extract::State<State>,
    Id(id): Id<AppointmentId>,
) -> Result<Json<Page<Note>>, Problem> {
    Ok(Json(Page::whole(app.notes(id).await?)))
}

async fn add_photo(
    extract::State(app): extract::State<State>,
    Id(id): Id<AppointmentId>,
    ActingAs(acting): ActingAs,
    File { bytes, request }: File,
) -> Result<Response, Problem> {
    Ok(added(app.add_photo(id, bytes, acting, request.as_ref()).await?))
}

async fn list_photos(
    extract::State(app): extract::State<State>,
    Id(id): Id<AppointmentId>,
) -> Result<Json<Page<Photo>>, Problem> {
    Ok(Json(Page::whole(app.photos(id).await?)))
}

async fn show_photo(
    extract::State(app): extract::State<State>,
    InVisit(id, photo): InVisit,
    Query(shown): Query<Shown>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let photo = app.photo(id, photo).await?;
    let size = shown.size.unwrap_or_default();
    let tag = tag(&photo, size);
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    if known.flat_map(|tags| tags.split(',')).any(|known| known.trim() == tag || known.trim() == "*") {
        return Ok((StatusCode::NOT_MODIFIED, HEADERS, [(header::ETAG, tag)]).into_response());
    }
    Ok((HEADERS, [(header::ETAG, tag)], app.picture(photo.id, size).await?).into_response())
}

async fn remove_photo(
    extract::State(app): extract::State<State>,
    InVisit(id, photo): InVisit,
    ActingAs(acting): ActingAs,
) -> Result<Json<Photo>, Problem> {
    Ok(Json(app.remove_photo(id, photo, acting).await?))
}

/// What was added, now or when the request first came.
fn added<T: Serialize>(reply: Reply<T>) -> Response {
    match reply {
        Reply::Fresh(value) => (StatusCode::CREATED, Json(value)).into_response(),
        Reply::Replayed(answer) => repeated_plainly(answer),
    }
}

/// Names a picture for whoever has it already.
fn tag(photo: &Photo, size: PictureSize) -> String {
    let size = match size {
        PictureSize::Full => "",
        PictureSize::Small => "-small",
    };
    format!("\"{}{size}\"", photo.sha256)
}

/// An appointment and one of its photos, as the path names them.
pub(super) struct InVisit(pub(super) AppointmentId, pub(super) PhotoId);

impl<S: Send + Sync> FromRequestParts<S> for InVisit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let wrong = || Problem::new(codes::BAD_PATH, "No photo is ever called this.");
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| wrong())?;
        let mut ids = params.iter().map(|(_, id)| id);
        let id = ids.next().and_then(|id| id.parse().ok());
        let photo = ids.next().and_then(|id| id.parse().ok());
        id.zip(photo).map(|(id, photo)| Self(id, photo)).ok_or_else(wrong)
    }
}

/// How a picture is shown.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct Shown {
    /// How large: `full`, at most 2048 pixels long, or `small`, at most 320; `full` if it is left out.
    #[param(inline)]
    size: Option<PictureSize>,
}

impl Checked for Shown {
    fn limit(&self) -> Option<u32> {
        None
    }
}

impl Input for NewNote {
    fn read(value: Value) -> Result<Self, Vec<FieldError>> {
        typed(value)
    }

    fn check(&self) -> Vec<FieldError> {
        let mut fields = Fields::default();
        fields.require(!self.text.trim().is_empty(), "text", "must not be empty");
        fields.text("text", &self.text, Note::TEXT);
        fields.into_errors()
    }
}
