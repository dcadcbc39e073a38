//! Certificates that are not accepted: found by `connect`, told with what to do, and waited for by the relay.

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::erpnext::{self, MANAGER_TOKEN};
use crate::support::tls::{Authority, Certificate};
use crate::support::{Host, run_to_end};

const KINDS: [&str; 3] = ["erpnext", "odoo", "tryton"];

/// What stands in the configuration for one of each kind.
fn configuration(directory: &Path, url: &str) -> String {
    let path = directory.join("slotledger.toml");
    let text = format!(
        "[erp.erpnext]\nkind = \"erpnext\"\nurl = \"{url}\"\ntoken_env = \"{MANAGER_TOKEN}\"\n\
         [erp.odoo]\nkind = \"odoo\"\nurl = \"{url}\"\ndatabase = \"books\"\nkey_env = \"A_KEY\"\n\
         [erp.tryton]\nkind = \"tryton\"\nurl = \"{url}\"\ndatabase = \"books\"\nuser = \"us\"\npassword_env = \"A_KEY\"\n"
    );
    std::fs::write(&path, text).expect("it can be written");
    path.to_str().expect("text").to_owned()
}

fn connect(kind: &str, url: &str, authority: &Authority) -> (Option<i32>, String) {
    let directory = tempfile::tempdir().expect("a directory");
    let config = configuration(directory.path(), url);
    let file = authority.file();
    let environment = [("SSL_CERT_FILE", file.to_str().expect("text")), ("A_KEY", "kept-from-everybody")];
    run_to_end(&environment, &["connect", kind, "--config", &config])
}

fn address(server: &erpnext::Server) -> SocketAddr {
    server.url().trim_start_matches("http://").parse().expect("an address")
}

#[test]
fn connect_finds_a_certificate_that_is_not_accepted_and_says_what_to_do() {
    let (server, authority) = (erpnext::bare(), Authority::called("Ours"));
    for (certificate, words) in [
        (Certificate::Expired, "renew the certificate of the ERP's server"),
        (Certificate::Early, "the clocks of both machines"),
        (Certificate::OtherName, "with a name that the certificate is for"),
        (Certificate::SelfSigned, "an authority that this machine trusts"),
    ] {
        let url = authority.before(address(&server), certificate);
        for kind in KINDS {
            let (status, told) = connect(kind, &url, &authority);
            assert_eq!(status, Some(1), "{certificate:?} of {kind}: {told}");
            assert!(told.contains("invalid peer certificate"), "{certificate:?} of {kind}: {told}");
            assert!(told.contains(words), "{certificate:?} of {kind}: {told}");
            assert!(!told.contains("kept-from-everybody"), "{told}");
        }
    }
    assert_eq!(server.writes(), 0, "nothing was said to it");

    // With a good one, the same server is looked at; whether the machine trusts its authority matters.
    let url = authority.before(address(&server), Certificate::Good);
    let (status, told) = connect("erpnext", &url, &authority);
    assert_eq!(status, Some(2), "something is missing: {told}");
    let (status, told) = connect("erpnext", &url, &Authority::called("Another"));
    assert_eq!(status, Some(1), "{told}");
    assert!(told.contains("an authority that this machine trusts"), "{told}");
    // Somebody wrote https where nothing speaks TLS.
    let (status, told) = connect("erpnext", &server.url().replace("http:", "https:"), &authority);
    assert_eq!(status, Some(1), "{told}");
    assert!(told.contains("nothing speaks TLS at this address"), "{told}");
}

/// A certificate that expires at midnight parks nothing: everything waits, and says why.
#[tokio::test]
async fn a_refused_certificate_is_waited_for_and_parks_nothing() {
    let (server, authority) = (erpnext::bare(), Authority::called("Ours"));
    let host = Host::on_erpnext_at(&authority.before(address(&server), Certificate::SelfSigned)).await;
    waits(&host).await;

    let deadline = Instant::now() + Duration::from_secs(120);
    let connection = loop {
        let all = host.get("/api/v1/connections").await.expect(200);
        let found = all["items"].as_array().into_iter().flatten().find(|known| known["name"] == "erpnext");
        let found = found.expect("it is listed").clone();
        if found["state"] == "open" {
            break found;
        }
        assert!(Instant::now() < deadline, "it never opens: {found}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    let message = connection["message"].as_str().expect("it says why");
    assert!(message.contains("invalid peer certificate"), "{message}");
    assert_eq!(connection["parked"], json!(0), "{connection}");
}

/// The same of the connectors that log in first: nothing is said to whoever shows a certificate that is not accepted.
#[tokio::test]
async fn a_refused_certificate_of_an_odoo_and_of_a_tryton_is_waited_for() {
    let (server, authority) = (erpnext::bare(), Authority::called("Ours"));
    for certificate in [Certificate::SelfSigned, Certificate::Expired, Certificate::OtherName] {
        let url = authority.before(address(&server), certificate);
        for host in [Host::on_odoo_at(&url).await, Host::on_tryton_at(&url)] {
            waits(&host).await;
        }
    }
    assert_eq!(server.writes(), 0, "nothing was said to it");
}

/// Confirms a visit, whose order is tried and waits because the certificate is refused.
async fn waits(host: &Host) {
    let id = host.hold().await["id"].as_str().expect("an id").to_owned();
    host.command(&id, "confirm").await.expect(200);
    super::tried(host, &id).await;
    let listed = host.get(&format!("/api/v1/deliveries?appointment={id}")).await.expect(200);
    assert_eq!(listed["items"][0]["state"], "pending", "{listed}");
    let failure = &listed["items"][0]["failure"];
    assert_eq!(failure["class"], "retry", "{failure}");
    let message = failure["message"].as_str().unwrap_or_default();
    assert!(message.contains("invalid peer certificate"), "{failure}");
}
