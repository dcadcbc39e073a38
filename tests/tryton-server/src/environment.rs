//! The virtual environment that Tryton is installed into.
//!
//! Invariant: the stamp is written last, so an installation that was interrupted is made again.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use anyhow::{Context, Result, bail};

pub(crate) const REQUIREMENTS: &str = include_str!("../requirements.txt");

/// The Python of an environment with everything in `requirements.txt`.
pub(crate) fn ensure(dir: &Path, progress: &mut dyn FnMut(&str)) -> Result<PathBuf> {
    let venv = dir.join("venv");
    let python = venv.join("bin/python");
    let stamp = venv.join("requirements.stamp");
    if crate::stamped(&stamp, REQUIREMENTS) {
        return Ok(python);
    }
    progress("creating a Python environment for Tryton");
    create(&venv)?;
    progress("installing Tryton 8.2 from PyPI");
    let requirements = venv.join("requirements.txt");
    fs::write(&requirements, REQUIREMENTS)?;
    if install(&python, &requirements).is_err() {
        progress("installing Tryton 8.2 from PyPI, second try");
        install(&python, &requirements)?;
    }
    fs::write(&stamp, REQUIREMENTS)?;
    Ok(python)
}

fn create(venv: &Path) -> Result<()> {
    let output = Command::new("python3")
        .args(["-m", "venv", "--clear"])
        .arg(venv)
        .stdin(Stdio::null())
        .output()
        .context("python3 was not found: install Python 3.11 or newer (Debian: apt-get install python3 python3-venv)")?;
    if !output.status.success() {
        bail!(
            "python3 -m venv failed: install the venv module (Debian: apt-get install python3-venv)\n{}",
            tail(&output)
        );
    }
    Ok(())
}

fn install(python: &Path, requirements: &Path) -> Result<()> {
    let output = Command::new(python)
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-input",
            "--requirement",
        ])
        .arg(requirements)
        .stdin(Stdio::null())
        .output()
        .context("cannot run pip in the new Python environment")?;
    if !output.status.success() {
        bail!(
            "pip could not install Tryton: check that PyPI can be reached, then run this again\n{}",
            tail(&output)
        );
    }
    Ok(())
}

/// The last lines a command wrote, where Python and pip put their reasons.
pub(crate) fn tail(output: &Output) -> String {
    let text = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    last_lines(&String::from_utf8_lossy(&text))
}

/// The last lines of a log.
pub(crate) fn last_lines(text: &str) -> String {
    const LINES: usize = 20;
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}
