//! What became of visits.

use std::collections::HashMap;
use std::ops::Add;
use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::{App, Result};
use super::{Day, Ground, ReportPeriod, ReportQuery, percent};
use crate::store::{Counted, VisitCounts};

/// Visits of a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct VisitReport {
    /// What it was made for.
    pub period: ReportPeriod,
    /// All of them.
    pub total: VisitFigures,
    /// By the week they start in, each week of the period.
    pub weeks: Vec<VisitWeek>,
    /// By branch; one that had none is left out, here and below.
    pub branches: Vec<VisitGroup>,
    /// By who performs them.
    pub providers: Vec<VisitGroup>,
    /// By what they are.
    pub services: Vec<VisitGroup>,
}

/// Visits of a week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct VisitWeek {
    /// Its first day in the period.
    pub from: NaiveDate,
    /// Its last day in the period.
    pub to: NaiveDate,
    /// What became of them.
    pub figures: VisitFigures,
}

/// Visits that have something in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct VisitGroup {
    /// The branch, the provider or the service.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// What became of them.
    pub figures: VisitFigures,
}

/// How many visits became what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct VisitFigures {
    /// All that were booked, whatever became of them: the sum of the five below it that exclude each other.
    pub booked: u32,
    /// They took place.
    pub completed: u32,
    /// They were called off, and not moved.
    pub cancelled: u32,
    /// Of the cancelled, those called off after the cut-off.
    pub cancelled_late: u32,
    /// Nobody was there.
    pub no_shows: u32,
    /// They were moved to another time, where they are counted again.
    pub rescheduled: u32,
    /// They are to be done, or under way.
    pub standing: u32,
    /// No-shows in percent of those that are over: completed, cancelled and no-shows. None where none is.
    #[schema(value_type = Option<String>)]
    pub no_show_percent: Option<Decimal>,
    /// Late cancellations in percent of the same.
    #[schema(value_type = Option<String>)]
    pub late_cancellation_percent: Option<Decimal>,
}

impl From<VisitCounts> for VisitFigures {
    fn from(counts: VisitCounts) -> Self {
        let VisitCounts { completed, cancelled, cancelled_late, no_shows, rescheduled, standing } = counts;
        let over = completed + cancelled + no_shows;
        Self {
            booked: over + rescheduled + standing,
            completed,
            cancelled,
            cancelled_late,
            no_shows,
            rescheduled,
            standing,
            no_show_percent: percent(no_shows, over),
            late_cancellation_percent: percent(cancelled_late, over),
        }
    }
}

/// What visits are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum By {
    /// The how manieth week they start in.
    Week(usize),
    Branch(Uuid),
    Provider(Uuid),
    Service(Uuid),
}

impl App {
    /// What became of the visits of a period.
    pub async fn visit_report(&self, query: &ReportQuery) -> Result<VisitReport> {
        let ground = self.ground(query).await?;
        let days = self.counted(&ground, Counted::Visits).await?;
        Ok(report(&ground, &days))
    }
}

pub(super) fn report(ground: &Ground, days: &[Arc<Day>]) -> VisitReport {
    let mut counts: HashMap<By, VisitCounts> = HashMap::new();
    for (week, provider, figure) in ground.figures(days) {
        if figure.counts == VisitCounts::default() {
            continue;
        }
        let by = [By::Branch(figure.branch.0), By::Provider(provider.0), By::Service(figure.service.0)];
        for by in [By::Week(week)].into_iter().chain(by) {
            let counts = counts.entry(by).or_default();
            *counts = *counts + figure.counts;
        }
    }
    told(ground, &counts)
}

fn told(ground: &Ground, counts: &HashMap<By, VisitCounts>) -> VisitReport {
    let of = |n: usize| counts.get(&By::Week(n)).copied();
    let weeks: Vec<_> = ground.period.weeks().into_iter().enumerate().collect();
    let total = weeks.iter().filter_map(|(n, _)| of(*n)).fold(VisitCounts::default(), Add::add);
    let catalog = &*ground.catalog;
    let mut report = VisitReport {
        period: ground.told(),
        total: total.into(),
        weeks: weeks
            .into_iter()
            .map(|(n, week)| VisitWeek {
                from: week.from,
                to: week.to,
                figures: of(n).unwrap_or_default().into(),
            })
            .collect(),
        branches: Vec::new(),
        providers: Vec::new(),
        services: Vec::new(),
    };
    for (by, counts) in counts {
        let (groups, id, name) = match by {
            By::Week(_) => continue,
            By::Branch(id) => (&mut report.branches, id, catalog.branches.get(id).map(|one| &one.name)),
            By::Provider(id) => (&mut report.providers, id, catalog.providers.get(id).map(|one| &one.name)),
            By::Service(id) => (&mut report.services, id, catalog.services.get(id).map(|one| &one.name)),
        };
        let name = name.cloned().unwrap_or_default();
        groups.push(VisitGroup { id: *id, name, figures: (*counts).into() });
    }
    for groups in [&mut report.branches, &mut report.providers, &mut report.services] {
        groups.sort_by_cached_key(|group| (group.name.to_lowercase(), group.id));
    }
    report
}
