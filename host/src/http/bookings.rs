//! Bookings: several appointments sold together.

use axum::extract;
use axum::response::Response;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::Required;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use super::answer::{Versioned, added, changed, found};
use super::appointments::PREFERENCES;
use super::body::{Body, Input, typed};
use super::commands::{Nothing, reasons};
use super::extract::Id;
use super::gate::{Need, Subject};
use super::headers::{ActingAs, IfMatch};
use super::operation::{Operation, State};
use super::problem::Problem;
use crate::app::{BookingCommand, BookingRequest, BookingView, CancelBooking, MAX_ITEMS};
use crate::model::check::REQUIRED_UNITS;
use crate::model::fields::{CODE, Fields, TEXT};
use crate::model::{BookingId, FieldError, Scope};

const PATH: &str = "/api/v1/bookings";
const TAG: &str = "bookings";

/// The operations on bookings.
pub(super) fn routes() -> OpenApiRouter<State> {
    let book = Operation::post(PATH, "holdBooking", "Hold several slots at once")
        .says(
            "Makes up to 20 appointments that are sold together, all of them or none. Each keeps its slot for the \
             company's hold time. A refusal names the item that each finding is about.",
        )
        .actor()
        .takes::<BookingRequest>(Required::True)
        .gives_versioned::<BookingView>(201, "The booking, with its appointments, all open.")
        .refuses(&[404, 409]);
    let read = Operation::get("/api/v1/bookings/{id}", "readBooking", "Read a booking")
        .says("What it costs follows from the appointments that stand; what was agreed first is beside it.")
        .identified()
        .gives_versioned::<BookingView>(200, "The booking as it stands.");
    OpenApiRouter::default()
        .routes(book.tag(TAG).needs(&Need::body(Scope::AppointmentsBook)).to(create))
        .routes(read.tag(TAG).needs(&Need::of(Scope::AppointmentsRead, Subject::Booking)).to(show))
        .routes(command(
            Scope::AppointmentsAnswer,
            "confirm",
            "Acknowledge a booking",
            "Confirms every appointment that is not confirmed yet, all of them or none. Those under way take no part; \
             `left_out` lists them.",
            |Nothing {}| BookingCommand::Confirm,
        ))
        .routes(command(
            Scope::PaymentsWrite,
            "pay-deposit",
            "Acknowledge a booking by paying its deposit",
            "Divides the amount among the appointments to the smallest unit of the currency: to each what it asks for \
             in advance at least, of the rest a part in proportion to what it costs. Appointments that ask for nothing \
             in advance are confirmed with them. Those under way or over take no part; `left_out` lists the former.",
            BookingCommand::Pay,
        ))
        .routes(command(
            Scope::AppointmentsBook,
            "cancel",
            "Call a booking off, wholly or in part",
            "Without `appointments` all that can be cancelled are, and `left_out` lists the others with the reasons; \
             with them exactly these are, all or none.",
            BookingCommand::Cancel,
        ))
}

async fn create(
    extract::State(app): extract::State<State>,
    ActingAs(actor): ActingAs,
    Body { value, request }: Body<BookingRequest>,
) -> Result<Response, Problem> {
    Ok(added(app.book(value, actor, request.as_ref()).await?))
}

async fn show(
    extract::State(app): extract::State<State>,
    Id(id): Id<BookingId>,
) -> Result<Response, Problem> {
    Ok(found(&app.booking(id).await?))
}

fn command<B: Input + ToSchema>(
    scope: Scope,
    name: &'static str,
    summary: &str,
    text: &str,
    wanted: fn(B) -> BookingCommand,
) -> UtoipaMethodRouter<State> {
    let body = if B::absent().is_some() { Required::False } else { Required::True };
    Operation::post(&format!("{PATH}/{{id}}/{name}"), &format!("{name}Booking"), summary)
        .tag(TAG)
        .needs(&Need::of(scope, Subject::Booking))
        .says(text)
        .identified()
        .if_match(Required::False)
        .actor()
        .takes::<B>(body)
        .gives_versioned::<BookingView>(200, "The booking, as it is now.")
        .refuses(&[409])
        .to(
            async move |extract::State(app): extract::State<State>,
                        Id(id): Id<BookingId>,
                        seen: IfMatch,
                        ActingAs(actor): ActingAs,
                        Body { value, request }: Body<B>|
                        -> Result<Response, Problem> {
                let expected = seen.version();
                Ok(changed(app.command_booking(id, expected, wanted(value), actor, request.as_ref()).await?))
            },
        )
}

impl Versioned for BookingView {
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

impl Input for BookingRequest {
    fn read(value: Value) -> Result<Self, Vec<FieldError>> {
        typed(value)
    }

    fn check(&self) -> Vec<FieldError> {
        let mut fields = Fields::default();
        for (n, item) in self.items.iter().enumerate() {
            if let Some(start) = item.start {
                fields.instant(&format!("items[{n}].start"), start);
            }
            fields.at_most(&format!("items[{n}].units"), &item.units, REQUIRED_UNITS);
            fields.at_most(&format!("items[{n}].preferences"), &item.preferences, PREFERENCES);
            fields.optional_line(&format!("items[{n}].coupon"), item.coupon.as_deref(), CODE);
        }
        fields.optional_line("currency", self.currency.as_deref(), CODE);
        for (field, text) in
            [("location", &self.location), ("notes", &self.notes), ("remarks", &self.remarks)]
        {
            fields.text(field, text.as_deref().unwrap_or_default(), TEXT);
        }
        fields.into_errors()
    }
}

impl Input for CancelBooking {
    fn read(value: Value) -> Result<Self, Vec<FieldError>> {
        typed(value)
    }

    fn check(&self) -> Vec<FieldError> {
        let mut fields = Fields::default();
        reasons(&self.reason, self.exception_reason.as_deref(), &mut fields);
        fields.at_most("appointments", &self.appointments, MAX_ITEMS);
        fields.into_errors()
    }
}
