//! `slotledger reconcile`: what the books say against what was asked of them.

use std::process::ExitCode;

use anyhow::{Context, bail};
use chrono::{Days as Calendar, NaiveDate};
use clap::{Args, ValueEnum};
use slotledger_erp::Days;

use super::progress::Counting;
use super::serve::Host;
use super::{ConfigFile, Person, load};
use crate::app::{App, Error, RepairRequest, Voice, advice, remedies};
use crate::clock::{Clock, SystemClock};
use crate::model::reconcile::{BooksFinding, FindingState, Remedy};
use crate::model::{Company, CompanyId, Stored};
use crate::store::{FindingFilter, Page};

/// Something is in the books that is not as it was asked for.
const FOUND: u8 = 2;

/// How far back it looks, unless it is said.
const BACK: Calendar = Calendar::new(6);

/// Entries that are read at a time.
const BATCH: u32 = 500;

#[derive(Debug, Args)]
pub(super) struct Reconcile {
    #[command(flatten)]
    file: ConfigFile,
    /// The first day that documents belong to; a week ago, unless it is said.
    #[arg(long)]
    from: Option<NaiveDate>,
    /// The last day; today, unless it is said.
    #[arg(long)]
    to: Option<NaiveDate>,
    /// Only of this company.
    #[arg(long)]
    company: Option<CompanyId>,
    /// Puts the finding of this number right, instead of looking.
    #[arg(long, value_name = "FINDING")]
    apply: Option<i64>,
    /// How; the likeliest repair, unless it is said.
    #[arg(long, value_enum, requires = "apply")]
    with: Option<RemedyName>,
    /// For `adopt` of one that is missing or withdrawn: the document's number in the books, or what the ERP knows it by. For
    /// `credit` of one that is doubled: the one to take back; all but the one that was posted from here, unless it is said.
    #[arg(long, requires = "apply")]
    reference: Option<String>,
    /// For `adopt` of a document made by hand: the parked delivery that it is taken for.
    #[arg(long, requires = "apply")]
    delivery: Option<i64>,
    /// Why; `accept` needs it.
    #[arg(long, default_value = "")]
    reason: String,
    #[command(flatten)]
    person: Person,
}

/// The repairs, as the command line names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RemedyName {
    Resend,
    Adopt,
    Accept,
    Credit,
}

impl From<RemedyName> for Remedy {
    fn from(name: RemedyName) -> Self {
        match name {
            RemedyName::Resend => Self::Resend,
            RemedyName::Adopt => Self::Adopt,
            RemedyName::Accept => Self::Accept,
            RemedyName::Credit => Self::Credit,
        }
    }
}

pub(super) async fn run(command: Reconcile) -> anyhow::Result<ExitCode> {
    let host = Host::open(&load(&command.file)?).await?;
    let by = command.person.name();
    if let Some(id) = command.apply {
        apply(&host.app, id, &command, &by).await?;
        return Ok(ExitCode::SUCCESS);
    }
    let today = SystemClock.now().date_naive();
    let to = command.to.unwrap_or(today);
    let from = command.from.or_else(|| to.checked_sub_days(BACK)).context("--from")?;
    let mut broken = 0;
    for Stored { id, data, .. } in companies(&host.app).await? {
        if command.company.is_none_or(|wanted| wanted == CompanyId(id)) {
            let counting = Counting::begin(&data.name);
            let tell = &mut |count| counting.at(count);
            match host.app.reconcile(CompanyId(id), Days { from, to }, &by, tell).await {
                Ok(run) => {
                    let seen = run.seen;
                    counting.end(&format!(
                        "{} documents compared, {} listed by the books, {} of them made by hand",
                        seen.compared, seen.listed, seen.by_hand
                    ));
                }
                Err(error) => {
                    broken += 1;
                    counting.end(&format!("broke off: {error}"));
                }
            }
        }
    }
    let found = tell_open(&host.app, command.company).await?;
    if broken > 0 {
        bail!("{broken} companies could not be compared with their books");
    }
    Ok(if found { ExitCode::from(FOUND) } else { ExitCode::SUCCESS })
}

async fn apply(app: &App, id: i64, command: &Reconcile, by: &str) -> anyhow::Result<()> {
    let finding = app.finding(id).await?.finding;
    let likeliest = remedies(&finding).first().copied();
    let remedy = command.with.map(Remedy::from).or(likeliest).context("the finding is closed")?;
    let reference = command.reference.clone();
    let request = RepairRequest { remedy, reference, delivery: command.delivery };
    let voice = Voice { by, reason: &command.reason };
    match app.repair_finding(id, &request, voice).await {
        Ok(finding) => {
            show(&finding);
            Ok(())
        }
        Err(Error::Invalid(fields)) => {
            let told: Vec<String> =
                fields.into_iter().map(|field| format!("--{} {}", field.field, field.message)).collect();
            bail!("{}", told.join("; "))
        }
        Err(other) => Err(other.into()),
    }
}

async fn companies(app: &App) -> anyhow::Result<Vec<Stored<Company>>> {
    let mut all: Vec<Stored<Company>> = Vec::new();
    loop {
        let after = all.last().map(|company| company.id);
        let page: Vec<Stored<Company>> = app.list(None, Page { after, limit: BATCH }).await?;
        let complete = page.len() < BATCH as usize;
        all.extend(page);
        if complete {
            return Ok(all);
        }
    }
}

/// Prints what is open, and says whether there is anything that is wrong.
async fn tell_open(app: &App, company: Option<CompanyId>) -> anyhow::Result<bool> {
    let filter = FindingFilter { company, state: Some(FindingState::Open), kind: None };
    let (mut after, mut wrong) = (0, false);
    loop {
        let page = app.findings(filter, after, BATCH).await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        page.iter().for_each(show);
        wrong |= page.iter().any(|finding| !finding.found.kind.is_information());
    }
    if !wrong {
        println!("Everything stands as it was asked for.");
    }
    Ok(wrong)
}

fn show(finding: &BooksFinding) {
    let BooksFinding { id, found, state, .. } = finding;
    let repairs: Vec<&str> = remedies(finding).into_iter().map(Remedy::as_str).collect();
    println!("{id:>8}  {:<9} {:<9} {}  {}", state.as_str(), found.kind.as_str(), found.day, found.words);
    if !repairs.is_empty() && !found.kind.is_information() {
        println!("          {}", advice(finding));
        println!("          --apply {id} --with {}", repairs.join("|"));
    }
}
