//! Reports: what became of a period's work, how much of the shifts it filled, and what it was sold and invoiced for.
//!
//! Invariants: figures are counted by the store, day by day, and only put together here; what is kept of a day is counted anew
//! once something of it has changed. A period is days of the company's zone, in whole
//! days; amounts are exact, and none is converted into another currency.
//!
//! Deliberately absent: judging. Whether a cancellation was late, the rules said when it was made.

mod kept;
mod period;
mod revenue;
mod utilisation;
mod visits;

use std::sync::Arc;

use chrono::{NaiveDate, NaiveTime, TimeDelta};
use chrono_tz::Tz;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::catalog::Catalog;
use super::{App, Error, Result};
use crate::model::{BranchId, Company, CompanyId, ProviderId, ServiceId, Stored};
use crate::store::{Counted, Figure, Page, Stretch};

use kept::Day;
pub(super) use kept::Kept;
pub use period::MAX_DAYS as MAX_REPORT_DAYS;
use period::Period;
pub use revenue::{CurrencyRevenue, RevenueReport, WeekRevenue};
pub use utilisation::{ProviderUse, UseReport};
pub use visits::{VisitFigures, VisitGroup, VisitReport, VisitWeek};

/// Companies whose reports are counted ahead: of more than some, what is kept would be forgotten before anybody asks.
const AHEAD: usize = 20;

/// What a report is about.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReportQuery {
    /// Whose work; where there is one company only, it need not be named.
    pub company: Option<CompanyId>,
    /// Only at this branch.
    pub branch: Option<BranchId>,
    /// Only by this provider.
    pub provider: Option<ProviderId>,
    /// Only of this service.
    pub service: Option<ServiceId>,
    /// The first day, by the company's clock. Without both it is the last four full weeks and the present one; with one of
    /// them, five weeks.
    pub from: Option<NaiveDate>,
    /// The last day, no more than 371 days after the first.
    pub to: Option<NaiveDate>,
}

/// What a report was made for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReportPeriod {
    /// Whose work.
    pub company: CompanyId,
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// The zone that the days are meant in.
    #[schema(value_type = String)]
    pub time_zone: Tz,
}

/// All that is reported of a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllReports {
    /// What became of visits.
    pub visits: VisitReport,
    /// How much of their shifts people were booked for.
    pub used: UseReport,
    /// What was sold and invoiced, where that was asked for.
    pub revenue: Option<RevenueReport>,
}

/// Whose work is reported on.
#[derive(Debug, Clone, Copy)]
struct Filter {
    company: CompanyId,
    branch: Option<BranchId>,
    provider: Option<ProviderId>,
    service: Option<ServiceId>,
}

impl Filter {
    fn finds(&self, provider: ProviderId, figure: &Figure) -> bool {
        self.branch.is_none_or(|branch| branch == figure.branch)
            && self.provider.is_none_or(|wanted| wanted == provider)
            && self.service.is_none_or(|service| service == figure.service)
    }
}

/// What all reports begin with.
struct Ground {
    filter: Filter,
    period: Period,
    zone: Tz,
    catalog: Arc<Catalog>,
}

impl Ground {
    fn told(&self) -> ReportPeriod {
        let Period { from, to } = self.period;
        ReportPeriod { company: self.filter.company, from, to, time_zone: self.zone }
    }

    /// The times that are counted, a day each.
    fn times(&self, counted: Counted) -> Vec<Stretch> {
        let time = |day: NaiveDate| match counted {
            Counted::Visits => Period { from: day, to: day }.stretch(self.zone),
            Counted::Documents => {
                let start = day.and_time(NaiveTime::MIN).and_utc();
                (start, start + TimeDelta::days(1))
            }
        };
        self.period.days().map(time).collect()
    }

    /// What days came to of what was asked for, with the how manieth week it is in and whose it is.
    fn figures<'d>(&'d self, days: &'d [Arc<Day>]) -> impl Iterator<Item = (usize, ProviderId, &'d Figure)> {
        let weeks = self.period.weeks().into_iter().enumerate();
        let weeks = weeks.flat_map(|(n, week)| week.days().map(move |_| n));
        let figures = weeks.zip(days).flat_map(|(week, day)| {
            day.figures().iter().map(move |(provider, figure)| (week, *provider, figure))
        });
        figures.filter(|(_, provider, figure)| self.filter.finds(*provider, figure))
    }
}

impl App {
    /// The period that a report would be about.
    pub async fn report_period(&self, query: &ReportQuery) -> Result<ReportPeriod> {
        Ok(self.ground(query).await?.told())
    }

    /// All that is reported of a period; sales and invoices only if they are asked for.
    pub async fn reports(&self, query: &ReportQuery, has_revenue: bool) -> Result<AllReports> {
        let ground = self.ground(query).await?;
        let days = self.counted(&ground, Counted::Visits).await?;
        let revenue = if has_revenue { Some(self.revenue(&ground, &days).await?) } else { None };
        let visits = visits::report(&ground, &days);
        Ok(AllReports { visits, used: utilisation::report(ground, &days).await?, revenue })
    }

    /// Counts what the usual reports of the first companies are made of, so that nobody waits for it. What fails is counted
    /// when somebody asks.
    pub async fn count_ahead(&self) {
        let companies = self.companies().await.unwrap_or_default();
        for Stored { id, .. } in companies.into_iter().take(AHEAD) {
            let query = ReportQuery { company: Some(CompanyId(id)), ..ReportQuery::default() };
            if let Err(error) = self.reports(&query, true).await {
                tracing::debug!(%error, company.id = %id, "Its reports could not be counted ahead.");
            }
        }
    }

    async fn counted(&self, ground: &Ground, counted: Counted) -> Result<Vec<Arc<Day>>> {
        let whose = (ground.filter.company, counted);
        Ok(self.counted.days(&*self.ports.store, whose, &ground.times(counted)).await?)
    }

    async fn ground(&self, query: &ReportQuery) -> Result<Ground> {
        let store = &*self.ports.store;
        let Stored { id, data, .. } = self.reported(query.company).await?;
        let (company, zone) = (CompanyId(id), data.time_zone);
        let today = self.ports.clock.now().with_timezone(&zone).date_naive();
        let period = Period::of(query.from, query.to, today)?;
        let version = store.catalog_version(company).await?;
        let catalog = self.catalogs.at(store, company, version).await?;
        let ReportQuery { branch, provider, service, .. } = *query;
        Ok(Ground { filter: Filter { company, branch, provider, service }, period, zone, catalog })
    }

    async fn reported(&self, company: Option<CompanyId>) -> Result<Stored<Company>> {
        if let Some(company) = company {
            return self.get::<Company>(company.0).await;
        }
        let mut all = self.list::<Company>(None, Page { after: None, limit: 2 }).await?;
        match (all.pop(), all.is_empty()) {
            (Some(only), true) => Ok(only),
            _ => Err(Error::field("company", "has to be named: there are several")),
        }
    }
}

/// A share in percent, to a tenth, half away from zero; none of nothing.
fn percent(part: u32, whole: u32) -> Option<Decimal> {
    if whole == 0 {
        return None;
    }
    let share = Decimal::from(part) * Decimal::ONE_HUNDRED / Decimal::from(whole);
    let mut share = share.round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero);
    share.rescale(1);
    Some(share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_to_a_tenth() {
        for (part, whole, share) in
            [(1, 3, "33.3"), (1, 8, "12.5"), (1, 2000, "0.1"), (7, 7, "100.0"), (9, 6, "150.0")]
        {
            assert_eq!(percent(part, whole).unwrap().to_string(), share, "{part} of {whole}");
        }
        assert_eq!(percent(0, 0), None);
    }
}
