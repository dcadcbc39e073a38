//! What was sold and what was invoiced.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::{App, Result};
use super::period::Period;
use super::{Day, Ground, ReportPeriod, ReportQuery};
use crate::store::{Amount, Counted};

/// What was sold and what was invoiced, net.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RevenueReport {
    /// What it was made for.
    pub period: ReportPeriod,
    /// By currency; none is converted into another.
    pub currencies: Vec<CurrencyRevenue>,
}

/// What was sold and what was invoiced in a currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CurrencyRevenue {
    /// ISO 4217 code.
    pub currency: String,
    /// Prices of visits that start in the period and took place, are under way or to be done.
    #[schema(value_type = String)]
    pub booked: Decimal,
    /// Invoices dated in the period that were made, less credit notes dated in it.
    #[schema(value_type = String)]
    pub invoiced: Decimal,
    /// By week, each week of the period.
    pub weeks: Vec<WeekRevenue>,
}

/// What was sold and what was invoiced in a week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WeekRevenue {
    /// Its first day in the period.
    pub from: NaiveDate,
    /// Its last day in the period.
    pub to: NaiveDate,
    /// Prices of its visits.
    #[schema(value_type = String)]
    pub booked: Decimal,
    /// Invoices of it, less credit notes.
    #[schema(value_type = String)]
    pub invoiced: Decimal,
}

impl App {
    /// What was sold and what was invoiced in a period.
    pub async fn revenue_report(&self, query: &ReportQuery) -> Result<RevenueReport> {
        let ground = self.ground(query).await?;
        let booked = self.counted(&ground, Counted::Visits).await?;
        self.revenue(&ground, &booked).await
    }

    /// The same, where visits have been counted already.
    pub(super) async fn revenue(&self, ground: &Ground, booked: &[Arc<Day>]) -> Result<RevenueReport> {
        let invoiced = self.counted(ground, Counted::Documents).await?;
        let amounts =
            |days| ground.figures(days).filter_map(|(week, _, one)| Some((week, one.amount.as_ref()?)));
        let currencies = by_currency(&ground.period.weeks(), amounts(booked), amounts(&invoiced));
        Ok(RevenueReport { period: ground.told(), currencies })
    }
}

/// What was booked and what was invoiced, each amount with the how manieth week it belongs to.
fn by_currency<'a>(
    weeks: &[Period],
    booked: impl Iterator<Item = (usize, &'a Amount)>,
    invoiced: impl Iterator<Item = (usize, &'a Amount)>,
) -> Vec<CurrencyRevenue> {
    let mut all: BTreeMap<&str, CurrencyRevenue> = BTreeMap::new();
    let booked = booked.map(|amount| (amount, false));
    for ((week, Amount { currency, amount }), is_invoiced) in
        booked.chain(invoiced.map(|amount| (amount, true)))
    {
        let one = all.entry(currency).or_insert_with_key(|currency| nothing(currency, weeks));
        let Some(week) = one.weeks.get_mut(week) else { continue };
        let (whole, part) = match is_invoiced {
            true => (&mut one.invoiced, &mut week.invoiced),
            false => (&mut one.booked, &mut week.booked),
        };
        *whole = whole.saturating_add(*amount);
        *part = part.saturating_add(*amount);
    }
    all.into_values().map(alike).collect()
}

fn nothing(currency: &str, weeks: &[Period]) -> CurrencyRevenue {
    let (booked, invoiced) = (Decimal::ZERO, Decimal::ZERO);
    let week = |week: &Period| WeekRevenue { from: week.from, to: week.to, booked, invoiced };
    CurrencyRevenue {
        currency: currency.to_owned(),
        booked,
        invoiced,
        weeks: weeks.iter().map(week).collect(),
    }
}

/// The same with as many digits after the point everywhere, zeros where there are fewer.
fn alike(mut one: CurrencyRevenue) -> CurrencyRevenue {
    let digits = one.booked.scale().max(one.invoiced.scale());
    let parts = one.weeks.iter_mut().flat_map(|week| [&mut week.booked, &mut week.invoiced]);
    parts.chain([&mut one.booked, &mut one.invoiced]).for_each(|amount| amount.rescale(digits));
    one
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn currencies_stand_apart_and_amounts_have_their_digits() {
        let day = |text: &str| text.parse().unwrap();
        let weeks = [
            Period { from: day("2026-11-02"), to: day("2026-11-08") },
            Period { from: day("2026-11-09"), to: day("2026-11-15") },
        ];
        let amount = |week, currency: &str, amount: &str| {
            (week, Amount { currency: currency.to_owned(), amount: amount.parse().unwrap() })
        };
        let booked = [amount(0, "JPY", "1500"), amount(0, "EUR", "0.1"), amount(1, "EUR", "0.20")];
        let invoiced = [amount(1, "EUR", "-30.35")];
        let each = |amounts: &'static [(usize, Amount)]| amounts.iter().map(|(week, amount)| (*week, amount));
        let found = by_currency(&weeks, each(booked.to_vec().leak()), each(invoiced.to_vec().leak()));
        let told = |revenue: &CurrencyRevenue| {
            let weeks = revenue.weeks.iter().map(|week| format!("{} {}", week.booked, week.invoiced));
            let weeks: Vec<_> = weeks.collect();
            format!("{} {} {}: {}", revenue.currency, revenue.booked, revenue.invoiced, weeks.join(", "))
        };
        let told: Vec<_> = found.iter().map(told).collect();
        assert_eq!(told, ["EUR 0.30 -30.35: 0.10 0.00, 0.20 -30.35", "JPY 1500 0: 1500 0, 0 0"]);
    }
}
