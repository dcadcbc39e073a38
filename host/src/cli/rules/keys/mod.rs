//! `slotledger rules keys`: a pair of keys for an author, and whose keys an installation trusts.

mod new;

use std::fs;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};

use super::account::untrusted;
use crate::cli::serve::Host;
use crate::cli::{ConfigFile, Person, load};
use crate::clock::{Clock, SystemClock};
use crate::extension::trust::keys::{Keyring, Trusted, public_key};

#[derive(Debug, Args)]
pub(super) struct KeysCommand {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Makes a pair of keys to sign extensions with. Other minisign tools can use it too.
    New(new::New),
    /// Has extensions taken that a key signed. Compare the key first with what its owner publishes elsewhere.
    Trust(Trust),
    /// Lists the keys that are trusted.
    List(ConfigFile),
    /// Trusts a key no longer, and lists what is installed and signed with it.
    Revoke(Revoke),
}

#[derive(Debug, Args)]
struct Trust {
    /// The public key, or its `.pub` file.
    key: String,
    /// Whose it is.
    #[arg(long, value_name = "NAME", default_value = "somebody")]
    owner: String,
    #[command(flatten)]
    file: ConfigFile,
    #[command(flatten)]
    person: Person,
}

#[derive(Debug, Args)]
struct Revoke {
    /// The key's id, as `slotledger rules keys list` prints it.
    id: String,
    #[command(flatten)]
    file: ConfigFile,
}

pub(super) async fn run(command: KeysCommand) -> anyhow::Result<()> {
    match command.command {
        Command::New(command) => new::run(&command),
        Command::Trust(command) => trust(&command),
        Command::List(file) => list(&file),
        Command::Revoke(command) => revoke(&command).await,
    }
}

fn trust(command: &Trust) -> anyhow::Result<()> {
    let path = load(&command.file)?.rules.keys;
    let text = match fs::read_to_string(&command.key) {
        Ok(text) => text,
        // A key is no file's name: names end, and Base64 has slashes.
        Err(_) => command.key.clone(),
    };
    let mut keyring = Keyring::read(&path).map_err(untrusted)?;
    let trusted = Trusted {
        key: public_key(&text).to_owned(),
        owner: command.owner.clone(),
        by: command.person.name(),
        since: SystemClock.now(),
    };
    let id = keyring.trust(trusted).map_err(untrusted)?;
    keyring.write(&path).map_err(untrusted)?;
    println!("trusted  {id}");
    println!("in       {}", path.display());
    Ok(())
}

fn list(file: &ConfigFile) -> anyhow::Result<()> {
    let keyring = Keyring::read(&load(file)?.rules.keys).map_err(untrusted)?;
    for (id, Trusted { key, owner, by, since }) in keyring.iter() {
        println!("{id}  {key}  {owner}  trusted by {by} on {}", since.format("%F"));
    }
    Ok(())
}

async fn revoke(command: &Revoke) -> anyhow::Result<()> {
    let config = load(&command.file)?;
    let mut keyring = Keyring::read(&config.rules.keys).map_err(untrusted)?;
    let Some(trusted) = keyring.revoke(&command.id) else {
        bail!("no key with the id {} is trusted; `slotledger rules keys list` lists them", command.id);
    };
    keyring.write(&config.rules.keys).map_err(untrusted)?;
    println!("revoked  {} of {}", command.id, trusted.owner);
    let host = Host::open(&config).await.context("the key is revoked; what it signed is not known")?;
    let signed = host.app.components().await?.into_iter();
    let signed =
        signed.filter(|one| one.signer.as_ref().is_some_and(|id| id.eq_ignore_ascii_case(&command.id)));
    for component in signed {
        println!("remains  {} {} {}", component.digest, component.name, component.version);
    }
    Ok(())
}
