//! Puts the rules component inside the host.

use std::path::{Path, PathBuf};
use std::{env, fs, process};

/// Names the component when it is not where `cargo xtask rules` puts it.
const VARIABLE: &str = "SLOTLEDGER_RULES_COMPONENT";

fn main() {
    println!("cargo:rerun-if-env-changed={VARIABLE}");
    // They are compiled in, and a compiler does not see that one changes or is added.
    println!("cargo:rerun-if-changed=../docs/errors");
    if let Err(message) = embed() {
        eprintln!("{message}");
        process::exit(1);
    }
}

fn embed() -> Result<(), String> {
    let component = component()?;
    println!("cargo:rerun-if-changed={}", component.display());
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set: build with cargo")?);
    fs::copy(&component, out.join("slotledger_rules.wasm")).map(drop).map_err(|error| {
        format!(
            "the rules component is not built: run `cargo xtask rules` ({}: {error})",
            component.display()
        )
    })
}

fn component() -> Result<PathBuf, String> {
    if let Some(path) = env::var_os(VARIABLE) {
        return Ok(PathBuf::from(path));
    }
    let manifest =
        env::var_os("CARGO_MANIFEST_DIR").ok_or("CARGO_MANIFEST_DIR is not set: build with cargo")?;
    let root = Path::new(&manifest).parent().ok_or("the host has no directory above it")?;
    Ok(root.join("target/rules/slotledger_rules.wasm"))
}
