//! The database every server starts from: Tryton's modules and one company.
//!
//! Invariant: the database appears under its name complete or not at all, and before its stamp.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};
use slotledger_postgres_server as postgres;

use crate::{
    DATABASE, PASSWORD,
    environment::{REQUIREMENTS, tail},
};

const SETUP: &str = include_str!("../setup.py");
/// What the connector uses; Tryton activates what these depend on.
const MODULES: [&str; 4] = ["account_invoice_stock", "commission", "sale", "stock"];

/// What Tryton keeps its data in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A file: quick, and it takes one writer at a time.
    Sqlite,
    /// A PostgreSQL server, as companies run it.
    Postgres,
}

/// An installed Tryton and a database to copy.
#[derive(Debug, Clone)]
pub struct Template {
    pub(crate) python: PathBuf,
    pub(crate) engine: Engine,
    /// The database file, or the script that fills a database.
    pub(crate) source: PathBuf,
}

/// The template, made first if it is missing, if the set-up changed, or if its fiscal years have run out.
pub(crate) fn ensure(
    dir: &Path,
    python: PathBuf,
    engine: Engine,
    progress: &mut dyn FnMut(&str),
) -> Result<Template> {
    let (home, source) = match engine {
        Engine::Sqlite => (dir.join("template"), database_file(&dir.join("template"))),
        Engine::Postgres => (dir.join("template-postgres"), dir.join("template-postgres/slotledger.sql")),
    };
    let stamp = home.join("stamp");
    let inputs = format!("{}\n{REQUIREMENTS}\n{SETUP}", year(&python)?);
    let template = Template { python, engine, source };
    if crate::stamped(&stamp, &inputs) {
        return Ok(template);
    }
    fs::create_dir_all(&home)?;
    let work = tempfile::tempdir_in(dir)?;
    let made = work.path().join("made");
    match engine {
        Engine::Sqlite => {
            let store = Store::Sqlite(work.path());
            // Tryton does not create a missing SQLite file by itself.
            fs::write(database_file(work.path()), [])?;
            fill(&template.python, work.path(), &store, progress)?;
            fs::rename(database_file(work.path()), &made)?;
        }
        Engine::Postgres => {
            let database = postgres::Database::create()?;
            let store = Store::Postgres(&database);
            fill(&template.python, work.path(), &store, progress)?;
            dump(&database, &made)?;
        }
    }
    fs::rename(&made, &template.source)?;
    fs::write(&stamp, &inputs)?;
    Ok(template)
}

/// Where one server's data are.
pub(crate) enum Store<'a> {
    /// In a file of this directory.
    Sqlite(&'a Path),
    /// In this database.
    Postgres(&'a postgres::Database),
}

impl Store<'_> {
    /// The name that Tryton knows the database by.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Sqlite(_) => DATABASE.to_owned(),
            Self::Postgres(database) => database.name().to_owned(),
        }
    }

    /// The address of the database, as Tryton's own library wants it.
    fn address(&self) -> String {
        match self {
            Self::Sqlite(_) => format!("sqlite:///{DATABASE}"),
            Self::Postgres(database) => database.url().replacen("postgres:", "postgresql:", 1),
        }
    }

    /// Writes a server configuration for it into `dir`.
    pub(crate) fn configure(&self, dir: &Path) -> Result<PathBuf> {
        let file = dir.join("trytond.conf");
        let database = match self {
            Self::Sqlite(data) => format!("uri = sqlite://\npath = {}", data.display()),
            Self::Postgres(_) => format!("uri = {}\npath = {}", self.address(), dir.display()),
        };
        fs::write(&file, format!("[database]\n{database}\nlanguage = en\n"))
            .with_context(|| format!("cannot write {}", file.display()))?;
        Ok(file)
    }
}

/// Where SQLite databases lie below `dir`.
pub(crate) fn database_file(dir: &Path) -> PathBuf {
    dir.join(format!("{DATABASE}.sqlite"))
}

fn fill(python: &Path, work: &Path, store: &Store<'_>, progress: &mut dyn FnMut(&str)) -> Result<()> {
    progress("creating a Tryton database and activating its modules");
    let config = store.configure(work)?;
    activate_modules(python, &config, work, store)?;
    progress("setting up the company, its accounts and its stock");
    set_up(python, &config, work, store)
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

fn activate_modules(python: &Path, config: &Path, dir: &Path, store: &Store<'_>) -> Result<()> {
    let password = dir.join("password");
    fs::write(&password, PASSWORD)?;
    let admin = python.with_file_name("trytond-admin");
    let mut command = Command::new(python);
    command.arg(admin).arg("--config").arg(config).args(["--database", &store.name(), "--language", "en"]);
    command
        .args(["--email", "admin@slotledger.example", "--activate-dependencies", "--update"])
        .args(MODULES);
    command.env("TRYTONPASSFILE", &password);
    run(command, "Tryton could not create its database")
}

fn set_up(python: &Path, config: &Path, dir: &Path, store: &Store<'_>) -> Result<()> {
    let script = dir.join("setup.py");
    fs::write(&script, SETUP)?;
    let mut command = Command::new(python);
    command.arg(script).arg(store.address());
    command.env("TRYTOND_CONFIG", config).env("SLOTLEDGER_API_PASSWORD", PASSWORD);
    run(command, "the Tryton company could not be set up")
}

/// Writes a script that makes the same database again.
fn dump(database: &postgres::Database, file: &Path) -> Result<()> {
    let mut command = Command::new(postgres::program("pg_dump")?);
    command.args(["--no-owner", "--no-privileges", "--file"]).arg(file).arg(database.url());
    run(command, "the Tryton database could not be saved")
}

/// Runs that script in an empty database.
pub(crate) fn restore(database: &postgres::Database, script: &Path) -> Result<()> {
    let script = File::open(script).with_context(|| format!("cannot read {}", script.display()))?;
    let mut command = Command::new(postgres::program("psql")?);
    command.args(["--no-psqlrc", "--quiet", "--output", "/dev/null", "--set", "ON_ERROR_STOP=1"]);
    finish(command.arg(database.url()).stdin(script), "the Tryton database could not be copied")
}

fn run(mut command: Command, failed: &str) -> Result<()> {
    finish(command.stdin(Stdio::null()), failed)
}

fn finish(command: &mut Command, failed: &str) -> Result<()> {
    let output = command.output().with_context(|| failed.to_owned())?;
    if !output.status.success() {
        bail!(
            "{failed}: delete the tryton folder in the target directory and run this again\n{}",
            tail(&output)
        );
    }
    Ok(())
}
