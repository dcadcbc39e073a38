//! Appointments: held, listed, read; their trail and their documents. What is done with them is in `commands`.

use axum::Json;
use axum::extract;
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa_axum::router::OpenApiRouter;

use super::answer::{added, found};
use super::body::{Body, Input, typed};
use super::documents::{self, DocumentView};
use super::extract::{Checked, Id, Query};
use super::gate::{Need, Pin, Subject};
use super::headers::ActingAs;
use super::limits;
use super::operation::{Operation, State};
use super::problem::Problem;
use super::schema::{Page, PageOf};
use crate::app::Booking;
use crate::model::check::REQUIRED_UNITS;
use crate::model::fields::{CODE, Fields, LINE, TEXT};
use crate::model::{
    Appointment, AppointmentId, BookingId, BranchId, CaseId, CompanyId, CustomerId, Event, FieldError,
    ProviderId, Scope, SeriesId, ServiceId, Status, UnitId,
};
use crate::store::{self, AppointmentFilter};

/// Most wishes of one customer.
pub(super) const PREFERENCES: usize = 20;

/// Where appointments live.
pub(super) const PATH: &str = "/api/v1/appointments";
/// The chapter they are documented in.
pub(super) const TAG: &str = "appointments";

/// The operations on appointments, commands apart.
pub(super) fn routes() -> OpenApiRouter<State> {
    let hold = Operation::post(PATH, "holdAppointment", "Hold a slot")
        .says(
            "Makes an appointment that keeps its slot for the company's hold time. Without a provider the rules \
             choose one.",
        )
        .actor()
        .takes::<Booking>(Required::True)
        .gives_versioned::<Appointment>(201, "The appointment, open.")
        .refuses(&[404, 409]);
    let list = Operation::get(PATH, "listAppointments", "List appointments")
        .query::<Filter>()
        .gives::<PageOf<Appointment>>(200, "A page, in the order they were made in.");
    let read = Operation::get("/api/v1/appointments/{id}", "readAppointment", "Read an appointment")
        .identified()
        .gives_versioned::<Appointment>(200, "The appointment, with its revision.");
    let events =
        Operation::get("/api/v1/appointments/{id}/events", "listEvents", "Read an appointment's trail")
            .identified()
            .gives::<PageOf<Event>>(200, "Everything that happened to it, oldest first.");
    let documents = Operation::get(
        "/api/v1/appointments/{id}/documents",
        "listDocuments",
        "Read an appointment's documents",
    )
    .says("Asks the books themselves, so that a document that stands there twice is listed twice.")
    .identified()
    .gives::<PageOf<DocumentView>>(200, "The documents as the books hold them now.")
    .refuses(&[502]);
    OpenApiRouter::default()
        .routes(hold.tag(TAG).needs(&Need::body(Scope::AppointmentsBook)).to(create))
        .routes(
            list.tag(TAG)
                .needs(&Need::list(
                    Scope::AppointmentsRead,
                    &[Pin::Company, Pin::Branch, Pin::Provider, Pin::Customer],
                ))
                .to(index),
        )
        .routes(read.tag(TAG).needs(&Need::of(Scope::AppointmentsRead, Subject::Appointment)).to(show))
        .routes(events.tag(TAG).needs(&Need::of(Scope::TrailRead, Subject::Appointment)).to(trail))
        .routes(documents.tag(TAG).needs(&Need::of(Scope::BooksRead, Subject::Appointment)).to(books))
}

async fn create(
    extract::State(app): extract::State<State>,
    ActingAs(actor): ActingAs,
    Body { value: booking, request }: Body<Booking>,
) -> Result<Response, Problem> {
    Ok(added(app.hold(booking, actor, request.as_ref()).await?))
}

async fn index(
    extract::State(app): extract::State<State>,
    Query(query): Query<Filter>,
) -> Result<Json<Page<Appointment>>, Problem> {
    let limit = query.limit.unwrap_or(limits::PAGE);
    let page = store::Page { after: query.after.map(|id| id.0), limit: limit + 1 };
    let filter = query.filter();
    let appointments = app.appointments(&filter, page).await?;
    Ok(Json(Page::cut(appointments, limit, |appointment| appointment.id)))
}

async fn show(
    extract::State(app): extract::State<State>,
    Id(id): Id<AppointmentId>,
) -> Result<Response, Problem> {
    Ok(found(&app.appointment(id).await?))
}

async fn trail(
    extract::State(app): extract::State<State>,
    Id(id): Id<AppointmentId>,
) -> Result<Json<Page<Event>>, Problem> {
    Ok(Json(Page::whole(app.events(id).await?)))
}

async fn books(
    extract::State(app): extract::State<State>,
    Id(id): Id<AppointmentId>,
) -> Result<Json<Page<DocumentView>>, Problem> {
    Ok(Json(Page::whole(app.documents(id).await?.into_iter().map(documents::view).collect())))
}

/// Which appointments to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct Filter {
    /// Only of this company.
    company: Option<CompanyId>,
    /// Only of this customer.
    customer: Option<CustomerId>,
    /// Only of this provider.
    provider: Option<ProviderId>,
    /// Only at this branch.
    branch: Option<BranchId>,
    /// Only with this unit.
    unit: Option<UnitId>,
    /// Only of this case.
    case: Option<CaseId>,
    /// Only of this booking.
    booking: Option<BookingId>,
    /// Only of this series.
    series: Option<SeriesId>,
    /// Only of this service.
    service: Option<ServiceId>,
    /// Only those that wait to be invoiced with others of their customer.
    uninvoiced: Option<bool>,
    /// Only those that stand: neither cancelled nor finished.
    standing: Option<bool>,
    /// Only in this status.
    #[param(inline)]
    status: Option<Status>,
    /// Only ending after this.
    from: Option<DateTime<Utc>>,
    /// Only starting before this.
    to: Option<DateTime<Utc>>,
    /// Only whose name contains this.
    #[param(max_length = 200)]
    text: Option<String>,
    /// Only what comes after this: `next` of the page before.
    after: Option<AppointmentId>,
    /// How many at most; 50 if it is left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

impl Filter {
    fn filter(self) -> AppointmentFilter {
        AppointmentFilter {
            company: self.company,
            customer: self.customer,
            provider: self.provider,
            branch: self.branch,
            unit: self.unit,
            case: self.case,
            booking: self.booking,
            series: self.series,
            service: self.service,
            status: self.status,
            uninvoiced: self.uninvoiced.unwrap_or(false),
            standing: self.standing.unwrap_or(false),
            from: self.from,
            to: self.to,
            text: self.text,
            ..AppointmentFilter::default()
        }
    }
}

impl Checked for Filter {
    fn limit(&self) -> Option<u32> {
        self.limit
    }

    fn check_more(&self, fields: &mut Fields) {
        for (field, moment) in [("from", self.from), ("to", self.to)] {
            if let Some(moment) = moment {
                fields.date(field, moment.date_naive());
            }
        }
        if let Some(text) = &self.text {
            fields.text("text", text, LINE);
        }
    }
}

impl Input for Booking {
    fn read(value: Value) -> Result<Self, Vec<FieldError>> {
        typed(value)
    }

    fn check(&self) -> Vec<FieldError> {
        let mut fields = Fields::default();
        fields.instant("start", self.start);
        fields.at_most("units", &self.units, REQUIRED_UNITS);
        fields.at_most("preferences", &self.preferences, PREFERENCES);
        fields.optional_line("coupon", self.coupon.as_deref(), CODE);
        fields.optional_line("currency", self.currency.as_deref(), CODE);
        fields.optional_line("title", self.title.as_deref(), LINE);
        for (field, text) in
            [("location", &self.location), ("notes", &self.notes), ("remarks", &self.remarks)]
        {
            fields.text(field, text.as_deref().unwrap_or_default(), TEXT);
        }
        fields.into_errors()
    }
}
