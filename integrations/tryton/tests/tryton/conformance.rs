//! The suite every connector passes, on both of the databases that Tryton keeps its data in.

use slotledger_erp::{
    Administration,
    conformance::{self, Report, Setup},
};
use slotledger_tryton::{Settings, Tryton};
use slotledger_tryton_server::{Engine, PASSWORD, Server};

use crate::support::{connect, postings, server_on, settings};

/// Fills the company as its administrator, then runs the suite with the rights of the connector's user.
async fn certified(server: &Server) -> (Report, Setup) {
    let administrator = Settings { user: "admin".into(), password: PASSWORD.into(), ..settings(server) };
    let administrator = Tryton::new(administrator).unwrap();
    let setup = administrator.furnish("suite", postings::day()).await.unwrap();
    (conformance::administered(&connect(server), &setup).await, setup)
}

fn holds(report: &Report) {
    assert!(report.held(), "\n{report}");
    assert_eq!(report.left_out, [], "\n{report}");
}

#[tokio::test]
async fn the_suite_holds_on_sqlite() {
    let server = server_on(Engine::Sqlite);
    let (report, _) = certified(&server).await;
    holds(&report);
}

#[tokio::test]
async fn the_suite_holds_on_postgresql() {
    let server = server_on(Engine::Postgres);
    let (report, _) = certified(&server).await;
    holds(&report);
}
