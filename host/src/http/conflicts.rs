//! Conflicts: appointments that can no longer take place as agreed.

use axum::Json;
use axum::extract;
use utoipa_axum::router::OpenApiRouter;

use super::extract::{Checked, Query};
use super::gate::{Need, Pin};
use super::operation::{Operation, State};
use super::problem::Problem;
use super::schema::{Page, PageOf};
use crate::app::{Conflict, ConflictsQuery};
use crate::model::Scope;

/// Where conflicts are listed.
pub(super) const PATH: &str = "/api/v1/conflicts";

/// The list.
pub(super) fn routes() -> OpenApiRouter<State> {
    let list = Operation::get(PATH, "listConflicts", "List appointments that no longer fit")
        .tag("appointments")
        .says(
            "Shows standing appointments to the rules anew and lists those that break one by now, each with what \
             could be booked instead: after leave was approved, a shift shortened, a unit disabled. A page may hold \
             fewer entries than asked for and still have a `next`.",
        )
        .query::<ConflictsQuery>()
        .gives::<PageOf<Conflict>>(200, "A page, in the order the appointments were made in.");
    OpenApiRouter::default().routes(
        list.needs(&Need::list(Scope::AppointmentsDispatch, &[Pin::Company, Pin::Branch, Pin::Provider]))
            .to(index),
    )
}

async fn index(
    extract::State(app): extract::State<State>,
    Query(query): Query<ConflictsQuery>,
) -> Result<Json<Page<Conflict>>, Problem> {
    let conflicts = app.conflicts(&query).await?;
    Ok(Json(Page { items: conflicts.found, next: conflicts.next.map(|id| id.to_string()) }))
}

impl Checked for ConflictsQuery {
    fn limit(&self) -> Option<u32> {
        self.limit
    }
}
