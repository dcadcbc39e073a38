//! One running server with its own copy of the template.
//!
//! Invariant: the server's standard input is a pipe held here; when it closes the server kills its own process group.
//! That covers a drop, a panic and a parent that was killed, without a signal from this side.

use std::{
    fs::{self, File},
    net::TcpStream,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use slotledger_postgres_server::Database;
use tempfile::TempDir;

use crate::{
    PASSWORD, Template, USER,
    environment::last_lines,
    template::{Engine, Store, database_file, restore},
};

const GUNICORN: &str = include_str!("../gunicorn.conf.py");
/// Loading Tryton's modules takes about two seconds on an idle machine.
const START_LIMIT: Duration = Duration::from_secs(120);
const STOP_LIMIT: Duration = Duration::from_secs(10);
const POLL_EVERY: Duration = Duration::from_millis(20);

/// A Tryton server on the loopback interface. It is stopped when this is dropped.
#[derive(Debug)]
pub struct Server {
    template: Template,
    dir: TempDir,
    /// Removed only after the server has stopped.
    postgres: Option<Database>,
    database: String,
    config: PathBuf,
    port: u16,
    child: Option<Child>,
}

impl Server {
    /// Copies the template's database and serves the copy on a free port. Returns once it answers.
    pub fn start(template: &Template) -> Result<Self> {
        let dir = tempfile::Builder::new().prefix("slotledger-tryton-").tempdir()?;
        let postgres = copy(template, dir.path())?;
        let store = postgres.as_ref().map_or(Store::Sqlite(dir.path()), Store::Postgres);
        let (database, config) = (store.name(), store.configure(dir.path())?);
        fs::write(dir.path().join("gunicorn.conf.py"), GUNICORN)?;
        let template = template.clone();
        let mut server = Self { template, dir, postgres, database, config, port: 0, child: None };
        server.restart()?;
        Ok(server)
    }

    /// Where it listens, without a path: `http://127.0.0.1:40123`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The database's name.
    #[must_use]
    pub fn database(&self) -> &str {
        &self.database
    }

    /// What it keeps its data in.
    #[must_use]
    pub const fn engine(&self) -> Engine {
        match self.postgres {
            Some(_) => Engine::Postgres,
            None => Engine::Sqlite,
        }
    }

    /// The login of the connector's user.
    #[must_use]
    pub const fn user(&self) -> &'static str {
        USER
    }

    /// The password of the connector's user.
    #[must_use]
    pub const fn password(&self) -> &'static str {
        PASSWORD
    }

    /// Ends the server at once, as a power cut would. Its data stay. Returns when nothing listens any more.
    pub fn stop(&mut self) -> Result<()> {
        let Some(mut child) = self.child.take() else { return Ok(()) };
        drop(child.stdin.take());
        let deadline = Instant::now() + STOP_LIMIT;
        while child.try_wait()?.is_none() || TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
            if Instant::now() > deadline {
                child.kill()?;
                child.wait()?;
                bail!("the Tryton server did not stop by itself\n{}", self.log());
            }
            thread::sleep(POLL_EVERY);
        }
        Ok(())
    }

    /// Serves the same data on the same port again.
    pub fn restart(&mut self) -> Result<()> {
        self.stop()?;
        let ready = self.dir.path().join("ready");
        match fs::remove_file(&ready) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            Ok(()) | Err(_) => {}
        }
        let log = File::create(self.dir.path().join("server.log"))?;
        let child = Command::new(&self.template.python)
            .args(["-m", "gunicorn", "--config"])
            .arg(self.dir.path().join("gunicorn.conf.py"))
            .arg("trytond.application:app")
            .current_dir(self.dir.path())
            .env("TRYTOND_CONFIG", &self.config)
            .env("TRYTOND_DATABASE_NAMES", &self.database)
            .env("SLOTLEDGER_TRYTON_PORT", self.port.to_string())
            .env("SLOTLEDGER_TRYTON_READY", &ready)
            .stdin(Stdio::piped())
            .stdout(log.try_clone()?)
            .stderr(log)
            .process_group(0)
            .spawn()
            .context("cannot start gunicorn from the Tryton environment")?;
        self.child = Some(child);
        self.port = self.wait_for_port(&ready)?;
        Ok(())
    }

    /// What the server wrote last.
    #[must_use]
    pub fn log(&self) -> String {
        last_lines(&fs::read_to_string(self.dir.path().join("server.log")).unwrap_or_default())
    }

    fn wait_for_port(&mut self, ready: &Path) -> Result<u16> {
        let deadline = Instant::now() + START_LIMIT;
        while Instant::now() < deadline {
            if let Ok(port) = fs::read_to_string(ready) {
                return port.parse().context("the Tryton server named no port");
            }
            if let Some(status) = self.child.as_mut().map(Child::try_wait).transpose()?.flatten() {
                bail!("the Tryton server ended while starting ({status})\n{}", self.log());
            }
            thread::sleep(POLL_EVERY);
        }
        bail!("the Tryton server did not start within {} s\n{}", START_LIMIT.as_secs(), self.log())
    }
}

/// A copy of the template's data: a file in `dir`, or a database.
fn copy(template: &Template, dir: &Path) -> Result<Option<Database>> {
    match template.engine {
        Engine::Sqlite => {
            fs::copy(&template.source, database_file(dir)).context("cannot copy the Tryton template")?;
            Ok(None)
        }
        Engine::Postgres => {
            let database = Database::create()?;
            restore(&database, &template.source)?;
            Ok(Some(database))
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nobody is left to tell; the closed pipe ends the server all the same.
        let _ = self.stop();
    }
}
