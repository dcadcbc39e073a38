//! The suite every connector passes, against what it makes for itself.

use slotledger_erp::{Administration, conformance};
use slotledger_odoo_server::Edition;

use crate::support::{connect, postings, prepared};

async fn holds(edition: Edition) {
    let Some(server) = prepared(edition).await else { return };
    let books = connect(&server);
    let setup = books.furnish("conformance", postings::day()).await.unwrap();
    let report = conformance::run(&books, &setup).await;
    assert!(report.held(), "\n{report}");
    let balance = books.balance().await.unwrap();
    assert_eq!(balance.debit, balance.credit);
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
