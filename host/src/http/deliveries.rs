//! Deliveries: documents on their way to the books, and what keeps them from getting there.

use axum::Json;
use axum::extract;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use slotledger_erp::{Class, Failure, Kind};
use utoipa::openapi::Required;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;

use super::answer::repeated_plainly;
use super::body::Body;
use super::commands::Nothing;
use super::documents::{self, DocumentView};
use super::extract::{Checked, Id, Query};
use super::limits;
use super::operation::{Operation, State};
use super::problem::Problem;
use super::schema::{Page, PageOf};
use crate::app::{self, Reply};
use crate::codes;
use crate::model::delivery::document_kind;
use crate::model::{AppointmentId, CompanyId, Delivery, DeliveryState};
use crate::store::DeliveryFilter;

const PATH: &str = "/api/v1/deliveries";
const TAG: &str = "deliveries";

/// The operations on deliveries.
pub(super) fn routes() -> OpenApiRouter<State> {
    let list =
        Operation::get(PATH, "listDeliveries", "List deliveries")
            .query::<Filter>()
            .gives::<PageOf<DeliveryView>>(200, "A page, in the order they were asked for in.");
    let read = Operation::get("/api/v1/deliveries/{id}", "readDelivery", "Read a delivery")
        .numbered()
        .gives::<DeliveryView>(200, "The delivery.");
    let retry = Operation::post("/api/v1/deliveries/{id}/retry", "retryDelivery", "Try a delivery again")
        .says("Puts a parked or waiting delivery back in line at once. Doing so twice changes nothing more.")
        .numbered()
        .takes::<Nothing>(Required::False)
        .gives::<DeliveryView>(200, "The delivery, in line.")
        .refuses(&[409]);
    OpenApiRouter::default()
        .routes(list.tag(TAG).to(index))
        .routes(read.tag(TAG).to(show))
        .routes(retry.tag(TAG).to(again))
}

async fn index(
    extract::State(app): extract::State<State>,
    Query(query): Query<Filter>,
) -> Result<Json<Page<DeliveryView>>, Problem> {
    let Filter { company, appointment, state, after, limit } = query;
    let limit = limit.unwrap_or(limits::PAGE);
    let filter = DeliveryFilter { company, appointment, state };
    let deliveries = app.deliveries(&filter, after.unwrap_or(0), limit + 1).await?;
    let views = deliveries.into_iter().map(view).collect();
    Ok(Json(Page::cut(views, limit, |delivery| delivery.id)))
}

async fn show(
    extract::State(app): extract::State<State>,
    Id(id): Id<i64>,
) -> Result<Json<DeliveryView>, Problem> {
    Ok(Json(view(app.delivery(id).await?)))
}

async fn again(
    extract::State(app): extract::State<State>,
    Id(id): Id<i64>,
    Body { value: Nothing {}, request }: Body<Nothing>,
) -> Result<Response, Problem> {
    let written = |delivery: &Delivery| serde_json::to_string(&view(delivery.clone())).unwrap_or_default();
    match app.retry_delivery(id, request.as_ref(), written).await {
        Ok(Reply::Fresh(delivery)) => Ok(Json(view(delivery)).into_response()),
        Ok(Reply::Replayed(answer)) => Ok(repeated_plainly(answer)),
        Err(app::Error::Stale { current }) => {
            Err(Problem::new(codes::OUT_OF_STATE, format!("The delivery is {current}.")))
        }
        Err(error) => Err(error.into()),
    }
}

/// Which deliveries to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct Filter {
    /// Only of this company.
    company: Option<CompanyId>,
    /// Only of this appointment.
    appointment: Option<AppointmentId>,
    /// Only in this state.
    #[param(inline)]
    state: Option<DeliveryState>,
    /// Only what comes after this: `next` of the page before.
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

/// A document on its way to the books.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Delivery)]
struct DeliveryView {
    /// Numbered in the order in which they were asked for.
    id: i64,
    /// The appointment it belongs to.
    appointment: AppointmentId,
    /// Whose books.
    company: CompanyId,
    /// The document's key, unique for ever.
    key: String,
    /// What is asked for.
    #[schema(schema_with = document_kind)]
    kind: Kind,
    /// The name of the appointment, as printed on the document.
    subject: String,
    /// The day it belongs to.
    date: NaiveDate,
    /// Keys of deliveries that have to be done first.
    after: Vec<String>,
    /// Where it stands.
    state: DeliveryState,
    /// How often it was tried.
    attempts: u32,
    /// Not tried again before this.
    next_attempt_at: DateTime<Utc>,
    /// What went wrong last.
    failure: Option<FailureView>,
    /// The document, once it stands.
    document: Option<DocumentView>,
    /// When it was asked for.
    created_at: DateTime<Utc>,
    /// When it was done, parked or skipped.
    finished_at: Option<DateTime<Utc>>,
}

/// Why a document does not stand in the books.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Failure)]
struct FailureView {
    /// What helps: `retry`, `throttled`, `busy`, `ambiguous` (it is looked up first), `reauthenticate`, `refused` or
    /// `bug`.
    class: &'static str,
    /// Of a refusal, what kind of thing stands in the way: `closed_period`, `out_of_stock` and others.
    reason: Option<&'static str>,
    /// The ERP's own words, or the network's.
    message: String,
    /// What a person has to change before it can succeed.
    fix: Option<String>,
}

fn view(delivery: Delivery) -> DeliveryView {
    DeliveryView {
        id: delivery.id,
        appointment: delivery.appointment,
        company: delivery.company,
        key: delivery.posting.key.to_string(),
        kind: delivery.posting.kind(),
        subject: delivery.posting.subject,
        date: delivery.posting.date,
        after: delivery.after.iter().map(ToString::to_string).collect(),
        state: delivery.state,
        attempts: delivery.attempts,
        next_attempt_at: delivery.next_attempt_at,
        failure: delivery.failure.map(failure),
        document: delivery.document.map(documents::view),
        created_at: delivery.created_at,
        finished_at: delivery.finished_at,
    }
}

fn failure(failure: Failure) -> FailureView {
    let (class, reason, fix) = match failure.class {
        Class::Retry { .. } => ("retry", None, None),
        Class::Throttled { .. } => ("throttled", None, None),
        Class::Busy { .. } => ("busy", None, None),
        Class::Ambiguous => ("ambiguous", None, None),
        Class::Reauthenticate => ("reauthenticate", None, None),
        Class::Refused { reason, fix } => ("refused", Some(reason.as_str()), Some(fix)),
        Class::Bug => ("bug", None, None),
    };
    FailureView { class, reason, message: failure.message, fix }
}
