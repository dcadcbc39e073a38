//! Decisions that were recorded: what each was made from, and what came of it.

use axum::Json;
use axum::extract;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;

use super::extract::{Checked, Id, Query};
use super::gate::{Need, Pin, Subject};
use super::limits;
use super::operation::{Operation, State};
use super::problem::Problem;
use super::schema::{Page, PageOf};
use crate::model::decision::Outcome;
use crate::model::{AppointmentId, CompanyId, Decision, DecisionStory, Scope};
use crate::store::DecisionFilter;

const PATH: &str = "/api/v1/decisions";
const TAG: &str = "rules";

/// The operations on decisions.
pub(super) fn routes() -> OpenApiRouter<State> {
    let list = Operation::get(PATH, "listDecisions", "List decisions")
        .says("As many days back as `[decisions] keep_days` says. Searches are among them as `one_search_in` says.")
        .query::<Filter>()
        .gives::<PageOf<Decision>>(200, "A page, the newest first.");
    let read = Operation::get("/api/v1/decisions/{id}", "readDecision", "Read a decision")
        .says(
            "With everything that the rules and the extensions were shown, and what they answered. It contains what the \
             appointment contains about its customer.",
        )
        .numbered()
        .gives::<DecisionStory>(200, "The decision.");
    OpenApiRouter::default()
        .routes(list.tag(TAG).needs(&Need::list(Scope::RulesRead, &[Pin::Company])).to(index))
        .routes(read.tag(TAG).needs(&Need::of(Scope::RulesRead, Subject::Decision)).to(show))
}

async fn index(
    extract::State(app): extract::State<State>,
    Query(query): Query<Filter>,
) -> Result<Json<Page<Decision>>, Problem> {
    let Filter { company, appointment, point, outcome, since, until, after, limit } = query;
    let limit = limit.unwrap_or(limits::PAGE);
    let filter = DecisionFilter { company, appointment, point, outcome, since, until };
    let decisions = app.decisions(&filter, after, limit + 1).await?;
    Ok(Json(Page::cut(decisions, limit, |decision: &Decision| decision.id)))
}

async fn show(
    extract::State(app): extract::State<State>,
    Id(id): Id<i64>,
) -> Result<Json<DecisionStory>, Problem> {
    Ok(Json(app.decision(id).await?))
}

/// Which decisions to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct Filter {
    /// Only of this company.
    company: Option<CompanyId>,
    /// Only about this appointment.
    appointment: Option<AppointmentId>,
    /// Only at this point: a command's name, or `search`.
    #[param(max_length = 40)]
    point: Option<String>,
    /// Only those that came to this.
    #[param(inline)]
    outcome: Option<Outcome>,
    /// Only those made at or after this.
    since: Option<DateTime<Utc>>,
    /// Only those made before this.
    until: Option<DateTime<Utc>>,
    /// Only what comes after this on the list: `next` of the page before.
    #[param(minimum = 1)]
    after: Option<i64>,
    /// How many at most; 50 if it is left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

impl Checked for Filter {
    fn limit(&self) -> Option<u32> {
        self.limit
    }
}
