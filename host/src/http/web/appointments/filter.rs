//! What the query of a list asks for.
//!
//! Invariant: the list and the file read it here, so that the file holds what the list shows.

use std::str::FromStr;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use super::super::customers::sought;
use super::super::form::Form;
use super::super::words;
use crate::app::{self, App};
use crate::http::problem::Problem;
use crate::model::{Appointment, AppointmentId, Branch, Company, Status};
use crate::store::{AppointmentFilter, Page, Sort};

/// What a view may keep of a query, and whatever follows it.
pub(super) const NAMES: [&str; 10] =
    ["branch", "company", "customer", "from", "order", "provider", "status", "text", "to", "when"];

/// What of it says whose appointments they are.
pub(super) const WHOSE: [&str; 4] = ["branch", "company", "customer", "provider"];

/// Which part of time is looked at, as seen from the present moment: a view that is kept stays true.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    Any,
    Today,
    Upcoming,
    Past,
}

impl When {
    pub(super) const ALL: [Self; 4] = [Self::Any, Self::Upcoming, Self::Today, Self::Past];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Any => "",
            Self::Today => "today",
            Self::Upcoming => "upcoming",
            Self::Past => "past",
        }
    }

    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Any => "Any time",
            Self::Today => "Today",
            Self::Upcoming => "Upcoming",
            Self::Past => "Over or called off",
        }
    }

    pub(super) fn of(query: &Form) -> Self {
        Self::ALL.into_iter().find(|when| when.name() == query.text("when")).unwrap_or(Self::Any)
    }

    /// What somebody who did not say wants to see first.
    const fn order(self) -> Sort {
        match self {
            Self::Today | Self::Upcoming => Sort::Earliest,
            Self::Any | Self::Past => Sort::Latest,
        }
    }
}

/// The order of a list.
pub(super) fn sort(query: &Form) -> Sort {
    match query.text("order") {
        "earliest" => Sort::Earliest,
        "latest" => Sort::Latest,
        _ => When::of(query).order(),
    }
}

/// The zone that days are meant in: the branch's or the company's that is looked at, else UTC.
pub(super) async fn zone(app: &App, query: &Form) -> Result<Tz, Problem> {
    if let Some(branch) = query.read("branch")? {
        return Ok(app.get::<Branch>(branch).await?.data.time_zone);
    }
    let company = match query.read("company")? {
        Some(company) => app.get::<Company>(company).await?,
        None => match app.list::<Company>(None, Page { after: None, limit: 2 }).await?.as_slice() {
            [only] => only.clone(),
            _ => return Ok(Tz::UTC),
        },
    };
    Ok(company.data.time_zone)
}

/// The appointments that a query asks for at this moment, in its order.
pub(super) fn filter(query: &Form, zone: Tz, now: DateTime<Utc>) -> Result<AppointmentFilter, Problem> {
    let days = |name| query.read::<NaiveDate>(name);
    let when = When::of(query);
    let (mut from, mut to) =
        (days("from")?.map(|day| app::day(zone, day).0), days("to")?.map(|day| app::day(zone, day).1));
    if when == When::Today {
        let today = app::day(zone, now.with_timezone(&zone).date_naive());
        (from, to) = (from.max(Some(today.0)), Some(to.map_or(today.1, |to| to.min(today.1))));
    }
    if when == When::Upcoming {
        from = from.max(Some(now));
    }
    Ok(AppointmentFilter {
        company: query.read("company")?,
        branch: query.read("branch")?,
        provider: query.read("provider")?,
        customer: query.read("customer")?,
        status: status(query),
        standing: when == When::Upcoming,
        over: (when == When::Past).then_some(now),
        from,
        to,
        find: sought(query, "text")?,
        sort: sort(query),
        ..AppointmentFilter::default()
    })
}

/// The status that is asked for.
pub(super) fn status(query: &Form) -> Option<Status> {
    words::STATUSES.into_iter().find(|status| status.as_str() == query.text("status"))
}

/// A place in a list by start, as an address carries it: `<seconds>.<identifier>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place(pub(super) DateTime<Utc>, pub(super) AppointmentId);

impl Place {
    /// Where a list goes on after this one.
    pub(super) fn after(last: &Appointment) -> Self {
        Self(last.start, last.id)
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "{}.{}", self.0.timestamp(), self.1)
    }
}

impl FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (seconds, id) = text.split_once('.').ok_or(())?;
        let seconds = TimeDelta::try_seconds(seconds.parse().map_err(drop)?).ok_or(())?;
        let start = DateTime::UNIX_EPOCH.checked_add_signed(seconds).filter(|at| in_range(*at)).ok_or(())?;
        Ok(Self(start, id.parse().map_err(drop)?))
    }
}

/// Whether every engine can hold the moment.
fn in_range(at: DateTime<Utc>) -> bool {
    use chrono::Datelike;
    crate::model::fields::YEARS.contains(&at.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_is_written() {
        let text = "1800000000.0192f0c1-7d3e-7000-8000-000000000001";
        assert_eq!(text.parse::<Place>().unwrap().to_string(), text);
        for wrong in [
            "",
            ".",
            "x.0192f0c1-7d3e-7000-8000-000000000001",
            "9223372036854775807.x",
            "1800000000.x",
            "99999999999999.0192f0c1-7d3e-7000-8000-000000000001",
        ] {
            assert_eq!(wrong.parse::<Place>(), Err(()), "{wrong}");
        }
    }

    #[test]
    fn a_view_of_today_is_a_view_of_each_day() {
        let query = |text: &str| Form::parse(text.as_bytes());
        let zone = chrono_tz::Europe::Berlin;
        let now: DateTime<Utc> = "2026-11-22T23:30:00Z".parse().unwrap();
        let today = filter(&query("when=today"), zone, now).unwrap();
        assert_eq!(today.from.unwrap().to_rfc3339(), "2026-11-22T23:00:00+00:00");
        assert_eq!(today.to.unwrap() - today.from.unwrap(), TimeDelta::days(1));
        assert_eq!(today.sort, Sort::Earliest);
        let later = filter(&query("when=upcoming&from=2026-12-01&order=latest"), zone, now).unwrap();
        assert_eq!(later.from.unwrap().to_rfc3339(), "2026-11-30T23:00:00+00:00");
        assert_eq!((later.standing, later.sort), (true, Sort::Latest));
        let past = filter(&query("when=past&to=2026-11-01"), zone, now).unwrap();
        assert_eq!((past.over, past.from, past.sort), (Some(now), None, Sort::Latest));
        assert!(filter(&query("text=%00"), zone, now).is_err());
    }
}
