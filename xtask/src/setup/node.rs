//! The npm package that makes components of JavaScript, under `target/npm`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use super::debian;
use crate::progress::{announce, step};
use crate::{shell, workspace};

/// The example that says which version.
const MANIFEST: &str = "sdk/examples/vip-lead-time/package.json";

/// Installs what the example asks for, and answers with the path of `componentize-qjs`.
pub(crate) fn componentize_qjs() -> Result<PathBuf> {
    let manifest = workspace::root().join(MANIFEST);
    let wanted = fs::read_to_string(&manifest)
        .with_context(|| format!("cannot read {}: the clone is incomplete", manifest.display()))?;
    let home = workspace::target().join("npm/componentize-qjs");
    let program = home.join("node_modules/.bin/componentize-qjs");
    let stamp = home.join("installed");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(program);
    }
    if !shell::exists("npm") {
        debian::install(&["nodejs", "npm"], "to build extensions in JavaScript")?;
    }
    announce("installing componentize-qjs from npm into target/npm/componentize-qjs");
    fs::create_dir_all(&home).with_context(|| format!("cannot make {}", home.display()))?;
    fs::copy(&manifest, home.join("package.json")).context("cannot copy the example's package.json")?;
    step("installing componentize-qjs", |_| {
        let mut npm = shell::program("npm");
        npm.args(["install", "--silent", "--no-audit", "--no-fund"]).current_dir(&home);
        shell::capture(&mut npm, "is the npm registry reachable? Then run this again")
    })?;
    fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))?;
    Ok(program)
}
