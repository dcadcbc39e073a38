//! `cargo xtask bench`: builds what is measured as it is shipped, and hands over to `xtask/bench`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;

use crate::progress::phase;
use crate::setup::{browser, node, postgres, python, tryton, wasm};
use crate::{rules, shell, workspace};

/// What the measurements take.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// A tenth of the repetitions: enough to see whether something is badly wrong.
    #[arg(long)]
    quick: bool,
    /// Measure only rows whose names begin like this. May be given several times.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Also write the figures to this file.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// Builds and measures.
pub(crate) fn bench(options: &Options) -> Result<()> {
    rules::build()?;
    postgres::install()?;
    tryton::ready()?;
    // Extensions in all languages are built and measured.
    let (componentize_qjs, componentize_py) = (node::componentize_qjs()?, python::componentize_py()?);
    let cargo_for_extensions = wasm::cargo_for_extensions()?;
    let browser = browser::ready()?;
    phase("building slotledger and the measurements with all optimisations", || {
        let mut cargo = shell::cargo();
        cargo.args([
            "build",
            "--release",
            "--package",
            "slotledger",
            "--package",
            "slotledger-bench",
            "--bins",
        ]);
        shell::run(&mut cargo, "mend what the compiler names")
    })?;
    let release = workspace::build_directory().join("release");
    // On the disk that the clone lies on: a directory in memory would make durable commits look free.
    let scratch = workspace::target().join("bench");
    fs::create_dir_all(&scratch)?;
    let mut bench = shell::program(release.join("slotledger-bench"));
    // Tryton, which the relay is measured with.
    bench.arg("--target").arg(workspace::target());
    bench.arg("--host").arg(release.join("slotledger")).arg("--scratch").arg(&scratch);
    bench.env("SLOTLEDGER_COMPONENTIZE_QJS", &componentize_qjs);
    bench.env("SLOTLEDGER_COMPONENTIZE_PY", &componentize_py);
    bench.env("SLOTLEDGER_BROWSER", &browser);
    bench.envs(cargo_for_extensions.iter().map(|path| ("SLOTLEDGER_CARGO", path)));
    if options.quick {
        bench.arg("--quick");
    }
    for name in &options.only {
        bench.arg("--only").arg(name);
    }
    if let Some(path) = &options.json {
        bench.arg("--json").arg(absolute(path)?);
    }
    shell::run(&mut bench, "its message is above")
}

/// The program runs in the root of the clone; a relative path is meant from where the command was given.
fn absolute(path: &Path) -> Result<PathBuf> {
    Ok(std::path::absolute(path)?)
}
