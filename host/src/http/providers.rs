//! Providers: who performs services, and when they are away.

use std::borrow::Cow;

use axum::Json;
use axum::extract;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use utoipa::openapi::schema::{Array, Schema};
use utoipa::openapi::{ObjectBuilder, Ref, RefOr, Required};
use utoipa::{PartialSchema, ToSchema};
use utoipa_axum::router::OpenApiRouter;

use super::answer::repeated_plainly;
use super::body::{Body, Input, typed};
use super::extract::Id;
use super::gate::{Need, Subject};
use super::masters::{self, Resource};
use super::operation::{Operation, State};
use super::problem::Problem;
use super::schema::{Schemas, StoredOf, closed, component};
use crate::app::{Conflict, Reply};
use crate::model::check;
use crate::model::fields::Fields;
use crate::model::{FieldError, Leave, Provider, ProviderId, Scope};

impl Resource for Provider {
    const PATH: &'static str = "/api/v1/providers";
    const ONE: &'static str = "a provider";
    const MANY: &'static str = "providers";
}

/// The operations on providers.
pub(super) fn routes() -> OpenApiRouter<State> {
    let leave = Operation::post("/api/v1/providers/{id}/leave", "addLeave", "Add time away")
        .tag(Provider::MANY)
        .says(
            "Appointments already made in that time stand, and are listed with what could be booked instead. Leave \
             that is there already is not added again.",
        )
        .identified()
        .takes::<Leave>(Required::True)
        .gives::<LeaveAddedSchema>(201, "The provider, with the leave added, and the appointments that it hits.");
    masters::routes::<Provider>()
        .routes(leave.needs(&Need::of(Scope::LeaveWrite, Subject::Provider)).to(add_leave))
}

async fn add_leave(
    extract::State(app): extract::State<State>,
    Id(provider): Id<ProviderId>,
    Body { value: leave, request }: Body<Leave>,
) -> Result<Response, Problem> {
    Ok(match app.add_leave(provider, leave, request.as_ref()).await? {
        Reply::Fresh(added) => (StatusCode::CREATED, Json(added)).into_response(),
        Reply::Replayed(answer) => repeated_plainly(answer),
    })
}

impl Input for Leave {
    fn read(value: Value) -> Result<Self, Vec<FieldError>> {
        typed(value)
    }

    fn check(&self) -> Vec<FieldError> {
        let mut fields = Fields::default();
        check::leave("", self, &mut fields);
        fields.into_errors()
    }
}

/// Documents [`LeaveAdded`](crate::app::LeaveAdded).
struct LeaveAddedSchema;

impl ToSchema for LeaveAddedSchema {
    fn name() -> Cow<'static, str> {
        "LeaveAdded".into()
    }

    fn schemas(schemas: &mut Schemas) {
        component::<StoredOf<Provider>>(schemas);
        component::<Conflict>(schemas);
    }
}

impl PartialSchema for LeaveAddedSchema {
    fn schema() -> RefOr<Schema> {
        closed(
            ObjectBuilder::new()
                .property("provider", Ref::from_schema_name(StoredOf::<Provider>::name()))
                .property("conflicts", Array::new(Ref::from_schema_name(Conflict::name())))
                .build(),
        )
    }
}
