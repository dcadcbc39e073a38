//! The suite every connector passes, on PostgreSQL, by one user with the rights that docs/erp/tryton.md names. On SQLite the
//! binary runs it, in the end-to-end tests.

use slotledger_erp::{Administration, conformance};
use slotledger_tryton::{Settings, Tryton};
use slotledger_tryton_server::{CERTIFIER, Engine};

use crate::support::{postings, server_on, settings};

#[tokio::test]
async fn the_suite_holds_on_postgresql() {
    let server = server_on(Engine::Postgres);
    let certifier = Tryton::new(Settings { user: CERTIFIER.into(), ..settings(&server) }).unwrap();
    let setup = certifier.furnish("suite", postings::day()).await.unwrap();
    let report = conformance::administered(&certifier, &setup).await;
    assert!(report.held(), "\n{report}");
    assert_eq!(report.left_out, [], "\n{report}");
}
