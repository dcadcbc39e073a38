//! Builds the rules component: the guest crate as a core module, then the component around it.
//!
//! Invariant: the file changes only when its bytes do, so that the host is not built again for nothing, and it holds
//! no path of the machine it was built on, so that one source has one digest.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use wit_component::ComponentEncoder;

use crate::progress::step;
use crate::setup::wasm::{self, Toolchain};
use crate::{shell, workspace};

const PACKAGE: &str = "slotledger-rules";
const PROFILE: &str = "component";

/// Makes `target/rules/slotledger_rules.wasm` and answers with its path.
pub(crate) fn build() -> Result<PathBuf> {
    let toolchain = wasm::toolchain()?;
    let module = step("building the rules component", |_| compile(&toolchain))?;
    let component = encode(&module)?;
    let path = workspace::target().join("rules/slotledger_rules.wasm");
    let changed = replace(&path, &component)?;
    let state = if changed { "new" } else { "unchanged" };
    eprintln!("rules component: {} bytes, {state}", component.len());
    Ok(path)
}

/// Compiles the guest in a target directory of its own: the outer cargo may hold the lock of the usual one.
fn compile(toolchain: &Toolchain) -> Result<PathBuf> {
    let directory = workspace::target().join("rules-build");
    let mut cargo = toolchain.cargo();
    cargo
        .args(["build", "--quiet", "--package", PACKAGE, "--lib"])
        .args(["--target", wasm::TARGET, "--profile", PROFILE])
        .arg("--target-dir")
        .arg(&directory);
    without_outer_flags(&mut cargo);
    cargo.env("CARGO_ENCODED_RUSTFLAGS", remapped_paths()?);
    shell::capture(&mut cargo, "mend what the compiler names in guest/, then run `cargo xtask rules` again")?;
    Ok(directory.join(wasm::TARGET).join(PROFILE).join("slotledger_rules.wasm"))
}

/// Flags meant for this machine's own code have no place in the component.
fn without_outer_flags(cargo: &mut Command) {
    for name in ["RUSTFLAGS", "CARGO_BUILD_RUSTFLAGS", "CARGO_BUILD_TARGET", "CARGO_TARGET_DIR"] {
        cargo.env_remove(name);
    }
}

/// Panic messages name source files; the names must not depend on where the clone or cargo's home lies.
fn remapped_paths() -> Result<String> {
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cargo")))
        .context("cargo's home is unknown: set HOME or CARGO_HOME")?;
    let remap = |from: &Path, to: &str| format!("--remap-path-prefix={}={to}", from.display());
    // Encoded flags are separated by the ASCII unit separator, so that a path may hold blanks.
    Ok([remap(&workspace::root(), "slotledger"), remap(&home, "cargo")].join("\u{1f}"))
}

fn encode(module: &Path) -> Result<Vec<u8>> {
    let bytes = fs::read(module).with_context(|| format!("cannot read {}", module.display()))?;
    ComponentEncoder::default()
        .module(&bytes)
        .and_then(|encoder| encoder.validate(true).encode())
        .context("the guest is no component: its exports must be those of the world in wit/rules")
}

/// Writes `bytes` to `path` unless it holds them already; answers whether it did.
fn replace(path: &Path, bytes: &[u8]) -> Result<bool> {
    if fs::read(path).is_ok_and(|found| found == bytes) {
        return Ok(false);
    }
    let directory = path.parent().context("a file has a directory")?;
    fs::create_dir_all(directory).with_context(|| format!("cannot make {}", directory.display()))?;
    let fresh = path.with_extension(format!("wasm.{}", std::process::id()));
    fs::write(&fresh, bytes).with_context(|| format!("cannot write {}", fresh.display()))?;
    fs::rename(&fresh, path).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(true)
}
