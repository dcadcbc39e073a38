//! The figures of reports as files.

use axum::extract;
use axum::http::Uri;
use axum::response::Response;
use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::super::csv::{Cell, Csv};
use super::super::form::Form;
use super::asked;
use crate::app::{ReportQuery, VisitFigures};
use crate::http::operation::State;
use crate::http::problem::Problem;

fn query(uri: &Uri) -> Result<ReportQuery, Problem> {
    asked(&Form::parse(uri.query().unwrap_or_default().as_bytes()))
}

/// Visits, a row for all of them, then one for each week, branch, provider and service.
pub(super) async fn visits(
    extract::State(app): extract::State<State>,
    uri: Uri,
) -> Result<Response, Problem> {
    let report = app.visit_report(&query(&uri)?).await?;
    let mut csv = Csv::new(
        "by,name,from,to,booked,completed,cancelled,cancelled_late,no_shows,rescheduled,standing,no_show_percent,\
         late_cancellation_percent",
    );
    let whole = (report.period.from, report.period.to);
    csv.row(&counts("total", "", whole, &report.total));
    for week in &report.weeks {
        csv.row(&counts("week", "", (week.from, week.to), &week.figures));
    }
    for (by, groups) in
        [("branch", &report.branches), ("provider", &report.providers), ("service", &report.services)]
    {
        for group in groups {
            csv.row(&counts(by, &group.name, whole, &group.figures));
        }
    }
    Ok(csv.answer("visits.csv"))
}

fn counts<'c>(
    by: &'c str,
    name: &'c str,
    (from, to): (NaiveDate, NaiveDate),
    figures: &VisitFigures,
) -> [Cell<'c>; 13] {
    let number = |count: u32| Cell::Number(count.to_string());
    [
        Cell::Text(by),
        Cell::Text(name),
        Cell::Number(from.to_string()),
        Cell::Number(to.to_string()),
        number(figures.booked),
        number(figures.completed),
        number(figures.cancelled),
        number(figures.cancelled_late),
        number(figures.no_shows),
        number(figures.rescheduled),
        number(figures.standing),
        share(figures.no_show_percent),
        share(figures.late_cancellation_percent),
    ]
}

fn share<'c>(share: Option<Decimal>) -> Cell<'c> {
    share.map_or(Cell::Nothing, |share| Cell::Number(share.to_string()))
}

/// How much of their shifts people were booked for.
pub(super) async fn utilisation(
    extract::State(app): extract::State<State>,
    uri: Uri,
) -> Result<Response, Problem> {
    let report = app.use_report(&query(&uri)?).await?;
    let mut csv = Csv::new("provider,from,to,booked_minutes,shift_minutes,percent");
    for one in &report.providers {
        csv.row(&[
            Cell::Text(&one.name),
            Cell::Number(report.period.from.to_string()),
            Cell::Number(report.period.to.to_string()),
            Cell::Number(one.booked_minutes.to_string()),
            Cell::Number(one.shift_minutes.to_string()),
            share(one.percent),
        ]);
    }
    Ok(csv.answer("utilisation.csv"))
}

/// What was sold and invoiced, a row for each currency and week.
pub(super) async fn revenue(
    extract::State(app): extract::State<State>,
    uri: Uri,
) -> Result<Response, Problem> {
    let report = app.revenue_report(&query(&uri)?).await?;
    let mut csv = Csv::new("currency,from,to,booked,invoiced");
    for one in &report.currencies {
        for week in &one.weeks {
            csv.row(&[
                Cell::Text(&one.currency),
                Cell::Number(week.from.to_string()),
                Cell::Number(week.to.to_string()),
                Cell::Number(week.booked.to_string()),
                Cell::Number(week.invoiced.to_string()),
            ]);
        }
    }
    Ok(csv.answer("revenue.csv"))
}
