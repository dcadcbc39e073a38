//! Series: appointments that recur by a rule, in the branch's local time.
//!
//! Invariant: a series is made in one transaction, or not at all. Each occurrence is a hold that is scheduled within the
//! same transaction, so that none can run out; the rules decide both steps, on top of the occurrences before it, and
//! the appointment is stored as they leave it, with the trail of both.
//!
//! Deliberately absent: anything that an appointment of a series could not do by itself. It is changed with the usual
//! commands; `change` moves or cancels several at once.

mod change;
mod rule;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use change::{CancelSeries, RescheduleSeries};

use super::beside::Beside;
use super::bundle::{Bundle, chained};
use super::command::Command;
use super::error::Refusal;
use super::hold::{Booking, place, sensible};
use super::preference::Preference;
use super::snapshot::Scene;
use super::{App, Error, Finding, Reply, Request, Result};
use crate::model::{
    Actor, Appointment, BranchId, CaseId, CompanyId, CustomerId, ProviderId, SeriesId, ServiceId, UnitId,
};
use crate::store::{self, AppointmentFilter, Change, Frame};
use rule::Repetition;

/// Appointments that recur.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeriesRequest {
    /// The service.
    pub service: ServiceId,
    /// For whom; may be left out where a case is named.
    #[serde(default)]
    pub customer: Option<CustomerId>,
    /// The case they belong to, which says for whom and where they are.
    #[serde(default)]
    pub case: Option<CaseId>,
    /// Where the rule begins to count. It is the first occurrence if the rule holds for it; its local time of day is
    /// every occurrence's.
    pub start: DateTime<Utc>,
    /// When and how often: a recurrence rule by RFC 5545 that repeats daily or less often and ends within two years and
    /// 200 occurrences. It is read in the branch's time zone.
    #[schema(max_length = 500, example = "FREQ=WEEKLY;COUNT=10")]
    pub rule: String,
    /// The last date that is meant, in the branch's time zone; needed if the rule has neither `COUNT` nor `UNTIL`.
    #[serde(default)]
    pub until: Option<NaiveDate>,
    /// Dates that are left out, in the branch's time zone.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub exclude_dates: Vec<NaiveDate>,
    /// Whether occurrences that cannot be booked are left out; else one of them refuses the whole.
    #[serde(default)]
    pub skip_conflicts: bool,
    /// With whom; none means anybody who offers it, each time anew.
    #[serde(default)]
    pub provider: Option<ProviderId>,
    /// Where; needed only if anybody will do and several branches offer the service.
    #[serde(default)]
    pub branch: Option<BranchId>,
    /// How many guests; none means one.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 10_000)]
    pub guests: Option<u32>,
    /// Units that have to be among those used; the rules choose the others.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub units: Vec<UnitId>,
    /// What the customer would like, where no provider is named.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub preferences: Vec<Preference>,
    /// The currency the customer was shown; another than the company's is refused.
    #[serde(default)]
    pub currency: Option<String>,
    /// What stands behind the numbers; none takes the service's name.
    #[serde(default)]
    pub title: Option<String>,
    /// Where the visits are, if neither where the case says nor at the customer's address.
    #[serde(default)]
    pub location: Option<String>,
    /// Internal notes.
    #[serde(default)]
    pub notes: Option<String>,
    /// Notes for the customer.
    #[serde(default)]
    pub remarks: Option<String>,
}

/// One occurrence of a series before it is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Occurrence {
    /// When the visit would start.
    pub start: DateTime<Utc>,
    /// When it would end; none if it cannot be booked.
    pub end: Option<DateTime<Utc>>,
    /// With whom; none if it cannot be booked.
    pub provider: Option<ProviderId>,
    /// Every rule in its way; empty if it can be booked.
    pub findings: Vec<Finding>,
}

/// What a series would be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SeriesPreview {
    /// The time zone in which the rule is read.
    #[schema(value_type = String, example = "Europe/Berlin")]
    pub time_zone: Tz,
    /// Every occurrence in order, each on top of those before it.
    pub occurrences: Vec<Occurrence>,
    /// How many of them cannot be booked.
    pub conflicts: u32,
}

/// A series, as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SeriesView {
    /// Its identifier.
    pub id: SeriesId,
    /// Whose.
    pub company: CompanyId,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// The rule, as it was given.
    pub rule: String,
    /// Where the rule began to count.
    pub start: DateTime<Utc>,
    /// The last date that was meant, if that was said beside the rule.
    pub until: Option<NaiveDate>,
    /// Dates that were left out.
    pub exclude_dates: Vec<NaiveDate>,
    /// The time zone in which the rule was read.
    #[schema(value_type = String, example = "Europe/Berlin")]
    pub time_zone: Tz,
    /// Its appointments in the order they were made in, those included that no longer stand.
    pub appointments: Vec<Appointment>,
    /// Occurrences that could not be booked when it was made.
    pub left_out: Vec<Occurrence>,
}

/// What is kept of a series beside its appointments.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Details {
    rule: String,
    start: DateTime<Utc>,
    until: Option<NaiveDate>,
    exclude_dates: Vec<NaiveDate>,
    time_zone: Tz,
    left_out: Vec<Occurrence>,
}

/// What came of one occurrence.
struct Decided {
    start: DateTime<Utc>,
    outcome: std::result::Result<Change, Refusal>,
}

/// A series that is about to be made.
struct Plan {
    scene: Scene,
    time_zone: Tz,
    decided: Vec<Decided>,
}

impl App {
    /// What a series would be. Nothing is stored or kept free.
    pub async fn preview_series(&self, wanted: &SeriesRequest, actor: Actor) -> Result<SeriesPreview> {
        let Plan { time_zone, decided, .. } = self.plan_series(wanted, actor).await?;
        let occurrences: Vec<Occurrence> = decided.iter().map(Decided::occurrence).collect();
        let conflicts = occurrences.iter().filter(|occurrence| !occurrence.findings.is_empty()).count();
        Ok(SeriesPreview { time_zone, occurrences, conflicts: u32::try_from(conflicts).unwrap_or(u32::MAX) })
    }

    /// Makes a series; each of its appointments is scheduled.
    pub async fn make_series(
        &self,
        wanted: SeriesRequest,
        actor: Actor,
        request: Option<&Request>,
    ) -> Result<Reply<SeriesView>> {
        self.until_settled(request, || Box::pin(self.try_make_series(&wanted, actor, request))).await
    }

    async fn try_make_series(
        &self,
        wanted: &SeriesRequest,
        actor: Actor,
        request: Option<&Request>,
    ) -> Result<SeriesView> {
        let Plan { scene, time_zone, decided } = self.plan_series(wanted, actor).await?;
        let left_out = decided.iter().filter(|one| one.outcome.is_err()).map(Decided::occurrence).collect();
        let mut changes = made(decided, wanted.skip_conflicts)?;
        let id = SeriesId(self.ports.clock.new_id());
        changes.iter_mut().for_each(|change| change.appointment.series = Some(id));
        let details = Details {
            rule: wanted.rule.clone(),
            start: wanted.start,
            until: wanted.until,
            exclude_dates: wanted.exclude_dates.clone(),
            time_zone,
            left_out,
        };
        let frame = store::Series {
            id,
            company: scene.company,
            created_at: self.ports.clock.now(),
            details: serde_json::to_value(&details).map_err(corrupt)?,
        };
        let render = |stored: &[&Appointment]| {
            json(&view(&frame, &details, stored.iter().copied().cloned().collect()))
        };
        let answer = request.map(|request| request.pending(201, &render));
        let bundle = Bundle::of(&scene, changes);
        let stored = self.store_all(bundle, Some(Frame::Series(frame.clone())), answer).await?;
        Ok(view(&frame, &details, stored))
    }

    /// One series.
    pub async fn series(&self, id: SeriesId) -> Result<SeriesView> {
        let (frame, details) = self.series_frame(id).await?;
        Ok(view(&frame, &details, self.recurring(id).await?))
    }

    async fn series_frame(&self, id: SeriesId) -> Result<(store::Series, Details)> {
        let frame = self.ports.store.series(id).await?.ok_or_else(|| Error::missing("series", id))?;
        let details = serde_json::from_value(frame.details.clone()).map_err(corrupt)?;
        Ok((frame, details))
    }

    async fn recurring(&self, id: SeriesId) -> Result<Vec<Appointment>> {
        let filter = AppointmentFilter { series: Some(id), ..AppointmentFilter::default() };
        self.every_appointment(&filter).await
    }

    async fn plan_series(&self, wanted: &SeriesRequest, actor: Actor) -> Result<Plan> {
        sensible("start", wanted.start)?;
        let booking = self.with_case(single(wanted)).await?;
        let scene = self.scene(booking.service, booking.customer, actor).await?;
        let time_zone = scene.branch(place(&scene, &booking)?.branch)?.time_zone;
        let repetition = Repetition {
            rule: &wanted.rule,
            until: wanted.until,
            excluded: &wanted.exclude_dates,
            start: wanted.start,
            zone: time_zone,
        };
        let (mut decided, mut ahead) = (Vec::new(), Vec::new());
        for start in repetition.starts()? {
            let outcome = match self.recur(&scene, &Booking { start, ..booking.clone() }, &ahead).await {
                Ok(change) => Ok(change),
                Err(Error::Refused(refusal)) => Err(refusal),
                Err(other) => return Err(other),
            };
            ahead.extend(outcome.iter().map(|change| change.appointment.clone()));
            decided.push(Decided { start, outcome });
        }
        Ok(Plan { scene, time_zone, decided })
    }

    /// Decides one occurrence: held, and then scheduled.
    async fn recur(&self, scene: &Scene, booking: &Booking, ahead: &[Appointment]) -> Result<Change> {
        let held = self.decide_new(scene, booking, self.ports.clock.new_id(), ahead, None).await?;
        let mut decided =
            self.decide_command(scene, &held.appointment, &Command::Schedule, Beside::default()).await?;
        let scheduled = self.changes(&mut decided)?.remove(0);
        Ok(chained(held, scheduled))
    }
}

impl Decided {
    fn occurrence(&self) -> Occurrence {
        let start = self.start;
        match &self.outcome {
            Ok(Change { appointment, .. }) => Occurrence {
                start,
                end: Some(appointment.end),
                provider: Some(appointment.provider),
                findings: Vec::new(),
            },
            Err(refusal) => {
                Occurrence { start, end: None, provider: None, findings: refusal.findings.clone() }
            }
        }
    }
}

/// The appointments to be made, unless an occurrence is in the way.
fn made(decided: Vec<Decided>, skip_conflicts: bool) -> Result<Vec<Change>> {
    let (mut changes, mut findings) = (Vec::new(), Vec::new());
    for (n, one) in decided.into_iter().enumerate() {
        match one.outcome {
            Ok(change) => changes.push(change),
            Err(refusal) => findings.extend(refusal.of(&format!("occurrences[{n}]")).findings),
        }
    }
    if changes.is_empty() || !skip_conflicts && !findings.is_empty() {
        return Err(Error::Refused(Refusal { findings, alternatives: Vec::new() }));
    }
    Ok(changes)
}

fn single(wanted: &SeriesRequest) -> Booking {
    Booking {
        service: wanted.service,
        customer: wanted.customer,
        case: wanted.case,
        start: wanted.start,
        end: None,
        provider: wanted.provider,
        branch: wanted.branch,
        guests: wanted.guests,
        units: wanted.units.clone(),
        preferences: wanted.preferences.clone(),
        currency: wanted.currency.clone(),
        title: wanted.title.clone(),
        location: wanted.location.clone(),
        notes: wanted.notes.clone(),
        remarks: wanted.remarks.clone(),
    }
}

fn view(frame: &store::Series, details: &Details, appointments: Vec<Appointment>) -> SeriesView {
    SeriesView {
        id: frame.id,
        company: frame.company,
        created_at: frame.created_at,
        rule: details.rule.clone(),
        start: details.start,
        until: details.until,
        exclude_dates: details.exclude_dates.clone(),
        time_zone: details.time_zone,
        appointments,
        left_out: details.left_out.clone(),
    }
}

fn json(view: &SeriesView) -> String {
    serde_json::to_string(view).unwrap_or_default()
}

fn corrupt(error: serde_json::Error) -> Error {
    Error::Store(store::Error::Corrupt("series", Box::new(error)))
}
