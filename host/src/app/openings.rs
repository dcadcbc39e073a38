//! Searching for times at which a service could be booked.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::calendar::Grid;
use super::snapshot::{Scene, any_provider, reach};
use super::{App, Error, Finding, Result, SLOT_MINUTES, translate};
use crate::model::{Actor, BranchId, ProviderId, ServiceId};
use crate::wasm::bindings::slotledger::rules::decisions;

/// The longest span one search covers. A month of five-minute slots of a provider is 9 kB of calendar.
pub const MAX_RANGE_DAYS: i64 = 62;
/// The span searched when none is given.
const DEFAULT_RANGE_DAYS: i64 = 14;
/// The most openings one answer lists.
pub const MAX_OPENINGS: u32 = 500;
const DEFAULT_OPENINGS: u32 = 50;
const DEFAULT_STEP_MINUTES: u32 = 15;
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
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Openings {
    /// Earliest first, then by provider.
    pub openings: Vec<Opening>,
    /// Whether there are more than the limit let through.
    pub more: bool,
    /// Why nothing was found; empty when something was.
    pub reasons: Vec<Finding>,
}

impl App {
    /// Searches for times at which a service could be booked.
    pub async fn openings(&self, query: OpeningsQuery) -> Result<Openings> {
        let now = self.ports.clock.now();
        let search = Search::new(&query, now)?;
        let scene = self.scene(query.service, None, Actor::Customer).await?;
        let mut all = Openings { openings: Vec::new(), more: false, reasons: Vec::new() };
        for (branch, providers) in wanted(&scene, &query)? {
            let found = self.openings_in(&scene, branch, &providers, &search).await?;
            all.more |= found.more;
            all.reasons.extend(found.reasons);
            all.openings.extend(found.openings);
        }
        Ok(merged(all, search.limit))
    }

    async fn openings_in(
        &self,
        scene: &Scene,
        branch: BranchId,
        providers: &[ProviderId],
        search: &Search,
    ) -> Result<Openings> {
        let calendars = any_provider(scene, branch, providers, |_, service| {
            let (from, to) = reach(service, search.from, search.to);
            Grid::covering(from, to)
        })?;
        let snapshot = self.snapshot(scene, &calendars).await?;
        let query = decisions::OpeningsQuery {
            within: translate::span(search.from, search.to),
            guests: search.guests,
            step: search.step_minutes,
            limit: search.limit,
        };
        let found = self.ports.rules.find_openings(&snapshot, &query)?.map_err(translate::refused)?;
        Ok(Openings {
            openings: found.found.into_iter().map(|found| opening(scene, found)).collect::<Result<_>>()?,
            more: found.more,
            reasons: found.reasons.into_iter().map(translate::finding).collect(),
        })
    }
}

/// A search with its defaults filled in and its limits kept.
struct Search {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    guests: u32,
    step_minutes: u32,
    limit: u32,
}

impl Search {
    fn new(query: &OpeningsQuery, now: DateTime<Utc>) -> Result<Self> {
        let from = query.from.unwrap_or(now);
        super::hold::sensible("from", from)?;
        let to = query.to.unwrap_or(from + TimeDelta::days(DEFAULT_RANGE_DAYS));
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
        Ok(Self { from, to, guests: query.guests.unwrap_or(1), step_minutes, limit })
    }
}

/// The candidates that the search is about.
fn wanted(scene: &Scene, query: &OpeningsQuery) -> Result<Vec<(BranchId, Vec<ProviderId>)>> {
    if let Some(id) = query.provider {
        scene.same_branch(id, query.branch)?;
        return Ok(vec![(scene.provider(id)?.branch, vec![id])]);
    }
    let mut candidates = scene.candidates()?;
    candidates.retain(|(branch, _)| query.branch.is_none_or(|wanted| wanted == *branch));
    if candidates.is_empty() {
        // Nobody offers it: the rules say so in their own words.
        candidates.push((scene.some_branch(query.branch)?, Vec::new()));
    }
    Ok(candidates)
}

fn opening(scene: &Scene, found: decisions::Opening) -> Result<Opening> {
    let provider: ProviderId = found
        .provider
        .parse()
        .map_err(|_| translate::contradiction("an opening with a provider of no name"))?;
    Ok(Opening {
        start: translate::moment(found.visit.start)?,
        end: translate::moment(found.visit.end)?,
        provider,
        provider_name: scene.provider(provider)?.name.clone(),
    })
}

/// One list out of several branches' lists.
fn merged(mut all: Openings, limit: u32) -> Openings {
    all.openings.sort_by_key(|opening| (opening.start, opening.provider));
    all.more |= all.openings.len() > limit as usize;
    all.openings.truncate(limit as usize);
    if !all.openings.is_empty() {
        all.reasons.clear();
    }
    all.reasons.dedup();
    all
}
