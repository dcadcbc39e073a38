//! A server that leaves nothing behind.

#![allow(clippy::expect_used, reason = "a test may say what it expects")]

use std::path::Path;

use slotledger_postgres_server::{Database, Durability, Server};

#[test]
fn a_server_that_is_dropped_leaves_nothing_behind() {
    for durability in [Durability::None, Durability::Full] {
        let server = Server::start(durability).expect("PostgreSQL is installed");
        let url = server.url();
        let socket = url.split(['@', '/']).nth(3).expect("a socket").replace("%2F", "/");
        assert!(Path::new(&socket).is_dir(), "{socket}");
        drop(server);
        assert!(!Path::new(&socket).exists(), "{socket}");
    }
}

#[test]
fn every_database_has_a_name_of_its_own() {
    let (one, other) = (Database::create().expect("a database"), Database::create().expect("another"));
    assert_ne!(one.url(), other.url());
}
