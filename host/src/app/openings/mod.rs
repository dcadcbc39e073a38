//! Searching for times at which a service could be booked.

mod query;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::alternatives::{Alternative, Near};
use super::calendar::Grid;
use super::extensions::Searched;
use super::snapshot::{Calendars, Scene, any_provider, reach};
use super::{App, Finding, Result, translate};
use crate::model::{Actor, BranchId, ProviderId, UnitId};
use crate::wasm::bindings::slotledger::rules::decisions::{self, Ranking};
pub(super) use query::Search;
pub use query::{MAX_OPENINGS, MAX_RANGE_DAYS, OpeningsQuery, Order, Providers, Strict};

/// So many providers rarely have nothing left to offer today.
const MANY_PROVIDERS: usize = 100;
/// So many calendars of a day are read first where the earliest are wanted: reading them costs less than asking again.
const FIRST_CALENDARS: usize = 16;

/// A time at which the service can be booked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Opening {
    /// When the visit would start.
    pub start: DateTime<Utc>,
    /// When it would end; buffers are left out.
    pub end: DateTime<Utc>,
    /// With whom.
    pub provider: ProviderId,
    /// Their name.
    pub provider_name: String,
    /// The units it would use.
    pub units: Vec<UnitId>,
    /// How many more guests the visit has room for, where customers share it.
    pub seats_left: Option<u32>,
    /// What the rules put it in order by.
    #[serde(skip)]
    precedence: Precedence,
}

/// The smaller goes first: what the ranking looks at, the start, how many wishes are not met, and the provider.
type Precedence = (u64, u64, i64, u32, ProviderId);

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Openings {
    /// In the order asked for; else earliest first, then by provider.
    pub openings: Vec<Opening>,
    /// Whether there are more than the limit let through.
    pub more: bool,
    /// Why nothing was found; empty when something was.
    pub reasons: Vec<Finding>,
    /// Where nothing was found: what comes nearest, in time, with other providers, at other branches.
    pub alternatives: Vec<Alternative>,
}

/// A branch, and providers of it.
pub(super) struct Place {
    pub(super) branch: BranchId,
    pub(super) providers: Vec<ProviderId>,
}

/// What was found at one place.
#[derive(Default)]
pub(super) struct Found {
    pub(super) openings: Vec<Opening>,
    more: bool,
    reasons: Vec<Finding>,
}

impl App {
    /// Searches for times at which a service could be booked.
    pub async fn openings(&self, query: OpeningsQuery) -> Result<Openings> {
        let scene = self.scene(query.service, None, Actor::Customer.into()).await?;
        let mut search = Search::new(&query, self.ports.clock.now())?;
        if let (Ranking::SameProvider, Some(customer)) = (search.ranking, query.customer) {
            search.last_provider = self.ports.store.last_provider(customer, query.service).await?;
        }
        if let Some(id) = query.moving {
            search.moving = Some(self.appointment(id).await?);
        }
        let mut all = Found::default();
        for place in wanted(&scene, &query)? {
            let found = self.openings_at(&scene, &place, &search).await?;
            all.more |= found.more;
            all.reasons.extend(found.reasons);
            all.openings.extend(found.openings);
        }
        let mut answer = merged(all, &search);
        if answer.openings.is_empty() {
            answer.alternatives = self.alternatives(&near(&query, &search)).await?;
        }
        Ok(answer)
    }

    /// Searches at one place. The earliest are looked for in growing stretches: whoever wants the first twenty of a
    /// month mostly finds them on its first day, and the rest need not be read.
    pub(super) async fn openings_at(&self, scene: &Scene, place: &Place, search: &Search) -> Result<Found> {
        if search.ranking != Ranking::Earliest {
            return self.openings_within(scene, place, search, (search.from, search.to), search.limit).await;
        }
        if let Some(found) = self.openings_today(scene, place, search).await? {
            return Ok(found);
        }
        let mut all = Found::default();
        let (mut from, mut days) = (search.from, first_days(scene, place)?);
        while from < search.to {
            let to = (from + TimeDelta::days(days)).min(search.to);
            let left = search.limit.saturating_sub(u32::try_from(all.openings.len()).unwrap_or(u32::MAX));
            // One more than are wanted tells whether there are more.
            let found = self.openings_within(scene, place, search, (from, to), left.max(1)).await?;
            all.openings.extend(found.openings);
            all.reasons = found.reasons.into_iter().chain(all.reasons).collect();
            all.more = found.more || (left == 0 && !all.openings.is_empty());
            if found.more || all.openings.len() > search.limit as usize {
                all.more = true;
                break;
            }
            (from, days) = (to, days * 2);
        }
        Ok(all)
    }

    /// Among many there are mostly more than enough in what is left of the day in UTC, and then the rows of no other day
    /// need be read. None where that is not so: nothing follows from it.
    async fn openings_today(&self, scene: &Scene, place: &Place, search: &Search) -> Result<Option<Found>> {
        let midnight = search.from.date_naive().and_time(NaiveTime::MIN).and_utc() + TimeDelta::days(1);
        let (_, end) = reach(scene.service()?, midnight, midnight);
        let last = midnight - (end - midnight);
        if place.providers.len() < MANY_PROVIDERS || last <= search.from || search.to <= last {
            return Ok(None);
        }
        let found = self.openings_within(scene, place, search, (search.from, last), search.limit).await?;
        Ok(found.more.then_some(found))
    }

    async fn openings_within(
        &self,
        scene: &Scene,
        place: &Place,
        search: &Search,
        (first, last): (DateTime<Utc>, DateTime<Utc>),
        limit: u32,
    ) -> Result<Found> {
        let calendars = any_provider(scene, place.branch, &place.providers, |_, service| {
            let (from, to) = reach(service, first, last);
            Grid::covering(from, to)
        })?;
        let workloads = search.ranking == Ranking::Fairest;
        let calendars = Calendars { workloads, except: search.moving.as_ref(), ..calendars };
        let snapshot = self.snapshot(scene, &calendars).await?;
        let query = decisions::OpeningsQuery {
            within: translate::span(first, last),
            guests: search.guests,
            step: search.step_minutes,
            limit,
            preferences: search.preferences.iter().map(translate::preference).collect(),
            ranking: search.ranking,
            near: search.near.map(|at| at.timestamp()),
            last_provider: search.last_provider.map(|id| id.to_string()),
        };
        let Searched { openings: found, against } = self.searched(scene, snapshot, query).await?;
        Ok(Found {
            openings: found.found.into_iter().map(|found| opening(scene, found)).collect::<Result<_>>()?,
            more: found.more,
            reasons: found.reasons.into_iter().map(translate::finding).chain(against).collect(),
        })
    }
}

/// How many days are searched first: the fewer calendars each has, the more.
fn first_days(scene: &Scene, place: &Place) -> Result<i64> {
    let calendars = place.providers.len() + scene.required_units(place.branch)?.len();
    Ok(i64::try_from(FIRST_CALENDARS / calendars.max(1)).unwrap_or(1).max(1))
}

/// The candidates that the search is about.
fn wanted(scene: &Scene, query: &OpeningsQuery) -> Result<Vec<Place>> {
    if !query.providers.0.is_empty() {
        return named(scene, query);
    }
    let mut candidates = scene.candidates()?;
    candidates.retain(|(branch, _)| query.branch.is_none_or(|wanted| wanted == *branch));
    if candidates.is_empty() {
        // Nobody offers it: the rules say so in their own words.
        candidates.push((scene.some_branch(query.branch)?, Vec::new()));
    }
    Ok(candidates.into_iter().map(|(branch, providers)| Place { branch, providers }).collect())
}

/// The providers named, by branch. Whether they offer the service, the rules say.
fn named(scene: &Scene, query: &OpeningsQuery) -> Result<Vec<Place>> {
    let mut places: BTreeMap<BranchId, BTreeSet<ProviderId>> = BTreeMap::new();
    for id in &query.providers.0 {
        scene.same_branch(*id, query.branch)?;
        places.entry(scene.provider(*id)?.branch).or_default().insert(*id);
    }
    let place =
        |(branch, providers): (_, BTreeSet<_>)| Place { branch, providers: providers.into_iter().collect() };
    Ok(places.into_iter().map(place).collect())
}

/// What a search that found nothing was near to. Its own span is empty: the same provider is looked for after it, and
/// others from where it begins.
fn near(query: &OpeningsQuery, search: &Search) -> Near {
    Near {
        service: query.service,
        provider: query.providers.only(),
        branch: query.branch,
        at: search.near.unwrap_or(search.to),
        elsewhere: search.near.unwrap_or(search.from),
        guests: search.guests,
        preferences: search.preferences.clone(),
    }
}

fn opening(scene: &Scene, found: decisions::Opening) -> Result<Opening> {
    let provider: ProviderId = found
        .provider
        .parse()
        .map_err(|_| translate::contradiction("an opening with a provider of no name"))?;
    let units = found.units.iter().map(|id| id.parse());
    let decisions::Precedence { first, second, unmet } = found.precedence;
    Ok(Opening {
        start: translate::moment(found.visit.start)?,
        end: translate::moment(found.visit.end)?,
        provider,
        provider_name: scene.provider(provider)?.name.clone(),
        units: units
            .collect::<std::result::Result<_, _>>()
            .map_err(|_| translate::contradiction("an opening with a unit of no name"))?,
        seats_left: found.seats_left,
        precedence: (first, second, found.visit.start, unmet, provider),
    })
}

/// One list out of several branches' lists, each of which is in the order asked for.
fn merged(mut all: Found, search: &Search) -> Openings {
    if let Some(own) = &search.moving {
        all.openings.retain(|opening| (opening.start, opening.provider) != (own.start, own.provider));
    }
    all.openings.sort_by_key(|opening| opening.precedence);
    if search.ranking == Ranking::EarliestStarts {
        // Each branch has named its own.
        all.openings.dedup_by_key(|opening| opening.start);
    }
    let limit = search.limit as usize;
    all.more |= all.openings.len() > limit;
    all.openings.truncate(limit);
    if !all.openings.is_empty() {
        all.reasons.clear();
    }
    let mut known = HashSet::new();
    all.reasons.retain(|reason| known.insert(reason.code.clone()));
    Openings { openings: all.openings, more: all.more, reasons: all.reasons, alternatives: Vec::new() }
}
