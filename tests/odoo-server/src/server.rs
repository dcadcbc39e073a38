//! One running server with its own copy of the template.
//!
//! Invariant: the first process of the server's name spaces has a pipe from here as its standard input; when that
//! closes it ends, and with it everything in the name spaces. That covers a drop, a panic and a parent that was killed.

use std::{
    fs::{self, File},
    net::{TcpListener, TcpStream},
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::{
    ADMINISTRATOR, Edition, PASSWORD, Template, USER, chroot,
    database::{self, ROLE, Socket},
    template::last_lines,
};

const SERVE: &str = include_str!("serve.sh");
/// The server makes the name up, because several processes ask at once.
const NAME: &str = "SELECT 'slotledger_odoo_' || replace(gen_random_uuid()::text, '-', '');\n";
/// Odoo 19 takes two seconds on an idle machine, Odoo 14 four.
const START_LIMIT: Duration = Duration::from_secs(120);
const STOP_LIMIT: Duration = Duration::from_secs(10);
const POLL_EVERY: Duration = Duration::from_millis(50);

/// A directory in the chroot for one database, and how programs are run on it.
#[derive(Debug)]
pub(crate) struct Workplace {
    root: PathBuf,
    socket: Socket,
    dir: TempDir,
    /// The same directory as it is called in the chroot.
    inside: String,
}

impl Workplace {
    pub(crate) fn new(root: &Path, socket: Socket, database: &str) -> Result<Self> {
        fs::create_dir_all(root.join("run/postgresql"))?;
        let dir = tempfile::Builder::new().prefix("slotledger-").tempdir_in(root.join("srv"))?;
        let name = dir.path().file_name().context("no name")?.to_string_lossy().into_owned();
        let inside = format!("/srv/{name}");
        let config = format!(
            "[options]\ndb_host = /run/postgresql\ndb_user = {ROLE}\ndb_name = {database}\ndbfilter = ^{database}$\n\
             data_dir = {inside}/data\nlist_db = False\nlog_level = warn\nmax_cron_threads = 0\nworkers = 0\n\
             without_demo = all\n"
        );
        fs::write(dir.path().join("odoo.conf"), config)?;
        chown(dir.path(), Some(socket.user), Some(socket.group))?;
        Ok(Self { root: root.to_owned(), socket, dir, inside })
    }

    /// A program with nothing in its environment but `environment` and what every program needs. The configuration is
    /// its last argument so far.
    pub(crate) fn program(&self, environment: &[String], program: &str, words: &[&str]) -> Command {
        let mut command = chroot::isolated(Some(&self.root));
        let who = format!("{}:{}", self.socket.user, self.socket.group);
        command.args(["sh", "-c", SERVE, "sh"]).arg(&self.root).arg(&self.socket.directory).arg(who);
        command.args(chroot::ENVIRONMENT).arg(format!("HOME={}", self.inside)).args(environment);
        command.arg(program).args(words).args(["--config", &format!("{}/odoo.conf", self.inside)]);
        command.stdin(Stdio::piped()).process_group(0);
        command
    }

    /// Where a file of this name lies. Programs find it in their home directory.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Odoo itself.
    pub(crate) fn odoo(&self, words: &[&str]) -> Command {
        self.program(&[], "odoo", words)
    }
}

/// An Odoo server on the loopback interface. It is stopped, and its database removed, when this is dropped.
#[derive(Debug)]
pub struct Server {
    template: Template,
    postgres: String,
    database: String,
    workplace: Workplace,
    port: u16,
    child: Option<Child>,
}

impl Server {
    /// Copies the template's database and serves the copy on a free port. Returns once it answers.
    pub fn start(template: &Template, postgres: &str) -> Result<Self> {
        let socket = Socket::of(postgres)?;
        let database = slotledger_postgres_server::psql(postgres, NAME)?;
        database::copy(postgres, &template.name, &database)?;
        let workplace = Workplace::new(&template.root, socket, &database)?;
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let (template, postgres) = (template.clone(), postgres.to_owned());
        let mut server = Self { template, postgres, database, workplace, port, child: None };
        server.restart()?;
        Ok(server)
    }

    /// Where it listens, without a path: `http://127.0.0.1:40123`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Which Odoo it is.
    #[must_use]
    pub const fn edition(&self) -> Edition {
        self.template.edition
    }

    /// The database's name.
    #[must_use]
    pub fn database(&self) -> &str {
        &self.database
    }

    /// The login of the connector's user.
    #[must_use]
    pub const fn user(&self) -> &'static str {
        USER
    }

    /// The password of every user.
    #[must_use]
    pub const fn password(&self) -> &'static str {
        PASSWORD
    }

    /// The API key of the connector's user.
    #[must_use]
    pub fn api_key(&self) -> &str {
        &self.template.keys.connector
    }

    /// The API key of a user without any rights to documents.
    #[must_use]
    pub fn api_key_without_rights(&self) -> &str {
        &self.template.keys.clerk
    }

    /// The login and the API key of the administrator.
    #[must_use]
    pub fn administrator(&self) -> (&'static str, &str) {
        (ADMINISTRATOR, &self.template.keys.administrator)
    }

    /// Runs SQL on the server's database, past Odoo.
    pub fn sql(&self, script: &str) -> Result<String> {
        let connect = format!("\\connect {}\n{script}", self.database);
        slotledger_postgres_server::psql(&self.postgres, &connect)
    }

    /// Ends the server at once, as a power cut would. Its data stay. Returns when nothing listens any more.
    pub fn stop(&mut self) -> Result<()> {
        let Some(mut child) = self.child.take() else { return Ok(()) };
        drop(child.stdin.take());
        let deadline = Instant::now() + STOP_LIMIT;
        while child.try_wait()?.is_none() || self.listens() {
            if Instant::now() > deadline {
                child.kill()?;
                child.wait()?;
                bail!("the Odoo server did not stop by itself\n{}", self.log());
            }
            thread::sleep(POLL_EVERY);
        }
        Ok(())
    }

    /// Serves the same data on the same port again.
    pub fn restart(&mut self) -> Result<()> {
        self.serve(&[])
    }

    /// The same, and with all the other databases that Odoo finds at its PostgreSQL.
    pub fn restart_among_others(&mut self) -> Result<()> {
        self.serve(&["--db-filter=.*"])
    }

    fn serve(&mut self, words: &[&str]) -> Result<()> {
        self.stop()?;
        let log = File::create(self.workplace.file("server.log"))?;
        let mut odoo = self.workplace.odoo(words);
        odoo.arg(format!("--http-port={}", self.port)).arg("--http-interface=127.0.0.1");
        let child = odoo.stdout(log.try_clone()?).stderr(log).spawn().context("cannot start unshare")?;
        self.child = Some(child);
        self.wait_for_port()
    }

    /// What the server wrote last.
    #[must_use]
    pub fn log(&self) -> String {
        last_lines(&fs::read_to_string(self.workplace.file("server.log")).unwrap_or_default())
    }

    fn listens(&self) -> bool {
        TcpStream::connect(("127.0.0.1", self.port)).is_ok()
    }

    fn wait_for_port(&mut self) -> Result<()> {
        let deadline = Instant::now() + START_LIMIT;
        while Instant::now() < deadline {
            if let Some(status) = self.child.as_mut().map(Child::try_wait).transpose()?.flatten() {
                bail!("the Odoo server ended while starting ({status})\n{}", self.log());
            }
            if self.listens() {
                return Ok(());
            }
            thread::sleep(POLL_EVERY);
        }
        bail!("the Odoo server did not start within {} s\n{}", START_LIMIT.as_secs(), self.log())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nobody is left to tell; the closed pipe ends the server all the same, and its PostgreSQL the database.
        let _ = self.stop();
        let _ = database::remove(&self.postgres, &self.database);
    }
}
