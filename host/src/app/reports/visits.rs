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
use super::period::Period;
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

/// What became of visits, by what they have in common.
struct Sums {
    /// By the how manieth week they start in.
    weeks: Vec<VisitCounts>,
    branches: HashMap<Uuid, VisitCounts>,
    providers: HashMap<Uuid, VisitCounts>,
    services: HashMap<Uuid, VisitCounts>,
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
    let mut sums = Sums {
        weeks: vec![VisitCounts::default(); ground.period.weeks().len()],
        branches: HashMap::new(),
        providers: HashMap::new(),
        services: HashMap::new(),
    };
    for (week, provider, figure) in ground.figures(days) {
        if figure.counts == VisitCounts::default() {
            continue;
        }
        let groups = [
            (&mut sums.branches, figure.branch.0),
            (&mut sums.providers, provider.0),
            (&mut sums.services, figure.service.0),
        ];
        let groups = groups.map(|(group, id)| group.entry(id).or_default());
        for sum in groups.into_iter().chain(sums.weeks.get_mut(week)) {
            *sum = *sum + figure.counts;
        }
    }
    told(ground, &sums)
}

fn told(ground: &Ground, sums: &Sums) -> VisitReport {
    let catalog = &*ground.catalog;
    let week = |(week, counts): (Period, &VisitCounts)| VisitWeek {
        from: week.from,
        to: week.to,
        figures: (*counts).into(),
    };
    VisitReport {
        period: ground.told(),
        total: sums.weeks.iter().copied().fold(VisitCounts::default(), Add::add).into(),
        weeks: ground.period.weeks().into_iter().zip(&sums.weeks).map(week).collect(),
        branches: groups(&sums.branches, |id| Some(&catalog.branches.get(id)?.name)),
        providers: groups(&sums.providers, |id| Some(&catalog.providers.get(id)?.name)),
        services: groups(&sums.services, |id| Some(&catalog.services.get(id)?.name)),
    }
}

/// In the order of their names.
fn groups<'c>(
    sums: &HashMap<Uuid, VisitCounts>,
    name: impl Fn(&Uuid) -> Option<&'c String>,
) -> Vec<VisitGroup> {
    let group = |(id, counts): (&Uuid, &VisitCounts)| VisitGroup {
        id: *id,
        name: name(id).cloned().unwrap_or_default(),
        figures: (*counts).into(),
    };
    let mut groups: Vec<_> = sums.iter().map(group).collect();
    groups.sort_by_cached_key(|group| (group.name.to_lowercase(), group.id));
    groups
}
