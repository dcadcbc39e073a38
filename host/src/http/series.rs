//! Series: appointments that recur.

use axum::Json;
use axum::extract;
use axum::response::Response;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::Required;
use utoipa_axum::router::OpenApiRouter;

use super::answer::{Versioned, added, changed, found};
use super::appointments::PREFERENCES;
use super::body::{Body, Input, typed};
use super::commands::reasons;
use super::extract::Id;
use super::gate::{Need, Subject};
use super::headers::{ActingAs, IfMatch};
use super::operation::{Operation, State};
use super::problem::Problem;
use crate::app::{CancelSeries, RescheduleSeries, SeriesPreview, SeriesRequest, SeriesView};
use crate::model::check::REQUIRED_UNITS;
use crate::model::fields::{Fields, LINE, TEXT};
use crate::model::{FieldError, Scope, SeriesId};

const PATH: &str = "/api/v1/series";
const TAG: &str = "series";

/// Most dates that are left out: as many as a series has occurrences.
const EXCLUDED: usize = 200;

/// The operations on series.
pub(super) fn routes() -> OpenApiRouter<State> {
    let preview = Operation::post("/api/v1/series/preview", "previewSeries", "See what a series would be")
        .says(
            "Lists every occurrence with what is in its way. Nothing is stored, and nothing is kept free. Local times \
             are the branch's: 09:00 stays 09:00 when clocks change.",
        )
        .actor()
        .takes::<SeriesRequest>(Required::True)
        .gives::<SeriesPreview>(200, "The occurrences, in order.")
        .refuses(&[404, 409]);
    let make = Operation::post(PATH, "makeSeries", "Make a series")
        .says(
            "Makes and schedules an appointment for every occurrence, all of them or none. With `skip_conflicts` \
             occurrences that cannot be booked are left out and listed.",
        )
        .actor()
        .takes::<SeriesRequest>(Required::True)
        .gives_versioned::<SeriesView>(201, "The series, with its appointments.")
        .refuses(&[404, 409]);
    let read = Operation::get("/api/v1/series/{id}", "readSeries", "Read a series")
        .identified()
        .gives_versioned::<SeriesView>(200, "The series as it stands.");
    OpenApiRouter::default()
        .routes(preview.tag(TAG).needs(&Need::body(Scope::AppointmentsBook)).to(foresee))
        .routes(make.tag(TAG).needs(&Need::body(Scope::AppointmentsBook)).to(create))
        .routes(read.tag(TAG).needs(&Need::of(Scope::AppointmentsRead, Subject::Series)).to(show))
        .routes(
            change::<RescheduleSeries>("reschedule", "Move an appointment of a series and all that follow")
                .says(
                    "Moves those that have not begun by the same local time, all of them or none, in one transaction.",
                )
                .to(reschedule),
        )
        .routes(
            change::<CancelSeries>("cancel", "Call a series off, or the rest of it")
                .says("Cancels those that have not begun, all of them or none, in one transaction.")
                .to(cancel),
        )
}

fn change<B: ToSchema>(name: &str, summary: &str) -> Operation {
    Operation::post(&format!("{PATH}/{{id}}/{name}"), &format!("{name}Series"), summary)
        .tag(TAG)
        .needs(&Need::of(Scope::AppointmentsBook, Subject::Series))
        .identified()
        .if_match(Required::False)
        .actor()
        .takes::<B>(Required::True)
        .gives_versioned::<SeriesView>(200, "The series, as it is now.")
        .refuses(&[409])
}

async fn foresee(
    extract::State(app): extract::State<State>,
    ActingAs(actor): ActingAs,
    Body { value, request: _ }: Body<SeriesRequest>,
) -> Result<Json<SeriesPreview>, Problem> {
    Ok(Json(app.preview_series(&value, actor).await?))
}

async fn create(
    extract::State(app): extract::State<State>,
    ActingAs(actor): ActingAs,
    Body { value, request }: Body<SeriesRequest>,
) -> Result<Response, Problem> {
    Ok(added(app.make_series(value, actor, request.as_ref()).await?))
}

async fn show(extract::State(app): extract::State<State>, Id(id): Id<SeriesId>) -> Result<Response, Problem> {
    Ok(found(&app.series(id).await?))
}

async fn reschedule(
    extract::State(app): extract::State<State>,
    Id(id): Id<SeriesId>,
    seen: IfMatch,
    ActingAs(actor): ActingAs,
    Body { value, request }: Body<RescheduleSeries>,
) -> Result<Response, Problem> {
    Ok(changed(app.reschedule_series(id, seen.version(), value, actor, request.as_ref()).await?))
}

async fn cancel(
    extract::State(app): extract::State<State>,
    Id(id): Id<SeriesId>,
    seen: IfMatch,
    ActingAs(actor): ActingAs,
    Body { value, request }: Body<CancelSeries>,
) -> Result<Response, Problem> {
    Ok(changed(app.cancel_series(id, seen.version(), value, actor, request.as_ref()).await?))
}

impl Versioned for SeriesView {
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

impl Input for SeriesRequest {
    fn read(value: Value) -> Result<Self, Vec<FieldError>> {
        typed(value)
    }

    fn check(&self) -> Vec<FieldError> {
        let mut fields = Fields::default();
        fields.instant("start", self.start);
        if let Some(until) = self.until {
            fields.date("until", until);
        }
        fields.at_most("exclude_dates", &self.exclude_dates, EXCLUDED);
        fields.at_most("units", &self.units, REQUIRED_UNITS);
        fields.at_most("preferences", &self.preferences, PREFERENCES);
        fields.optional_line("title", self.title.as_deref(), LINE);
        for (field, text) in
            [("location", &self.location), ("notes", &self.notes), ("remarks", &self.remarks)]
        {
            fields.text(field, text.as_deref().unwrap_or_default(), TEXT);
        }
        fields.into_errors()
    }
}

impl Input for RescheduleSeries {
    fn read(value: Value) -> Result<Self, Vec<FieldError>> {
        typed(value)
    }

    fn check(&self) -> Vec<FieldError> {
        let mut fields = Fields::default();
        fields.instant("start", self.start);
        reasons(&self.reason, self.exception_reason.as_deref(), &mut fields);
        fields.into_errors()
    }
}

impl Input for CancelSeries {
    fn read(value: Value) -> Result<Self, Vec<FieldError>> {
        typed(value)
    }

    fn check(&self) -> Vec<FieldError> {
        let mut fields = Fields::default();
        reasons(&self.reason, self.exception_reason.as_deref(), &mut fields);
        fields.into_errors()
    }
}
