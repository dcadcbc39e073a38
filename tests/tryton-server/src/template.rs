//! The database every server starts from: Tryton's modules and one company.
//!
//! Invariant: the database appears under its name complete or not at all, and before its stamp.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::{
    DATABASE, PASSWORD,
    environment::{REQUIREMENTS, tail},
};

const SETUP: &str = include_str!("../setup.py");
/// What the connector uses; Tryton activates what these depend on.
const MODULES: [&str; 4] = ["account_invoice_stock", "commission", "sale", "stock"];

/// An installed Tryton and a database to copy.
#[derive(Debug, Clone)]
pub struct Template {
    pub(crate) python: PathBuf,
    pub(crate) database: PathBuf,
}

/// The template, made first if it is missing, if the set-up changed, or if its fiscal years have run out.
pub(crate) fn ensure(dir: &Path, python: PathBuf, progress: &mut dyn FnMut(&str)) -> Result<Template> {
    let home = dir.join("template");
    let stamp = home.join("stamp");
    let inputs = format!("{}\n{REQUIREMENTS}\n{SETUP}", year(&python)?);
    let template = Template { python, database: database_file(&home) };
    if crate::stamped(&stamp, &inputs) {
        return Ok(template);
    }
    fs::create_dir_all(&home)?;
    let work = tempfile::tempdir_in(dir)?;
    progress("creating a Tryton database and activating its modules");
    let config = write_config(work.path())?;
    activate_modules(&template.python, &config, work.path())?;
    progress("setting up the company, its accounts and its stock");
    set_up(&template.python, &config, work.path())?;
    fs::rename(database_file(work.path()), &template.database)?;
    fs::write(&stamp, &inputs)?;
    Ok(template)
}

/// Where SQLite databases lie below `dir`.
pub(crate) fn database_file(dir: &Path) -> PathBuf {
    dir.join(format!("{DATABASE}.sqlite"))
}

/// A server configuration for the databases in `dir`.
pub(crate) fn write_config(dir: &Path) -> Result<PathBuf> {
    let file = dir.join("trytond.conf");
    let text = format!("[database]\nuri = sqlite://\npath = {}\nlanguage = en\n", dir.display());
    fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
    Ok(file)
}

/// The current year as the set-up will see it.
fn year(python: &Path) -> Result<String> {
    let output = Command::new(python)
        .args(["-c", "import datetime; print(datetime.date.today().year)"])
        .stdin(Stdio::null())
        .output()
        .context("cannot run the Python of the Tryton environment")?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn activate_modules(python: &Path, config: &Path, dir: &Path) -> Result<()> {
    // Tryton does not create a missing SQLite file by itself.
    fs::write(database_file(dir), [])?;
    let password = dir.join("password");
    fs::write(&password, PASSWORD)?;
    let admin = python.with_file_name("trytond-admin");
    let mut command = Command::new(python);
    command.arg(admin).arg("--config").arg(config).args(["--database", DATABASE, "--language", "en"]);
    command
        .args(["--email", "admin@slotledger.example", "--activate-dependencies", "--update"])
        .args(MODULES);
    command.env("TRYTONPASSFILE", &password);
    run(command, "Tryton could not create its database")
}

fn set_up(python: &Path, config: &Path, dir: &Path) -> Result<()> {
    let script = dir.join("setup.py");
    fs::write(&script, SETUP)?;
    let mut command = Command::new(python);
    command.arg(script).arg(DATABASE).env("TRYTOND_CONFIG", config).env("SLOTLEDGER_API_PASSWORD", PASSWORD);
    run(command, "the Tryton company could not be set up")
}

fn run(mut command: Command, failed: &str) -> Result<()> {
    let output = command.stdin(Stdio::null()).output().with_context(|| failed.to_owned())?;
    if !output.status.success() {
        bail!(
            "{failed}: delete the tryton folder in the target directory and run this again\n{}",
            tail(&output)
        );
    }
    Ok(())
}
