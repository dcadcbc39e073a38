//! Serves the stand-in until it is interrupted: `slotledger-erpnext-server [PORT]`.

use slotledger_erpnext_server::{COMPANY, MANAGER, Options, Server, USER};

fn main() -> std::io::Result<()> {
    let port = std::env::args().nth(1).and_then(|port| port.parse().ok()).unwrap_or(0);
    let server = Server::start(Options { port, ..Options::default() })?;
    println!("{} serves {COMPANY}", server.url());
    println!("user token    {}:{}", USER.0, USER.1);
    println!("manager token {}:{}", MANAGER.0, MANAGER.1);
    loop {
        std::thread::park();
    }
}
