//! `slotledger rules`: everything about extensions, for who writes one and who installs one.
//!
//! Deliberately absent: how an extension runs. The engine and its limits are the host's own.

mod account;
mod bench;
mod build;
mod decisions;
mod doc;
mod export;
mod fixture;
mod hostile;
mod install;
mod keys;
mod manage;
mod new;
mod project;
mod publish;
mod replay;
mod sign;
mod taking;
mod template;
mod test;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub(super) struct RulesCommand {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Writes a small project in Rust, JavaScript or Python, which builds and passes its tests at once.
    New(new::New),
    /// Makes the component of a project: build/NAME.wasm.
    ///
    /// Packages of npm and PyPI that the project names are installed into the project. What else is missing is named with
    /// the command that installs it.
    Build(Project),
    /// Asks a component what stands in fixtures/, and inputs made to break it, with the engine and limits of the host.
    ///
    /// Everything is asked twice, and has to give the same bytes for the same fuel. Builds the component first where it is
    /// missing or older than its sources. Exits with 1 if anything is not as it should be.
    Test(test::Test),
    /// Measures what each fixture costs: fuel, and microseconds with an instance made and dropped.
    Bench(bench::Bench),
    /// Prints what an extension is shown and can say, as a page of Markdown.
    Doc(doc::Doc),
    /// Makes keys to sign with, and says whose are trusted here.
    Keys(keys::KeysCommand),
    /// Signs a component: writes FILE.minisig beside it.
    Sign(sign::Sign),
    /// Puts a component and its signature into an OCI registry.
    ///
    /// Prints the reference by which exactly this component can be fetched, whatever becomes of the tag.
    Publish(publish::Publish),
    /// Fetches an extension and says whether this installation would take it. Changes nothing.
    Verify(verify::Verify),
    /// Fetches a component and keeps it, so that companies can use it. It is compiled, and asked what it is.
    ///
    /// Taken is what a trusted key signed, and of each source only what it had before; anything else has to be named by
    /// its SHA-256. Installing decides nothing: it is asked at the companies that it is added to, as much as each of them
    /// has it.
    Install(install::Install),
    /// Lists the components that are installed.
    List(super::ConfigFile),
    /// Says how much an extension has to say at a company, or switches it off. Doing so twice changes nothing more.
    Mode(manage::SetMode),
    /// Removes a component that no company uses. Doing so twice changes nothing more.
    Remove(manage::Remove),
    /// Lists what was done about extensions, and by whom, the newest first.
    Changes(manage::Changes),
    /// Lists decisions that were recorded, the newest first, or prints one as JSON.
    Decisions(decisions::Decisions),
    /// Makes recorded decisions again with another component, and says what would have been decided otherwise.
    ///
    /// Changes nothing. Exits with 0 if nothing would have been different, with 2 if anything would, and with 1 if it
    /// could not be found out.
    Replay(replay::Replay),
    /// Writes what an extension was shown in a decision, and what it answered, as fixtures for `rules test`.
    Export(export::Export),
}

/// Which project.
#[derive(Debug, Args)]
struct Project {
    /// Its directory.
    #[arg(default_value = ".")]
    dir: PathBuf,
}

pub(super) async fn run(command: RulesCommand) -> anyhow::Result<ExitCode> {
    match command.command {
        Command::New(command) => new::run(&command),
        Command::Build(project) => build::run(&project.dir),
        Command::Test(command) => return test::run(&command),
        Command::Bench(command) => bench::run(&command),
        Command::Doc(command) => doc::run(&command),
        Command::Keys(command) => keys::run(command).await,
        Command::Sign(command) => sign::run(&command).await,
        Command::Publish(command) => publish::run(command).await,
        Command::Verify(command) => verify::run(command).await,
        Command::Install(command) => install::run(command).await,
        Command::List(file) => install::list(&file).await,
        Command::Mode(command) => manage::mode(&command).await,
        Command::Remove(command) => manage::remove(&command).await,
        Command::Changes(command) => manage::changes(&command).await,
        Command::Decisions(command) => decisions::run(&command).await,
        Command::Replay(command) => return replay::run(&command).await,
        Command::Export(command) => export::run(&command).await,
    }?;
    Ok(ExitCode::SUCCESS)
}
