//! A crate becomes a core module, and that a component.
//!
//! Invariant: the component holds no path of the machine it was built on, so that one source has one digest.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::Deserialize;
use wit_component::ComponentEncoder;

use super::tool;
use crate::cli::rules::project::Project;

const TARGET: &str = "wasm32-unknown-unknown";

/// Names another cargo, such as one that brings its own standard library.
const VARIABLE: &str = "SLOTLEDGER_CARGO";

const INSTALL: &str =
    "install Rust from https://rustup.rs, then run `rustup target add wasm32-unknown-unknown`";

pub(super) fn build(project: &Project) -> anyhow::Result<Vec<u8>> {
    let module = compile(project)?;
    let bytes = fs::read(&module).with_context(|| format!("cannot read {}", module.display()))?;
    let component =
        ComponentEncoder::default().module(&bytes).and_then(|encoder| encoder.validate(true).encode());
    component.context(
        "the crate is no component of the extension's world: it needs `wit_bindgen::generate!` and `export!`, as \
         `slotledger rules new` writes them",
    )
}

fn compile(project: &Project) -> anyhow::Result<PathBuf> {
    let own = env::var_os(VARIABLE);
    if own.is_none() {
        check_target(project)?;
    }
    let mut cargo = tool::program(own.unwrap_or_else(|| "cargo".into()), &project.dir);
    cargo.args(["build", "--release", "--quiet", "--lib", "--target", TARGET]);
    cargo.args(["--message-format", "json-render-diagnostics"]);
    // Flags meant for this machine's own code have no place in the component.
    for name in ["RUSTFLAGS", "CARGO_BUILD_RUSTFLAGS", "CARGO_BUILD_TARGET"] {
        cargo.env_remove(name);
    }
    cargo.env("CARGO_ENCODED_RUSTFLAGS", remapped_paths(&project.dir)?);
    let output = tool::run(&mut cargo, INSTALL)?;
    let messages = String::from_utf8_lossy(&output.stdout);
    let modules = messages.lines().filter_map(|line| serde_json::from_str::<Message>(line).ok());
    let mut files = modules.flat_map(|message| message.filenames);
    // Those of dependencies come first.
    files
        .rfind(|path| path.extension() == Some("wasm".as_ref()))
        .context("the crate made no module: it needs `crate-type = [\"cdylib\"]` under `[lib]` in Cargo.toml")
}

/// What cargo says about something it made.
#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    filenames: Vec<PathBuf>,
}

/// The compiler's own words for this are long and do not always name the remedy.
fn check_target(project: &Project) -> anyhow::Result<()> {
    let mut rustc = tool::program("rustc", &project.dir);
    let output = tool::run(rustc.args(["--print", "target-libdir", "--target", TARGET]), INSTALL)?;
    let libraries = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    if !libraries.is_dir() {
        bail!("the Rust target {TARGET} is not installed: run `rustup target add {TARGET}`");
    }
    Ok(())
}

/// Panic messages name source files; the names must not depend on where the project or cargo's home lies.
fn remapped_paths(dir: &Path) -> anyhow::Result<String> {
    let home = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| env::home_dir().map(|home| home.join(".cargo")))
        .context("cargo's home is unknown: set HOME or CARGO_HOME")?;
    let remap = |from: &Path, to: &str| format!("--remap-path-prefix={}={to}", from.display());
    // Encoded flags are separated by the ASCII unit separator, so that a path may hold blanks.
    Ok([remap(dir, "rule"), remap(&home, "cargo")].join("\u{1f}"))
}
