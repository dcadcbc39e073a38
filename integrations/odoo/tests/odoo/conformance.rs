//! The suite every connector passes, against what it makes for itself.

use slotledger_erp::{Administration, conformance};
use slotledger_odoo_server::Edition;

use crate::support::{connect, prepared};

async fn holds(edition: Edition) {
    let Some(server) = prepared(edition).await else { return };
    let books = connect(&server);
    // Odoo dates orders and transfers by itself.
    let today = server.sql("SELECT (now() AT TIME ZONE 'UTC')::date;").unwrap();
    let setup = books.furnish("conformance", today.parse().unwrap()).await.unwrap();
    let report = conformance::administered(&books, &setup).await;
    assert!(report.held(), "\n{report}");
    eprintln!("{report}");
}

#[tokio::test]
async fn the_conformance_suite_holds_on_odoo_19() {
    holds(Edition::Nineteen).await;
}

#[tokio::test]
async fn the_conformance_suite_holds_on_odoo_14() {
    holds(Edition::Fourteen).await;
}
