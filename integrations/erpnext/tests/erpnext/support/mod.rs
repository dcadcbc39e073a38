//! What all tests here share: a stand-in of their own, connectors to it, and postings under fresh keys.

pub(crate) mod postings;

use std::{
    sync::Once,
    time::{SystemTime, UNIX_EPOCH},
};

use chrono::{DateTime, NaiveDate, Utc};
use slotledger_erp::{Administration, Check, Connector, Document, Failure, Mode, Posting, Standing};
use slotledger_erpnext::{Erpnext, Settings};
use slotledger_erpnext_server::{MANAGER, Options, Server, USER};

/// The day in the stand-in's zone.
pub(crate) const TODAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 12, 1).unwrap();

pub(crate) fn tls() {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| rustls::crypto::ring::default_provider().install_default().unwrap());
}

/// A stand-in as it comes: nothing was connected to it.
pub(crate) fn bare() -> Server {
    tls();
    Server::start(Options { today: Some(TODAY), port: 0 }).unwrap()
}

/// A stand-in with everything that `connect` makes.
pub(crate) async fn ready() -> Server {
    let server = bare();
    let checks = manager(&server).prepare(Mode::Apply).await.unwrap();
    let well = |standing| matches!(standing, Standing::Ready | Standing::Made);
    // The stand-in rounds as a new site does.
    let usual = |check: &Check| check.name == "rounding" && check.standing == Standing::Doubtful;
    assert!(checks.iter().all(|check| well(check.standing) || usual(check)), "{checks:#?}");
    server
}

pub(crate) fn settings(url: String, (key, secret): (&str, &str)) -> Settings {
    Settings::new(url, key, secret.to_owned().into())
}

/// A connector with the rights it has every day.
pub(crate) fn connect(server: &Server) -> Erpnext {
    connect_by(server.url())
}

/// The same by another address.
pub(crate) fn connect_by(url: String) -> Erpnext {
    Erpnext::new(settings(url, USER)).unwrap()
}

/// A connector with the rights of an administrator.
pub(crate) fn manager(server: &Server) -> Erpnext {
    Erpnext::new(settings(server.url(), MANAGER)).unwrap()
}

#[allow(clippy::disallowed_methods, reason = "a real site has the real date")]
fn now() -> SystemTime {
    SystemTime::now()
}

pub(crate) fn today() -> NaiveDate {
    DateTime::<Utc>::from(now()).date_naive()
}

pub(crate) fn moment() -> u64 {
    now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// Posts in order, up to the first failure.
pub(crate) async fn post_all(books: &Erpnext, postings: &[Posting]) -> Result<Vec<Document>, Failure> {
    let mut documents = Vec::new();
    for posting in postings {
        documents.push(books.post(posting).await?.document);
    }
    Ok(documents)
}

/// The only document a posting stands for.
pub(crate) async fn only(books: &Erpnext, posting: &Posting) -> Document {
    let found = books.find_by_key(posting).await.unwrap();
    let [document] = found.as_slice() else { panic!("{} finds {found:?}", posting.key) };
    document.clone()
}
