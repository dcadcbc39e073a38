//! Reports: visits counted, shifts filled, sales against invoices.

use axum::Json;
use axum::extract;
use utoipa_axum::router::OpenApiRouter;

use super::extract::{Checked, Query, of_query};
use super::gate::{Need, Pin};
use super::operation::{Operation, State};
use super::problem::Problem;
use crate::app::{ReportQuery, RevenueReport, UseReport, VisitReport};
use crate::model::Scope;

const TAG: &str = "reports";

/// What reports can be narrowed to for whoever does not see all of a company.
pub(super) const PINS: [Pin; 2] = [Pin::Company, Pin::Branch];

/// The reports.
pub(super) fn routes() -> OpenApiRouter<State> {
    let visits = Operation::get("/api/v1/reports/visits", "reportVisits", "Count the visits of a period")
        .says(
            "How many were booked, and what became of them, by week, branch, provider and service. A visit counts in \
             the week it starts in.",
        )
        .query::<ReportQuery>()
        .gives::<VisitReport>(200, "The figures.");
    let used = Operation::get(
        "/api/v1/reports/utilisation",
        "reportUtilisation",
        "Compare visits with shifts",
    )
    .says("How much of their shifts providers are booked for. Shifts are taken as they are entered now.")
    .query::<ReportQuery>()
    .gives::<UseReport>(200, "The figures.");
    let revenue = Operation::get("/api/v1/reports/revenue", "reportRevenue", "Compare sales with invoices")
        .says(
            "Net amounts by currency and week: the prices of visits by the day they start on, and the invoices that \
             were made, less credit notes, by their dates. A document belongs to the appointment that asked for it.",
        )
        .query::<ReportQuery>()
        .gives::<RevenueReport>(200, "The figures.");
    let described = |operation: Operation| operation.tag(TAG).refuses(&[404]);
    let counts = Need::list(Scope::ReportsRead, &PINS);
    let books = Need::list(Scope::BooksRead, &PINS);
    OpenApiRouter::default()
        .routes(described(visits).needs(&counts).to(count))
        .routes(described(used).needs(&counts).to(compare))
        .routes(described(revenue).needs(&books).to(add_up))
}

async fn count(
    extract::State(app): extract::State<State>,
    Query(query): Query<ReportQuery>,
) -> Result<Json<VisitReport>, Problem> {
    Ok(Json(app.visit_report(&query).await.map_err(of_query)?))
}

async fn compare(
    extract::State(app): extract::State<State>,
    Query(query): Query<ReportQuery>,
) -> Result<Json<UseReport>, Problem> {
    Ok(Json(app.use_report(&query).await.map_err(of_query)?))
}

async fn add_up(
    extract::State(app): extract::State<State>,
    Query(query): Query<ReportQuery>,
) -> Result<Json<RevenueReport>, Problem> {
    Ok(Json(app.revenue_report(&query).await.map_err(of_query)?))
}

impl Checked for ReportQuery {
    fn limit(&self) -> Option<u32> {
        None
    }
}
