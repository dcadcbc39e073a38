//! The suite every connector passes: against the stand-in, and against a real site where one is named.

use std::time::Duration;

use serde_json::json;
use slotledger_erp::{Administration, Mode, Standing, conformance};
use slotledger_erpnext::{Erpnext, Settings};
use slotledger_erpnext_server::Server;
use slotledger_fault_proxy::{Fault, Proxy};

use crate::support::{self, TODAY, connect, connect_by, ready};

/// A stand-in that has what the suite needs.
async fn furnished() -> (Server, conformance::Setup) {
    let server = ready().await;
    let rate =
        json!({"date": "2026-11-30", "from_currency": "USD", "to_currency": "EUR", "exchange_rate": 0.9});
    server.desk("POST", "Currency Exchange", "", rate);
    let setup = support::manager(&server).furnish("run-1", TODAY).await.unwrap();
    (server, setup)
}

#[tokio::test]
async fn the_conformance_suite_holds() {
    let (server, setup) = furnished().await;
    let books = connect(&server);
    let report = conformance::administered(&books, &setup).await;
    assert!(report.held(), "\n{report}");

    let again = conformance::run(&books, &setup).await;
    assert!(!again.held(), "a run's name can be used once");
}

/// Posts that race meet in other places when some of the answers take longer than others.
#[tokio::test]
async fn the_conformance_suite_holds_over_uneven_lines() {
    tokio::join!(over_uneven_line(7), over_uneven_line(11), over_uneven_line(13), over_uneven_line(17));
}

async fn over_uneven_line(stride: usize) {
    let (server, setup) = furnished().await;
    let line = Proxy::to(&server.url(), move |call| match call.number * stride % 23 {
        slow @ 12.. => Fault::Delay(Duration::from_millis(slow as u64 - 10)),
        _ => Fault::None,
    });
    let books = connect_by(line.unwrap().url().to_owned());
    let report = conformance::administered(&books, &setup).await;
    assert!(report.held(), "every {stride}:\n{report}");
}

/// `SLOTLEDGER_TEST_ERPNEXT_URL` names a site, `SLOTLEDGER_TEST_ERPNEXT_TOKEN` a System Manager's `key:secret`, and
/// `SLOTLEDGER_TEST_ERPNEXT_COMPANY` a company for tests where the site has several.
#[tokio::test]
async fn the_conformance_suite_holds_on_a_real_site() {
    let variable = |name: &str| std::env::var(format!("SLOTLEDGER_TEST_ERPNEXT_{name}")).ok();
    let (Some(url), Some(token)) = (variable("URL"), variable("TOKEN")) else {
        eprintln!("skipped: SLOTLEDGER_TEST_ERPNEXT_URL and SLOTLEDGER_TEST_ERPNEXT_TOKEN are not set");
        return;
    };
    support::tls();
    let (key, secret) = token.split_once(':').expect("the token is written as key:secret");
    let settings =
        Settings { company: variable("COMPANY"), ..Settings::new(url, key, secret.to_owned().into()) };
    let books = Erpnext::new(settings).unwrap();
    let checks = books.prepare(Mode::Apply).await.unwrap();
    assert!(checks.iter().all(|check| check.standing != Standing::Wrong), "{checks:#?}");
    let today = support::today();
    let run = format!("test-{}", support::moment());
    let setup = books.furnish(&run, today).await.unwrap();
    let report = conformance::administered(&books, &setup).await;
    assert!(report.held(), "\n{report}");
}
