//! The `slotledger` command.

use std::panic;
use std::process::{self, ExitCode};

use clap::Parser;
use slotledger::cli::Cli;

/// What a command ends with whose output nobody reads any more, as if the signal had ended it.
const BROKEN_PIPE: i32 = 128 + 13;

#[tokio::main]
async fn main() -> ExitCode {
    end_with_the_reader();
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

/// `slotledger … | head` is no failure, and nothing to report. Rust's `println!` panics where the reader has gone.
fn end_with_the_reader() {
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let said = info.payload_as_str().unwrap_or_default();
        if said.starts_with("failed printing to stdout") && said.contains("Broken pipe") {
            process::exit(BROKEN_PIPE);
        }
        report(info);
    }));
}
