//! `slotledger init`: a directory with a configuration, a database and an API key.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use clap::Args;

use super::sample;
use super::serve::{Host, rules};
use crate::app::key_hash;
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::model::ApiKey;
use crate::store::address::{Address, holds_password};

/// The name of the configuration in the directory.
const CONFIG: &str = "slotledger.toml";

#[derive(Debug, Args)]
pub(super) struct Init {
    /// The directory; made if it is not there.
    #[arg(long, default_value = "slotledger-data")]
    dir: PathBuf,
    /// Adds a sample company with a service, providers with shifts, and a customer.
    #[arg(long)]
    sample: bool,
    /// What the built-in ledger calls whoever keeps it, beside the names that companies are given later. Without it, it
    /// takes that of the connection.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["sample", "tryton_url"])]
    company: Option<String>,
    /// Where requests will come in.
    #[arg(long, default_value = "127.0.0.1:7878")]
    listen: std::net::SocketAddr,
    /// Also writes the API key to this file, readable by its owner only.
    #[arg(long)]
    key_file: Option<PathBuf>,
    /// Keeps everything in this PostgreSQL database, which must be there, instead of a file of its own:
    /// `postgres://slotledger@db.example/diary`. Its password comes from the environment variable PGPASSWORD or from
    /// ~/.pgpass.
    #[arg(long, value_name = "URL")]
    store_url: Option<String>,
    /// Sends documents to this Tryton server instead of the built-in ledger.
    #[arg(long, value_name = "URL", requires = "tryton_user")]
    tryton_url: Option<String>,
    /// The Tryton database.
    #[arg(long, default_value = "tryton")]
    tryton_database: String,
    /// The Tryton user; `serve` takes the password from the environment variable SLOTLEDGER_TRYTON_PASSWORD.
    #[arg(long)]
    tryton_user: Option<String>,
}

pub(super) async fn run(init: Init) -> anyhow::Result<()> {
    let store = store(init.store_url.as_deref())?;
    fs::create_dir_all(&init.dir).with_context(|| format!("cannot make {}", init.dir.display()))?;
    let path = init.dir.join(CONFIG);
    if path.exists() {
        bail!("{} exists already; choose another directory with --dir", path.display());
    }
    // The configuration comes last: a directory that has one is complete.
    let draft = init.dir.join(".slotledger.toml.part");
    fs::write(&draft, configuration(&init, &store))?;
    let config = Config::load(&draft)?;
    let key = make_key(&config, init.key_file.as_deref()).await?;
    // Compiled now, the first start need not: it serves at once, and holds nothing that a compiler left behind.
    rules(&config.rules)?;
    if init.sample {
        let host = Host::open(&config).await?;
        let erp = config.erp.iter().next().context("the configuration has no books")?;
        sample::fill(&host.store, &config, erp.0).await?;
    }
    fs::rename(&draft, &path)?;
    println!("configuration  {}", path.display());
    println!("API key        {key}");
    println!("It is kept only as a hash: note it now. Start the host with");
    println!("  slotledger serve --config {}", path.display());
    println!("It prints a link, once, that makes the first administrator.");
    Ok(())
}

async fn make_key(config: &Config, file: Option<&Path>) -> anyhow::Result<String> {
    let mut random = [0_u8; 32];
    getrandom::fill(&mut random)
        .map_err(|error| anyhow::anyhow!("the system gave no random bytes: {error}"))?;
    let key = format!("sl_{}", BASE64_URL_SAFE_NO_PAD.encode(random));
    let address = config.store.address();
    let opened = address.open().await;
    let store = opened.with_context(|| format!("the store {address} cannot be opened"))?;
    let (id, now) = (SystemClock.new_id(), SystemClock.now());
    store.add_key(&ApiKey::administrators(id, key_hash(&key), "init", now)).await?;
    if let Some(file) = file {
        let mut options = fs::OpenOptions::new();
        let mut written = options.write(true).create(true).truncate(true).mode(0o600).open(file)?;
        // The mode above holds for a new file only.
        written.set_permissions(fs::Permissions::from_mode(0o600))?;
        written.write_all(key.as_bytes())?;
    }
    Ok(key)
}

/// The store as the configuration names it.
fn store(url: Option<&str>) -> anyhow::Result<String> {
    let Some(url) = url else { return Ok("path = \"slotledger.sqlite\"".to_owned()) };
    if holds_password(url) {
        bail!(
            "the configuration keeps no secrets: leave the password out of --store-url and set PGPASSWORD to it"
        );
    }
    url.parse::<Address>()?;
    Ok(format!("url = {}", quoted(url)))
}

fn configuration(init: &Init, store: &str) -> String {
    let listen = init.listen;
    let erp = match (&init.tryton_url, &init.tryton_user) {
        (Some(url), Some(user)) => format!(
            "[erp.tryton]\nkind = \"tryton\"\nurl = {}\ndatabase = {}\nuser = {}\n\
             password_env = \"SLOTLEDGER_TRYTON_PASSWORD\"\n",
            quoted(url),
            quoted(&init.tryton_database),
            quoted(user)
        ),
        _ => {
            let company = if init.sample { Some(sample::COMPANY) } else { init.company.as_deref() };
            let company = company.map(|name| format!("company = {}\n", quoted(name))).unwrap_or_default();
            format!(
                "[erp.ledger]\nkind = \"ledger\"\npath = \"books.sqlite\"\n{company}currency = \"EUR\"\n\
                 tax_percent = \"20\"\n"
            )
        }
    };
    format!(
        "# The configuration of a Slotledger host; docs/administrators.md explains every setting.\n\
         # Paths are relative to this file. Each value can be overridden from the environment:\n\
         # SLOTLEDGER__SERVER__LISTEN=127.0.0.1:8080\n\n\
         [server]\nlisten = \"{listen}\"\n\n\
         [store]\n{store}\n\n\
         [rules]\ncache = \"cache\"\n\n\
         [relay]\nenabled = true\nin_flight = 4\n\n\
         [log]\nfilter = \"info\"\njson = false\n\n\
         # Where documents go. Companies name a connection by what stands after the dot.\n{erp}"
    )
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
