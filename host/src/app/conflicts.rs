//! Standing appointments that can no longer take place as agreed, and what could be done instead.
//!
//! Invariant: nothing is kept here: each appointment is shown to the rules anew, so that the list is true whatever was
//! changed, by whom and in which order. Deliberately absent: changing any of them, which is a person's decision.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::alternatives::{Alternative, Near};
use super::command::words;
use super::request::earlier;
use super::snapshot::{When, one_provider};
use super::{App, Error, Finding, Reply, Request, Result, translate};
use crate::model::{
    Actor, Appointment, AppointmentId, BranchId, CompanyId, Leave, Provider, ProviderId, ServiceId, Stored,
    UnitId,
};
use crate::store::{self, Answer, AppointmentFilter, Page};

/// How many appointments one request looks at: each is a decision of its own.
const LOOKED_AT: u32 = 200;
const DEFAULT_LISTED: u32 = 50;

/// Which appointments to look at: standing ones that have not ended.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ConflictsQuery {
    /// Only of this company.
    pub company: Option<CompanyId>,
    /// Only of this provider.
    pub provider: Option<ProviderId>,
    /// Only with this unit.
    pub unit: Option<UnitId>,
    /// Only of this service.
    pub service: Option<ServiceId>,
    /// Only at this branch.
    pub branch: Option<BranchId>,
    /// Only ending after this; none means now.
    pub from: Option<DateTime<Utc>>,
    /// Only starting before this.
    pub to: Option<DateTime<Utc>>,
    /// Only what comes after this: `next` of the page before.
    pub after: Option<AppointmentId>,
    /// How many are listed at most; 50 if it is left out.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}

/// An appointment that can no longer take place as agreed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Conflict {
    /// The appointment.
    pub appointment: Appointment,
    /// Every rule that it has come to break.
    pub findings: Vec<Finding>,
    /// What could be booked instead, the nearest first.
    pub alternatives: Vec<Alternative>,
}

/// Conflicts, and where to go on looking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflicts {
    /// In the order the appointments were made in.
    pub found: Vec<Conflict>,
    /// Send it as `after` to look at the rest; none when there is no more.
    pub next: Option<AppointmentId>,
}

/// A provider whose leave was added, and what it hits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeaveAdded {
    /// The provider, with the leave.
    pub provider: Stored<Provider>,
    /// The appointments in that time that cannot take place as agreed.
    pub conflicts: Vec<Conflict>,
}

impl App {
    /// Standing appointments that can no longer take place as agreed.
    pub async fn conflicts(&self, query: &ConflictsQuery) -> Result<Conflicts> {
        let listed = query.limit.unwrap_or(DEFAULT_LISTED) as usize;
        let filter = AppointmentFilter {
            company: query.company,
            provider: query.provider,
            unit: query.unit,
            service: query.service,
            branch: query.branch,
            standing: true,
            from: Some(query.from.unwrap_or_else(|| self.ports.clock.now())),
            to: query.to,
            ..AppointmentFilter::default()
        };
        let page = Page { after: query.after.map(|id| id.0), limit: LOOKED_AT };
        let appointments = self.ports.store.appointments(&filter, page).await?;
        let mut next = if appointments.len() < LOOKED_AT as usize {
            None
        } else {
            appointments.last().map(|last| last.id)
        };
        let mut found = Vec::new();
        for appointment in appointments {
            let id = appointment.id;
            found.extend(self.conflict(appointment).await?);
            if found.len() == listed {
                next = Some(id);
                break;
            }
        }
        Ok(Conflicts { found, next })
    }

    async fn conflict(&self, appointment: Appointment) -> Result<Option<Conflict>> {
        let scene = self.scene(appointment.service, Some(appointment.customer), Actor::Staff.into()).await?;
        let reserved = When::Reserved(appointment.reserved_start, appointment.reserved_end);
        let mut calendars = one_provider(&scene, appointment.provider, &reserved, Some(&appointment))?;
        if calendars.branch_id != appointment.branch {
            // The provider has moved: the branch that was agreed on knows them no longer.
            (calendars.branch_id, calendars.branch) = (appointment.branch, scene.branch(appointment.branch)?);
            calendars.providers.clear();
        }
        let snapshot = self.snapshot(&scene, &calendars).await?;
        let findings = self.ports.rules.recheck(&snapshot, &words::appointment(&appointment, Vec::new())?)?;
        if findings.is_empty() {
            return Ok(None);
        }
        let alternatives = self.alternatives(&Near::instead_of(&appointment)).await?;
        let findings = findings.into_iter().map(translate::finding).collect();
        Ok(Some(Conflict { appointment, findings, alternatives }))
    }

    /// Adds time away to a provider, and says which appointments it hits.
    ///
    /// Leave that is there already is not added again, so that a request that is repeated changes nothing.
    pub async fn add_leave(
        &self,
        provider: ProviderId,
        leave: Leave,
        request: Option<&Request>,
    ) -> Result<Reply<LeaveAdded>> {
        if let Some(answer) = earlier(&*self.ports.store, request).await? {
            return Ok(Reply::Replayed(answer));
        }
        let stored = self.with_leave(provider, &leave).await?;
        let added = LeaveAdded { provider: stored, conflicts: self.hit_by(provider, &leave).await? };
        let Some(Request { key, fingerprint }) = request.cloned() else { return Ok(Reply::Fresh(added)) };
        let body = serde_json::to_string(&added).unwrap_or_default();
        // Kept after the act, not with it: see above.
        let answer = Answer { key, fingerprint, status: 201, body, at: self.ports.clock.now() };
        match self.ports.store.keep_answer(&answer).await {
            Ok(()) => Ok(Reply::Fresh(added)),
            Err(store::Error::AnswerExists) => self.replay(request).await,
            Err(other) => Err(other.into()),
        }
    }

    /// All appointments of the provider that cannot take place in that time, however many.
    async fn hit_by(&self, provider: ProviderId, leave: &Leave) -> Result<Vec<Conflict>> {
        let mut query = ConflictsQuery {
            provider: Some(provider),
            from: Some(leave.start),
            to: Some(leave.end),
            limit: Some(LOOKED_AT),
            ..ConflictsQuery::default()
        };
        let mut hit = Vec::new();
        loop {
            let Conflicts { found, next } = self.conflicts(&query).await?;
            hit.extend(found);
            if next.is_none() {
                return Ok(hit);
            }
            query.after = next;
        }
    }

    async fn with_leave(&self, provider: ProviderId, leave: &Leave) -> Result<Stored<Provider>> {
        for _ in 0..super::TRIES {
            let mut stored = self.get::<Provider>(provider.0).await?;
            if stored.data.leave.contains(leave) {
                return Ok(stored);
            }
            stored.data.leave.push(leave.clone());
            match self.replace(provider.0, stored.version, stored.data).await {
                Err(Error::Stale { .. }) => {}
                other => return other,
            }
        }
        Err(Error::Busy)
    }
}
