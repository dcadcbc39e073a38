//! Python programs the tests call, each in a virtual environment under `target/python`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::debian;
use crate::progress::{announce, step};
use crate::{shell, workspace};

/// The oldest Python that the pinned packages run on.
const MINIMUM: (u32, u32) = (3, 11);

/// Makes sure that python3 can make a virtual environment.
pub(crate) fn with_venv() -> Result<()> {
    if !shell::exists("python3") {
        debian::install(&["python3", "python3-venv"], "to run Tryton and schemathesis")?;
    }
    let code = format!("import sys; sys.exit(sys.version_info < {MINIMUM:?})");
    if !python(&code)? {
        bail!("python3 is older than {}.{}: install a newer one first in PATH", MINIMUM.0, MINIMUM.1);
    }
    if !python("import ensurepip, venv")? {
        debian::install(&["python3-venv"], "to keep Python packages under target/")?;
    }
    Ok(())
}

/// Installs what `tests/requirements.txt` pins, and answers with the path of `schemathesis`.
pub(crate) fn schemathesis() -> Result<PathBuf> {
    program("schemathesis", "tests/requirements.txt")
}

/// Installs what makes components of Python, as an example asks for it, and answers with the path of `componentize-py`.
pub(crate) fn componentize_py() -> Result<PathBuf> {
    program("componentize-py", "sdk/examples/credit-limit/requirements.txt")
}

/// Installs what a file of requirements pins into an environment of its own, and answers with the path of a program.
fn program(name: &str, requirements: &str) -> Result<PathBuf> {
    let requirements = workspace::root().join(requirements);
    let wanted = fs::read_to_string(&requirements)
        .with_context(|| format!("cannot read {}: the clone is incomplete", requirements.display()))?;
    let home = workspace::target().join("python").join(name);
    let program = home.join("bin").join(name);
    let stamp = home.join("installed");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(program);
    }
    with_venv()?;
    announce(&format!("installing {name} from PyPI into target/python/{name}"));
    step(&format!("installing {name}"), |_| install(&home, &requirements))?;
    fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))?;
    Ok(program)
}

fn install(home: &Path, requirements: &Path) -> Result<()> {
    let mut venv = shell::program("python3");
    venv.args(["-m", "venv", "--clear"]).arg(home);
    shell::capture(&mut venv, "is python3-venv installed, and target/ writable?")?;
    let mut pip = shell::program(home.join("bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]);
    shell::capture(pip.arg(requirements), "is PyPI reachable? Then run this again").map(drop)
}

/// Whether a line of Python ends well.
fn python(code: &str) -> Result<bool> {
    let output = shell::program("python3").args(["-c", code]).output();
    Ok(output.context("cannot start python3")?.status.success())
}
