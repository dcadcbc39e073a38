//! Setting a company up in a real browser.

use super::{PASSWORD, run};
use crate::support::Host;

async fn set_up(step: &str) {
    let (host, link) = Host::blank();
    run(&host, "setup.mjs", &[("LINK", &link), ("PASSWORD", PASSWORD)], &[step]).await;
}

#[tokio::test]
async fn a_company_is_set_up_from_the_first_start_to_a_booking() {
    set_up("wizard").await;
}

#[tokio::test]
async fn a_sample_company_is_removed_with_everything_in_it() {
    let (host, link) = Host::blank();
    let steps = ["sample"];
    run(&host, "setup.mjs", &[("LINK", &link), ("PASSWORD", PASSWORD)], &steps).await;
    assert_eq!(host.get("/api/v1/companies").await.expect(200)["items"], serde_json::json!([]));
    assert!(!host.ledger(&["journal"]).contains("Brightwater"), "its books are empty");
}

#[tokio::test]
async fn setting_up_needs_no_script() {
    set_up("plain").await;
}

#[tokio::test]
async fn books_that_do_not_answer_are_told_where_they_are_chosen() {
    let (host, link) = Host::blank_with(
        "[erp.tryton]\nkind = \"tryton\"\nurl = \"http://127.0.0.1:1\"\ndatabase = \"none\"\nuser = \"us\"\npassword_env = \"SLOTLEDGER_TRYTON_PASSWORD\"\n",
    );
    run(&host, "setup.mjs", &[("LINK", &link), ("PASSWORD", PASSWORD)], &["lacking"]).await;
}
