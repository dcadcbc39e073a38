//! `slotledger rules replay`: what another component would have decided.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use chrono::{DateTime, SecondsFormat, Utc};
use clap::Args;

use super::account::{failed, harmless};
use super::decisions::moment;
use crate::app::{Candidate, Counts, Differing, Period, ReplayChange, Report};
use crate::cli::progress::Counting;
use crate::cli::serve::Host;
use crate::cli::{ConfigFile, load};
use crate::extension::{answer, limits};
use crate::model::{CompanyId, Settings};
use crate::wasm::component;

/// Something would have been decided otherwise.
const DIFFERENT: u8 = 2;

/// Differences that are printed; `--json` has the others.
const PRINTED: usize = 50;

#[derive(Debug, Args)]
pub(super) struct Replay {
    /// The component that decides again: an extension, or rules.
    #[arg(long, value_name = "FILE")]
    with: PathBuf,
    /// Decisions made at or after this: a date, a moment, or so many days ago (`30d`).
    #[arg(long, value_name = "DATE", value_parser = moment)]
    since: DateTime<Utc>,
    /// Decisions made before this.
    #[arg(long, value_name = "DATE", value_parser = moment)]
    until: Option<DateTime<Utc>>,
    /// Only of this company.
    #[arg(long)]
    company: Option<CompanyId>,
    /// Gives a setting of the extension this value, whatever was set then. May be given several times.
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = setting)]
    settings: Vec<(String, String)>,
    /// Also writes the whole report to this file.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    #[command(flatten)]
    file: ConfigFile,
}

fn setting(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write it as NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

pub(super) async fn run(command: &Replay) -> anyhow::Result<ExitCode> {
    let bytes = component::read(&command.with, limits::COMPONENT_BYTES);
    let bytes = bytes.map_err(|error| failed(&error.into()))?;
    let settings: Settings = command.settings.iter().cloned().collect();
    let config = load(&command.file)?;
    let cache = config.rules.cache.as_deref();
    let candidate = Candidate::load(&command.with.display().to_string(), &bytes, settings, cache)
        .map_err(|error| failed(&error))?;
    check(&candidate)?;
    let app = Host::open(&config).await?.app;
    let period = Period { since: command.since, until: command.until, company: command.company, most: None };
    let counting = Counting::begin("replay");
    let report = app.decide_again(&candidate, &period, &mut |count| counting.at(count)).await;
    let report = match report {
        Ok(report) => report,
        Err(error) => {
            counting.end("broke off");
            return Err(error).context("the decisions could not be made again");
        }
    };
    counting.end(&format!("{} decisions", report.decisions));
    print(&report);
    if let Some(path) = &command.json {
        let mut text = serde_json::to_string_pretty(&report)?;
        text.push('\n');
        fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(if report.counts.differing == 0 { ExitCode::SUCCESS } else { ExitCode::from(DIFFERENT) })
}

/// Refuses settings that the candidate does not have.
fn check(candidate: &Candidate) -> anyhow::Result<()> {
    match candidate {
        Candidate::Rules(_) => Ok(()),
        Candidate::Extension(extension, settings) => {
            for (name, value) in settings {
                let declared = extension.description().settings.iter().find(|setting| setting.name == *name);
                match declared {
                    None => bail!("the extension declares no setting `{name}`"),
                    Some(setting) if !answer::fits(setting.kind, value) => {
                        bail!("{value:?} does not fit the setting `{name}`")
                    }
                    Some(_) => {}
                }
            }
            Ok(())
        }
    }
}

fn print(report: &Report) {
    let candidate = &report.candidate;
    println!("{} {}, {}, SHA-256 {}", candidate.id, candidate.version, candidate.kind, candidate.digest);
    let until = report.until.map_or_else(|| "now".to_owned(), time);
    println!("decisions from {} to {until}: {} recorded\n", time(report.since), report.decisions);
    println!(
        "{:<14} {:>10} {:>10} {:>16} {:>16}",
        "point", "made again", "different", "refused instead", "granted instead"
    );
    for (point, counts) in &report.points {
        count(point, counts);
    }
    count("altogether", &report.counts);
    for (why, number) in &report.skipped {
        println!("\n{number} could not be made again: {why}");
    }
    for difference in report.differences.iter().take(PRINTED) {
        print_one(difference);
    }
    let more = u64::try_from(report.differences.len().saturating_sub(PRINTED)).unwrap_or(u64::MAX);
    let more = more.saturating_add(report.untold);
    if more > 0 {
        println!("\n… and {more} more that are different: --json FILE writes them down");
    }
}

fn count(name: &str, counts: &Counts) {
    let Counts { replayed, differing, refused_instead, granted_instead } = counts;
    println!("{name:<14} {replayed:>10} {differing:>10} {refused_instead:>16} {granted_instead:>16}");
}

fn print_one(difference: &Differing) {
    let about = difference.appointment.map_or_else(|| "no appointment".to_owned(), |id| id.to_string());
    println!(
        "\ndecision {}, {}, {}, {about}",
        difference.decision,
        difference.point,
        time(difference.decided_at)
    );
    for ReplayChange { kind, code, what, before, after } in &difference.changes {
        let names: Vec<&str> = [code.as_deref(), Some(what.as_str())].into_iter().flatten().collect();
        let names = names.into_iter().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(" ");
        let side = |text: &Option<String>| text.as_deref().map_or_else(|| "–".to_owned(), harmless);
        println!("  {:<9} {names}", kind.as_str());
        println!("            was: {}", side(before));
        println!("            is:  {}", side(after));
    }
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
