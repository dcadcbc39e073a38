//! `slotledger rules mode`, `rules remove` and `rules changes`: what administrators do about extensions, and who did what.

use anyhow::bail;
use chrono::SecondsFormat;
use clap::{Args, ValueEnum};

use crate::app::{self, App, Say};
use crate::cli::serve::Host;
use crate::cli::{ConfigFile, Person, load};
use crate::model::{CompanyId, ExtensionAct, ExtensionChange, Mode, OnFailure};
use crate::store::ExtensionChangeFilter;

/// Changes among which it is looked up what was removed last.
const RECENT: u32 = 1_000;

#[derive(Debug, Args)]
pub(super) struct SetMode {
    /// The extension, as its component calls itself.
    name: String,
    /// How much it has to say, or `off`.
    #[arg(value_enum)]
    mode: ModeName,
    /// At which company.
    #[arg(long)]
    company: CompanyId,
    /// What becomes of a decision if it fails; as it was if this is left out.
    #[arg(long, value_enum)]
    on_failure: Option<PolicyName>,
    #[command(flatten)]
    file: ConfigFile,
    #[command(flatten)]
    person: Person,
}

/// The modes, as the command line names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ModeName {
    /// What it says is recorded and changes nothing.
    Audit,
    /// What it denies is written into the appointment's trail.
    Warn,
    /// What it denies is refused, and what it proposes is done.
    Enforce,
    /// It is not asked.
    Off,
}

/// What becomes of a decision, as the command line names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PolicyName {
    /// It is refused for the time being.
    Closed,
    /// It is made without the extension.
    Open,
}

pub(super) async fn mode(command: &SetMode) -> anyhow::Result<()> {
    let app = Host::open(&load(&command.file)?).await?.app;
    let mode = match command.mode {
        ModeName::Audit => Some(Mode::Audit),
        ModeName::Warn => Some(Mode::Warn),
        ModeName::Enforce => Some(Mode::Enforce),
        ModeName::Off => None,
    };
    let on_failure = command.on_failure.map(|policy| match policy {
        PolicyName::Closed => OnFailure::Closed,
        PolicyName::Open => OnFailure::Open,
    });
    let by = command.person.name();
    let say = Say { mode, on_failure };
    let used = app.set_mode_of((command.company, &command.name), say, &by).await.map_err(told)?.data;
    let policy = match used.on_failure {
        OnFailure::Closed => "refused",
        OnFailure::Open => "decided without it",
    };
    match mode {
        None => println!("{} is switched off.", used.name),
        Some(Mode::Enforce) => println!("{} is enforced; if it fails, a booking is {policy}.", used.name),
        Some(mode) => println!("{} is asked in the mode {}.", used.name, mode.as_str()),
    }
    Ok(())
}

#[derive(Debug, Args)]
pub(super) struct Remove {
    /// The component's SHA-256, or the name that it calls itself, if only one version of it is installed.
    component: String,
    #[command(flatten)]
    file: ConfigFile,
    #[command(flatten)]
    person: Person,
}

pub(super) async fn remove(command: &Remove) -> anyhow::Result<()> {
    let app = Host::open(&load(&command.file)?).await?.app;
    let named = app.components_called(&command.component).await?;
    let digest = match named.as_slice() {
        [one] => one.digest.clone(),
        // It may have been removed before.
        [] => removed(&app, &command.component).await?.unwrap_or_else(|| command.component.clone()),
        several => {
            let digests: Vec<_> =
                several.iter().map(|one| format!("{} ({})", one.digest, one.version)).collect();
            bail!("several versions of it are installed; name one by its SHA-256: {}", digests.join(", "))
        }
    };
    if app.remove_component(&digest, &command.person.name()).await.map_err(told)? {
        println!("{digest} is removed.");
    } else {
        println!("{digest} had been removed before.");
    }
    Ok(())
}

/// The digest of the component of this name that was removed last.
async fn removed(app: &App, name: &str) -> anyhow::Result<Option<String>> {
    let filter = ExtensionChangeFilter { extension: Some(name.to_owned()), ..Default::default() };
    let changes = app.extension_changes(&filter, None, RECENT).await?;
    let removed = changes.into_iter().find(|change| change.what == ExtensionAct::Removed);
    Ok(removed.map(|change| change.digest))
}

#[derive(Debug, Args)]
pub(super) struct Changes {
    /// Only of extensions' use at this company.
    #[arg(long)]
    company: Option<CompanyId>,
    /// Only of the extension with this name.
    #[arg(long)]
    extension: Option<String>,
    /// No more than this.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
    #[command(flatten)]
    file: ConfigFile,
}

pub(super) async fn changes(command: &Changes) -> anyhow::Result<()> {
    let app = Host::open(&load(&command.file)?).await?.app;
    let filter = ExtensionChangeFilter { company: command.company, extension: command.extension.clone() };
    for change in app.extension_changes(&filter, None, command.limit).await? {
        println!("{}", line(&change));
    }
    Ok(())
}

fn line(change: &ExtensionChange) -> String {
    let ExtensionChange { company, extension, digest, what, now, by, changed_at, .. } = change;
    let at = changed_at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let by = by.as_deref().unwrap_or("nobody named");
    let part = |name: &str| now.as_ref().and_then(|now| now.get(name)).cloned().unwrap_or_default();
    let mode = match part("active").as_bool() {
        Some(false) => ", off".to_owned(),
        Some(true) => format!(", {}", part("mode").as_str().unwrap_or_default()),
        None => String::new(),
    };
    let whose = company.map_or_else(String::new, |company| format!(" at {company}"));
    format!("{at}  {:<9}  {extension} {digest}{whose}{mode}, by {by}", what.as_str())
}

fn told(error: app::Error) -> anyhow::Error {
    if let app::Error::Unmanaged(unmanaged) = &error {
        return anyhow::anyhow!("{unmanaged} ({})", unmanaged.code());
    }
    if let app::Error::Missing { .. } = &error {
        return anyhow::anyhow!("{error}: `slotledger rules list` says what is installed (SL0301)");
    }
    if let app::Error::Invalid(fields) = &error {
        let fields: Vec<_> =
            fields.iter().map(|field| format!("{}: {}", field.field, field.message)).collect();
        return anyhow::anyhow!("it cannot be used as it is set: {} (SL0105)", fields.join("; "));
    }
    anyhow::Error::new(error)
}
