//! JavaScript becomes a component with QuickJS inside, by the npm package componentize-qjs.

use std::env;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, bail};

use super::{entry, tool};
use crate::cli::rules::project::Project;

/// Names another `componentize-qjs` than the project's own.
const VARIABLE: &str = "SLOTLEDGER_COMPONENTIZE_QJS";

const INSTALL: &str = "install Node.js 18 or newer with npm; on Debian `apt-get install nodejs npm`";

pub(super) fn build(project: &Project) -> anyhow::Result<Vec<u8>> {
    let program = program(project)?;
    let main = project.main.as_deref().context("package.json names no main file")?;
    if !project.dir.join(main).is_file() {
        bail!("package.json names {main} as its main file, which is not there");
    }
    entry::write_javascript(project, main)?;
    let out = project.build().join("draft.wasm");
    let mut componentize = tool::program(program, &project.dir);
    componentize.arg("--wit").arg(project.wit()).args(["--world", "extension", "--js"]);
    componentize.arg(project.build().join(entry::JAVASCRIPT));
    // An extension has no system to call. Without `--sync` its calls would be asynchronous, which the host's engine does not
    // offer: there is nothing that an extension could wait for.
    componentize.args(["--stub-wasi", "--sync", "--module-root"]).arg(&project.dir).arg("--output").arg(&out);
    tool::run(&mut componentize, INSTALL)?;
    let bytes = fs::read(&out).with_context(|| format!("cannot read {}", out.display()))?;
    fs::remove_file(&out).with_context(|| format!("cannot remove {}", out.display()))?;
    Ok(bytes)
}

/// The program in the project's packages, installed first where it is not.
fn program(project: &Project) -> anyhow::Result<PathBuf> {
    if let Some(path) = env::var_os(VARIABLE) {
        return Ok(path.into());
    }
    let path = project.dir.join("node_modules/.bin/componentize-qjs");
    if !path.exists() {
        let mut npm = tool::program("npm", &project.dir);
        npm.args(["install", "--no-audit", "--no-fund"]);
        tool::install(&mut npm, "the packages of package.json", INSTALL)?;
    }
    if !path.exists() {
        bail!(
            "package.json does not name componentize-qjs: put back the line that `slotledger rules new` writes"
        );
    }
    Ok(path)
}
