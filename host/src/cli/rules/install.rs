//! `slotledger rules install` and `slotledger rules list`.

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;

use crate::app::NewComponent;
use crate::cli::serve::Host;
use crate::cli::{ConfigFile, Person, load};
use crate::extension::limits;
use crate::wasm::component;

#[derive(Debug, Args)]
pub(super) struct Install {
    /// The component: build/NAME.wasm.
    component: PathBuf,
    /// Takes it without a signature, if this is its SHA-256.
    #[arg(long, value_name = "SHA256")]
    allow_unsigned: Option<String>,
    #[command(flatten)]
    file: ConfigFile,
    #[command(flatten)]
    person: Person,
}

pub(super) async fn run(command: &Install) -> anyhow::Result<()> {
    let bytes = component::read(&command.component, limits::COMPONENT_BYTES)?;
    let digest = component::digest(&bytes);
    match command.allow_unsigned.as_deref().map(str::trim) {
        Some(named) if named.eq_ignore_ascii_case(&digest) => {}
        Some(_) => bail!("the component's SHA-256 is {digest}, which is another than the one named"),
        None => bail!(
            "the component is not signed: read what it does, and name it with --allow-unsigned {digest}"
        ),
    }
    let host = Host::open(&load(&command.file)?).await?;
    let origin = command.component.display().to_string();
    let new = NewComponent { bytes, origin, signer: None, by: command.person.name() };
    let installed = host.app.install_component(new).await.context("it is not installed")?;
    println!("{} {} is installed: {}", installed.name, installed.version, installed.digest);
    println!("It is asked nowhere yet: add it to a company with POST /api/v1/extensions.");
    Ok(())
}

pub(super) async fn list(file: &ConfigFile) -> anyhow::Result<()> {
    let host = Host::open(&load(file)?).await?;
    for component in host.app.components().await? {
        let signer = component.signer.as_deref().unwrap_or("unsigned");
        println!("{}  {}  {}  {signer}", component.digest, component.name, component.version);
    }
    Ok(())
}
