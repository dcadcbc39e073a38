//! The browser that tests drive: Debian's Chromium, and what drives it, from npm into `target/npm/browser`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use super::debian;
use crate::progress::{announce, step};
use crate::{shell, workspace};

/// Says which versions.
const MANIFEST: &str = "tests/browser/package.json";

/// Installs both, and answers with the directory in which node finds the packages.
pub(crate) fn ready() -> Result<PathBuf> {
    if !shell::exists("chromium") {
        debian::install(&["chromium", "fonts-dejavu-core"], "to test the pages in a browser")?;
    }
    if !shell::exists("npm") {
        debian::install(&["nodejs", "npm"], "to test the pages in a browser")?;
    }
    let manifest = workspace::root().join(MANIFEST);
    let wanted = fs::read_to_string(&manifest)
        .with_context(|| format!("cannot read {}: the clone is incomplete", manifest.display()))?;
    let home = workspace::target().join("npm/browser");
    let stamp = home.join("installed");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(home);
    }
    announce("installing playwright-core and axe-core from npm into target/npm/browser");
    fs::create_dir_all(&home).with_context(|| format!("cannot make {}", home.display()))?;
    fs::copy(&manifest, home.join("package.json")).context("cannot copy tests/browser/package.json")?;
    step("installing playwright-core and axe-core", |_| {
        let mut npm = shell::program("npm");
        npm.args(["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"]).current_dir(&home);
        shell::capture(&mut npm, "is the npm registry reachable? Then run this again")
    })?;
    fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))?;
    Ok(home)
}
