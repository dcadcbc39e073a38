//! `slotledger rules build`: the component of a project.
//!
//! Invariant: everything that is made lies in the project's own `build`, `target` or `node_modules`. A tool that has to be
//! installed for the whole machine is named with the command that installs it, and never installed from here.

mod entry;
mod javascript;
mod python;
mod rust;
mod tool;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use sha2::{Digest, Sha256};

use super::account::coded;
use super::project::{Language, Project};
use super::template;
use crate::cli::progress::Counting;
use crate::codes;

pub(super) fn run(dir: &Path) -> anyhow::Result<()> {
    component(&Project::open(dir)?).map(drop)
}

/// Builds the component and answers with its path.
pub(super) fn component(project: &Project) -> anyhow::Result<PathBuf> {
    built(project).map_err(|error| coded(&codes::PROJECT_UNUSABLE, &error))
}

fn built(project: &Project) -> anyhow::Result<PathBuf> {
    check_words(project)?;
    fs::create_dir_all(project.build())
        .with_context(|| format!("cannot make {}", project.build().display()))?;
    let counting = Counting::waiting("building");
    let bytes = match project.language {
        Language::Rust => rust::build(project),
        Language::JavaScript => javascript::build(project),
        Language::Python => python::build(project),
    };
    let path = project.component();
    counting.end(&if bytes.is_ok() { path.display().to_string() } else { "broke off".to_owned() });
    let bytes = bytes?;
    fs::write(&path, &bytes).with_context(|| format!("cannot write {}", path.display()))?;
    println!("{:<14} {} bytes", "size", bytes.len());
    println!("{:<14} {}", "SHA-256", digest(&bytes));
    Ok(path)
}

/// SHA-256, hexadecimal.
pub(super) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A component built for changed words would be refused where it is installed.
fn check_words(project: &Project) -> anyhow::Result<()> {
    let path = project.wit().join("extension.wit");
    let found = fs::read_to_string(&path).with_context(|| {
        format!("cannot read {}: a project keeps the words of its world there", path.display())
    })?;
    if found.replace("\r\n", "\n") != template::WIT {
        bail!(
            "{} is not a released version of the package, which is never edited; put back what `slotledger rules new` \
             writes",
            path.display()
        );
    }
    Ok(())
}
