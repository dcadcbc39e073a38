//! What could be booked instead: the nearest times, other providers, other branches.
//!
//! Invariant: every alternative is an opening that the rules have found. Here is decided only where they are asked to
//! look. Deliberately absent: holding any of them.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::error::Refusal;
use super::openings::{Opening, Place, Search};
use super::snapshot::Scene;
use super::{App, Booking, Error, Result};
use crate::codes;
use crate::model::{Actor, Appointment, BranchId, Preference, ProviderId, ServiceId};
use crate::wasm::bindings::slotledger::rules::decisions::Ranking;

/// How far around the moment is looked, and how far where that finds nothing.
const REACH_DAYS: [i64; 2] = [7, 30];
/// No more of each kind are named: enough to choose from, few enough to read out.
const OF_A_KIND: u32 = 3;
/// Starts that are tried, minutes apart.
const STEP_MINUTES: u32 = 15;

/// In what an alternative differs from what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Difference {
    /// Another time, the provider as asked for.
    Time,
    /// Another provider, as near to the time as can be.
    Provider,
    /// Another branch.
    Branch,
}

/// Something that can be booked instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Alternative {
    /// In what it differs.
    pub differs: Difference,
    /// When the visit would start.
    pub start: DateTime<Utc>,
    /// When it would end.
    pub end: DateTime<Utc>,
    /// With whom.
    pub provider: ProviderId,
    /// Their name.
    pub provider_name: String,
    /// Where.
    pub branch: BranchId,
}

/// What was asked for and cannot be had.
pub(super) struct Near {
    pub(super) service: ServiceId,
    pub(super) provider: Option<ProviderId>,
    pub(super) branch: Option<BranchId>,
    /// What another time with the same provider is measured from.
    pub(super) at: DateTime<Utc>,
    /// What times with other providers and at other branches are measured from.
    pub(super) elsewhere: DateTime<Utc>,
    pub(super) guests: u32,
    pub(super) preferences: Vec<Preference>,
}

impl Near {
    pub(super) fn of(booking: &Booking) -> Self {
        Self {
            service: booking.service,
            provider: booking.provider,
            branch: booking.branch,
            at: booking.start,
            elsewhere: booking.start,
            guests: booking.guests.unwrap_or(1),
            preferences: booking.preferences.clone(),
        }
    }

    /// Near the time of an appointment: with others, or with its provider at another time.
    pub(super) fn instead_of(appointment: &Appointment) -> Self {
        Self {
            service: appointment.service,
            provider: Some(appointment.provider),
            branch: None,
            at: appointment.start,
            elsewhere: appointment.start,
            guests: appointment.guests,
            preferences: appointment.preferences.clone(),
        }
    }

    /// Whether it is the very thing that was asked for.
    fn is(&self, found: &Alternative) -> bool {
        found.start == self.at
            && self.provider.is_none_or(|provider| provider == found.provider)
            && self.branch.is_none_or(|branch| branch == found.branch)
    }

    /// What helps whoever the rules refused. Where they find free what was asked for, something else stands in the way and no
    /// other time would help, unless others had it when they refused and have given it up since.
    fn instead(&self, refused: &Refusal, found: Vec<Alternative>) -> Vec<Alternative> {
        let is_taken = refused.findings.iter().any(|finding| codes::is_taken(&finding.code));
        if !is_taken && found.iter().any(|one| self.is(one)) {
            return Vec::new();
        }
        found.into_iter().filter(|one| !self.is(one)).collect()
    }

    /// What a time that differs so is measured from.
    const fn moment(&self, difference: Difference) -> DateTime<Utc> {
        match difference {
            Difference::Time => self.at,
            Difference::Provider | Difference::Branch => self.elsewhere,
        }
    }

    fn search(&self, at: DateTime<Utc>, days: i64, now: DateTime<Utc>) -> Option<Search> {
        let reach = TimeDelta::days(days);
        let (from, to) = (at.checked_sub_signed(reach)?.max(now), at.checked_add_signed(reach)?);
        (from < to).then(|| Search {
            from,
            to,
            guests: self.guests,
            step_minutes: STEP_MINUTES,
            limit: OF_A_KIND,
            preferences: self.preferences.clone(),
            ranking: Ranking::Nearest,
            near: Some(at),
            last_provider: None,
            moving: None,
        })
    }
}

impl App {
    /// The refusal, with what could be booked instead.
    pub(super) async fn with_alternatives(&self, refusal: Error, near: &Near) -> Error {
        if let Error::Refused(refused) = refusal {
            let alternatives = near.instead(&refused, self.if_any(near).await);
            Error::Refused(Refusal { alternatives, ..refused })
        } else if matches!(refusal, Error::Taken(_)) {
            // Whoever was beaten to it is told whatever there is: it may be free again.
            Error::Taken(self.if_any(near).await)
        } else {
            refusal
        }
    }

    /// What could be booked instead. Whoever cannot be helped is refused all the same.
    async fn if_any(&self, near: &Near) -> Vec<Alternative> {
        self.alternatives(near).await.unwrap_or_else(|error| {
            tracing::debug!(%error, "No alternatives could be looked for.");
            Vec::new()
        })
    }

    /// What could be booked instead.
    pub(super) async fn alternatives(&self, near: &Near) -> Result<Vec<Alternative>> {
        let scene = self.scene(near.service, None, Actor::Customer.into()).await?;
        let mut found = Vec::new();
        for (difference, place) in places(&scene, near)? {
            let openings = self.nearest(&scene, &place, near, near.moment(difference)).await?;
            found.extend(openings.into_iter().map(|opening| alternative(difference, place.branch, opening)));
        }
        found.sort_by_key(|found| {
            let away = (found.start - near.moment(found.differs)).abs();
            (found.differs as u8, away, found.start, found.provider)
        });
        found.dedup_by_key(|found| (found.start, found.provider));
        for difference in [Difference::Time, Difference::Provider, Difference::Branch] {
            let mut left = OF_A_KIND;
            found.retain(|found| {
                let keep = found.differs != difference || left > 0;
                left -= u32::from(keep && found.differs == difference);
                keep
            });
        }
        Ok(found)
    }

    /// What is nearest to the moment at one place.
    async fn nearest(
        &self,
        scene: &Scene,
        place: &Place,
        near: &Near,
        at: DateTime<Utc>,
    ) -> Result<Vec<Opening>> {
        for days in REACH_DAYS {
            let Some(search) = near.search(at, days, self.ports.clock.now()) else { continue };
            let found = self.openings_at(scene, place, &search).await?.openings;
            if !found.is_empty() {
                return Ok(found);
            }
        }
        Ok(Vec::new())
    }
}

/// Where to look, and how that differs from what was asked for.
fn places(scene: &Scene, near: &Near) -> Result<Vec<(Difference, Place)>> {
    let home = match near.provider {
        Some(provider) => Some(scene.provider(provider)?.branch),
        None => near.branch,
    };
    let mut places = Vec::new();
    for (branch, mut providers) in scene.candidates()? {
        let here = home.is_none_or(|home| home == branch);
        let named = near.provider.filter(|named| providers.contains(named));
        if let Some(named) = named {
            places.push((Difference::Time, Place { branch, providers: vec![named] }));
            providers.retain(|provider| *provider != named);
        }
        let difference = match (here, near.provider) {
            (true, None) => Difference::Time,
            (true, Some(_)) => Difference::Provider,
            (false, _) => Difference::Branch,
        };
        if !providers.is_empty() {
            places.push((difference, Place { branch, providers }));
        }
    }
    Ok(places)
}

fn alternative(differs: Difference, branch: BranchId, opening: Opening) -> Alternative {
    let Opening { start, end, provider, provider_name, .. } = opening;
    Alternative { differs, start, end, provider, provider_name, branch }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Finding;

    fn refused(code: &str) -> Refusal {
        let finding = Finding { code: code.into(), message: String::new(), hint: String::new(), field: None };
        Refusal { findings: vec![finding], alternatives: Vec::new() }
    }

    fn found(near: &Near, minutes: i64) -> Alternative {
        let start = near.at + TimeDelta::minutes(minutes);
        Alternative {
            differs: Difference::Time,
            start,
            end: start + TimeDelta::hours(1),
            provider: ProviderId(uuid::Uuid::nil()),
            provider_name: "Pia".into(),
            branch: BranchId(uuid::Uuid::nil()),
        }
    }

    #[test]
    fn other_times_help_against_what_others_have_and_not_against_what_is_free() {
        let at = DateTime::UNIX_EPOCH;
        let near = Near {
            service: ServiceId(uuid::Uuid::nil()),
            provider: None,
            branch: None,
            at,
            elsewhere: at,
            guests: 1,
            preferences: Vec::new(),
        };
        let (same, later) = (found(&near, 0), found(&near, 60));
        let helps = |code: &str, all: &[&Alternative]| {
            near.instead(&refused(code), all.iter().copied().cloned().collect())
        };
        let others = std::slice::from_ref(&later);
        assert_eq!(helps("SL0213", &[&later]), others, "it is taken");
        assert_eq!(helps("SL0213", &[&same, &later]), others, "it was taken and is free again");
        assert_eq!(helps("SL0205", &[&same, &later]), [], "the customer may not book at any time");
        assert_eq!(helps("SL0211", &[&later]), others, "the provider is not on shift then");
    }
}
