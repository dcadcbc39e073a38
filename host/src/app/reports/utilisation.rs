//! How much of their shifts people were booked for.
//!
//! Shift time is what the calendars say now: whoever left, or changed shifts, has to be entered so with its dates.

use std::collections::HashMap;
use std::sync::Arc;

use rust_decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::calendar::Grid;
use super::super::catalog::Catalog;
use super::super::{App, Error, Result, SLOT_MINUTES};
use super::{Day, Filter, Ground, ReportPeriod, ReportQuery, percent};
use crate::model::{Provider, ProviderId};
use crate::store::Counted;

/// How much of their shifts people were booked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct UseReport {
    /// What it was made for.
    pub period: ReportPeriod,
    /// Minutes that visits take, buffers included.
    pub booked_minutes: u32,
    /// Minutes of shifts.
    pub shift_minutes: u32,
    /// Booked minutes in percent of shift minutes; none where there are no shifts.
    #[schema(value_type = Option<String>)]
    pub percent: Option<Decimal>,
    /// By provider: whoever takes bookings, and whoever had some.
    pub providers: Vec<ProviderUse>,
}

/// How much of their shifts somebody was booked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProviderUse {
    /// Who.
    pub id: Uuid,
    /// What they are called.
    pub name: String,
    /// Minutes that visits take, buffers included; a visit that customers share counts once.
    pub booked_minutes: u32,
    /// Minutes of their shifts, without breaks, leave, holidays and what lies outside the branch's hours.
    pub shift_minutes: u32,
    /// Booked minutes in percent of shift minutes, more than a hundred where visits lie outside shifts; none without shifts.
    #[schema(value_type = Option<String>)]
    pub percent: Option<Decimal>,
}

impl App {
    /// How much of their shifts people were booked for in a period.
    pub async fn use_report(&self, query: &ReportQuery) -> Result<UseReport> {
        let ground = self.ground(query).await?;
        let days = self.counted(&ground, Counted::Visits).await?;
        report(ground, &days).await
    }
}

pub(super) async fn report(ground: Ground, days: &[Arc<Day>]) -> Result<UseReport> {
    let mut taken: HashMap<ProviderId, u32> = HashMap::new();
    for (_, provider, figure) in ground.figures(days) {
        let minutes = taken.entry(provider).or_default();
        *minutes = minutes.saturating_add(figure.minutes);
    }
    let (first, last) = ground.period.stretch(ground.zone);
    let grid = Grid::covering(first, last);
    let period = ground.told();
    // The shifts of a thousand people in a year take most of a second to expand the first time.
    let work = move || providers(&ground.catalog, &ground.filter, &grid, &taken);
    let providers =
        tokio::task::spawn_blocking(work).await.map_err(|error| Error::Inside(error.to_string()))?;
    let sum = |minutes: fn(&ProviderUse) -> u32| providers.iter().map(minutes).fold(0, u32::saturating_add);
    let booked_minutes = sum(|one| one.booked_minutes);
    let shift_minutes = sum(|one| one.shift_minutes);
    let percent = percent(booked_minutes, shift_minutes);
    Ok(UseReport { period, booked_minutes, shift_minutes, percent, providers })
}

fn providers(
    catalog: &Catalog,
    filter: &Filter,
    grid: &Grid,
    taken: &HashMap<ProviderId, u32>,
) -> Vec<ProviderUse> {
    let row = |(id, provider): (&Uuid, &Provider)| {
        let id = ProviderId(*id);
        let booked_minutes = taken.get(&id).copied().unwrap_or_default();
        let is_here = is_asked_for(catalog, filter, id, provider);
        if booked_minutes == 0 && !(is_here && provider.active) {
            return None;
        }
        let shift_minutes = if is_here { shift_minutes(catalog, grid, id, provider) } else { 0 };
        let percent = percent(booked_minutes, shift_minutes);
        Some(ProviderUse { id: id.0, name: provider.name.clone(), booked_minutes, shift_minutes, percent })
    };
    let mut rows: Vec<_> = catalog.providers.iter().filter_map(row).collect();
    rows.sort_by_cached_key(|row| (row.name.to_lowercase(), row.id));
    rows
}

fn is_asked_for(catalog: &Catalog, filter: &Filter, id: ProviderId, provider: &Provider) -> bool {
    let performs =
        |service: &Uuid| catalog.services.get(service).is_some_and(|service| service.providers.contains(&id));
    filter.branch.is_none_or(|branch| branch == provider.branch)
        && filter.provider.is_none_or(|wanted| wanted == id)
        && filter.service.is_none_or(|service| performs(&service.0))
}

fn shift_minutes(catalog: &Catalog, grid: &Grid, id: ProviderId, provider: &Provider) -> u32 {
    let Some(branch) = catalog.branches.get(&provider.branch.0) else { return 0 };
    let (on, away) = catalog.expanded.provider(grid, id.0, provider, branch);
    let open = catalog.expanded.branch(grid, provider.branch.0, branch);
    let away = away.into_iter().chain(std::iter::repeat(0));
    let slots = on.into_iter().zip(open).zip(away).map(|((on, open), away)| (on & open & !away).count_ones());
    slots.sum::<u32>() * SLOT_MINUTES
}
