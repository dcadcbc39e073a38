//! A board: a branch's providers and units, and what takes their time on a day or in a week.
//!
//! Invariant: it shows what the diary and the calendars say and judges nothing; whether something may be moved, the rules
//! say when it is. Deliberately absent: what needs somebody else, which is a question to the rules (see `conflicts`).

mod rows;

use std::collections::HashSet;
use std::sync::Arc;

use chrono::{DateTime, Days, NaiveDate, Utc, Weekday};
use chrono_tz::Tz;
use uuid::Uuid;

use self::rows::{Scene, by_provider, worked};
use super::calendar::{self, Grid};
use super::catalog::Catalog;
use super::{App, Error, Result};
use crate::model::{Branch, BranchId, CompanyId, Provider, ProviderId, ServiceId, Status, Unit};
use crate::store::Planned;

/// Which board.
#[derive(Debug, Clone)]
pub struct BoardQuery {
    /// Whose.
    pub company: CompanyId,
    /// Which branch; none, or one of another company, means the company's first.
    pub branch: Option<BranchId>,
    /// Which day, or a day of the week; none means today in the branch's zone.
    pub day: Option<NaiveDate>,
    /// Whether it is about the whole week.
    pub is_week: bool,
    /// Only this provider.
    pub provider: Option<ProviderId>,
    /// Only who performs this service.
    pub service: Option<ServiceId>,
    /// Only these rows, of providers and units.
    pub rows: Option<HashSet<Uuid>>,
}

/// A board.
#[derive(Debug)]
pub struct Board {
    /// The branch it is of; none where the company has none.
    pub branch: Option<BranchId>,
    /// The company's branches, by name.
    pub branches: Vec<(Uuid, String)>,
    /// Its services, by name.
    pub services: Vec<(Uuid, String)>,
    /// The zone of the branch.
    pub zone: Tz,
    /// The present moment.
    pub now: DateTime<Utc>,
    /// The days it shows, each with its first moment and the first one after it.
    pub days: Vec<(NaiveDate, DateTime<Utc>, DateTime<Utc>)>,
    /// When somebody works at the branch on those days, from the first to the last moment; none where nobody does.
    pub worked: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Providers by name, then units.
    pub rows: Vec<BoardRow>,
    /// The latest entry of any trail before it was read.
    pub entry: i64,
}

/// A provider or a unit.
#[derive(Debug)]
pub struct BoardRow {
    /// Its identifier.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// Of a unit, its type and how many visits it takes at once.
    pub unit: Option<(String, u32)>,
    /// When it is not to be had, in order.
    pub gaps: Vec<Gap>,
    /// What takes its time, in the order of starts.
    pub visits: Vec<Arc<BoardVisit>>,
}

/// A time at which somebody is not to be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// Its first moment.
    pub start: DateTime<Utc>,
    /// The first moment after it.
    pub end: DateTime<Utc>,
    /// Why.
    pub why: Why,
}

/// Why somebody is not to be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It is no time of work.
    OffShift,
    /// It is a break.
    Break,
    /// They are on leave, or it is a holiday.
    Away,
    /// The branch is closed.
    Closed,
    /// They work at another branch.
    Elsewhere,
}

/// An appointment, with what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardVisit {
    /// It, and the customer's name.
    pub appointment: Planned,
    /// The service's name.
    pub service: String,
}

impl App {
    /// A board.
    pub async fn board(&self, query: &BoardQuery) -> Result<Board> {
        let (store, now) = (&*self.ports.store, self.ports.clock.now());
        // First: what changes while the rest is read is told again.
        let entry = store.last_entry().await?;
        let version = store.catalog_version(query.company).await?;
        let catalog = self.catalogs.at(store, query.company, version).await?;
        let mut board = empty(&catalog, now, entry);
        let Some((branch_id, branch)) = chosen(&catalog, query.branch, &board.branches) else {
            return Ok(board);
        };
        board.branch = Some(branch_id);
        board.zone = branch.time_zone;
        board.days = days(branch.time_zone, query, now);
        let (Some(first), Some(last)) = (board.days.first(), board.days.last()) else { return Ok(board) };
        let grid = Grid::covering(first.1, last.2);
        let providers = providers(&catalog, branch_id, query);
        let units = units(&catalog, branch_id, query);
        let asked = |id: &Uuid| query.rows.as_ref().is_none_or(|rows| rows.contains(id));
        // Who uses a unit is found among all visits; a row of a provider needs that provider's alone.
        let all = units.iter().any(|(id, _)| asked(id));
        let wanted: Vec<ProviderId> =
            providers.iter().filter(|(id, _)| all || asked(id)).map(|(id, _)| ProviderId(*id)).collect();
        let visits = self.visits(&catalog, &wanted, &grid).await?;
        let scene = Scene {
            catalog: &catalog,
            branch_id,
            branch,
            grid,
            by_provider: by_provider(&visits),
            visits: &visits,
        };
        board.worked = worked(&scene, &providers);
        board
            .rows
            .extend(providers.iter().filter(|(id, _)| asked(id)).filter_map(|one| scene.provider(*one)));
        board.rows.extend(units.iter().filter(|(id, _)| asked(id)).filter_map(|one| scene.unit(*one)));
        Ok(board)
    }

    async fn visits(
        &self,
        catalog: &Catalog,
        providers: &[ProviderId],
        grid: &Grid,
    ) -> Result<Vec<Arc<BoardVisit>>> {
        let store = &*self.ports.store;
        let agenda = store.agenda(providers, grid.start(), grid.end()).await?;
        let named = |appointment: Planned| {
            let service = catalog.services.get(&appointment.service.0);
            Arc::new(BoardVisit {
                service: service.map(|service| service.name.clone()).unwrap_or_default(),
                appointment,
            })
        };
        Ok(agenda.into_iter().filter(|one| one.status != Status::Cancelled).map(named).collect())
    }
}

/// A board of no branch yet.
fn empty(catalog: &Catalog, now: DateTime<Utc>, entry: i64) -> Board {
    let branches = catalog.branches.iter().filter(|(_, branch)| branch.active);
    let services = catalog.services.iter().filter(|(_, service)| service.active);
    Board {
        branch: None,
        branches: by_name(branches.map(|(id, branch)| (*id, branch.name.clone()))),
        services: by_name(services.map(|(id, service)| (*id, service.name.clone()))),
        zone: catalog.company.time_zone,
        now,
        days: Vec::new(),
        worked: None,
        rows: Vec::new(),
        entry,
    }
}

fn by_name(records: impl Iterator<Item = (Uuid, String)>) -> Vec<(Uuid, String)> {
    let mut records: Vec<_> = records.collect();
    records.sort_by_cached_key(|(id, name)| (name.to_lowercase(), *id));
    records
}

fn chosen<'c>(
    catalog: &'c Catalog,
    wanted: Option<BranchId>,
    branches: &[(Uuid, String)],
) -> Option<(BranchId, &'c Branch)> {
    let wanted = wanted.map(|id| id.0).filter(|id| catalog.branches.contains_key(id));
    let id = wanted.or_else(|| branches.first().map(|(id, _)| *id))?;
    catalog.branches.get(&id).map(|branch| (BranchId(id), branch))
}

/// The days that are asked for; a week begins on a Monday.
fn days(zone: Tz, query: &BoardQuery, now: DateTime<Utc>) -> Vec<(NaiveDate, DateTime<Utc>, DateTime<Utc>)> {
    let day = query.day.unwrap_or_else(|| now.with_timezone(&zone).date_naive());
    let (first, count) = if query.is_week { (day.week(Weekday::Mon).first_day(), 7) } else { (day, 1) };
    let dates = (0..count).filter_map(|n| first.checked_add_days(Days::new(n)));
    dates
        .map(|date| (date, calendar::day(zone, date)))
        .map(|(date, (start, end))| (date, start, end))
        .collect()
}

fn providers<'c>(catalog: &'c Catalog, branch: BranchId, query: &BoardQuery) -> Vec<(Uuid, &'c Provider)> {
    let performs = query.service.and_then(|service| catalog.services.get(&service.0));
    let is_wanted = |id: &Uuid, provider: &Provider| {
        provider.branch == branch
            && query.provider.is_none_or(|wanted| wanted.0 == *id)
            && performs.is_none_or(|service| service.providers.contains(&ProviderId(*id)))
    };
    let mut found: Vec<_> =
        catalog.providers.iter().filter(|(id, one)| is_wanted(id, one)).map(|(id, one)| (*id, one)).collect();
    found.sort_by_cached_key(|(id, provider)| (provider.name.to_lowercase(), *id));
    found
}

/// The branch's units; none on the board of one provider, which would show half of what uses them.
fn units<'c>(catalog: &'c Catalog, branch: BranchId, query: &BoardQuery) -> Vec<(Uuid, &'c Unit)> {
    if query.provider.is_some() || query.service.is_some() {
        return Vec::new();
    }
    let here = catalog.units.iter().filter(|(_, unit)| unit.branch == branch);
    let mut found: Vec<_> = here.map(|(id, unit)| (*id, unit)).collect();
    found.sort_by_cached_key(|(id, unit)| (unit.name.to_lowercase(), *id));
    found
}

impl Board {
    /// The first and the last moment that it shows; an error where it shows none.
    pub fn span(&self) -> Result<(DateTime<Utc>, DateTime<Utc>)> {
        match (self.days.first(), self.days.last()) {
            (Some(first), Some(last)) => Ok((first.1, last.2)),
            _ => Err(Error::field("branch", "the company has no branch yet")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(day: &str, is_week: bool) -> BoardQuery {
        BoardQuery {
            company: CompanyId(Uuid::nil()),
            branch: None,
            day: day.parse().ok(),
            is_week,
            provider: None,
            service: None,
            rows: None,
        }
    }

    #[test]
    fn a_week_begins_on_monday_and_has_a_day_as_long_as_the_clocks_make_it() {
        let zone = chrono_tz::Europe::Berlin;
        let week = days(zone, &query("2026-10-25", true), DateTime::UNIX_EPOCH);
        let hours: Vec<_> = week.iter().map(|(_, start, end)| (*end - *start).num_hours()).collect();
        assert_eq!(week[0].0.to_string(), "2026-10-19");
        assert_eq!(hours, [24, 24, 24, 24, 24, 24, 25]);
        // Without a day it is today, where the branch is.
        let now = "2026-11-27T23:30:00Z".parse().unwrap();
        assert_eq!(days(zone, &query("", false), now)[0].0.to_string(), "2026-11-28");
    }
}
