//! Links for customers: made by staff, used by whoever has one, without an account.

use axum::Json;
use axum::extract::{self, Extension};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::Required;
use utoipa_axum::router::OpenApiRouter;

use super::body::{Body, Input, typed};
use super::extract::Id;
use super::gate::{Need, Subject};
use super::operation::{Operation, State};
use super::problem::Problem;
use super::session::plain_input;
use crate::app::{Identity, LinkBody, LinkView, NewLink, Purpose};
use crate::model::{AppointmentId, FieldError, Scope, Signature};

const TAG: &str = "links";

/// What a link itself lets in.
pub(super) fn open_routes() -> OpenApiRouter<State> {
    let follow = |path: &str, id: &str, summary: &str| {
        Operation::act(path, id, summary)
            .tag(TAG)
            .open()
            .takes::<LinkBody>(Required::True)
            .gives::<LinkView>(200, "The appointment, as it is now.")
            .refuses(&[409, 410])
    };
    let read = follow("/api/v1/links/read", "readLink", "Show what a link is for");
    let routes = OpenApiRouter::default().routes(read.to(show));
    Purpose::ALL.into_iter().fold(routes, |routes, purpose| {
        let name = purpose.as_str();
        let operation = follow(
            &format!("/api/v1/links/{name}"),
            &format!("{name}ByLink"),
            &format!("Use a link: {name}"),
        );
        routes.routes(operation.to(
            async move |extract::State(app): extract::State<State>, body: Body<LinkBody>| {
                Ok::<_, Problem>(Json(app.use_link(purpose, body.value).await?))
            },
        ))
    })
}

/// What staff do with links.
pub(super) fn routes() -> OpenApiRouter<State> {
    let make = Operation::act("/api/v1/appointments/{id}/links", "makeLink", "Make a link for the customer")
        .says(
            "For one purpose, for the appointment as it stands: whatever happens to it afterwards, the link's own use \
             included, ends the link.",
        )
        .identified()
        .takes::<NewLink>(Required::True)
        .gives::<LinkMade>(201, "What the link carries.");
    let signature = Operation::get(
        "/api/v1/appointments/{id}/signature",
        "readSignature",
        "Read who signed for the work",
    )
    .identified()
    .gives::<Signature>(200, "The signature.");
    OpenApiRouter::default()
        .routes(make.tag(TAG).needs(&Need::of(Scope::LinksWrite, Subject::Appointment)).to(create))
        .routes(signature.tag(TAG).needs(&Need::of(Scope::AppointmentsRead, Subject::Appointment)).to(signed))
}

/// A link that was made.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Link)]
struct LinkMade {
    /// What it carries.
    token: String,
    /// What it is for.
    purpose: Purpose,
    /// When it ends.
    expires_at: DateTime<Utc>,
}

async fn create(
    extract::State(app): extract::State<State>,
    Id(id): Id<AppointmentId>,
    Extension(who): Extension<Identity>,
    Body { value, request: _ }: Body<NewLink>,
) -> Result<Response, Problem> {
    let (token, expires_at) = app.make_link(id, &value, &who.label).await?;
    let link = LinkMade { token, purpose: value.purpose, expires_at };
    Ok((StatusCode::CREATED, Json(link)).into_response())
}

async fn signed(
    extract::State(app): extract::State<State>,
    Id(id): Id<AppointmentId>,
) -> Result<Json<Signature>, Problem> {
    Ok(Json(app.signature(id).await?))
}

async fn show(
    extract::State(app): extract::State<State>,
    Body { value, request: _ }: Body<LinkBody>,
) -> Result<Json<LinkView>, Problem> {
    Ok(Json(app.read_link(&value.token).await?))
}

plain_input!(LinkBody, LinkBody::check);
plain_input!(NewLink, NewLink::check);
