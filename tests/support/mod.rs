//! A host under test.

mod answer;
mod engine;
pub(crate) mod erpnext;
pub(crate) mod extension;
mod odoo;
mod shop;
pub(crate) mod tls;
mod visit;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

pub(crate) use answer::Answer;
pub(crate) use engine::{Engine, on_every_engine};
use serde_json::Value;
pub(crate) use shop::{Shop, at, codes, day, id, starts, written};
use slotledger_postgres_server::Database;
use slotledger_tryton_server::{DATABASE, PASSWORD, Server, USER};
use tempfile::TempDir;
pub(crate) use visit::{COMPANY, CUSTOMER, SERVICE, kinds};

/// How long a host may take to come up on a machine that builds something else beside it.
const START: Duration = Duration::from_secs(60);
/// How long documents may take to reach the books.
const DELIVERY: Duration = Duration::from_secs(120);

/// A host, running or not, and its directory.
pub(crate) struct Host {
    directory: Arc<TempDir>,
    /// Where its store is, if that is not in the directory.
    database: Option<Arc<Database>>,
    process: Option<Child>,
    address: String,
    key: String,
    client: reqwest::Client,
    longest_call: &'static str,
}

impl Host {
    /// A host of the sample company with the built-in books.
    pub(crate) fn on_ledger() -> Self {
        Self::made(&[], "2", None)
    }

    /// The same, before its first start.
    pub(crate) fn not_started() -> Self {
        Self::initialised(&[], "2", None)
    }

    /// A host on which nothing is set up, with the built-in books, and the link that makes its first administrator.
    pub(crate) fn blank() -> (Self, String) {
        Self::blank_with("")
    }

    /// The same with these lines at the end of its configuration.
    pub(crate) fn blank_with(lines: &str) -> (Self, String) {
        let mut host = Self::prepared(&[], "2", None);
        let config = host.config();
        let text = std::fs::read_to_string(&config).expect("init wrote it") + lines;
        std::fs::write(&config, text).expect("it can be written");
        host.start(&[]);
        let link = host.first_link();
        (host, link)
    }

    /// A host of the sample company whose books cannot be reached.
    pub(crate) fn without_books() -> Self {
        // A port that is reserved and that nobody listens on.
        Self::made(&["--tryton-url", "http://127.0.0.1:1", "--tryton-user", USER], "2", None)
    }

    /// The same with its store on PostgreSQL.
    pub(crate) fn on_postgres() -> Self {
        let database = Database::create().expect("PostgreSQL is installed");
        let url = database.url();
        Self::made(&["--store-url", &url], "2", Some(Arc::new(database)))
    }

    /// Another host on the same store and the same books, beside this one.
    pub(crate) fn twin(&self) -> Self {
        let mut twin = Self {
            directory: self.directory.clone(),
            database: self.database.clone(),
            process: None,
            address: String::new(),
            key: self.key.clone(),
            client: self.client.clone(),
            longest_call: self.longest_call,
        };
        twin.start(&[]);
        twin
    }

    /// A host of the sample company whose books are this Tryton.
    pub(crate) fn on_tryton(server: &Server) -> Self {
        Self::on_tryton_at(&server.url())
    }

    /// The same by another address: that of a line to it.
    pub(crate) fn on_tryton_at(url: &str) -> Self {
        Self::made(&["--tryton-url", url, "--tryton-database", DATABASE, "--tryton-user", USER], "10", None)
    }

    /// The same with deposits, which Tryton wants told how they are paid where it knows several ways.
    pub(crate) fn on_tryton_with_deposits(url: &str) -> Self {
        let connection = ["--tryton-url", url, "--tryton-database", DATABASE, "--tryton-user", USER];
        let mut host = Self::initialised(&connection, "10", None);
        let config = host.config();
        // The connection is what stands there last.
        let text = std::fs::read_to_string(&config).expect("init wrote it") + "payment_method = \"Cash\"\n";
        std::fs::write(&config, text).expect("it can be written");
        host.start(&[]);
        host
    }

    /// A host of the sample company whose books are this Odoo.
    pub(crate) async fn on_odoo(server: &slotledger_odoo_server::Server) -> Self {
        let mut host = Self::initialised(&[], "10", None);
        odoo::configure(host.directory(), server);
        host.start(&[]);
        host.keep_books_in("odoo").await;
        host
    }

    /// A host of the sample company whose books are whatever answers there as an Odoo.
    pub(crate) async fn on_odoo_at(url: &str) -> Self {
        let mut host = Self::initialised(&[], "10", None);
        odoo::configure_at(host.directory(), url, "books", "us", "a-key");
        host.start(&[]);
        host.keep_books_in("odoo").await;
        host
    }

    fn made(arguments: &[&str], longest_call: &'static str, database: Option<Arc<Database>>) -> Self {
        let mut host = Self::initialised(arguments, longest_call, database);
        host.start(&[]);
        host
    }

    /// The same, before it is started for the first time. `longest_call` bounds what the books may take for one document,
    /// and so how long a killed host's are left alone.
    fn initialised(arguments: &[&str], longest_call: &'static str, database: Option<Arc<Database>>) -> Self {
        Self::prepared(&[&["--sample"], arguments].concat(), longest_call, database)
    }

    /// The same with no company but what the arguments ask for.
    fn prepared(arguments: &[&str], longest_call: &'static str, database: Option<Arc<Database>>) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let directory = tempfile::tempdir().expect("a directory");
        let key_file = directory.path().join("key");
        let made = command()
            .args(["init", "--listen", "127.0.0.1:0", "--dir"])
            .arg(directory.path())
            .arg("--key-file")
            .arg(&key_file)
            .args(arguments)
            .output()
            .expect("init runs");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let key = std::fs::read_to_string(key_file).expect("the key");
        // A test that builds an extension is silent for longer than the host keeps a connection open.
        let client = reqwest::Client::builder().no_proxy().pool_idle_timeout(Duration::from_secs(10));
        let client = client.build().expect("a client");
        let directory = Arc::new(directory);
        Self { directory, database, process: None, address: String::new(), key, client, longest_call }
    }

    /// Starts it, with these variables besides.
    pub(crate) fn start(&mut self, environment: &[(&str, &str)]) {
        assert!(self.process.is_none(), "it runs already");
        let mut process = command()
            .arg("serve")
            .arg("--config")
            .arg(self.directory.path().join("slotledger.toml"))
            // What a killed host had in hand is taken up again after these two.
            .env("SLOTLEDGER__RELAY__LEASE_MARGIN_SECONDS", "1")
            .env("SLOTLEDGER__RELAY__LONGEST_CALL_SECONDS", self.longest_call)
            .envs(environment.iter().copied())
            // Two lines at most: nothing that nobody reads is in its way.
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the host starts");
        self.address = address(&mut process);
        self.process = Some(process);
    }

    /// The link that its first start prints.
    fn first_link(&mut self) -> String {
        let printed = self.process.as_mut().and_then(|process| process.stdout.take()).expect("it prints");
        // Both lines are read: a host that prints to nobody stops.
        let lines: Vec<String> = BufReader::new(printed).lines().map_while(Result::ok).take(2).collect();
        let line = lines.iter().find(|line| line.starts_with("first login")).expect("a link");
        line.split_whitespace().last().expect("a link").to_owned()
    }

    /// Ends it as a power failure would.
    pub(crate) fn kill(&mut self) {
        let mut process = self.process.take().expect("it runs");
        process.kill().expect("it can be killed");
        process.wait().expect("it is gone");
    }

    /// Waits for it to die by itself, which a fault point makes it do.
    pub(crate) async fn wait_for_death(&mut self) {
        let mut process = self.process.take().expect("it runs");
        let deadline = Instant::now() + DELIVERY;
        while process.try_wait().expect("its state").is_none() {
            assert!(Instant::now() < deadline, "the host never came past its fault");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// What `slotledger ledger` prints, asked so.
    pub(crate) fn ledger(&self, arguments: &[&str]) -> String {
        run(&[&["ledger", "--config", &self.config()], arguments].concat()).expect("it succeeds")
    }

    /// The path of its configuration.
    pub(crate) fn config(&self) -> String {
        self.directory.path().join("slotledger.toml").to_str().expect("text").to_owned()
    }

    /// The directory of its configuration.
    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Memory that it has in use, bytes.
    pub(crate) fn resident_bytes(&self) -> u64 {
        let process = self.process.as_ref().expect("it runs").id();
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("Linux tells");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line");
        let kib: u64 = line.trim().trim_end_matches(" kB").trim().parse().expect("a number");
        kib << 10
    }

    /// Its address, for clients of other kinds.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its API key.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// A request with the key; headers and body are the caller's.
    pub(crate) fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        self.request_as(&self.key, method, path)
    }

    /// The same with another key.
    pub(crate) fn request_as(&self, key: &str, method: &str, path: &str) -> reqwest::RequestBuilder {
        let method = method.parse().expect("a method");
        self.client.request(method, format!("http://{}{path}", self.address)).bearer_auth(key)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request("GET", path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request("POST", path).json(body)).await
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// What a command of `slotledger` prints, or what it complains about.
pub(crate) fn run(arguments: &[&str]) -> Result<String, String> {
    let Ended { status, printed, complained } = ended(arguments);
    if status == Some(0) { Ok(printed) } else { Err(complained) }
}

/// How a command of `slotledger` ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Its exit status.
    pub(crate) status: Option<i32>,
    pub(crate) printed: String,
    pub(crate) complained: String,
}

/// The same, for whom the status matters.
pub(crate) fn ended(arguments: &[&str]) -> Ended {
    let output = finished(&[], arguments);
    Ended { status: output.status.code(), printed: text(output.stdout), complained: text(output.stderr) }
}

/// A command's exit status and what it prints, with these variables besides.
pub(crate) fn run_to_end(environment: &[(&str, &str)], arguments: &[&str]) -> (Option<i32>, String) {
    let output = finished(environment, arguments);
    (output.status.code(), text(output.stdout) + &text(output.stderr))
}

fn finished(environment: &[(&str, &str)], arguments: &[&str]) -> Output {
    let mut command = command();
    command
        .stdout(Stdio::piped())
        .envs(environment.iter().copied())
        .args(arguments)
        .output()
        .expect("it runs")
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("text")
}

/// The product's command. What it compiles is compiled once for all tests: nobody may write to the directory but its owner,
/// and entries come whole, so that hosts of several tests share it as hosts of one machine do.
fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_slotledger"));
    command.env("SLOTLEDGER__RULES__CACHE", Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiled"));
    command.env("SLOTLEDGER_TRYTON_PASSWORD", PASSWORD).envs(erpnext::tokens());
    command.stdin(Stdio::null()).stdout(Stdio::null());
    command
}

/// Reads the log up to the line that names the address, and goes on reading so that the host never blocks on it.
fn address(process: &mut Child) -> String {
    let stderr = process.stderr.take().expect("a log");
    let (found, wanted) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            if let Some((_, address)) = line.split_once("answers on http://") {
                let address: String =
                    address.chars().take_while(|c| c.is_ascii_digit() || ".:".contains(*c)).collect();
                let _ = found.send(address);
            }
            // A test that fails shows what its host said.
            eprintln!("{line}");
        }
    });
    wanted.recv_timeout(START).expect("the host says where it answers")
}
