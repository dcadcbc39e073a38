//! `slotledger rules new`: a project to begin with.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;

use super::account::coded;
use super::project::Language;
use super::template;
use crate::codes;

/// Longer names are cut where they are listed.
const NAME_CHARACTERS: usize = 40;

#[derive(Debug, Args)]
pub(super) struct New {
    /// What to write it in.
    #[arg(long, value_enum)]
    lang: Language,
    /// Its name: lower case, digits and hyphens.
    #[arg(value_parser = name)]
    name: String,
    /// Where it goes; a directory of its name if this is left out.
    #[arg(long)]
    dir: Option<PathBuf>,
}

pub(super) fn run(new: &New) -> anyhow::Result<()> {
    write(new).map_err(|error| coded(&codes::PROJECT_UNUSABLE, &error))
}

fn write(new: &New) -> anyhow::Result<()> {
    let dir = new.dir.clone().unwrap_or_else(|| PathBuf::from(&new.name));
    if fs::read_dir(&dir).is_ok_and(|mut entries| entries.next().is_some()) {
        bail!("{} is not empty; choose another directory with --dir", dir.display());
    }
    for (path, text) in template::files(new.lang, &new.name) {
        let path = dir.join(path);
        let parent = path.parent().context("a file of a template has a directory")?;
        fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    println!("{} is written to {}. Next:", new.name, dir.display());
    println!("  slotledger rules test {}", dir.display());
    Ok(())
}

/// A name becomes that of a crate, a package and a file.
fn name(text: &str) -> Result<String, String> {
    let fits = text.len() <= NAME_CHARACTERS
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.chars().all(|one| one.is_ascii_lowercase() || one.is_ascii_digit() || one == '-')
        && !text.ends_with('-')
        && !text.contains("--");
    if fits {
        Ok(text.to_owned())
    } else {
        Err(format!(
            "a name begins with a letter and has lower-case letters, digits and single hyphens, {NAME_CHARACTERS} at \
             most: weekend-surcharge"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_a_crate_a_package_and_a_file_without_being_changed() {
        for good in ["a", "weekend-surcharge", "rule2"] {
            assert_eq!(name(good).as_deref(), Ok(good));
        }
        let long = "x".repeat(41);
        for bad in ["", "Weekend", "2rule", "-a", "a-", "a--b", "a_b", "a b", "../a", "ä", long.as_str()] {
            assert!(name(bad).is_err(), "{bad:?} is no name");
        }
    }
}
