//! Python becomes a component with CPython inside, by the PyPI package componentize-py.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::{entry, tool};
use crate::cli::rules::project::Project;

/// Names another `componentize-py` than the project's own.
const VARIABLE: &str = "SLOTLEDGER_COMPONENTIZE_PY";

/// The module that has the class `WitWorld`, and where it lies.
const MODULE: &str = "rule";
const SOURCES: &str = "src";

const INSTALL: &str =
    "install Python 3.10 or newer with venv; on Debian `apt-get install python3 python3-venv`";

pub(super) fn build(project: &Project) -> anyhow::Result<Vec<u8>> {
    if !project.dir.join(SOURCES).join(MODULE).with_extension("py").is_file() {
        bail!("there is no {SOURCES}/{MODULE}.py in {}", project.dir.display());
    }
    let home = project.build().join("venv");
    let program = program(project, &home)?;
    entry::write_python(project)?;
    let around = project.build().join(entry::PYTHON);
    let out = project.build().join("draft.wasm");
    let mut componentize = tool::program(program, &project.dir);
    // Packages are looked for in the project's own environment, and not wherever the machine has some.
    componentize.env("VIRTUAL_ENV", &home).env("PYTHONDONTWRITEBYTECODE", "1");
    componentize.arg("--quiet").arg("--wit-path").arg(project.wit()).args([
        "--world",
        "extension",
        "componentize",
    ]);
    componentize.args(["--stub-wasi", "--python-path", SOURCES, "--python-path"]).arg(around);
    componentize.args([entry::PYTHON_MODULE, "--output"]).arg(&out);
    tool::run(&mut componentize, INSTALL)?;
    let bytes = fs::read(&out).with_context(|| format!("cannot read {}", out.display()))?;
    fs::remove_file(&out).with_context(|| format!("cannot remove {}", out.display()))?;
    Ok(bytes)
}

/// The program in the project's environment. That is made anew whenever what the project requires has changed.
fn program(project: &Project, home: &Path) -> anyhow::Result<PathBuf> {
    if let Some(path) = env::var_os(VARIABLE) {
        return Ok(path.into());
    }
    let requirements = project.dir.join("requirements.txt");
    let wanted = fs::read_to_string(&requirements)
        .with_context(|| format!("cannot read {}", requirements.display()))?;
    let stamp = home.join("installed");
    if !fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        let mut venv = tool::program("python3", &project.dir);
        venv.args(["-m", "venv", "--clear"]).arg(home);
        tool::install(&mut venv, "a Python environment", INSTALL)?;
        let mut pip = tool::program(home.join("bin/python"), &project.dir);
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]);
        tool::install(pip.arg(&requirements), "the packages of requirements.txt", INSTALL)?;
        fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))?;
    }
    let program = home.join("bin/componentize-py");
    if !program.exists() {
        bail!(
            "requirements.txt does not name componentize-py: put back the line that `slotledger rules new` writes"
        );
    }
    Ok(program)
}
