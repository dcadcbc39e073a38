//! When and with whom the appointments of a booking are.
//!
//! Invariant: the rules decide each of them on top of those before it. Visits at the same time are in `parallel`.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use uuid::Uuid;

use super::{BookingItem, BookingRequest, MAX_ITEMS, Mode};
use crate::app::alternatives::Near;
use crate::app::bundle::{Bundle, taking};
use crate::app::earliest::{Chance, Sought};
use crate::app::error::Refusal;
use crate::app::hold::{Booking, places, sensible};
use crate::app::snapshot::Scene;
use crate::app::{App, Error, Result, SLOT_MINUTES};
use crate::model::{Acting, Appointment, FieldError};
use crate::store::Change;

/// One item: what is asked for, and what it becomes a part of.
pub(super) struct Item {
    pub(super) index: usize,
    pub(super) scene: Scene,
    pub(super) booking: Booking,
    start: Option<DateTime<Utc>>,
    id: Uuid,
}

/// An item, how it was asked for, and why it cannot be had.
pub(super) type Refused<'a> = (&'a Item, Booking, Refusal);

impl Item {
    pub(super) fn field(&self) -> String {
        format!("items[{}]", self.index)
    }
}

/// Refuses a request whose items cannot lie as the mode says.
pub(super) fn check(wanted: &BookingRequest) -> Result<()> {
    let mut errors = Vec::new();
    let mut wrong = |field: String, message: &str| {
        errors.push(FieldError { field, message: message.to_owned() });
    };
    let starts: Vec<_> = wanted.items.iter().map(|item| item.start).collect();
    if wanted.items.is_empty() || wanted.items.len() > MAX_ITEMS {
        wrong("items".to_owned(), &format!("must have 1 to {MAX_ITEMS} entries"));
    }
    match wanted.mode {
        Mode::Sequential if starts.first().is_some_and(Option::is_none) => {
            wrong("items[0].start".to_owned(), "say when the first visit starts");
        }
        Mode::Sequential => {}
        Mode::Parallel => {
            let common = starts.iter().flatten().next();
            if common.is_none() {
                wrong("items[0].start".to_owned(), "say when the visits start");
            }
            for (n, start) in starts.iter().enumerate() {
                if start.is_some() && start.as_ref() != common {
                    wrong(format!("items[{n}].start"), "parallel visits start at the same time");
                }
            }
        }
        Mode::Free => {
            for (n, _) in starts.iter().enumerate().filter(|(_, start)| start.is_none()) {
                wrong(format!("items[{n}].start"), "say when the visit starts");
            }
        }
    }
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    for (n, start) in starts.into_iter().enumerate() {
        start.map_or(Ok(()), |start| sensible(&format!("items[{n}].start"), start))?;
    }
    Ok(())
}

impl App {
    /// Decides all items, or says which of them are refused.
    pub(super) async fn plan(&self, wanted: &BookingRequest, actor: Acting) -> Result<Bundle> {
        let items = self.items(wanted, actor).await?;
        let changes = match wanted.mode {
            Mode::Sequential => self.plan_sequence(&items).await?,
            Mode::Parallel => self.plan_parallel(&items).await?,
            Mode::Free => self.plan_each(&items).await?,
        };
        let mut planned: Vec<_> = items.iter().zip(changes_by_item(&items, changes)).collect();
        let Some((first, change)) = (!planned.is_empty()).then(|| planned.remove(0)) else {
            return Err(Error::field("items", "name at least one"));
        };
        let mut bundle = Bundle::of(&first.scene, vec![change]);
        for (item, change) in planned {
            bundle.add(&item.scene, vec![change])?;
        }
        Ok(bundle)
    }

    async fn items(&self, wanted: &BookingRequest, actor: Acting) -> Result<Vec<Item>> {
        let common = wanted.items.iter().find_map(|item| item.start);
        let mut items: Vec<Item> = Vec::with_capacity(wanted.items.len());
        for (index, item) in wanted.items.iter().enumerate() {
            let start = if wanted.mode == Mode::Parallel { common } else { item.start };
            let asked = single(wanted, item, start.unwrap_or_default());
            let (scene, booking) = self.scene_for(&asked, actor).await?;
            if items.first().is_some_and(|first| first.scene.company != scene.company) {
                let message = "all appointments of a booking are of the same company";
                return Err(Error::field(&format!("items[{index}].service"), message));
            }
            let id = self.ports.clock.new_id();
            items.push(Item { index, scene, booking, start, id });
        }
        Ok(items)
    }

    /// Each at the end of the one before it, or later. The first that is refused ends it: the others follow from it.
    async fn plan_sequence(&self, items: &[Item]) -> Result<Vec<Change>> {
        let mut changes: Vec<Change> = Vec::new();
        for item in items {
            let start = match changes.last() {
                None => item.booking.start,
                Some(before) => self.start_after(item, &before.appointment, &taking(&changes)).await?,
            };
            let booking = Booking { start, ..item.booking.clone() };
            let change = self.plan_one(item, &booking, &taking(&changes)).await;
            changes.push(match change {
                Err(Error::Refused(refusal)) => {
                    return Err(self.refused(vec![(item, booking, refusal)]).await);
                }
                other => other?,
            });
        }
        Ok(changes)
    }

    /// When an item starts that follows another: at its end, or as soon as the rules find it free once the buffers of
    /// both have passed; where they do not, at its end, so that they say why.
    async fn start_after(
        &self,
        item: &Item,
        before: &Appointment,
        ahead: &[Appointment],
    ) -> Result<DateTime<Utc>> {
        if let Some(start) = item.start {
            if start < before.end {
                let message = format!("the visit before it ends at {}: start then or later", before.end);
                return Err(Error::field(&format!("{}.start", item.field()), message));
            }
            return Ok(start);
        }
        let slot = TimeDelta::minutes(SLOT_MINUTES.into());
        let buffer = TimeDelta::minutes(item.scene.service()?.buffer_before_minutes.into());
        let mut found: Option<Chance> = None;
        for place in places(&item.scene, &item.booking)? {
            let sought = Sought {
                place: &place,
                from: before.end,
                to: before.reserved_end + buffer + slot,
                guests: item.booking.guests.unwrap_or(1),
                preferences: &item.booking.preferences,
                ahead,
            };
            let chance = self.earliest(&item.scene, &sought).await?;
            found = found.into_iter().chain(chance).min_by_key(|chance| chance.start);
        }
        let at_once = before.end.duration_trunc(slot).unwrap_or(before.end);
        let at_once = if at_once < before.end { at_once + slot } else { at_once };
        Ok(found.map_or(at_once, |found| found.start))
    }

    /// Each at its own start; all that are refused are listed.
    async fn plan_each(&self, items: &[Item]) -> Result<Vec<Change>> {
        match self.try_each(items.iter().map(|item| (item, item.booking.clone()))).await? {
            Ok(changes) => Ok(changes),
            Err(refused) => Err(self.refused(refused).await),
        }
    }

    /// Each on top of those before it: what comes of all of them, or everything that is refused.
    pub(super) async fn try_each<'a>(
        &self,
        wanted: impl Iterator<Item = (&'a Item, Booking)> + Send,
    ) -> Result<std::result::Result<Vec<Change>, Vec<Refused<'a>>>> {
        let (mut changes, mut refused) = (Vec::new(), Vec::new());
        for (item, booking) in wanted {
            match self.plan_one(item, &booking, &taking(&changes)).await {
                Ok(change) => changes.push(change),
                Err(Error::Refused(refusal)) => refused.push((item, booking, refusal)),
                Err(other) => return Err(other),
            }
        }
        Ok(if refused.is_empty() { Ok(changes) } else { Err(refused) })
    }

    async fn plan_one(&self, item: &Item, booking: &Booking, ahead: &[Appointment]) -> Result<Change> {
        let change = self.decide_new(&item.scene, booking, item.id, ahead, None).await;
        change.map_err(|error| named(error, item))
    }

    /// One refusal out of several, each finding with its item. Alternatives are looked for where one item is in the way.
    pub(super) async fn refused(&self, refused: Vec<Refused<'_>>) -> Error {
        let near = if let [(_, booking, _)] = refused.as_slice() { Some(Near::of(booking)) } else { None };
        let findings =
            refused.into_iter().flat_map(|(item, _, refusal)| refusal.of(&item.field()).findings).collect();
        let refusal = Error::Refused(Refusal { findings, alternatives: Vec::new() });
        match near {
            Some(near) => self.with_alternatives(refusal, &near).await,
            None => refusal,
        }
    }
}

/// The appointment that an item asks for by itself.
fn single(wanted: &BookingRequest, item: &BookingItem, start: DateTime<Utc>) -> Booking {
    Booking {
        service: item.service,
        customer: wanted.customer,
        case: wanted.case,
        start,
        end: None,
        provider: item.provider,
        branch: item.branch,
        guests: item.guests,
        units: item.units.clone(),
        preferences: item.preferences.clone(),
        coupon: item.coupon.clone(),
        currency: wanted.currency.clone(),
        title: None,
        location: wanted.location.clone(),
        notes: wanted.notes.clone(),
        remarks: wanted.remarks.clone(),
    }
}

/// Fields that are wrong, as fields of the item.
fn named(error: Error, item: &Item) -> Error {
    let Error::Invalid(mut fields) = error else { return error };
    for error in &mut fields {
        error.field = format!("{}.{}", item.field(), error.field);
    }
    Error::Invalid(fields)
}

/// The changes in the order of the items.
fn changes_by_item(items: &[Item], mut changes: Vec<Change>) -> Vec<Change> {
    let index = |change: &Change| items.iter().position(|item| item.id == change.appointment.id.0);
    changes.sort_by_key(index);
    changes
}
