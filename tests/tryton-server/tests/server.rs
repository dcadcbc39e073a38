//! The server starts, survives an outage with its data, and never outlives whoever started it.

#![allow(clippy::unwrap_used, reason = "a broken fixture should stop its test")]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use slotledger_tryton_server::{Server, provision};

fn target() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap()
}

fn address(url: &str) -> &str {
    url.strip_prefix("http://").unwrap()
}

/// The body of the answer to one call without a session.
fn call(url: &str, path: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address(url)).unwrap();
    let length = body.len();
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

fn log_in(server: &Server) -> String {
    let (user, password) = (server.user(), server.password());
    let body = format!(
        r#"{{"id":1,"method":"common.db.login","params":["{user}",{{"password":"{password}"}},"en"]}}"#
    );
    call(&server.url(), &format!("/{}/rpc/", server.database()), &body)
}

#[test]
fn it_answers_and_keeps_port_and_data_over_an_outage() {
    let template = provision(target(), &mut |_| {}).unwrap();
    let mut server = Server::start(&template).unwrap();
    let version = call(&server.url(), "/rpc/", r#"{"id":1,"method":"common.server.version","params":[]}"#);
    assert!(version.contains("8.2"), "{version}");
    assert!(log_in(&server).contains("result"));

    let url = server.url();
    server.stop().unwrap();
    assert!(TcpStream::connect(address(&url)).is_err());

    server.restart().unwrap();
    assert_eq!(server.url(), url);
    assert!(log_in(&server).contains("result"));

    drop(server);
    assert!(TcpStream::connect(address(&url)).is_err());
}

#[test]
fn it_ends_with_a_parent_that_was_killed() {
    let mut parent = Command::new(env!("CARGO_BIN_EXE_slotledger-tryton-server"))
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
