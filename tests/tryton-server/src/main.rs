//! Serves a fresh Tryton until standard input ends: for looking around by hand.
//!
//! Usage: slotledger-tryton-server [TARGET-DIRECTORY [postgres]]

use std::{
    io::{self, Read, Write},
    path::Path,
};

use slotledger_tryton_server::{Engine, Server, provision_on};

fn main() -> anyhow::Result<()> {
    let target = std::env::args().nth(1).unwrap_or_else(|| "target".to_owned());
    let engine = match std::env::args().nth(2).as_deref() {
        Some("postgres") => Engine::Postgres,
        _ => Engine::Sqlite,
    };
    let template = provision_on(engine, Path::new(&target), &mut |step| eprintln!("{step}"))?;
    let server = Server::start(&template)?;
    println!("{} {} {} {}", server.url(), server.database(), server.user(), server.password());
    io::stdout().flush()?;
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
