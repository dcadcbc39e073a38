//! The configuration: one TOML file, with every value overridable from the environment.
//!
//! `SLOTLEDGER__SERVER__LISTEN=0.0.0.0:80` overrides `listen` in `[server]`. Relative paths are relative to the file.
//! Secrets are never in the file: it names the environment variable or the file that holds one.

mod erp;
mod load;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use serde::Deserialize;
use url::Url;

use crate::app::Recording;
use crate::store::Address;
use crate::store::postgres::CONNECTIONS;

pub use erp::{Erp, Erpnext, Ledger, Odoo, Tryton};

/// The configuration of a host.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where requests come in.
    pub server: Server,
    /// Where everything is kept.
    pub store: Store,
    /// What decides.
    pub rules: Rules,
    /// What of decisions is recorded.
    pub decisions: Decisions,
    /// How documents reach the books.
    pub relay: Relay,
    /// How documents are compared with the books.
    pub reconciliation: Reconciliation,
    /// How the pages of customers speak.
    pub portal: Portal,
    /// What is logged.
    pub log: Log,
    /// The ERP connections, by the names that companies know them by.
    pub erp: BTreeMap<String, Erp>,
    /// The providers of OpenID Connect that people may log in with, by names that stand in addresses.
    pub log_in: BTreeMap<String, LogIn>,
    /// What the notices of ERP connections are signed with, by the connections' names.
    pub notices: BTreeMap<String, Secret>,
}

/// Where a secret is: in a variable of the environment, or in a file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secret {
    /// The variable.
    #[serde(default, rename = "secret_env")]
    pub env: Option<String>,
    /// The file.
    #[serde(default, rename = "secret_file")]
    pub file: Option<PathBuf>,
}

/// A provider of OpenID Connect that people may log in with.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogIn {
    /// What people call it: what stands on the button after "Log in with".
    pub label: String,
    /// Its address, letter by letter as its tokens name it.
    pub issuer: Url,
    /// What it calls this installation.
    pub client_id: String,
    /// The variable that holds what this installation shows it.
    pub secret_env: Option<String>,
    /// The file that does.
    pub secret_file: Option<PathBuf>,
    /// Whether addresses count that it does not call verified. Only for one that gives them out itself.
    #[serde(default)]
    pub trust_email: bool,
}

/// Where requests come in.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// Address and port; only this machine unless told otherwise.
    pub listen: SocketAddr,
    /// How many connections are open at once; more wait.
    pub connections: usize,
    /// Where it is seen from outside: `https://book.example`. With `https` cookies are sent encrypted only.
    pub url: Option<Url>,
    /// Proxies in front of it, which say in `X-Forwarded-For` whom they speak for.
    pub proxies: Vec<IpAddr>,
}

/// Where everything is kept.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Store {
    /// The SQLite database.
    pub path: PathBuf,
    /// Another store instead: `postgres://slotledger@db.example/diary`.
    pub url: Option<Address>,
    /// How many connections a host has to a server at most.
    pub connections: u32,
}

impl Store {
    /// Which of the two holds.
    #[must_use]
    pub fn address(&self) -> Address {
        self.url.clone().unwrap_or_else(|| Address::Sqlite(self.path.clone()))
    }
}

/// What decides.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rules {
    /// A rules component; none takes the one that is built in.
    pub component: Option<PathBuf>,
    /// The component's SHA-256, hexadecimal; another component is refused.
    pub digest: Option<String>,
    /// Where compiled components are kept; none compiles at every start.
    pub cache: Option<PathBuf>,
    /// The file of the keys whose extensions are taken; `slotledger rules keys` writes it.
    pub keys: PathBuf,
    /// The file that says which digest each source of an extension had; `slotledger rules install` writes it.
    pub lock: PathBuf,
}

/// What of decisions is recorded.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Decisions {
    /// How many days; none records nothing.
    pub keep_days: u32,
    /// One in so many searches is recorded; none records no search.
    pub one_search_in: u32,
}

/// How documents reach the books.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Relay {
    /// Whether this host sends documents. Another host on the same store may do it instead.
    pub enabled: bool,
    /// How many documents are on their way at once.
    pub in_flight: u32,
    /// How long the books may take for one document, all calls together, seconds.
    pub longest_call_seconds: u64,
    /// How long after that a document which a killed host had in hand is taken up again, seconds.
    pub lease_margin_seconds: u64,
}

/// How documents are compared with the books.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Reconciliation {
    /// Whether it is done every night, by one of the hosts that send documents.
    pub nightly: bool,
    /// The hour of the company's clocks from which on.
    pub hour: u32,
    /// How many days back, up to the day before.
    pub days: u32,
}

/// How the pages of customers speak.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Portal {
    /// A directory of languages, such as `fr.ftl`, beside those that are built in; a file for one of these changes it.
    pub languages: Option<PathBuf>,
    /// Sites that may show the pages in a frame of theirs: `https://www.example.org`.
    pub embed_from: Vec<Url>,
}

impl Portal {
    /// The sites as browsers name them.
    #[must_use]
    pub fn sites(&self) -> Vec<String> {
        self.embed_from.iter().map(|site| site.origin().ascii_serialization()).collect()
    }

    /// What is wrong with a site, if something is: it has to be an origin, and nothing else.
    fn unfit(&self) -> Option<String> {
        let is_origin = |site: &Url| {
            let is_web = matches!(site.scheme(), "https" | "http") && site.host().is_some();
            is_web && site.as_str().trim_end_matches('/') == site.origin().ascii_serialization()
        };
        let site = self.embed_from.iter().find(|site| !is_origin(site))?;
        Some(format!(
            "portal.embed_from: {site} is no site; name it without a path, such as https://www.example.org"
        ))
    }
}

/// What is logged.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// `info`, or finer: `slotledger=debug,tower_http=info`.
    pub filter: String,
    /// One JSON object a line instead of readable text.
    pub json: bool,
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file is not there.
    #[error("there is no configuration at {}", .0.display())]
    Missing(PathBuf),
    /// The file, or a variable of the environment, does not say what it should.
    #[error("the configuration cannot be used: {0}")]
    Invalid(#[from] config::ConfigError),
}

impl Error {
    /// What helps.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Missing(_) => "make one with `slotledger init`, or name it with --config",
            Self::Invalid(_) => "compare it with docs/administrators.md",
        }
    }
}

impl Default for Server {
    fn default() -> Self {
        let listen = SocketAddr::from(([127, 0, 0, 1], 7878));
        Self { listen, connections: 10_000, url: None, proxies: Vec::new() }
    }
}

impl Default for Store {
    fn default() -> Self {
        Self { path: PathBuf::from("slotledger.sqlite"), url: None, connections: CONNECTIONS }
    }
}

impl Default for Decisions {
    fn default() -> Self {
        let Recording { keep_days, one_search_in } = Recording::default();
        Self { keep_days, one_search_in }
    }
}

impl Default for Rules {
    fn default() -> Self {
        let (keys, lock) = (PathBuf::from("rules.keys"), PathBuf::from("rules.lock"));
        Self { component: None, digest: None, cache: None, keys, lock }
    }
}

impl Default for Relay {
    fn default() -> Self {
        Self { enabled: true, in_flight: 4, longest_call_seconds: 45, lease_margin_seconds: 15 }
    }
}

impl Default for Reconciliation {
    fn default() -> Self {
        Self { nightly: true, hour: 2, days: 7 }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { filter: "info".to_owned(), json: false }
    }
}
