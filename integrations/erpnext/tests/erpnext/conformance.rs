//! The suite every connector passes: against the stand-in, and against a real site where one is named.

use slotledger_erp::{Administration, Mode, Standing, conformance};
use slotledger_erpnext::{Erpnext, Settings};

use crate::support::{self, TODAY, connect, ready};

#[tokio::test]
async fn the_conformance_suite_holds() {
    let server = ready().await;
    let setup = support::manager(&server).furnish("run-1", TODAY).await.unwrap();
    let books = connect(&server);
    let report = conformance::run(&books, &setup).await;
    assert!(report.held(), "\n{report}");
    let balance = books.balance().await.unwrap();
    assert_eq!(balance.debit, balance.credit);

    let again = conformance::run(&books, &setup).await;
    assert!(!again.held(), "a run's name can be used once");
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
    let report = conformance::run(&books, &setup).await;
    assert!(report.held(), "\n{report}");
    let balance = books.balance().await.unwrap();
    assert_eq!(balance.debit, balance.credit);
}
