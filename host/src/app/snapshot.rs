//! Gathers what a decision depends on, with calendars expanded to UTC.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use futures::future::join;

use super::beside::Beside;
use super::calendar::{self, Edge, Grid};
use super::catalog::{Catalog, typed};
use super::occupancy::{Occupancy, day};
use super::{App, Error, Result, SLOT_MINUTES, translate};
use crate::model::master::{Kind, currency_digits};
use crate::model::{
    Acting, Appointment, Branch, BranchId, Case, CompanyId, Customer, CustomerId, Provider, ProviderId,
    Service, ServiceId, Stored, Unit, UnitId,
};
use crate::store::{Session, Workload};
use crate::wasm::bindings::slotledger::rules::decisions::Snapshot;
use crate::wasm::bindings::slotledger::types::{catalog as words, values};

/// What is about to be decided: who sells what to whom.
pub(super) struct Scene {
    pub(super) company: CompanyId,
    pub(super) catalog: Arc<Catalog>,
    pub(super) service_id: ServiceId,
    pub(super) customer: Option<Stored<Customer>>,
    /// The case that a new appointment is to belong to.
    pub(super) case: Option<Case>,
    pub(super) actor: Acting,
}

/// How far back it counts what providers have had to do, days.
const RECENT_DAYS: i64 = 90;

/// The calendars a decision needs.
pub(super) struct Calendars<'a> {
    pub(super) branch_id: BranchId,
    /// The branch whose hours and zone hold.
    pub(super) branch: &'a Branch,
    /// The providers in question.
    pub(super) providers: Vec<(ProviderId, &'a Provider)>,
    /// The slots in question; none where time plays no part.
    pub(super) grid: Option<Grid>,
    /// An appointment whose own slots count as free.
    pub(super) except: Option<&'a Appointment>,
    /// What the same commit takes and gives up.
    pub(super) beside: Beside<'a>,
    /// Whether it matters how much the providers have had to do.
    pub(super) workloads: bool,
}

/// What the calendars say of the grid.
struct Facts {
    taken: Occupancy,
    sessions: Vec<Session>,
    workloads: Vec<Workload>,
}

impl Facts {
    /// Puts into the provider's calendar what it does not owe to the catalogue.
    fn fill(&mut self, id: ProviderId, calendar: &mut words::ProviderCalendar) {
        calendar.taken = self.taken.provider(id);
        let sessions = self.sessions.iter().filter(|session| session.provider == id);
        calendar.sessions = sessions.map(session_words).collect();
        if let Some(workload) = self.workloads.iter().find(|workload| workload.provider == id) {
            calendar.workload.recent_minutes = workload.minutes;
            calendar.workload.last_booked = workload.last_booked.map(|at| at.timestamp());
        }
    }
}

impl Scene {
    pub(super) fn service(&self) -> Result<&Service> {
        self.catalog
            .services
            .get(&self.service_id.0)
            .ok_or_else(|| Error::missing(Kind::Service.as_str(), self.service_id))
    }

    pub(super) fn provider(&self, id: ProviderId) -> Result<&Provider> {
        self.catalog.providers.get(&id.0).ok_or_else(|| Error::missing(Kind::Provider.as_str(), id))
    }

    pub(super) fn branch(&self, id: BranchId) -> Result<&Branch> {
        self.catalog.branches.get(&id.0).ok_or_else(|| Error::missing(Kind::Branch.as_str(), id))
    }

    fn unit(&self, id: UnitId) -> Result<&Unit> {
        self.catalog.units.get(&id.0).ok_or_else(|| Error::missing(Kind::Unit.as_str(), id))
    }

    /// The branch's units in the order of identifiers, where units play a part.
    fn units(&self, calendars: &Calendars<'_>) -> Result<Vec<UnitId>> {
        if calendars.except.is_some_and(|own| !own.units.is_empty()) {
            return Ok(self.units_at(calendars.branch_id));
        }
        self.required_units(calendars.branch_id)
    }

    /// The branch's units in the order of identifiers, where the service requires any.
    pub(super) fn required_units(&self, branch: BranchId) -> Result<Vec<UnitId>> {
        if self.service()?.required_units.is_empty() {
            return Ok(Vec::new());
        }
        Ok(self.units_at(branch))
    }

    fn units_at(&self, branch: BranchId) -> Vec<UnitId> {
        let here = self.catalog.units.iter().filter(|(_, unit)| unit.branch == branch);
        let mut units: Vec<UnitId> = here.map(|(id, _)| UnitId(*id)).collect();
        units.sort_unstable();
        units
    }

    /// Refuses a provider named together with another branch than their own.
    pub(super) fn same_branch(&self, provider: ProviderId, branch: Option<BranchId>) -> Result<()> {
        let Some(branch) = branch else { return Ok(()) };
        self.branch(branch)?;
        if self.provider(provider)?.branch == branch {
            return Ok(());
        }
        Err(Error::field("branch", "the provider belongs to another branch: leave one of the two out"))
    }

    /// The branch that was named, or else the company's first.
    pub(super) fn some_branch(&self, wanted: Option<BranchId>) -> Result<BranchId> {
        if let Some(branch) = wanted {
            return self.branch(branch).map(|_| branch);
        }
        let first = self.catalog.branches.keys().min().copied().map(BranchId);
        first.ok_or_else(|| Error::field("service", "the company has no branch yet"))
    }

    /// The service's providers by branch, each in the order of identifiers.
    pub(super) fn candidates(&self) -> Result<Vec<(BranchId, Vec<ProviderId>)>> {
        let mut ids = self.service()?.providers.clone();
        ids.sort_unstable();
        ids.dedup();
        let mut branches: Vec<(BranchId, Vec<ProviderId>)> = Vec::new();
        for id in ids {
            let branch = self.provider(id)?.branch;
            match branches.iter_mut().find(|(known, _)| *known == branch) {
                Some((_, providers)) => providers.push(id),
                None => branches.push((branch, vec![id])),
            }
        }
        Ok(branches)
    }
}

impl App {
    /// Finds out who sells the service, and reads that company's catalogue.
    pub(super) async fn scene(
        &self,
        service_id: ServiceId,
        customer: Option<CustomerId>,
        actor: Acting,
    ) -> Result<Scene> {
        let store = &*self.ports.store;
        let owner = store.catalog_of(Kind::Service, service_id.0, customer.map(|id| id.0)).await?;
        let owner = owner.ok_or_else(|| Error::missing(Kind::Service.as_str(), service_id))?;
        let catalog = self.catalogs.at(store, owner.company, owner.catalog_version).await?;
        // A customer of another company does not exist here, and the answer does not tell the two apart.
        let customer = customer
            .map(|id| typed(owner.customer.ok_or_else(|| Error::missing(Kind::Customer.as_str(), id))?))
            .transpose()?;
        Ok(Scene { company: owner.company, catalog, service_id, customer, case: None, actor })
    }

    /// The snapshot that the rules are shown.
    pub(super) async fn snapshot(&self, scene: &Scene, calendars: &Calendars<'_>) -> Result<Snapshot> {
        let now = self.ports.clock.now();
        let units = calendars.grid.map_or_else(|| Ok(Vec::new()), |_| scene.units(calendars))?;
        // The store reads on a thread of its own, or elsewhere: what the catalogue says is put together meanwhile.
        let (facts, known) =
            join(self.facts(scene, calendars, &units, now), async { masters(scene, calendars, &units) })
                .await;
        let (mut facts, (mut providers, mut rooms)) = (facts?, known?);
        for (id, calendar) in units.iter().zip(&mut rooms) {
            calendar.uses = facts.taken.unit(*id);
        }
        for ((id, _), calendar) in calendars.providers.iter().zip(&mut providers) {
            facts.fill(*id, calendar);
        }
        let company = &scene.catalog.company;
        let digits = currency_digits(&company.currency)
            .ok_or_else(|| Error::field("currency", "this currency has no known number of digits"))?;
        Ok(Snapshot {
            now: now.timestamp(),
            actor: translate::actor(scene.actor.actor),
            company: translate::company(scene.company, company, digits, now)?,
            service: translate::service(scene.service_id, scene.service()?)?,
            customer: scene
                .customer
                .as_ref()
                .map(|customer| translate::customer(customer.id, &customer.data)),
            grid: grid_words(calendars.grid),
            branch: branch_calendar(scene, calendars)?,
            providers,
            units: rooms,
            case: scene.case.as_ref().map(translate::case),
            booking: None,
            attributes: Vec::new(),
        })
    }

    async fn facts(
        &self,
        scene: &Scene,
        calendars: &Calendars<'_>,
        units: &[UnitId],
        now: DateTime<Utc>,
    ) -> Result<Facts> {
        let providers: Vec<ProviderId> = calendars.providers.iter().map(|(id, _)| *id).collect();
        let mut workloads = Vec::new();
        if calendars.workloads {
            let today = day(now.timestamp());
            workloads = self.ports.store.workloads(&providers, today - RECENT_DAYS, today).await?;
        }
        let Some(grid) = calendars.grid else {
            let taken = Occupancy::default();
            return Ok(Facts { taken, sessions: Vec::new(), workloads });
        };
        let except = calendars.except;
        let beside = &calendars.beside;
        let mut taken = self.occupancy(&grid, &providers, units, &beside.left_out(except)).await?;
        let mut sessions = Vec::new();
        if scene.service()?.seats > 1 {
            let store = &self.ports.store;
            sessions = store.sessions(scene.service_id, &providers, grid.start(), grid.end()).await?;
            beside.leave(except, &mut sessions);
        }
        beside.take(&grid, scene.service_id, &providers, &mut taken, &mut sessions);
        Ok(Facts { taken, sessions, workloads })
    }
}

/// The time that a decision about one provider is about.
pub(super) enum When {
    /// None: it sets neither a time nor a provider.
    Never,
    /// A new visit that starts then.
    Starting(DateTime<Utc>),
    /// The time that an appointment has, whatever its service takes by now.
    Reserved(DateTime<Utc>, DateTime<Utc>),
}

/// The day of a visit in the branch's zone, and whatever of the visit and its buffers reaches beyond it.
pub(super) fn day_grid(branch: &Branch, service: &Service, start: DateTime<Utc>) -> Grid {
    let (from, to) = reach(service, start, start);
    around(branch, start, from, to)
}

/// The day of a moment in the branch's zone, and whatever of the span reaches beyond it.
fn around(branch: &Branch, at: DateTime<Utc>, from: DateTime<Utc>, to: DateTime<Utc>) -> Grid {
    let date: NaiveDate = at.with_timezone(&branch.time_zone).date_naive();
    let (midnight, next) = calendar::day(branch.time_zone, date);
    Grid::covering(midnight.min(from), next.max(to))
}

/// From the earliest to the latest moment that visits starting in the span take, buffers included.
pub(super) fn reach(
    service: &Service,
    first: DateTime<Utc>,
    last: DateTime<Utc>,
) -> (DateTime<Utc>, DateTime<Utc>) {
    let slot = TimeDelta::minutes(SLOT_MINUTES.into());
    let before = TimeDelta::minutes(service.buffer_before_minutes.into()) + slot;
    let after =
        TimeDelta::minutes(i64::from(service.duration_minutes) + i64::from(service.buffer_after_minutes));
    (first - before, last + after + slot)
}

fn grid_words(grid: Option<Grid>) -> values::Grid {
    let Grid { origin, slots } = grid.unwrap_or(Grid { origin: 0, slots: 0 });
    values::Grid { origin, slot_minutes: SLOT_MINUTES, slots }
}

fn branch_calendar(scene: &Scene, calendars: &Calendars<'_>) -> Result<words::BranchCalendar> {
    let branch = calendars.branch;
    let Some(grid) = calendars.grid else {
        return Ok(words::BranchCalendar { active: branch.active, open: Vec::new(), days: Vec::new() });
    };
    let service = scene.service()?;
    Ok(words::BranchCalendar {
        active: branch.active,
        open: scene.catalog.expanded.branch(&grid, calendars.branch_id.0, branch),
        days: calendar::dates(branch.time_zone, &grid)
            .into_iter()
            .map(|date| local_day(branch, service, date))
            .collect(),
    })
}

fn local_day(branch: &Branch, service: &Service, date: NaiveDate) -> words::LocalDay {
    let (start, end) = calendar::day(branch.time_zone, date);
    let latest = service
        .latest_start
        .map(|time| calendar::instant(branch.time_zone, date.and_time(time), Edge::End).timestamp());
    words::LocalDay { span: translate::span(start, end), latest_start: latest }
}

/// The providers' and the units' calendars as far as they follow from the catalogue.
fn masters(
    scene: &Scene,
    calendars: &Calendars<'_>,
    units: &[UnitId],
) -> Result<(Vec<words::ProviderCalendar>, Vec<words::UnitCalendar>)> {
    let providers = calendars.providers.iter();
    let providers = providers.map(|(id, provider)| provider_calendar(scene, calendars, *id, provider));
    let units = units.iter().map(|id| unit_calendar(scene, *id));
    Ok((providers.collect::<Result<_>>()?, units.collect::<Result<_>>()?))
}

fn provider_calendar(
    scene: &Scene,
    calendars: &Calendars<'_>,
    id: ProviderId,
    provider: &Provider,
) -> Result<words::ProviderCalendar> {
    let (on_shift, absent) = match &calendars.grid {
        Some(grid) => scene.catalog.expanded.provider(grid, id.0, provider, calendars.branch),
        None => (Vec::new(), Vec::new()),
    };
    Ok(words::ProviderCalendar {
        provider: translate::provider(id, provider)?,
        on_shift,
        absent,
        taken: Vec::new(),
        sessions: Vec::new(),
        workload: words::Workload { recent_minutes: 0, last_booked: None },
    })
}

fn session_words(session: &Session) -> words::Session {
    words::Session {
        start: session.start.timestamp(),
        guests: session.guests,
        units: session.units.iter().map(ToString::to_string).collect(),
    }
}

fn unit_calendar(scene: &Scene, id: UnitId) -> Result<words::UnitCalendar> {
    Ok(words::UnitCalendar { unit: translate::unit(id, scene.unit(id)?), uses: Vec::new() })
}

/// The provider's branch, and what can be asked of it, for a decision about one provider.
pub(super) fn one_provider<'a>(
    scene: &'a Scene,
    id: ProviderId,
    when: &When,
    except: Option<&'a Appointment>,
) -> Result<Calendars<'a>> {
    let provider = scene.provider(id)?;
    let (branch_id, branch) = (provider.branch, scene.branch(provider.branch)?);
    let grid = match when {
        When::Never => None,
        When::Starting(start) => Some(day_grid(branch, scene.service()?, *start)),
        When::Reserved(from, to) => Some(around(branch, *from, *from, *to)),
    };
    let providers = vec![(id, provider)];
    Ok(Calendars { branch_id, branch, providers, grid, except, beside: Beside::default(), workloads: false })
}

/// The branch's candidates for a service.
pub(super) fn any_provider<'a>(
    scene: &'a Scene,
    branch_id: BranchId,
    ids: &[ProviderId],
    grid: impl FnOnce(&Branch, &Service) -> Grid,
) -> Result<Calendars<'a>> {
    let service = scene.service()?;
    let branch = scene.branch(branch_id)?;
    let providers = ids.iter().map(|id| Ok((*id, scene.provider(*id)?))).collect::<Result<_>>()?;
    let grid = Some(grid(branch, service));
    Ok(Calendars {
        branch_id,
        branch,
        providers,
        grid,
        except: None,
        beside: Beside::default(),
        workloads: false,
    })
}
