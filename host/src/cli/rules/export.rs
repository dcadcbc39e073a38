//! `slotledger rules export`: from a decision to fixtures.
//!
//! Invariant: what is written is what the component was given and what it answered, so that `rules test` passes with the
//! component that was asked. The fixtures contain what the appointment contains about its customer.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use serde_json::{Value, json};

use crate::app::decisions::record::{Answered, Record};
use crate::cli::serve::Host;
use crate::cli::{ConfigFile, load};
use crate::extension::answer::hook_name;
use crate::extension::words::{Hook, Input};

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

/// A question and its answer.
struct Question {
    hook: Hook,
    function: &'static str,
    input: Input,
    answer: Value,
}

pub(super) async fn run(command: &Export) -> anyhow::Result<()> {
    let app = Host::open(&load(&command.file)?).await?.app;
    let record = app.decision_record(command.decision).await?;
    let name = one(&record, command.extension.as_deref())
        .with_context(|| format!("decision {} is no fixture", command.decision))?;
    let about = format!("Decision {}, as {name} was asked and as it answered.", command.decision);
    fs::create_dir_all(&command.to).with_context(|| format!("cannot make {}", command.to.display()))?;
    for (suffix, fixture) in fixtures(&questions(&record, &name), &about) {
        write(&command.to.join(format!("decision-{}-{suffix}.json", command.decision)), &fixture)?;
    }
    Ok(())
}

/// The extension in question.
fn one(record: &Record, wanted: Option<&str>) -> anyhow::Result<String> {
    let mut names: Vec<&str> = record.asked.iter().map(|asked| asked.extension.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let asked = names.join(", ");
    let name = match (wanted, names.as_slice()) {
        (_, []) => bail!("no extension was asked in it"),
        (Some(wanted), names) if names.contains(&wanted) => wanted,
        (Some(wanted), _) => bail!("{wanted} was not asked in it, but {asked}"),
        (None, [only]) => only,
        (None, _) => bail!("several extensions were asked in it; name one with --extension: {asked}"),
    };
    let answered = |asked: &&crate::app::decisions::record::Asked| {
        asked.extension == name && !matches!(asked.answer, Answered::Failed(_))
    };
    if record.asked.iter().find(answered).is_none() {
        bail!("{name} failed in it, and gave no answer to expect");
    }
    Ok(name.to_owned())
}

/// What it was asked; of what was asked several times, the last.
fn questions(record: &Record, name: &str) -> Vec<Question> {
    let mut questions: Vec<Question> = Vec::new();
    for asked in record.asked.iter().filter(|asked| asked.extension == name) {
        let (function, answer) = match &asked.answer {
            Answered::Proposals(proposals) => ("propose", json!(proposals)),
            Answered::Findings(findings) => ("review", json!(findings)),
            Answered::Failed(_) => continue,
        };
        let Some(input) = record.input(asked) else { continue };
        questions.retain(|known| known.hook != asked.hook || known.function != function);
        questions.push(Question { hook: asked.hook, function, input, answer });
    }
    questions
}

/// One fixture for what was asked with one input, by the end of its file's name.
fn fixtures(questions: &[Question], about: &str) -> Vec<(String, Value)> {
    let mut fixtures: Vec<(String, Value)> = Vec::new();
    for Question { hook, function, input, answer } in questions {
        let hook = hook_name(*hook);
        let input = json!(input);
        match fixtures.iter_mut().find(|(_, fixture)| fixture["input"] == input) {
            Some((suffix, fixture)) => {
                hook.clone_into(suffix);
                fixture[*function] = answer.clone();
            }
            None => {
                let fixture = json!({ "about": about, "input": input, *function: answer });
                fixtures.push((format!("{hook}-{function}"), fixture));
            }
        }
    }
    fixtures
}

fn write(path: &Path, fixture: &Value) -> anyhow::Result<()> {
    let mut text = serde_json::to_string_pretty(fixture)?;
    text.push('\n');
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    println!("{}", path.display());
    Ok(())
}
