//! `slotledger rules decisions`: decisions that were recorded.

use chrono::{DateTime, SecondsFormat, Utc};
use clap::{Args, ValueEnum};

use crate::cli::serve::Host;
use crate::cli::{ConfigFile, load};
use crate::clock::{Clock, SystemClock};
use crate::model::decision::Outcome;
use crate::model::{AppointmentId, CompanyId};
use crate::store::DecisionFilter;

#[derive(Debug, Args)]
pub(super) struct Decisions {
    /// Prints this decision, with everything that it was made from.
    id: Option<i64>,
    /// Only of this company.
    #[arg(long)]
    company: Option<CompanyId>,
    /// Only about this appointment.
    #[arg(long)]
    appointment: Option<AppointmentId>,
    /// Only at this point: a command's name, or `search`.
    #[arg(long)]
    point: Option<String>,
    /// Only those that came to this.
    #[arg(long, value_enum)]
    outcome: Option<OutcomeName>,
    /// Only those made at or after this: a date, a moment, or so many days ago (`30d`).
    #[arg(long, value_parser = moment)]
    since: Option<DateTime<Utc>>,
    /// No more than this.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
    #[command(flatten)]
    file: ConfigFile,
}

/// The outcomes, as the command line names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OutcomeName {
    Granted,
    Refused,
    Stopped,
}

impl From<OutcomeName> for Outcome {
    fn from(name: OutcomeName) -> Self {
        match name {
            OutcomeName::Granted => Self::Granted,
            OutcomeName::Refused => Self::Refused,
            OutcomeName::Stopped => Self::Stopped,
        }
    }
}

pub(super) async fn run(command: &Decisions) -> anyhow::Result<()> {
    let app = Host::open(&load(&command.file)?).await?.app;
    if let Some(id) = command.id {
        println!("{}", serde_json::to_string_pretty(&app.decision(id).await?)?);
        return Ok(());
    }
    let filter = DecisionFilter {
        company: command.company,
        appointment: command.appointment,
        point: command.point.clone(),
        outcome: command.outcome.map(Outcome::from),
        since: command.since,
        until: None,
    };
    println!(
        "{:>9}  {:<20}  {:<12}  {:<8}  {:>12}  appointment",
        "decision", "made", "point", "outcome", "fuel"
    );
    for decision in app.decisions(&filter, None, command.limit).await? {
        println!(
            "{:>9}  {:<20}  {:<12}  {:<8}  {:>12}  {}",
            decision.id,
            decision.decided_at.to_rfc3339_opts(SecondsFormat::Secs, true),
            decision.point,
            decision.outcome.as_str(),
            decision.fuel,
            decision.appointment.map_or_else(|| "-".to_owned(), |id| id.to_string())
        );
    }
    Ok(())
}

/// Reads `2026-11-01`, `2026-11-01T08:00:00Z` or `30d`.
pub(super) fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    let days = text.strip_suffix('d').and_then(|days| days.parse::<u32>().ok());
    if let Some(days) = days {
        let ago = chrono::TimeDelta::days(i64::from(days));
        return SystemClock.now().checked_sub_signed(ago).ok_or_else(|| format!("{days} days are too many"));
    }
    if let Ok(date) = text.parse::<chrono::NaiveDate>() {
        return Ok(date.and_time(chrono::NaiveTime::MIN).and_utc());
    }
    let moment = DateTime::parse_from_rfc3339(text);
    moment.map(|at| at.to_utc()).map_err(|_| {
        "write a date (2026-11-01, in UTC), a moment (2026-11-01T08:00:00Z), or so many days ago (30d)"
            .to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_date_an_instant_or_days_ago() {
        let instant = |text: &str| moment(text).map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true));
        assert_eq!(instant("2026-11-01").as_deref(), Ok("2026-11-01T00:00:00Z"));
        assert_eq!(instant("2026-11-01T08:00:00+02:00").as_deref(), Ok("2026-11-01T06:00:00Z"));
        let then = moment("30d").expect("days");
        assert_eq!((SystemClock.now() - then).num_days(), 30);
        for wrong in ["", "d", "yesterday", "2026-13-01", "-3d", "4294967295d"] {
            assert!(moment(wrong).is_err(), "{wrong}");
        }
    }
}
