//! The waitlist: who would take a time if there were one.

use axum::Json;
use axum::extract;
use axum::response::Response;
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa_axum::router::OpenApiRouter;

use super::answer::{Versioned, added, changed, found};
use super::appointments::PREFERENCES;
use super::body::{Body, Input, typed};
use super::commands::Nothing;
use super::extract::{Checked, Id, Query};
use super::gate::{Need, Pin, Subject};
use super::headers::IfMatch;
use super::limits;
use super::operation::{Operation, State};
use super::problem::Problem;
use super::schema::{Page, PageOf};
use crate::app::{self, WaitRequest, WaitView};
use crate::codes;
use crate::model::fields::{Fields, GUESTS};
use crate::model::{CompanyId, CustomerId, FieldError, Scope, ServiceId, WaitId, WaitState};
use crate::store::{self, WaitFilter};

const PATH: &str = "/api/v1/waitlist";
const TAG: &str = "waitlist";

/// The operations on the waitlist.
pub(super) fn routes() -> OpenApiRouter<State> {
    let join = Operation::post(PATH, "joinWaitlist", "Take a place on the waitlist")
        .says(
            "When a time becomes free that fits, it is held for the oldest place it fits, for the company's \
             `offer_minutes`: the place is `offered`, and names the appointment. Confirming or scheduling that \
             appointment takes the offer. Declining it, or letting its hold run out, passes the offer on to the next \
             place in line.",
        )
        .takes::<WaitRequest>(Required::True)
        .gives_versioned::<WaitView>(201, "The place.")
        .refuses(&[404]);
    let list = Operation::get(PATH, "listWaitlist", "List the waitlist")
        .query::<Filter>()
        .gives::<PageOf<WaitView>>(200, "A page, the oldest places first.");
    let read = Operation::get("/api/v1/waitlist/{id}", "readWaitlist", "Read a place on the waitlist")
        .identified()
        .gives_versioned::<WaitView>(200, "The place.");
    let withdraw = Operation::post(
        "/api/v1/waitlist/{id}/withdraw",
        "withdrawWaitlist",
        "Give a place on the waitlist up",
    )
    .says("Doing so twice changes nothing more. An offer is passed on by declining its appointment.")
    .identified()
    .if_match(Required::False)
    .takes::<Nothing>(Required::False)
    .gives_versioned::<WaitView>(200, "The place, given up.")
    .refuses(&[409]);
    OpenApiRouter::default()
        .routes(join.tag(TAG).needs(&Need::body(Scope::AppointmentsBook)).to(create))
        .routes(
            list.tag(TAG)
                .needs(&Need::list(Scope::AppointmentsRead, &[Pin::Company, Pin::Customer]))
                .to(index),
        )
        .routes(read.tag(TAG).needs(&Need::of(Scope::AppointmentsRead, Subject::Wait)).to(show))
        .routes(withdraw.tag(TAG).needs(&Need::of(Scope::AppointmentsBook, Subject::Wait)).to(give_up))
}

async fn create(
    extract::State(app): extract::State<State>,
    Body { value, request }: Body<WaitRequest>,
) -> Result<Response, Problem> {
    Ok(added(app.wait_for(value, request.as_ref()).await?))
}

async fn index(
    extract::State(app): extract::State<State>,
    Query(query): Query<Filter>,
) -> Result<Json<Page<WaitView>>, Problem> {
    let Filter { company, customer, service, state, after, limit } = query;
    let limit = limit.unwrap_or(limits::PAGE);
    let filter = WaitFilter { company, customer, service, state, from: None, to: None };
    let page = store::Page { after: after.map(|id| id.0), limit: limit + 1 };
    Ok(Json(Page::cut(app.waitlist(&filter, page).await?, limit, |place| place.id)))
}

async fn show(extract::State(app): extract::State<State>, Id(id): Id<WaitId>) -> Result<Response, Problem> {
    Ok(found(&app.place_in_line(id).await?))
}

async fn give_up(
    extract::State(app): extract::State<State>,
    Id(id): Id<WaitId>,
    seen: IfMatch,
    Body { value: Nothing {}, request }: Body<Nothing>,
) -> Result<Response, Problem> {
    match app.withdraw(id, seen.version(), request.as_ref()).await {
        // Nobody has said which version they have seen: it is the state that is in the way.
        Err(app::Error::Stale { current }) if seen.version().is_none() => {
            Err(Problem::new(codes::OUT_OF_STATE, format!("The place on the waitlist is {current}.")))
        }
        other => Ok(changed(other?)),
    }
}

/// Which places to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct Filter {
    /// Only of this company.
    company: Option<CompanyId>,
    /// Only of this customer.
    customer: Option<CustomerId>,
    /// Only for this service.
    service: Option<ServiceId>,
    /// Only in this state.
    #[param(inline)]
    state: Option<WaitState>,
    /// Only what comes after this: `next` of the page before.
    after: Option<WaitId>,
    /// How many at most; 50 if it is left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

impl Checked for Filter {
    fn limit(&self) -> Option<u32> {
        self.limit
    }
}

impl Versioned for WaitView {
    fn collection() -> &'static str {
        PATH
    }

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn version(&self) -> i64 {
        Self::version(self)
    }
}

impl Input for WaitRequest {
    fn read(value: Value) -> Result<Self, Vec<FieldError>> {
        typed(value)
    }

    fn check(&self) -> Vec<FieldError> {
        let mut fields = Fields::default();
        fields.instant("from", self.from);
        fields.instant("to", self.to);
        if let Some(guests) = self.guests {
            fields.within("guests", guests, 1..=GUESTS);
        }
        fields.at_most("preferences", &self.preferences, PREFERENCES);
        fields.into_errors()
    }
}
