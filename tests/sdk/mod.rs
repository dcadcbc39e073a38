//! What the author of an extension does: a new project, its component, its tests; and the gallery.
//!
//! Compilers and packages are the real ones; `cargo xtask test` installs those of npm and PyPI.

mod authoring;
pub(crate) mod decisions;
mod gallery;
mod hostile;
mod manage;
mod mistakes;
mod records;
mod replay;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The root of the clone.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// `slotledger rules …`, with what it printed.
fn rules(arguments: &[&str], dir: &Path) -> (bool, String) {
    let output = command(arguments, dir).output().expect("it runs");
    (output.status.success(), said(&output))
}

fn command(arguments: &[&str], dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_slotledger"));
    command.arg("rules").args(arguments).current_dir(dir);
    // All crates share what they depend on.
    command.env("CARGO_TARGET_DIR", root().join("target/sdk/rust"));
    for (name, _) in std::env::vars_os() {
        if name
            .to_str()
            .is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST"))
        {
            command.env_remove(name);
        }
    }
    command
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
}

/// Copies a directory; what a link leads to becomes a file of its own.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory");
    for entry in fs::read_dir(from).expect("a directory") {
        let entry = entry.expect("an entry");
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if fs::metadata(&from).expect("an entry").is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(&from, &to).expect("a copy");
        }
    }
}
