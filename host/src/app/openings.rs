//! Searching for times at which a service could be booked.

use std::collections::HashSet;

use chrono::{DateTime, NaiveTime, SubsecRound, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::alternatives::{Alternative, Near};
use super::calendar::Grid;
use super::extensions::Searched;
use super::preference::{Preference, Wish};
use super::snapshot::{Calendars, Scene, any_provider, reach};
use super::{App, Error, Finding, Result, SLOT_MINUTES, translate};
use crate::model::{Actor, BranchId, CustomerId, ProviderId, ServiceId, UnitId};
use crate::wasm::bindings::slotledger::rules::decisions::{self, Ranking};

/// The longest span one search covers. A month of five-minute slots of a provider is 9 kB of calendar.
pub const MAX_RANGE_DAYS: i64 = 62;
/// The span searched when none is given.
const DEFAULT_RANGE_DAYS: i64 = 14;
/// The most openings one answer lists.
pub const MAX_OPENINGS: u32 = 500;
const DEFAULT_OPENINGS: u32 = 50;
const DEFAULT_STEP_MINUTES: u32 = 15;
/// So many providers rarely have nothing left to offer today.
const MANY_PROVIDERS: usize = 100;
/// A day: a longer step finds nothing that a search from another start would not.
const MAX_STEP_MINUTES: u32 = 24 * 60;

/// A search.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OpeningsQuery {
    /// The service.
    pub service: ServiceId,
    /// Visits starting at or after this; none means now.
    pub from: Option<DateTime<Utc>>,
    /// Visits starting before this; none means two weeks after `from`, and no later than 62 days after it.
    pub to: Option<DateTime<Utc>>,
    /// Only in this branch.
    pub branch: Option<BranchId>,
    /// Only with this provider.
    pub provider: Option<ProviderId>,
    /// How many guests; none means one.
    #[param(minimum = 1, maximum = 10_000)]
    pub guests: Option<u32>,
    /// A start is tried every so many minutes, a multiple of 5; none means 15.
    #[param(minimum = 5, maximum = 1440, multiple_of = 5)]
    pub step_minutes: Option<u32>,
    /// No more openings than this, at most 500; none means 50.
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u32>,
    /// Which openings come first; none means the earliest.
    #[param(inline)]
    pub ranking: Option<Order>,
    /// The moment that `nearest` measures from; none means `from`.
    pub near: Option<DateTime<Utc>>,
    /// For whom: `same_provider` asks with whom their last visit was.
    pub customer: Option<CustomerId>,
    /// A gender the customer would like the provider to have.
    #[param(max_length = 100)]
    pub gender: Option<String>,
    /// A language the provider should speak, a BCP 47 tag.
    #[param(max_length = 35)]
    pub language: Option<String>,
    /// A skill the provider should have.
    #[param(max_length = 100)]
    pub skill: Option<String>,
    /// Whether gender, language and skill have to be met; else those who meet more come first.
    pub strict: Option<bool>,
}

/// Which openings come first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// The earliest.
    #[default]
    Earliest,
    /// Those that leave the fewest gaps too short for another visit.
    LeastFragmenting,
    /// Those with the provider of the customer's last visit.
    SameProvider,
    /// Those with the provider who has least to do.
    Fairest,
    /// Those nearest to a moment.
    Nearest,
}

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
}

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
        let (mut from, mut days) = (search.from, 1);
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
        let calendars = Calendars { workloads: search.ranking == Ranking::Fairest, ..calendars };
        let snapshot = self.snapshot(scene, &calendars).await?;
        let query = decisions::OpeningsQuery {
            within: translate::span(first, last),
            guests: search.guests,
            step: search.step_minutes,
            limit,
            preferences: search.preferences.iter().map(Preference::words).collect(),
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

/// A search with its defaults filled in and its limits kept.
#[derive(Debug, Clone)]
pub(super) struct Search {
    pub(super) from: DateTime<Utc>,
    pub(super) to: DateTime<Utc>,
    pub(super) guests: u32,
    pub(super) step_minutes: u32,
    pub(super) limit: u32,
    pub(super) preferences: Vec<Preference>,
    pub(super) ranking: Ranking,
    pub(super) near: Option<DateTime<Utc>>,
    pub(super) last_provider: Option<ProviderId>,
}

impl Search {
    fn new(query: &OpeningsQuery, now: DateTime<Utc>) -> Result<Self> {
        let from = whole_second(query.from.unwrap_or(now));
        super::hold::sensible("from", from)?;
        let to = whole_second(query.to.unwrap_or(from + TimeDelta::days(DEFAULT_RANGE_DAYS)));
        super::hold::sensible("to", to)?;
        if to <= from {
            return Err(Error::field("to", "the end of the span has to be after its start"));
        }
        if to - from > TimeDelta::days(MAX_RANGE_DAYS) {
            return Err(Error::field("to", format!("a search covers at most {MAX_RANGE_DAYS} days")));
        }
        let step_minutes = query.step_minutes.unwrap_or(DEFAULT_STEP_MINUTES);
        if step_minutes == 0 || !step_minutes.is_multiple_of(SLOT_MINUTES) || step_minutes > MAX_STEP_MINUTES
        {
            let message = format!("the step is a multiple of {SLOT_MINUTES}, at most {MAX_STEP_MINUTES}");
            return Err(Error::field("step_minutes", message));
        }
        let limit = query.limit.unwrap_or(DEFAULT_OPENINGS);
        if limit == 0 || limit > MAX_OPENINGS {
            return Err(Error::field(
                "limit",
                format!("between 1 and {MAX_OPENINGS} openings can be asked for"),
            ));
        }
        Ok(Self {
            from,
            to,
            guests: query.guests.unwrap_or(1),
            step_minutes,
            limit,
            preferences: preferences(query),
            ranking: ranking(query.ranking.unwrap_or_default()),
            near: query.near,
            last_provider: None,
        })
    }
}

/// The first whole second at or after the moment. Visits start on whole seconds, and the rules know no others: what
/// starts at or after, or before, the one does so of the other.
fn whole_second(at: DateTime<Utc>) -> DateTime<Utc> {
    let before = at.trunc_subsecs(0);
    if before < at { before + TimeDelta::seconds(1) } else { at }
}

fn preferences(query: &OpeningsQuery) -> Vec<Preference> {
    let required = query.strict.unwrap_or(false);
    let wishes = [
        query.gender.clone().map(Wish::Gender),
        query.language.clone().map(Wish::Language),
        query.skill.clone().map(Wish::Skill),
    ];
    wishes.into_iter().flatten().map(|wish| Preference { wish, required }).collect()
}

const fn ranking(order: Order) -> Ranking {
    match order {
        Order::Earliest => Ranking::Earliest,
        Order::LeastFragmenting => Ranking::LeastFragmenting,
        Order::SameProvider => Ranking::SameProvider,
        Order::Fairest => Ranking::Fairest,
        Order::Nearest => Ranking::Nearest,
    }
}

/// The candidates that the search is about.
fn wanted(scene: &Scene, query: &OpeningsQuery) -> Result<Vec<Place>> {
    if let Some(id) = query.provider {
        scene.same_branch(id, query.branch)?;
        return Ok(vec![Place { branch: scene.provider(id)?.branch, providers: vec![id] }]);
    }
    let mut candidates = scene.candidates()?;
    candidates.retain(|(branch, _)| query.branch.is_none_or(|wanted| wanted == *branch));
    if candidates.is_empty() {
        // Nobody offers it: the rules say so in their own words.
        candidates.push((scene.some_branch(query.branch)?, Vec::new()));
    }
    Ok(candidates.into_iter().map(|(branch, providers)| Place { branch, providers }).collect())
}

/// What a search that found nothing was near to.
fn near(query: &OpeningsQuery, search: &Search) -> Near {
    Near {
        service: query.service,
        provider: query.provider,
        branch: query.branch,
        at: search.near.unwrap_or(search.to),
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
    Ok(Opening {
        start: translate::moment(found.visit.start)?,
        end: translate::moment(found.visit.end)?,
        provider,
        provider_name: scene.provider(provider)?.name.clone(),
        units: units
            .collect::<std::result::Result<_, _>>()
            .map_err(|_| translate::contradiction("an opening with a unit of no name"))?,
        seats_left: found.seats_left,
    })
}

/// One list out of several branches' lists. Each is in the order asked for; where that is a matter of time, so is the
/// whole.
fn merged(mut all: Found, search: &Search) -> Openings {
    let nearness = |opening: &Opening| (opening.start - search.near.unwrap_or(search.from)).abs();
    match search.ranking {
        Ranking::Earliest => all.openings.sort_by_key(|opening| opening.start),
        Ranking::Nearest => all.openings.sort_by_key(nearness),
        Ranking::LeastFragmenting | Ranking::SameProvider | Ranking::Fairest => {}
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
