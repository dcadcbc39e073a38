//! A registry that leaves nothing behind.

#![allow(clippy::expect_used, reason = "a test may say what it expects")]

use std::net::TcpStream;

use slotledger_registry_server::{Access, Server};

#[test]
fn a_registry_that_is_dropped_answers_no_more() {
    for access in [Access::Open, Access::Closed] {
        let server = Server::start(access).expect("a registry is installed");
        let address = server.address().to_owned();
        assert!(TcpStream::connect(&address).is_ok(), "{address}");
        drop(server);
        assert!(TcpStream::connect(&address).is_err(), "{address}");
    }
}
