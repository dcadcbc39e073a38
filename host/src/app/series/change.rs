//! What is done with several appointments of a series at once: one of them and all that follow.
//!
//! Invariant: those whose work has begun or that have ended are left as they are; of the others all are changed in one
//! transaction, or none. A move is by local time: what was at 09:00 and goes to 10:00 goes to 10:00 on every date.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{SeriesView, json, view};
use crate::app::bundle::{Bundle, check_version, merged, refused, version};
use crate::app::calendar::{Edge, instant};
use crate::app::command::{Cancel, Command, Reschedule};
use crate::app::hold::sensible;
use crate::app::{App, Error, Reply, Request, Result};
use crate::model::{Acting, Appointment, AppointmentId, ProviderId, SeriesId, Status};

/// A move of one appointment of a series and all that follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RescheduleSeries {
    /// The first appointment that moves.
    pub from: AppointmentId,
    /// When that one starts. The others move by as much local time.
    pub start: DateTime<Utc>,
    /// With whom; none means whoever each of them is with.
    #[serde(default)]
    pub provider: Option<ProviderId>,
    /// Why; it is kept.
    pub reason: String,
    /// Lets staff go past the cut-off, and says why.
    #[serde(default)]
    pub exception_reason: Option<String>,
}

/// The cancellation of a series, or of the rest of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelSeries {
    /// The first appointment that is called off; none means all that have not begun.
    #[serde(default)]
    pub from: Option<AppointmentId>,
    /// Why; it is kept.
    pub reason: String,
    /// Lets staff go past the cut-off, and says why.
    #[serde(default)]
    pub exception_reason: Option<String>,
}

impl App {
    /// Moves an appointment of a series and all that follow. `expected` is the version the caller has seen, if it says so.
    pub async fn reschedule_series(
        &self,
        id: SeriesId,
        expected: Option<u32>,
        wanted: RescheduleSeries,
        actor: impl Into<Acting> + Send,
        request: Option<&Request>,
    ) -> Result<Reply<SeriesView>> {
        let actor = actor.into();
        sensible("start", wanted.start)?;
        self.until_settled(request, || {
            Box::pin(self.try_reschedule_series(id, expected, &wanted, actor, request))
        })
        .await
    }

    /// Calls an appointment of a series and all that follow off.
    pub async fn cancel_series(
        &self,
        id: SeriesId,
        expected: Option<u32>,
        wanted: CancelSeries,
        actor: impl Into<Acting> + Send,
        request: Option<&Request>,
    ) -> Result<Reply<SeriesView>> {
        let actor = actor.into();
        self.until_settled(request, || {
            Box::pin(self.try_cancel_series(id, expected, &wanted, actor, request))
        })
        .await
    }

    async fn try_reschedule_series(
        &self,
        id: SeriesId,
        expected: Option<u32>,
        wanted: &RescheduleSeries,
        actor: Acting,
        request: Option<&Request>,
    ) -> Result<SeriesView> {
        let all = self.recurring(id).await?;
        check_version(expected, version(&all))?;
        let concerned = following(&all, Some(wanted.from))?;
        let moves = self.moves(&concerned, wanted, actor).await?;
        self.change_series(id, &all, moves, &concerned, actor, request).await
    }

    /// Where each goes. The first of them says how far.
    async fn moves(
        &self,
        concerned: &[Appointment],
        wanted: &RescheduleSeries,
        actor: Acting,
    ) -> Result<Vec<(Appointment, Command)>> {
        let Some(first) = concerned.first() else { return Ok(Vec::new()) };
        let scene = self.scene(first.service, None, actor).await?;
        let zone = scene.branch(first.branch)?.time_zone;
        let local = |at: DateTime<Utc>| at.with_timezone(&zone).naive_local();
        let shift = local(wanted.start) - local(first.start);
        let mut moves = Vec::with_capacity(concerned.len());
        for one in concerned {
            // The one that is named goes where it was said, whatever the clocks do.
            let start = if one.id == wanted.from {
                wanted.start
            } else {
                let zone = scene.branch(one.branch)?.time_zone;
                let to = one.start.with_timezone(&zone).naive_local().checked_add_signed(shift);
                let to = to.ok_or_else(|| Error::field("start", "a visit would lie beyond the calendar"))?;
                instant(zone, to, Edge::Begin)
            };
            sensible("start", start)?;
            let command = Reschedule {
                start,
                provider: wanted.provider,
                guests: None,
                reason: wanted.reason.clone(),
                exception_reason: wanted.exception_reason.clone(),
            };
            moves.push((one.clone(), Command::Reschedule(command)));
        }
        Ok(moves)
    }

    async fn try_cancel_series(
        &self,
        id: SeriesId,
        expected: Option<u32>,
        wanted: &CancelSeries,
        actor: Acting,
        request: Option<&Request>,
    ) -> Result<SeriesView> {
        let all = self.recurring(id).await?;
        check_version(expected, version(&all))?;
        let CancelSeries { from, reason, exception_reason } = wanted;
        let cancel = || Cancel { reason: reason.clone(), exception_reason: exception_reason.clone() };
        let concerned = following(&all, *from)?;
        let wanted = concerned.into_iter().map(|one| (one, Command::Cancel(cancel()))).collect();
        self.change_series(id, &all, wanted, &[], actor, request).await
    }

    async fn change_series(
        &self,
        id: SeriesId,
        all: &[Appointment],
        wanted: Vec<(Appointment, Command)>,
        given_up: &[Appointment],
        actor: Acting,
        request: Option<&Request>,
    ) -> Result<SeriesView> {
        let (frame, details) = self.series_frame(id).await?;
        let bundle: Bundle = match self.decide_all(&wanted, given_up, actor).await? {
            (Some(bundle), refusals) if refusals.is_empty() => bundle,
            (_, refusals) => return Err(refused(refusals)),
        };
        let render = |stored: &[&Appointment]| json(&view(&frame, &details, merged(all, stored)));
        let answer = request.map(|request| request.pending(200, &render));
        let stored = self.store_all(bundle, None, answer).await?;
        Ok(view(&frame, &details, merged(all, &stored.iter().collect::<Vec<_>>())))
    }
}

/// The appointment that is named and those after it that have neither begun nor ended, earliest first; of the whole
/// series if none is named. Where that leaves nothing, everything: the rules say why it cannot be changed.
fn following(all: &[Appointment], from: Option<AppointmentId>) -> Result<Vec<Appointment>> {
    let first = match from {
        None => None,
        Some(id) => {
            let found = all.iter().find(|one| one.id == id);
            Some(found.ok_or_else(|| Error::field("from", "the series has no such appointment"))?)
        }
    };
    let is_meant = |one: &&Appointment| {
        first.is_none_or(|first| one.id == first.id || one.start > first.start && is_ahead(one))
            && (first.is_some() || is_ahead(one))
    };
    let mut concerned: Vec<Appointment> = all.iter().filter(is_meant).cloned().collect();
    if concerned.is_empty() {
        concerned = all.to_vec();
    }
    concerned.sort_by_key(|one| (one.start, one.id));
    Ok(concerned)
}

/// Whether its work has neither begun nor ended.
const fn is_ahead(appointment: &Appointment) -> bool {
    appointment.timing.started.is_none()
        && !matches!(appointment.status, Status::Completed | Status::Cancelled | Status::NoShow)
}
