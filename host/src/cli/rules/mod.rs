//! `slotledger rules`: everything about extensions, for who writes one and who installs one.

mod account;
mod keygen;
mod publish;
mod sign;
mod verify;

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub(super) struct RulesCommand {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Makes a pair of keys to sign extensions with. Other minisign tools can use it too.
    Keygen(keygen::Keygen),
    /// Signs a component: writes FILE.minisig beside it.
    Sign(sign::Sign),
    /// Puts a component and its signature into an OCI registry.
    ///
    /// Prints the reference by which exactly this component can be fetched, whatever becomes of the tag.
    Publish(publish::Publish),
    /// Fetches an extension and says whether this installation would take it. Changes nothing.
    Verify(verify::Verify),
}

pub(super) async fn run(command: RulesCommand) -> anyhow::Result<()> {
    match command.command {
        Command::Keygen(command) => keygen::run(&command),
        Command::Sign(command) => sign::run(&command).await,
        Command::Publish(command) => publish::run(command).await,
        Command::Verify(command) => verify::run(command).await,
    }
}
