//! The earliest time at which something could be booked, on top of what is about to be stored.
//!
//! Invariant: what is found is an opening of the rules. Deliberately absent: holding it.

use chrono::{DateTime, TimeDelta, Utc};

use super::beside::Beside;
use super::calendar::Grid;
use super::openings::Place;
use super::snapshot::{Calendars, Scene, any_provider, reach};
use super::{App, Result, SLOT_MINUTES, translate};
use crate::model::{Appointment, Preference, ProviderId};
use crate::wasm::bindings::slotledger::rules::decisions::{OpeningsQuery, Ranking};

/// What is looked for.
pub(super) struct Sought<'a> {
    /// Where, and with whom.
    pub(super) place: &'a Place,
    /// Visits starting at or after this.
    pub(super) from: DateTime<Utc>,
    /// Visits starting before this.
    pub(super) to: DateTime<Utc>,
    pub(super) guests: u32,
    pub(super) preferences: &'a [Preference],
    /// Taken in the same commit, before it.
    pub(super) ahead: &'a [Appointment],
}

/// When it could be, and with whom.
pub(super) struct Chance {
    pub(super) start: DateTime<Utc>,
    pub(super) end: DateTime<Utc>,
    pub(super) provider: ProviderId,
}

impl App {
    /// The earliest opening, if there is one. It is looked for in growing stretches, so that one that is near is found
    /// without reading all of the calendar.
    pub(super) async fn earliest(&self, scene: &Scene, sought: &Sought<'_>) -> Result<Option<Chance>> {
        let (mut from, mut days) = (sought.from, 1);
        while from < sought.to {
            let to = (from + TimeDelta::days(days)).min(sought.to);
            if let Some(found) = self.earliest_within(scene, sought, from, to).await? {
                return Ok(Some(found));
            }
            (from, days) = (to, days * 2);
        }
        Ok(None)
    }

    async fn earliest_within(
        &self,
        scene: &Scene,
        sought: &Sought<'_>,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<Option<Chance>> {
        let Place { branch, providers } = sought.place;
        let calendars = any_provider(scene, *branch, providers, |_, service| {
            let (first, last) = reach(service, from, to);
            Grid::covering(first, last)
        })?;
        let snapshot =
            self.snapshot(scene, &Calendars { beside: Beside::taking(sought.ahead), ..calendars }).await?;
        let query = OpeningsQuery {
            within: translate::span(from, to),
            guests: sought.guests,
            step: SLOT_MINUTES,
            limit: 1,
            preferences: sought.preferences.iter().map(translate::preference).collect(),
            ranking: Ranking::Earliest,
            near: None,
            last_provider: None,
        };
        let found = self.ports.rules.find_openings(&snapshot, &query)?.map_err(translate::refused)?;
        let Some(first) = found.found.into_iter().next() else { return Ok(None) };
        let provider = first.provider.parse();
        Ok(Some(Chance {
            start: translate::moment(first.visit.start)?,
            end: translate::moment(first.visit.end)?,
            provider: provider
                .map_err(|_| translate::contradiction("an opening with a provider of no name"))?,
        }))
    }
}
