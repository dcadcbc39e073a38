//! Serves a fresh Odoo until standard input ends: for looking around by hand.
//!
//! Arguments: the target directory, and the edition, `19` or `14`.

use std::{
    env,
    io::{self, Read, Write},
    path::Path,
};

use anyhow::Context;
use slotledger_odoo_server::{Edition, Server, provision};

fn main() -> anyhow::Result<()> {
    let target = env::args().nth(1).unwrap_or_else(|| "target".to_owned());
    let number = env::args().nth(2).unwrap_or_else(|| "19".to_owned());
    let edition = Edition::ALL.into_iter().find(|edition| edition.number() == number);
    let edition = edition.with_context(|| format!("there is no Odoo {number} here, only 19 and 14"))?;
    let postgres = slotledger_postgres_server::shared()?;
    let template = provision(Path::new(&target), edition, &postgres, &mut |step| eprintln!("{step}"))?;
    let server = Server::start(&template, &postgres)?;
    let (administrator, key) = server.administrator();
    println!("{} {} {} {}", server.url(), server.database(), server.user(), server.api_key());
    println!("{administrator} {} {key}", server.password());
    io::stdout().flush()?;
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
