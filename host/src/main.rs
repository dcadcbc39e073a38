//! The `slotledger` command.

use std::process::ExitCode;

use clap::Parser;
use slotledger::cli::Cli;

#[tokio::main]
async fn main() -> ExitCode {
    // Everything that speaks TLS shares one implementation; a second install is harmless.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match Cli::parse().run().await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("slotledger: {error:#}");
            ExitCode::FAILURE
        }
    }
}
