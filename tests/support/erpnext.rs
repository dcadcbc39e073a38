//! A host whose books are an ERPNext: the stand-in, connected as an administrator connects a site.

use secrecy::SecretString;
use serde_json::Value;
use slotledger_erpnext::{Erpnext, Settings};
pub(crate) use slotledger_erpnext_server::Server;
use slotledger_erpnext_server::{MANAGER, Options, USER};

use super::{Ended, Host, ended, run};

/// The variable with the token of every day.
const TOKEN: &str = "SLOTLEDGER_ERPNEXT_TOKEN";
/// The variable with the token of a system manager, which `connect` needs.
pub(crate) const MANAGER_TOKEN: &str = "SLOTLEDGER_ERPNEXT_MANAGER_TOKEN";
/// What the sample company's codes are called in the stand-in.
const CODES: [&str; 3] = ["provider:STAFF-SAM=Sam", "warehouse:WH=Stores - SD", "unit:Unit=Nos"];

/// The environment of every command.
pub(super) fn tokens() -> [(&'static str, String); 2] {
    let token = |(key, secret): (&str, &str)| format!("{key}:{secret}");
    [(TOKEN, token(USER)), (MANAGER_TOKEN, token(MANAGER))]
}

/// A stand-in that nothing was connected to.
pub(crate) fn bare() -> Server {
    Server::start(Options::default()).expect("the stand-in starts")
}

/// A stand-in with everything that `slotledger connect` makes.
pub(crate) fn server() -> Server {
    let server = bare();
    let ended = connect(&server, &["--apply"]);
    assert_eq!(ended.status, Some(0), "{ended:?}");
    server
}

/// Connects a system manager to a stand-in.
pub(crate) fn connect(server: &Server, more: &[&str]) -> Ended {
    let directory = tempfile::tempdir().expect("a directory");
    let config = directory.path().join("slotledger.toml");
    std::fs::write(&config, connection(&server.url(), MANAGER_TOKEN)).expect("it can be written");
    let config = config.to_str().expect("text");
    ended(&[&["connect", "erpnext", "--config", config], more].concat())
}

/// The stand-in as a connector sees it, past any host.
pub(crate) fn books(server: &Server) -> Erpnext {
    let (key, secret) = USER;
    Erpnext::new(Settings::new(server.url(), key, SecretString::from(secret))).expect("settings")
}

/// What stands in the configuration.
fn connection(url: &str, token: &str) -> String {
    format!("\n[erp.erpnext]\nkind = \"erpnext\"\nurl = \"{url}\"\ntoken_env = \"{token}\"\n")
}

/// The keys of what the stand-in holds of an appointment, each with its document type. Commissions are rows of an
/// invoice's sales team.
pub(crate) fn stored(server: &Server, appointment: &str) -> Vec<(&'static str, String)> {
    let key = |of: &Value| of["slotledger_key"].as_str().unwrap_or_default().to_owned();
    let mut found = Vec::new();
    for doctype in ["Sales Order", "Sales Invoice", "Stock Entry"] {
        for document in server.all(doctype) {
            let rows = document["sales_team"].as_array().into_iter().flatten();
            found.extend(rows.map(|row| ("Sales Team", key(row))));
            found.push((doctype, key(&document)));
        }
    }
    found.retain(|(_, key)| key.starts_with(appointment));
    found.sort();
    found
}

impl Host {
    /// A host of the sample company whose books are this stand-in.
    pub(crate) async fn on_erpnext(server: &Server) -> Self {
        Self::on_erpnext_at(&server.url()).await
    }

    /// The same by another address: that of a line to it.
    pub(crate) async fn on_erpnext_at(url: &str) -> Self {
        let mut host = Self::initialised(&[], "5", None);
        let config = host.config();
        let mut text = std::fs::read_to_string(&config).expect("init wrote it");
        text.push_str(&connection(url, TOKEN));
        std::fs::write(&config, text).expect("it can be written");
        host.map("erpnext", &CODES);
        host.start(&[]);
        host.keep_books_in("erpnext").await;
        host
    }

    /// Says what codes are called in a connection.
    pub(crate) fn map(&self, connection: &str, codes: &[&str]) {
        let config = self.config();
        let mut arguments = vec!["erp", "mappings", "--connection", connection, "--config", &config];
        arguments.extend(codes.iter().flat_map(|code| ["--map", code]));
        run(&arguments).expect("they are mapped");
    }
}
