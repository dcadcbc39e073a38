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
mod words;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

pub use change::{CancelSeries, RescheduleSeries};
pub use words::{Occurrence, SeriesPreview, SeriesRequest, SeriesView};

use super::alternatives::Near;
use super::beside::Beside;
use super::bundle::{Bundle, chained};
use super::command::Command;
use super::error::Refusal;
use super::hold::{Booking, places, sensible};
use super::snapshot::Scene;
use super::{App, Error, Reply, Request, Result};
use crate::model::{Acting, Appointment, BranchId, SeriesId};
use crate::store::{self, AppointmentFilter, Change, Frame};
use rule::Repetition;

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
    pub async fn preview_series(
        &self,
        wanted: &SeriesRequest,
        actor: impl Into<Acting> + Send,
    ) -> Result<SeriesPreview> {
        let actor = actor.into();
        let Plan { time_zone, decided, .. } = self.plan_series(wanted, actor).await?;
        let occurrences: Vec<Occurrence> = decided.iter().map(Decided::occurrence).collect();
        let conflicts = occurrences.iter().filter(|occurrence| !occurrence.findings.is_empty()).count();
        Ok(SeriesPreview { time_zone, occurrences, conflicts: u32::try_from(conflicts).unwrap_or(u32::MAX) })
    }

    /// Makes a series; each of its appointments is scheduled.
    pub async fn make_series(
        &self,
        wanted: SeriesRequest,
        actor: impl Into<Acting> + Send,
        request: Option<&Request>,
    ) -> Result<Reply<SeriesView>> {
        let actor = actor.into();
        self.until_settled(request, || Box::pin(self.try_make_series(&wanted, actor, request))).await
    }

    async fn try_make_series(
        &self,
        wanted: &SeriesRequest,
        actor: Acting,
        request: Option<&Request>,
    ) -> Result<SeriesView> {
        let Plan { scene, time_zone, decided } = self.plan_series(wanted, actor).await?;
        let left_out = decided.iter().filter(|one| one.outcome.is_err()).map(Decided::occurrence).collect();
        let refused = decided.iter().find(|one| one.outcome.is_err()).map(|one| one.start);
        let mut changes = match made(decided, wanted.skip_conflicts) {
            Ok(changes) => changes,
            // Near the first occurrence that is in the way: with another hour or provider the others may fit as well.
            Err(refusal) => {
                let first = Booking { start: refused.unwrap_or(wanted.start), ..wanted.single() };
                return Err(self.with_alternatives(refusal, &Near::of(&first)).await);
            }
        };
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

    async fn plan_series(&self, wanted: &SeriesRequest, actor: Acting) -> Result<Plan> {
        sensible("start", wanted.start)?;
        let (scene, booking) = self.scene_for(&wanted.single(), actor).await?;
        let time_zone = scene.branch(one_branch(&scene, &booking)?)?.time_zone;
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

/// The branch in whose local time the rule is read.
fn one_branch(scene: &Scene, booking: &Booking) -> Result<BranchId> {
    match places(scene, booking)?.as_slice() {
        [place] => Ok(place.branch),
        _ => {
            let message = "several branches offer this service, and a rule is read in the local time of one: name the \
                           branch or the provider";
            Err(Error::field("branch", message))
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
