//! The configuration: one TOML file, with every value overridable from the environment.
//!
//! `SLOTLEDGER__SERVER__LISTEN=0.0.0.0:80` overrides `listen` in `[server]`. Relative paths are relative to the file.
//! Secrets are never in the file: it names the environment variable or the file that holds one.

mod erp;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

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

impl Config {
    /// Reads the file and what the environment overrides.
    pub fn load(path: &Path) -> Result<Self, Error> {
        if !path.is_file() {
            return Err(Error::Missing(path.to_owned()));
        }
        let environment = config::Environment::with_prefix("SLOTLEDGER")
            .prefix_separator("__")
            .separator("__")
            .try_parsing(true);
        let source = config::Config::builder()
            .add_source(config::File::from(path).format(config::FileFormat::Toml))
            .add_source(environment)
            .build()?;
        let mut config: Self = source.try_deserialize()?;
        if config.relay.in_flight == 0 {
            let advice = "relay.in_flight is at least 1; to send nothing, set relay.enabled to false";
            return Err(config::ConfigError::Message(advice.to_owned()).into());
        }
        if config.server.connections == 0 || config.store.connections == 0 {
            let advice = "server.connections and store.connections are at least 1";
            return Err(config::ConfigError::Message(advice.to_owned()).into());
        }
        if let Some(advice) = config.portal.unfit() {
            return Err(config::ConfigError::Message(advice).into());
        }
        config.anchor(path.parent().unwrap_or(Path::new(".")));
        Ok(config)
    }

    /// Makes relative paths relative to the file's directory.
    fn anchor(&mut self, directory: &Path) {
        let anchor = |path: &mut PathBuf| *path = directory.join(&*path);
        anchor(&mut self.store.path);
        self.store.url = self.store.url.take().map(|url| url.within(directory));
        self.rules.component.as_mut().map(anchor);
        self.rules.cache.as_mut().map(anchor);
        self.portal.languages.as_mut().map(anchor);
        anchor(&mut self.rules.keys);
        anchor(&mut self.rules.lock);
        for provider in self.log_in.values_mut() {
            provider.secret_file.as_mut().map(anchor);
        }
        for notices in self.notices.values_mut() {
            notices.file.as_mut().map(anchor);
        }
        for erp in self.erp.values_mut() {
            match erp {
                Erp::Ledger(ledger) => anchor(&mut ledger.path),
                Erp::Erpnext(erpnext) => {
                    erpnext.token_file.as_mut().map(anchor);
                }
                Erp::Odoo(odoo) => {
                    odoo.key_file.as_mut().map(anchor);
                }
                Erp::Tryton(tryton) => {
                    tryton.password_file.as_mut().map(anchor);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

    use super::*;

    fn written(text: &str) -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("slotledger.toml");
        std::fs::write(&path, text).unwrap();
        (directory, path)
    }

    #[test]
    fn an_empty_file_is_a_configuration_on_loopback() {
        let (directory, path) = written("");
        let config = Config::load(&path).unwrap();
        assert!(config.server.listen.ip().is_loopback());
        assert_eq!(config.store.path, directory.path().join("slotledger.sqlite"));
    }

    #[test]
    fn an_address_takes_the_place_of_the_path_and_keeps_its_password_to_itself() {
        let url = "postgres://desk:s3cret@db.example/diary";
        let (_directory, path) = written(&format!("[store]\nurl = \"{url}\"\n"));
        let config = Config::load(&path).unwrap();
        assert_eq!(config.store.address().to_string(), "postgres://desk@db.example:5432/diary");
        assert!(!format!("{config:?}").contains("s3cret"));
        let (_directory, path) = written("[store]\nurl = \"mysql://desk:s3cret@db.example/diary\"\n");
        let error = Config::load(&path).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{error}");
    }

    #[test]
    fn a_relay_that_could_send_nothing_is_refused() {
        let (_directory, path) = written("[relay]\nin_flight = 0\n");
        let message = Config::load(&path).unwrap_err().to_string();
        assert!(message.contains("relay.enabled"), "{message}");
    }

    #[test]
    fn an_unknown_setting_is_named() {
        let (_directory, path) = written("[server]\nport = 1\n");
        let message = Config::load(&path).unwrap_err().to_string();
        assert!(message.contains("port"), "{message}");
    }

    #[test]
    fn sites_that_embed_are_origins() {
        let load = |sites: &str| {
            let (_directory, path) = written(&format!("[portal]\nembed_from = [{sites}]\n"));
            Config::load(&path).map(|config| config.portal.sites()).map_err(|error| error.to_string())
        };
        let sites = load("\"https://www.example.org\", \"http://localhost:8080/\"").unwrap();
        assert_eq!(sites, ["https://www.example.org", "http://localhost:8080"]);
        for site in [
            "https://example.org/shop",
            "https://me@example.org",
            "https://example.org/?a",
            "data:x",
            "*",
            "file:///x",
        ] {
            let message = load(&format!("\"{site}\"")).unwrap_err();
            assert!(message.contains("portal") && message.contains("embed_from"), "{site}: {message}");
        }
    }

    #[test]
    fn connections_are_read_by_kind() {
        let (directory, path) = written(
            "[erp.books]\nkind = \"ledger\"\npath = \"b.sqlite\"\ncompany = \"C\"\ncurrency = \"EUR\"\ntax_percent = \"19\"\n",
        );
        let config = Config::load(&path).unwrap();
        let Some(Erp::Ledger(ledger)) = config.erp.get("books") else { panic!("{config:?}") };
        assert_eq!(ledger.path, directory.path().join("b.sqlite"));
        assert_eq!(ledger.tax_percent, Decimal::from(19));
    }

    #[test]
    fn a_missing_file_says_how_to_make_one() {
        let error = Config::load(Path::new("nowhere.toml")).unwrap_err();
        assert!(error.hint().contains("init"));
    }
}
