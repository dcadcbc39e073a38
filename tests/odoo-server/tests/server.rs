//! The server starts, keeps its data over an outage, and never outlives whoever started it.

#![allow(clippy::unwrap_used, reason = "a broken fixture should stop its test")]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use slotledger_odoo_server::{Edition, Server, provision};

fn target() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap()
}

fn address(url: &str) -> &str {
    url.strip_prefix("http://").unwrap()
}

/// The body of the answer to one call of the connector's user.
fn who_am_i(server: &Server) -> String {
    let mut stream = TcpStream::connect(address(&server.url())).unwrap();
    write!(
        stream,
        "POST /json/2/res.users/context_get HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\
         Content-Type: application/json\r\nAuthorization: bearer {}\r\nContent-Length: 2\r\n\r\n{{}}",
        server.api_key()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

#[test]
fn it_answers_and_keeps_port_and_data_over_an_outage() {
    if !Edition::Nineteen.wanted() {
        return;
    }
    let postgres = slotledger_postgres_server::shared().unwrap();
    let template =
        provision(target(), Edition::Nineteen, &postgres, &mut |step| eprintln!("{step}")).unwrap();
    let mut server = Server::start(&template, &postgres).unwrap();
    assert!(who_am_i(&server).contains("\"uid\""));
    server.sql("UPDATE res_company SET name = 'Kept' WHERE id = 1;").unwrap();

    let url = server.url();
    server.stop().unwrap();
    assert!(TcpStream::connect(address(&url)).is_err());

    server.restart().unwrap();
    assert_eq!(server.url(), url);
    assert!(who_am_i(&server).contains("\"uid\""));
    assert_eq!(server.sql("SELECT name FROM res_company WHERE id = 1;").unwrap(), "Kept");

    drop(server);
    assert!(TcpStream::connect(address(&url)).is_err());
}

#[test]
fn it_ends_with_a_parent_that_was_killed() {
    if !Edition::Nineteen.wanted() {
        return;
    }
    let mut parent = Command::new(env!("CARGO_BIN_EXE_slotledger-odoo-server"))
        .arg(target())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(parent.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let url = line.split(' ').next().unwrap();
    TcpStream::connect(address(url)).unwrap();

    parent.kill().unwrap();
    parent.wait().unwrap();
    let deadline = Instant::now() + Duration::from_secs(10);
    while TcpStream::connect(address(url)).is_ok() {
        assert!(Instant::now() < deadline, "the server outlived its parent");
        thread::sleep(Duration::from_millis(20));
    }
}
