//! How deliveries are shown.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::Value;
use slotledger_erp::{Class, Failure, Kind};
use utoipa::ToSchema;

use crate::app::{self, DeliveryStory};
use crate::http::documents::{self, DocumentView};
use crate::model::delivery::{class, document_kind};
use crate::model::{Act, AppointmentId, Attempt, CompanyId, Delivery, DeliveryState, Repair};

/// A document on its way to the books.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Delivery)]
pub(super) struct DeliveryView {
    /// Numbered in the order in which they were asked for.
    pub(super) id: i64,
    /// The appointment it belongs to.
    pub(super) appointment: AppointmentId,
    /// Whose books.
    pub(super) company: CompanyId,
    /// The document's key, unique for ever.
    pub(super) key: String,
    /// What is asked for.
    #[schema(schema_with = document_kind)]
    pub(super) kind: Kind,
    /// The name of the appointment, as printed on the document.
    pub(super) subject: String,
    /// The day it belongs to.
    pub(super) date: NaiveDate,
    /// Keys of deliveries that have to be done first.
    pub(super) after: Vec<String>,
    /// Where it stands.
    pub(super) state: DeliveryState,
    /// How often it was tried. A try that was never heard of again counts.
    pub(super) attempts: u32,
    /// Not tried again before this.
    pub(super) next_attempt_at: DateTime<Utc>,
    /// What went wrong last.
    pub(super) failure: Option<FailureView>,
    /// The document, once it stands.
    pub(super) document: Option<DocumentView>,
    /// Whether the document stood already when it was asked for, or was made by hand and taken for it.
    pub(super) adopted: bool,
    /// When it was asked for.
    pub(super) created_at: DateTime<Utc>,
    /// When it was done, parked or skipped.
    pub(super) finished_at: Option<DateTime<Utc>>,
}

/// A delivery with each try and each act.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeliveryStory)]
pub(super) struct StoryView {
    /// The delivery.
    #[serde(flatten)]
    pub(super) delivery: DeliveryView,
    /// What is asked of the books, in full. It never changes; codes are called what the connection's mapping says when
    /// it is sent.
    #[schema(value_type = Object)]
    pub(super) request: Value,
    /// Each try, in their order. A number that is left out was never heard of again.
    pub(super) tries: Vec<AttemptView>,
    /// What people did about it, in their order.
    pub(super) repairs: Vec<RepairView>,
}

/// One try to bring a document to the books.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Attempt)]
pub(super) struct AttemptView {
    /// Counts them.
    #[schema(minimum = 1)]
    pub(super) number: u32,
    /// When it was sent.
    pub(super) started: DateTime<Utc>,
    /// When its answer was there, or was waited for no longer.
    pub(super) finished: DateTime<Utc>,
    /// How the failure was classified; null if the document stands.
    pub(super) class: Option<String>,
    /// Of a refusal, what kind of thing stood in the way.
    pub(super) reason: Option<String>,
    /// The ERP's own words, or the network's.
    pub(super) message: Option<String>,
    /// Whether the document stood already.
    pub(super) adopted: bool,
}

/// What a person did about a delivery.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Repair)]
pub(super) struct RepairView {
    /// Counts them.
    #[schema(minimum = 1)]
    pub(super) number: u32,
    /// When.
    pub(super) at: DateTime<Utc>,
    /// Who: the label of an API key, or a user of the machine.
    pub(super) by: String,
    /// What.
    pub(super) act: Act,
    /// Why.
    pub(super) reason: String,
    /// The particulars: which document, which codes.
    #[schema(value_type = Object)]
    pub(super) details: Value,
}

pub(super) fn story(story: DeliveryStory) -> StoryView {
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
pub(super) struct FailureView {
    /// What helps: `retry`, `throttled`, `busy`, `ambiguous` (it is looked up first), `reauthenticate`, `refused` or
    /// `bug`.
    pub(super) class: &'static str,
    /// Of a refusal, what kind of thing stands in the way: `closed_period`, `out_of_stock` and others.
    pub(super) reason: Option<&'static str>,
    /// The ERP's own words, or the network's.
    pub(super) message: String,
    /// What a person has to change before it can succeed.
    pub(super) fix: Option<String>,
}

pub(super) fn view(delivery: Delivery) -> DeliveryView {
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

pub(super) fn failure(failure: Failure) -> FailureView {
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

/// What became of the parked deliveries that were meant.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Retried)]
pub(super) struct RetriedView {
    /// How many are back in line.
    retried: u32,
    /// Not null when there may be more than one request takes: what to send as `after` for them.
    next: Option<i64>,
}

pub(super) const fn retried(done: &app::Retried) -> RetriedView {
    RetriedView { retried: done.count, next: done.next }
}
