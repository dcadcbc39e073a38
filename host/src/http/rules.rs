//! Which rules component decides.

use axum::Json;
use axum::extract;
use utoipa_axum::router::OpenApiRouter;

use super::gate::Need;
use super::operation::{Operation, State};
use crate::app::RulesInfo;
use crate::model::Scope;

/// The rules component.
pub(super) fn routes() -> OpenApiRouter<State> {
    let read = Operation::get("/api/v1/rules", "readRules", "Say which rules decide")
        .tag("rules")
        .gives::<RulesInfo>(200, "The rules component and its digest.");
    OpenApiRouter::default().routes(read.needs(&Need::anywhere(Scope::RulesRead)).to(show))
}

async fn show(extract::State(app): extract::State<State>) -> Json<RulesInfo> {
    Json(app.rules())
}
