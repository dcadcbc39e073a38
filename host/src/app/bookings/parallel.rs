//! Visits that start together, each with a provider of its own: both or neither.
//!
//! Invariant: where some division of providers among the visits serves all of them, one is found. The visits are first
//! decided one after another, those with the fewest candidates first, so that anybody means the provider who goes first.
//! Where that leaves one over, the rules are asked who could perform which visit, and divide these providers among them.
//!
//! Deliberately absent: trying other units. Those are chosen visit by visit, as always.

use super::plan::Item;
use crate::app::hold::{Booking, calendars, places};
use crate::app::openings::MAX_OPENINGS;
use crate::app::{App, Result, SLOT_MINUTES, translate};
use crate::model::ProviderId;
use crate::store::Change;
use crate::wasm::bindings::slotledger::rules::decisions::{LeftOver, OpeningsQuery, Ranking};
use crate::wasm::bindings::slotledger::types::values::Span;

impl App {
    /// All at once, or why that cannot be.
    pub(super) async fn plan_parallel(&self, items: &[Item]) -> Result<Vec<Change>> {
        let mut order = Vec::with_capacity(items.len());
        for item in items {
            let candidates: usize =
                places(&item.scene, &item.booking)?.iter().map(|place| place.providers.len()).sum();
            order.push((candidates, item));
        }
        order.sort_by_key(|(candidates, item)| (*candidates, item.index));
        let order: Vec<&Item> = order.into_iter().map(|(_, item)| item).collect();
        let tried = self.try_each(order.iter().map(|item| (*item, item.booking.clone()))).await?;
        let left_over = match &tried {
            Ok(changes) => self.left_over(changes)?,
            Err(_) => None,
        };
        if (tried.is_err() || left_over.is_some())
            && let Some(changes) = self.divided(&order).await?
        {
            return Ok(changes);
        }
        match (tried, left_over) {
            (Ok(changes), None) => Ok(changes),
            (Err(refused), _) => Err(self.refused(refused).await),
            (Ok(_), Some(LeftOver { visit, finding })) => {
                let item = usize::try_from(visit).ok().and_then(|visit| order.get(visit));
                let item = item.ok_or_else(|| translate::contradiction("a visit left over that is none"))?;
                Err(translate::refused_of(&item.field(), finding))
            }
        }
    }

    /// The visits with the providers that the rules have divided among them; none where they find no division, or where
    /// something else is in its way.
    async fn divided(&self, items: &[&Item]) -> Result<Option<Vec<Change>>> {
        let mut candidates = Vec::with_capacity(items.len());
        for item in items {
            candidates.push(self.who_could(item).await?);
        }
        let Ok(division) = self.ports.rules.divide(&candidates)? else { return Ok(None) };
        let mut wanted = Vec::with_capacity(items.len());
        for (item, provider) in items.iter().zip(division) {
            let provider: ProviderId = provider
                .parse()
                .map_err(|_| translate::contradiction("a division with a provider of no name"))?;
            wanted.push((*item, Booking { provider: Some(provider), branch: None, ..item.booking.clone() }));
        }
        match self.try_each(wanted.into_iter()).await? {
            Ok(changes) if self.left_over(&changes)?.is_none() => Ok(Some(changes)),
            Ok(_) | Err(_) => Ok(None),
        }
    }

    /// The first visit whose provider has another of them, if the rules say so: customers who share a visit do not find
    /// its provider taken.
    fn left_over(&self, changes: &[Change]) -> Result<Option<LeftOver>> {
        let given: Vec<_> =
            changes.iter().map(|change| vec![change.appointment.provider.to_string()]).collect();
        Ok(self.ports.rules.divide(&given)?.err())
    }

    /// Everybody who could perform the visit if it were the only one, whoever goes first coming first.
    async fn who_could(&self, item: &Item) -> Result<Vec<String>> {
        let Item { scene, booking, .. } = item;
        if let Some(provider) = booking.provider {
            return Ok(vec![provider.to_string()]);
        }
        let start = booking.start.timestamp();
        let query = OpeningsQuery {
            within: Span { start, end: start + i64::from(SLOT_MINUTES) * 60 },
            guests: booking.guests.unwrap_or(1),
            step: SLOT_MINUTES,
            limit: MAX_OPENINGS,
            preferences: booking.preferences.iter().map(translate::preference).collect(),
            ranking: Ranking::Fairest,
            near: None,
            last_provider: None,
        };
        let mut could = Vec::new();
        for place in places(scene, booking)? {
            let snapshot = self.snapshot(scene, &calendars(scene, booking, &place)?).await?;
            // Where nothing can be searched, nobody could: the refusal says why.
            let found = self.ports.rules.find_openings(&snapshot, &query)?.map(|openings| openings.found);
            could.extend(found.into_iter().flatten().map(|opening| opening.provider));
        }
        Ok(could)
    }
}
