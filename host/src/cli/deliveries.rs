//! `slotledger deliveries`: documents on their way to the books, and what a person does about those that do not get
//! there.

use anyhow::anyhow;
use clap::{Args, Subcommand, ValueEnum};

use super::progress::Counting;
use super::serve::Host;
use super::{ConfigFile, Person, load, mapping};
use crate::app::{App, DeliveryStory, Error, NewCode, ParkedFilter, Retried, Voice};
use crate::model::delivery::Obstacle;
use crate::model::{CodeKind, CompanyId, Delivery, DeliveryState};
use crate::store::DeliveryFilter;

/// Entries of a page that is read at a time.
const BATCH: u32 = 200;

#[derive(Debug, Args)]
pub(super) struct DeliveriesCommand {
    #[command(flatten)]
    file: ConfigFile,
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Lists deliveries: those that need somebody, unless another state is named.
    List {
        /// The state they are in.
        #[arg(long, value_enum, default_value = "parked")]
        state: StateName,
        /// Only of this company.
        #[arg(long)]
        company: Option<CompanyId>,
        /// No more than this.
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Shows a delivery with each try and what people did about it.
    Show {
        /// The delivery's number.
        id: i64,
    },
    /// Puts a parked or waiting delivery back in line at once, or with `--parked` all that are parked.
    Retry {
        /// The delivery's number.
        #[arg(required_unless_present = "parked")]
        id: Option<i64>,
        /// Every one that is parked.
        #[arg(long, conflicts_with = "id")]
        parked: bool,
        /// With `--parked`: only of this company.
        #[arg(long, requires = "parked", conflicts_with = "id")]
        company: Option<CompanyId>,
        /// With `--parked`: only what this stands in the way of, such as `closed_period`.
        #[arg(long, requires = "parked", conflicts_with = "id")]
        code: Option<Obstacle>,
        /// Why.
        #[arg(long, default_value = "")]
        reason: String,
        #[command(flatten)]
        person: Person,
    },
    /// Does without a parked or waiting document. What comes after it goes on.
    Skip {
        /// The delivery's number.
        id: i64,
        /// Why.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        person: Person,
    },
    /// Takes a document that was made by hand for the one that is parked.
    ///
    /// The delivery's key is written onto it, and both are compared.
    Adopt {
        /// The delivery's number.
        id: i64,
        /// The document's number in the books, or the identifier the ERP knows it by.
        document: String,
        /// Why.
        #[arg(long, default_value = "")]
        reason: String,
        #[command(flatten)]
        person: Person,
    },
    /// Says what codes that the document names are called in the books, and tries it again.
    ///
    /// It holds for every document of the connection from now on. Amounts cannot be edited.
    Edit {
        /// The delivery's number.
        id: i64,
        /// `<kind>:<our code>=<their code>`; kinds are item, customer, provider, warehouse, unit and method.
        #[arg(long = "map", value_name = "CODE", value_parser = mapping, required = true)]
        codes: Vec<(CodeKind, String, String)>,
        /// Why.
        #[arg(long, default_value = "")]
        reason: String,
        #[command(flatten)]
        person: Person,
    },
}

/// The states, as the command line names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum StateName {
    Pending,
    Leased,
    Done,
    Parked,
    Skipped,
}

impl From<StateName> for DeliveryState {
    fn from(name: StateName) -> Self {
        match name {
            StateName::Pending => Self::Pending,
            StateName::Leased => Self::Leased,
            StateName::Done => Self::Done,
            StateName::Parked => Self::Parked,
            StateName::Skipped => Self::Skipped,
        }
    }
}

pub(super) async fn run(command: DeliveriesCommand) -> anyhow::Result<()> {
    let host = Host::open(&load(&command.file)?).await?;
    let app = &*host.app;
    let done = match command.act {
        Act::List { state, company, limit } => return list(app, state.into(), company, limit).await,
        Act::Show { id } => {
            show(&app.delivery_story(id).await?);
            return Ok(());
        }
        Act::Retry { id: Some(id), reason, person, .. } => {
            app.retry_delivery(id, Voice { by: &person.name(), reason: &reason }).await
        }
        Act::Retry { id: None, company, code, reason, person, .. } => {
            let voice = Voice { by: &person.name(), reason: &reason };
            return retry_parked(app, ParkedFilter { company, code, after: 0 }, voice).await;
        }
        Act::Skip { id, reason, person } => {
            anyhow::ensure!(!reason.trim().is_empty(), "say why with --reason");
            app.skip_delivery(id, Voice { by: &person.name(), reason: &reason }).await
        }
        Act::Adopt { id, document, reason, person } => {
            app.adopt_delivery(id, &document, Voice { by: &person.name(), reason: &reason }).await
        }
        Act::Edit { id, codes, reason, person } => {
            let new = codes.into_iter().map(|(kind, code, theirs)| NewCode {
                kind,
                code,
                theirs,
                note: reason.clone(),
            });
            app.edit_delivery(id, new.collect(), Voice { by: &person.name(), reason: &reason }).await
        }
    };
    line(&done.map_err(told)?);
    Ok(())
}

async fn retry_parked(app: &App, mut which: ParkedFilter, voice: Voice<'_>) -> anyhow::Result<()> {
    let counting = Counting::begin("Back in line");
    let mut all: u64 = 0;
    loop {
        let Retried { count, next } = app.retry_parked(&which, voice).await?;
        all += u64::from(count);
        counting.at(all);
        let Some(next) = next else { break };
        which.after = next;
    }
    counting.end(&format!("{all} deliveries"));
    Ok(())
}

/// What went wrong, with every field that is to blame.
fn told(error: Error) -> anyhow::Error {
    if let Error::Stale { current } = &error {
        return anyhow!("the delivery is {current}");
    }
    if let Error::Invalid(fields) = &error {
        let fields: Vec<&str> = fields.iter().map(|field| field.message.as_str()).collect();
        return anyhow!("{}", fields.join("; "));
    }
    error.into()
}

async fn list(app: &App, state: DeliveryState, company: Option<CompanyId>, limit: u32) -> anyhow::Result<()> {
    let filter = DeliveryFilter { company, state: Some(state), ..DeliveryFilter::default() };
    let (mut after, mut left) = (0, limit);
    while left > 0 {
        let page = app.deliveries(&filter, after, left.min(BATCH)).await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        left = left.saturating_sub(u32::try_from(page.len()).unwrap_or(left));
        page.iter().for_each(line);
    }
    Ok(())
}

fn line(delivery: &Delivery) {
    let Delivery { id, posting, state, attempts, .. } = delivery;
    let kind = posting.kind().as_str();
    let told = match (&delivery.document, &delivery.failure) {
        (Some(document), _) => document.number.clone(),
        (None, Some(failure)) => failure.message.clone(),
        (None, None) => String::new(),
    };
    println!(
        "{id:>8}  {:<8} {kind:<20} {:<12} {attempts:>4}  {}  {told}",
        state.as_str(),
        posting.subject,
        posting.key
    );
}

fn show(story: &DeliveryStory) {
    line(&story.delivery);
    if let Some(slotledger_erp::Class::Refused { fix, .. }) =
        story.delivery.failure.as_ref().map(|failure| &failure.class)
    {
        println!("          what helps: {fix}");
    }
    for attempt in &story.attempts {
        let came = match (&attempt.class, attempt.adopted) {
            (Some(class), _) => format!("{class}: {}", attempt.message.as_deref().unwrap_or_default()),
            (None, true) => "stood already".to_owned(),
            (None, false) => "stands".to_owned(),
        };
        println!("          try {:<4} {}  {came}", attempt.number, attempt.started.format("%F %T"));
    }
    for repair in &story.repairs {
        let (act, by, reason) = (repair.act.as_str(), &repair.by, &repair.reason);
        println!("          {act:<8} {}  by {by}: {reason} {}", repair.at.format("%F %T"), repair.details);
    }
}
