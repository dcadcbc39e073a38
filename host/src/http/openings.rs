//! Openings: times at which a service can be booked.

use axum::Json;
use axum::extract;
use utoipa_axum::router::OpenApiRouter;

use super::extract::{Checked, Query, of_query};
use super::gate::Need;
use super::operation::{Operation, State};
use super::problem::Problem;
use crate::app::{Openings, OpeningsQuery};
use crate::model::Scope;

/// The search.
pub(super) fn routes() -> OpenApiRouter<State> {
    let search = Operation::get("/api/v1/openings", "searchOpenings", "Search for openings")
        .tag("appointments")
        .says(
            "Lists times at which a service can be booked, buffers left out; if there is none, says why. Without \
             `from` and `to` it looks at the two weeks that begin now.",
        )
        .query::<OpeningsQuery>()
        .gives::<Openings>(200, "The openings, or the reasons why there is none.")
        .refuses(&[404, 409]);
    OpenApiRouter::default().routes(search.needs(&Need::query(Scope::OpeningsRead)).to(find))
}

async fn find(
    extract::State(app): extract::State<State>,
    Query(query): Query<OpeningsQuery>,
) -> Result<Json<Openings>, Problem> {
    Ok(Json(app.openings(query).await.map_err(of_query)?))
}

impl Checked for OpeningsQuery {
    /// None that is known here: the use case has a limit of its own.
    fn limit(&self) -> Option<u32> {
        None
    }
}
