//! Setting a connection up: looked at, imported, certified, and what does not fit seen in time.

use serde_json::json;

use crate::support::{Host, run};

#[tokio::test]
async fn a_connection_is_looked_at_imported_and_certified() {
    let host = Host::on_ledger();
    let config = host.directory().join("slotledger.toml");
    let config = config.to_str().expect("text");
    let told = run(&["connect", "ledger", "--config", config]).expect("nothing is missing");
    assert!(told.contains("«ledger» is ready."), "{told}");
    let unknown = run(&["connect", "nowhere", "--config", config]).expect_err("it is not configured");
    assert!(unknown.contains("[erp.nowhere]"), "{unknown}");

    run(&["connect", "ledger", "--apply", "--by", "Ada", "--config", config]).expect("nothing is missing");
    let written = host.get("/api/v1/account-events").await.expect(200);
    let written =
        written["items"].as_array().expect("a list").iter().find(|one| one["name"] == "books.prepared");
    assert_eq!(written.expect("it is written down")["by"], "Ada (command line)");

    let imported =
        run(&["erp", "import", "--connection", "ledger", "--kind", "items,warehouses", "--config", config])
            .expect("the books answer");
    assert!(imported.contains("item") && imported.contains("warehouse"), "{imported}");

    let service = host.get(&format!("/api/v1/services/{}", crate::support::SERVICE)).await.expect(200);
    let mut wrong = service.clone();
    for field in ["id", "company", "version", "updated_at"] {
        wrong.as_object_mut().expect("an object").remove(field);
    }
    wrong["consumables"][0]["item"] = json!("FILTER-OLD");
    let path = format!("/api/v1/services/{}", crate::support::SERVICE);
    let saved =
        host.request("PUT", &path).header("If-Match", format!("\"{}\"", service["version"])).json(&wrong);
    let saved = crate::support::Answer::of(saved).await.expect(200);
    let warnings = saved["warnings"].as_array().expect("it is saved with a warning");
    let fields: Vec<&str> = warnings.iter().filter_map(|warning| warning["field"].as_str()).collect();
    assert!(fields.contains(&"consumables[0].item"), "{saved}");
    let checked = run(&["check", "--config", config]).expect("everything works all the same");
    assert!(checked.contains("warning") && checked.contains("FILTER-OLD"), "{checked}");

    let mapped = [
        "erp",
        "mappings",
        "--connection",
        "ledger",
        "--map",
        "item:FILTER-OLD=MAT-FILTER",
        "--config",
        config,
    ];
    assert!(run(&mapped).expect("a mapping").contains("MAT-FILTER"));
    let checked = run(&["check", "--config", config]).expect("everything works");
    assert!(!checked.contains("FILTER-OLD"), "it is called something else there: {checked}");
}

#[tokio::test]
async fn the_ledger_is_certified() {
    let report = run(&["erp", "certify", "--erp", "ledger"]).expect("everything holds");
    assert!(report.contains("This makes documents in Certified."), "{report}");
    assert!(report.contains(" held, 0 did not"), "{report}");
}

#[tokio::test]
async fn a_company_is_not_saved_whose_books_have_another_currency() {
    let host = Host::on_ledger();
    let company = json!({ "name": "Overseas", "currency": "USD", "time_zone": "UTC" });
    let problem = host.post("/api/v1/companies", &company).await.problem(422, "SL0506");
    assert_eq!(problem["errors"][0]["field"], "currency", "{problem}");
    let unknown = json!({ "name": "Later", "currency": "USD", "time_zone": "UTC", "erp": "later" });
    let saved = host.post("/api/v1/companies", &unknown).await.expect(201);
    assert_eq!(saved["warnings"][0]["field"], "erp", "{saved}");
}
