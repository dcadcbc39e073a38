//! Providers: who performs services, and when they are away.

use axum::extract;
use axum::response::Response;
use serde_json::Value;
use utoipa::openapi::Required;
use utoipa_axum::router::OpenApiRouter;

use super::answer::added;
use super::body::{Body, Input, typed};
use super::extract::Id;
use super::masters::{self, Resource};
use super::operation::{Operation, State};
use super::problem::Problem;
use super::schema::StoredOf;
use crate::model::check;
use crate::model::fields::Fields;
use crate::model::{FieldError, Leave, Provider, ProviderId};

impl Resource for Provider {
    const PATH: &'static str = "/api/v1/providers";
    const ONE: &'static str = "a provider";
    const MANY: &'static str = "providers";
}

/// The operations on providers.
pub(super) fn routes() -> OpenApiRouter<State> {
    let leave = Operation::post("/api/v1/providers/{id}/leave", "addLeave", "Add time away")
        .tag(Provider::MANY)
        .says("Appointments already made in that time stand.")
        .identified()
        .takes::<Leave>(Required::True)
        .gives_versioned::<StoredOf<Provider>>(201, "The provider, with the leave added.");
    masters::routes::<Provider>().routes(leave.to(add_leave))
}

async fn add_leave(
    extract::State(app): extract::State<State>,
    Id(provider): Id<ProviderId>,
    Body { value: leave, request }: Body<Leave>,
) -> Result<Response, Problem> {
    Ok(added(app.add_leave(provider, leave, request.as_ref()).await?))
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
