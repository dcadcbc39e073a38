//! Whether `wit/extension` keeps its word: what was released never changes, and what comes next only adds.
//!
//! Invariant: a component that somebody built for a released version is understood for as long as that version is in
//! `wit/released.sha256`; `sha256sum --check` reads that file too.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use semver::Version;
use sha2::{Digest, Sha256};
use wit_component::WitPrinter;
use wit_parser::Resolve;

use crate::workspace;

/// The package whose versions are kept.
const PACKAGE: &str = "extension";

/// What is not released yet, beside the released versions.
const NEXT: &str = "next";

/// The digests of what was released.
const RELEASED: &str = "released.sha256";

/// Checks the package of extensions in this clone.
pub(crate) fn check() -> Result<()> {
    let wit = workspace::root().join("wit");
    frozen(&wit)?;
    let versions = versions(&wit)?;
    for pair in versions.windows(2) {
        let [older, newer] = pair else { continue };
        adds_only(older, newer)?;
    }
    Ok(())
}

/// Whether every released file is there as it was, and nothing beside it.
fn frozen(wit: &Path) -> Result<()> {
    let list = wit.join(RELEASED);
    let text = fs::read_to_string(&list).with_context(|| format!("cannot read {}", list.display()))?;
    let line = |line: &str| line.split_once("  ").map(|(digest, path)| (path.to_owned(), digest.to_owned()));
    let mut released: BTreeMap<String, String> = text.lines().filter_map(line).collect();
    for directory in directories(&wit.join(PACKAGE))?.into_iter().filter(|name| name != NEXT) {
        for file in files(&wit.join(PACKAGE).join(&directory))? {
            let name = format!("{PACKAGE}/{directory}/{file}");
            let found = digest(&wit.join(&name))?;
            match released.remove(&name) {
                Some(digest) if digest == found => {}
                Some(_) => bail!(
                    "wit/{name} was released and has changed: components out there were built for what it said. Put it \
                     back with `git checkout wit/{name}`, and write what is new into wit/{PACKAGE}/{NEXT}/"
                ),
                None => bail!(
                    "wit/{name} is not released: it belongs in wit/{PACKAGE}/{NEXT}/. To release that directory, rename it \
                     to its version and add this line to wit/{RELEASED}:\n{found}  {name}"
                ),
            }
        }
    }
    match released.into_keys().next() {
        Some(name) => {
            bail!("wit/{name} was released and is gone: put it back with `git checkout wit/{name}`")
        }
        None => Ok(()),
    }
}

/// A version of the package, and everything that it declares.
struct Declared {
    version: Version,
    path: PathBuf,
    items: BTreeSet<String>,
}

/// All versions, the oldest first, and what comes next as the last.
fn versions(wit: &Path) -> Result<Vec<Declared>> {
    let package = wit.join(PACKAGE);
    let mut versions: Vec<Declared> = Vec::new();
    for directory in directories(&package)? {
        let declared = declared(&package.join(&directory))?;
        if directory != NEXT && directory != declared.version.to_string() {
            bail!("{} says that it is version {}", declared.path.display(), declared.version);
        }
        versions.push(declared);
    }
    versions.sort_by(|one, other| one.version.cmp(&other.version));
    match versions.last() {
        Some(last) if last.path.ends_with(NEXT) || !package.join(NEXT).is_dir() => Ok(versions),
        _ => bail!("{} says that it is older than what was released", package.join(NEXT).display()),
    }
}

fn declared(path: &Path) -> Result<Declared> {
    let mut resolve = Resolve::default();
    let (id, _) = resolve.push_path(path).with_context(|| format!("cannot read {}", path.display()))?;
    let name = &resolve.packages.get(id).context("the package was just read")?.name;
    let version = name.version.clone().with_context(|| format!("{} has no version", path.display()))?;
    let mut printer = WitPrinter::default();
    printer.emit_docs(false).print(&resolve, id, &[])?;
    Ok(Declared { version, path: path.to_owned(), items: items(&String::from(printer.output)) })
}

/// What stands in the interfaces and worlds of a printed package, each with the name of where it stands.
fn items(printed: &str) -> BTreeSet<String> {
    let (mut items, mut scope, mut item, mut depth) =
        (BTreeSet::new(), String::new(), String::new(), 0_usize);
    for line in printed.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let before = depth;
        depth = (depth + line.matches('{').count()).saturating_sub(line.matches('}').count());
        match (before, depth) {
            (0, _) => scope = line.trim_end_matches([' ', '{']).to_owned(),
            (_, 0) => {}
            // A world uses what it needs, and a later one more.
            (1, 1) if line.starts_with("use ") => {}
            (_, after) => {
                item.push_str(line);
                item.push(' ');
                if after == 1 {
                    items.insert(format!("{scope}: {}", item.trim_end()));
                    item.clear();
                }
            }
        }
    }
    items
}

/// Whether a version has everything that an older one has. A new major version may leave something out.
fn adds_only(older: &Declared, newer: &Declared) -> Result<()> {
    if newer.version.major > older.version.major {
        return Ok(());
    }
    let lost: Vec<&str> = older.items.difference(&newer.items).map(String::as_str).collect();
    if lost.is_empty() {
        return Ok(());
    }
    bail!(
        "{} changes or leaves out what {} has, which only a new major version may: add a function or a type of another \
         name beside it\n  {}",
        newer.path.display(),
        older.version,
        lost.join("\n  ")
    )
}

fn directories(path: &Path) -> Result<Vec<String>> {
    names(path, fs::FileType::is_dir)
}

fn files(path: &Path) -> Result<Vec<String>> {
    names(path, |kind| !kind.is_dir())
}

fn names(path: &Path, wanted: impl Fn(&fs::FileType) -> bool) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(path).with_context(|| format!("cannot read {}", path.display()))? {
        let entry = entry?;
        if wanted(&entry.file_type()?) {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

fn digest(path: &Path) -> Result<String> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests;
