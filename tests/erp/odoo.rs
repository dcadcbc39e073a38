//! The main job with a real Odoo for its books, from an Odoo that was never prepared to one that is certified.

use std::path::Path;

use slotledger_odoo_server::{COMPANY, Edition, Server, provision};

use crate::support::{Host, kinds, run, run_to_end};

/// An Odoo of the test's own, or none where tests shall not run against it.
fn server(edition: Edition) -> Option<Server> {
    if !edition.wanted() {
        eprintln!("not run: Odoo {} is not asked for, or cannot be installed here", edition.number());
        return None;
    }
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the target directory");
    let postgres = slotledger_postgres_server::shared().expect("PostgreSQL is installed");
    let template = provision(target, edition, &postgres, &mut |step| eprintln!("{step}"));
    Some(Server::start(&template.expect("Odoo is installed"), &postgres).expect("Odoo starts"))
}

/// One server for everything: it takes longer to start than what is done with it.
async fn from_nothing_to_certified(edition: Edition) {
    let Some(server) = server(edition) else { return };
    let host = Host::on_odoo(&server).await;
    let config = host.directory().join("slotledger.toml");
    let config = config.to_str().expect("text");
    connected(config);
    visited(&host, config).await;
    certified(&server);
}

fn connected(config: &str) {
    let connect = ["connect", "odoo", "--config", config];
    let apply = [&connect[..], &["--apply"]].concat();
    for _ in 0..2 {
        let (status, told) = run_to_end(&[], &connect);
        assert_eq!(status, Some(2), "{told}");
        assert!(told.contains("2 of these are missing"), "looking makes nothing: {told}");
    }
    let (status, made) = run_to_end(&[], &apply);
    assert_eq!(status, Some(0), "{made}");
    assert_eq!(standing(&made, "made"), 2, "{made}");
    for again in [&apply[..], &connect[..]] {
        let (status, told) = run_to_end(&[], again);
        assert_eq!(status, Some(0), "{told}");
        assert_eq!((standing(&told, "made"), standing(&told, "missing")), (0, 0), "{told}");
        assert!(told.contains("«odoo» is ready."), "{told}");
    }
}

/// How many of the checks stand so.
fn standing(told: &str, word: &str) -> usize {
    told.lines().filter(|line| line.split_whitespace().next() == Some(word)).count()
}

async fn visited(host: &Host, config: &str) {
    let mapped = ["erp", "mappings", "--connection", "odoo", "--map", "unit:Unit=Units", "--config", config];
    run(&mapped).expect("a mapping");
    let id = host.hold().await["id"].as_str().expect("an id").to_owned();
    for command in ["confirm", "start", "complete"] {
        host.command(&id, command).await.expect(200);
    }
    let documents = host.documents(&id).await;
    assert_eq!(kinds(&documents), ["commission", "sales_invoice", "sales_order", "stock_issue"]);
    let expected = [
        // kind, state, net, tax, total
        ["sales_order", "submitted", "129.90", "25.98", "155.88"],
        ["sales_invoice", "posted", "129.90", "25.98", "155.88"],
        ["commission", "posted", "12.99", "0", "12.99"],
        ["stock_issue", "posted", "7.50", "0", "7.50"],
    ];
    for [kind, rest @ ..] in expected {
        let document = documents.iter().find(|document| document["kind"] == kind).expect("one of each");
        let found =
            ["state", "net", "tax", "total"].map(|field| document[field].as_str().unwrap_or_default());
        assert_eq!(found, rest, "{document}");
        assert_eq!(document["currency"], "EUR", "{document}");
    }
}

fn certified(server: &Server) {
    let (url, secret) = (server.url(), [("ODOO_KEY", server.api_key())]);
    let certify = ["erp", "certify", "--erp", "odoo", "--url", &url, "--database", server.database()];
    let particulars = ["--user", server.user(), "--company", COMPANY, "--token-env", "ODOO_KEY"];
    let (status, report) = run_to_end(&secret, &[&certify[..], &particulars].concat());
    assert_eq!(status, Some(0), "{report}");
    assert!(report.contains(&format!("This makes documents in {COMPANY}.")), "{report}");
    assert!(report.contains(" held, 0 did not"), "{report}");
    assert!(!report.contains(server.api_key()), "the key stays secret");
}

#[tokio::test]
async fn from_nothing_to_certified_on_odoo_19() {
    from_nothing_to_certified(Edition::Nineteen).await;
}

#[tokio::test]
async fn from_nothing_to_certified_on_odoo_14() {
    from_nothing_to_certified(Edition::Fourteen).await;
}
