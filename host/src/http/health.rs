//! Whether the server lives and can work. These two need no key and tell nothing else.

use axum::Json;
use axum::extract;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

use super::operation::{Operation, State};
use super::problem::Problem;
use crate::codes;

/// The two questions.
pub(super) fn routes() -> OpenApiRouter<State> {
    let live = Operation::get("/healthz", "readHealth", "Say whether the process lives")
        .tag("health")
        .open()
        .gives::<Health>(200, "It lives.");
    let ready = Operation::get("/readyz", "readReadiness", "Say whether requests can be answered")
        .tag("health")
        .open()
        .gives::<Health>(200, "They can.");
    OpenApiRouter::default().routes(live.to(alive)).routes(ready.to(readiness))
}

/// How the server is.
#[derive(Debug, Serialize, ToSchema)]
struct Health {
    /// `ok`; anything else is a problem.
    status: &'static str,
}

async fn alive() -> Json<Health> {
    Json(Health { status: "ok" })
}

async fn readiness(extract::State(app): extract::State<State>) -> Result<Json<Health>, Problem> {
    match app.ready().await {
        Ok(()) => Ok(Json(Health { status: "ok" })),
        Err(error) => {
            tracing::warn!(error.cause = %error, "The store does not answer.");
            Err(Problem::new(codes::NOT_READY, "The store does not answer."))
        }
    }
}
