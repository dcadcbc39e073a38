//! `slotledger rules export`: from a decision to fixtures.
//!
//! What stands in them, `app::decisions` says; the pages offer the same.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use serde_json::Value;

use crate::cli::serve::Host;
use crate::cli::{ConfigFile, load};

#[derive(Debug, Args)]
pub(super) struct Export {
    /// The decision, by its number.
    decision: i64,
    /// The directory that the fixtures are written to: a project's fixtures/.
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// The extension, where several were asked.
    #[arg(long, value_name = "NAME")]
    extension: Option<String>,
    #[command(flatten)]
    file: ConfigFile,
}

pub(super) async fn run(command: &Export) -> anyhow::Result<()> {
    let app = Host::open(&load(&command.file)?).await?.app;
    let record = app.decision_record(command.decision).await?;
    let fixtures = record
        .fixtures(command.decision, command.extension.as_deref())
        .with_context(|| format!("decision {} is no fixture", command.decision))?;
    fs::create_dir_all(&command.to).with_context(|| format!("cannot make {}", command.to.display()))?;
    for fixture in fixtures {
        let name = format!("decision-{}-{}.json", command.decision, fixture.name);
        write(&command.to.join(name), &fixture.content)?;
    }
    Ok(())
}

fn write(path: &Path, fixture: &Value) -> anyhow::Result<()> {
    let mut text = serde_json::to_string_pretty(fixture)?;
    text.push('\n');
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    println!("{}", path.display());
    Ok(())
}
