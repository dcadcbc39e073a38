//! `slotledger rules install` and `slotledger rules list`.

use clap::Args;

use super::account::failed;
use super::taking::Taking;
use crate::app::{self, NewComponent};
use crate::cli::serve::Host;
use crate::cli::{ConfigFile, Person, load};

#[derive(Debug, Args)]
pub(super) struct Install {
    #[command(flatten)]
    taking: Taking,
    #[command(flatten)]
    file: ConfigFile,
    #[command(flatten)]
    person: Person,
}

pub(super) async fn run(command: Install) -> anyhow::Result<()> {
    let config = load(&command.file)?;
    let taken = command.taking.take(&config.rules).await?;
    let host = Host::open(&config).await?;
    let new = NewComponent { admitted: taken.admitted.clone(), by: command.person.name() };
    let installed = host.app.install_component(new).await.map_err(refused)?;
    taken.keep(&config.rules.lock)?;
    println!("{} {} is installed: {}", installed.name, installed.version, installed.digest);
    match &installed.signer {
        Some(key) => println!("It is signed with the key {key}."),
        None => println!("No trusted key signed it; you allowed it by name."),
    }
    println!(
        "It is asked nowhere yet: put it to use at a company on the page /rules, or with POST /api/v1/extensions."
    );
    Ok(())
}

fn refused(error: app::Error) -> anyhow::Error {
    if let app::Error::Extension(error) = &error {
        return failed(error).context("it is not installed");
    }
    anyhow::Error::new(error).context("it is not installed")
}

pub(super) async fn list(file: &ConfigFile) -> anyhow::Result<()> {
    let host = Host::open(&load(file)?).await?;
    for component in host.app.components().await? {
        let signer = component.signer.as_deref().unwrap_or("unsigned");
        println!("{}  {}  {}  {signer}", component.digest, component.name, component.version);
    }
    Ok(())
}
