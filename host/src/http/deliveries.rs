//! Deliveries: documents on their way to the books, what keeps them from getting there, and what a person can do.

use axum::Json;
use axum::extract::{self, Extension};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use slotledger_erp::{Class, Failure, Kind};
use utoipa::openapi::Required;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;

use super::answer::repeated_plainly;
use super::auth::Caller;
use super::body::{Body, Input, typed};
use super::documents::{self, DocumentView};
use super::extract::{Checked, Id, Query};
use super::limits;
use super::operation::{Operation, State};
use super::problem::Problem;
use super::schema::{Page, PageOf};
use crate::app::{self, DeliveryStory, NewCode, Reply, Voice};
use crate::codes;
use crate::model::delivery::{class, document_kind};
use crate::model::fields::{Fields, LINE, TEXT};
use crate::model::{Act, AppointmentId, Attempt, CompanyId, Delivery, DeliveryState, FieldError, Repair};
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
        .says("With each try, and what people did about it.")
        .numbered()
        .gives::<StoryView>(200, "The delivery.");
    OpenApiRouter::default()
        .routes(list.tag(TAG).to(index))
        .routes(read.tag(TAG).to(show))
        .routes(repair::<Why>("retry", "Try a delivery again").says(RETRY).to(again))
        .routes(repair::<Because>("skip", "Do without a document").says(SKIP).to(skip))
        .routes(repair::<Adoption>("adopt", "Say which document in the books it is").says(ADOPT).to(adopt))
        .routes(repair::<Edit>("edit", "Change what codes mean to the books").says(EDIT).to(edit))
}

const RETRY: &str =
    "Puts a parked or waiting delivery back in line at once. Doing so twice changes nothing more.";
const SKIP: &str = "For a document that is parked or waits. What comes after it goes on as if it stood.";
const ADOPT: &str = "For a document that is parked. The delivery's key is written onto the document named, and both \
                     are compared: where they differ, the delivery stays parked.";
const EDIT: &str = "For a document that is parked or waits. Says what codes that it names are called in its books, and \
                    tries it again. It holds for every document of the connection from now on. What the delivery asks \
                    for, amounts among it, never changes.";

/// An operation by which a person does something about a delivery.
fn repair<B: Input + ToSchema>(name: &str, summary: &str) -> Operation {
    let path = format!("{PATH}/{{id}}/{name}");
    let needed = if B::absent().is_some() { Required::False } else { Required::True };
    Operation::post(&path, &format!("{name}Delivery"), summary)
        .numbered()
        .tag(TAG)
        .takes::<B>(needed)
        .gives::<DeliveryView>(200, "The delivery, as it is now.")
        .refuses(&[409])
}

async fn index(
    extract::State(app): extract::State<State>,
    Query(query): Query<Filter>,
) -> Result<Json<Page<DeliveryView>>, Problem> {
    let Filter { company, appointment, state, after, limit } = query;
    let limit = limit.unwrap_or(limits::PAGE);
    let filter = DeliveryFilter { company, appointment, state, days: None };
    let deliveries = app.deliveries(&filter, after.unwrap_or(0), limit + 1).await?;
    let views = deliveries.into_iter().map(view).collect();
    Ok(Json(Page::cut(views, limit, |delivery| delivery.id)))
}

async fn show(
    extract::State(app): extract::State<State>,
    Id(id): Id<i64>,
) -> Result<Json<StoryView>, Problem> {
    Ok(Json(story(app.delivery_story(id).await?)))
}

async fn again(
    extract::State(app): extract::State<State>,
    Id(id): Id<i64>,
    Extension(Caller(by)): Extension<Caller>,
    Body { value: Why { reason }, request }: Body<Why>,
) -> Result<Response, Problem> {
    let voice = Voice { by: &by, reason: &reason };
    answered(app.repeatable(request.as_ref(), 200, written, app.retry_delivery(id, voice)).await)
}

async fn skip(
    extract::State(app): extract::State<State>,
    Id(id): Id<i64>,
    Extension(Caller(by)): Extension<Caller>,
    Body { value: Because { reason }, request }: Body<Because>,
) -> Result<Response, Problem> {
    let voice = Voice { by: &by, reason: &reason };
    answered(app.repeatable(request.as_ref(), 200, written, app.skip_delivery(id, voice)).await)
}

async fn adopt(
    extract::State(app): extract::State<State>,
    Id(id): Id<i64>,
    Extension(Caller(by)): Extension<Caller>,
    Body { value: Adoption { reference, reason }, request }: Body<Adoption>,
) -> Result<Response, Problem> {
    let voice = Voice { by: &by, reason: &reason };
    answered(app.repeatable(request.as_ref(), 200, written, app.adopt_delivery(id, &reference, voice)).await)
}

async fn edit(
    extract::State(app): extract::State<State>,
    Id(id): Id<i64>,
    Extension(Caller(by)): Extension<Caller>,
    Body { value: Edit { codes, reason }, request }: Body<Edit>,
) -> Result<Response, Problem> {
    let voice = Voice { by: &by, reason: &reason };
    answered(app.repeatable(request.as_ref(), 200, written, app.edit_delivery(id, codes, voice)).await)
}

fn written(delivery: &Delivery) -> String {
    serde_json::to_string(&view(delivery.clone())).unwrap_or_default()
}

fn answered(reply: app::Result<Reply<Delivery>>) -> Result<Response, Problem> {
    match reply {
        Ok(Reply::Fresh(delivery)) => Ok(Json(view(delivery)).into_response()),
        Ok(Reply::Replayed(answer)) => Ok(repeated_plainly(answer)),
        Err(app::Error::Stale { current }) => {
            Err(Problem::new(codes::OUT_OF_STATE, format!("The delivery is {current}.")))
        }
        Err(error) => Err(error.into()),
    }
}

/// Why, where nobody has to say.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct Why {
    /// Why.
    #[schema(max_length = 10_000)]
    reason: String,
}

impl Input for Why {
    fn read(value: Value) -> Result<Self, Vec<FieldError>> {
        typed(value)
    }

    fn check(&self) -> Vec<FieldError> {
        let mut fields = Fields::default();
        fields.text("reason", &self.reason, TEXT);
        fields.into_errors()
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

/// Why, where it has to be said.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Because {
    /// Why.
    #[schema(min_length = 1, max_length = 200)]
    reason: String,
}

impl Input for Because {
    fn read(value: Value) -> Result<Self, Vec<FieldError>> {
        typed(value)
    }

    fn check(&self) -> Vec<FieldError> {
        let mut fields = Fields::default();
        fields.line("reason", &self.reason, LINE);
        fields.into_errors()
    }
}

/// Which document in the books it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Adoption {
    /// Its number, or the identifier the ERP knows it by.
    #[schema(min_length = 1, max_length = 200)]
    reference: String,
    /// Why.
    #[serde(default)]
    #[schema(max_length = 10_000)]
    reason: String,
}

impl Input for Adoption {
    fn read(value: Value) -> Result<Self, Vec<FieldError>> {
        typed(value)
    }

    fn check(&self) -> Vec<FieldError> {
        let mut fields = Fields::default();
        fields.line("reference", &self.reference, LINE);
        fields.text("reason", &self.reason, TEXT);
        fields.into_errors()
    }
}

/// What codes shall be called in the books.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeliveryEdit)]
struct Edit {
    /// Codes that the document names.
    #[schema(min_items = 1, max_items = 200)]
    codes: Vec<NewCode>,
    /// Why.
    #[serde(default)]
    #[schema(max_length = 10_000)]
    reason: String,
}

impl Input for Edit {
    fn read(value: Value) -> Result<Self, Vec<FieldError>> {
        typed(value)
    }

    fn check(&self) -> Vec<FieldError> {
        let mut fields = Fields::default();
        fields.text("reason", &self.reason, TEXT);
        let mut errors = NewCode::check_all("codes", &self.codes);
        errors.extend(fields.into_errors());
        errors
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
    /// How often it was tried. A try that was never heard of again counts.
    attempts: u32,
    /// Not tried again before this.
    next_attempt_at: DateTime<Utc>,
    /// What went wrong last.
    failure: Option<FailureView>,
    /// The document, once it stands.
    document: Option<DocumentView>,
    /// Whether the document stood already when it was asked for, or was made by hand and taken for it.
    adopted: bool,
    /// When it was asked for.
    created_at: DateTime<Utc>,
    /// When it was done, parked or skipped.
    finished_at: Option<DateTime<Utc>>,
}

/// A delivery with each try and each act.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeliveryStory)]
struct StoryView {
    /// The delivery.
    #[serde(flatten)]
    delivery: DeliveryView,
    /// What is asked of the books, in full. It never changes; codes are called what the connection's mapping says when
    /// it is sent.
    #[schema(value_type = Object)]
    request: Value,
    /// Each try, in their order. A number that is left out was never heard of again.
    tries: Vec<AttemptView>,
    /// What people did about it, in their order.
    repairs: Vec<RepairView>,
}

/// One try to bring a document to the books.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Attempt)]
struct AttemptView {
    /// Counts them.
    #[schema(minimum = 1)]
    number: u32,
    /// When it was sent.
    started: DateTime<Utc>,
    /// When its answer was there, or was waited for no longer.
    finished: DateTime<Utc>,
    /// How the failure was classified; null if the document stands.
    class: Option<String>,
    /// Of a refusal, what kind of thing stood in the way.
    reason: Option<String>,
    /// The ERP's own words, or the network's.
    message: Option<String>,
    /// Whether the document stood already.
    adopted: bool,
}

/// What a person did about a delivery.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Repair)]
struct RepairView {
    /// Counts them.
    #[schema(minimum = 1)]
    number: u32,
    /// When.
    at: DateTime<Utc>,
    /// Who: the label of an API key, or a user of the machine.
    by: String,
    /// What.
    act: Act,
    /// Why.
    reason: String,
    /// The particulars: which document, which codes.
    #[schema(value_type = Object)]
    details: Value,
}

fn story(story: DeliveryStory) -> StoryView {
    let request = serde_json::to_value(&story.delivery.posting).unwrap_or_default();
    let tries = story.attempts.into_iter().map(|attempt| {
        let Attempt { number, started, finished, class, reason, message, adopted } = attempt;
        AttemptView { number, started, finished, class, reason, message, adopted }
    });
    let repairs = story.repairs.into_iter().map(|repair| {
        let Repair { number, at, by, act, reason, details } = repair;
        RepairView { number, at, by, act, reason, details }
    });
    StoryView { tries: tries.collect(), repairs: repairs.collect(), request, delivery: view(story.delivery) }
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
        adopted: delivery.adopted,
        created_at: delivery.created_at,
        finished_at: delivery.finished_at,
    }
}

fn failure(failure: Failure) -> FailureView {
    let class = class(&failure.class);
    let (reason, fix) = match failure.class {
        Class::Refused { reason, fix } => (Some(reason.as_str()), Some(fix)),
        Class::Retry { .. }
        | Class::Throttled { .. }
        | Class::Busy { .. }
        | Class::Ambiguous
        | Class::Reauthenticate
        | Class::Bug => (None, None),
    };
    FailureView { class, reason, message: failure.message, fix }
}
