//! Serves a fresh Tryton until standard input ends: for looking around by hand.

use std::{
    io::{self, Read, Write},
    path::Path,
};

use slotledger_tryton_server::{Server, provision};

fn main() -> anyhow::Result<()> {
    let target = std::env::args().nth(1).unwrap_or_else(|| "target".to_owned());
    let template = provision(Path::new(&target), &mut |step| eprintln!("{step}"))?;
    let server = Server::start(&template)?;
    println!("{} {} {} {}", server.url(), server.database(), server.user(), server.password());
    io::stdout().flush()?;
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
