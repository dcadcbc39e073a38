//! The main job with a real Tryton server for its books.

use std::path::Path;

use serde_json::{Value, json};
use slotledger_tryton_server::{CERTIFIER, COMPANY, Server, provision};

use super::story;
use crate::support::{Host, kinds, run_to_end};

/// A Tryton of the test's own.
pub(super) fn server() -> Server {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the target directory");
    let template = provision(target, &mut |step| eprintln!("{step}")).expect("Tryton is installed");
    Server::start(&template).expect("Tryton starts")
}

/// What a person does in Tryton meanwhile: a call as its administrator, past the connector.
pub(super) async fn call(server: &Server, method: &str, mut params: Value) -> Value {
    let context = json!({ "company": 1, "companies": [1], "language": "en" });
    params.as_array_mut().expect("a list").push(context);
    let call = json!({ "id": 1, "method": format!("model.{method}"), "params": params });
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let request = client.post(format!("{}/{}/rpc/", server.url(), server.database())).json(&call);
    let request = request.basic_auth("admin", Some(slotledger_tryton_server::PASSWORD));
    let answer = request.send().await.expect("Tryton answers").json::<Value>().await.expect("an answer");
    assert!(answer.get("error").is_none(), "{method}: {answer}");
    answer["result"].clone()
}

#[tokio::test]
async fn a_completed_visit_has_four_documents_in_tryton() {
    let server = server();
    let host = Host::on_tryton(&server);
    let id = host.hold().await["id"].as_str().expect("an id").to_owned();
    for command in ["confirm", "start", "complete"] {
        host.command(&id, command).await.expect(200);
    }
    let documents = host.documents(&id).await;
    assert_eq!(kinds(&documents), ["commission", "sales_invoice", "sales_order", "stock_issue"]);
    let invoice = documents.iter().find(|document| document["kind"] == "sales_invoice").expect("the invoice");
    assert_eq!(invoice["state"], "posted");
    assert_eq!((&invoice["net"], &invoice["total"]), (&"129.90".into(), &"155.88".into()));
}

#[tokio::test]
async fn a_sale_leaves_a_document_of_every_kind_in_tryton() {
    let server = server();
    let host = Host::on_tryton_with_deposits(&server.url());
    let times = story::prepare(&host).await;
    let visit = story::tell(&host, &times).await.expect("the host answers");
    story::told(&host, &visit, "tryton").await;
}

#[tokio::test]
async fn a_visit_is_confirmed_while_tryton_is_down_and_its_order_follows() {
    let mut server = server();
    let host = Host::on_tryton(&server);
    let id = host.hold().await["id"].as_str().expect("an id").to_owned();
    server.stop().expect("it stops");
    let confirmed = host.command(&id, "confirm").await.expect(200);
    assert_eq!(confirmed["status"], "confirmed");
    super::tried(&host, &id).await;
    server.restart().expect("it starts again");
    assert_eq!(kinds(&host.documents(&id).await), ["sales_order"]);
}

/// On SQLite; on PostgreSQL the connector's own tests run the same suite, by the same user.
#[test]
fn tryton_is_certified_by_one_user() {
    let server = server();
    let (url, secret) = (server.url(), [("TRYTON_PASSWORD", server.password())]);
    let certify = ["erp", "certify", "--erp", "tryton", "--url", &url, "--database", server.database()];
    let particulars = ["--user", CERTIFIER, "--token-env", "TRYTON_PASSWORD"];
    let (status, report) = run_to_end(&secret, &[&certify[..], &particulars].concat());
    assert_eq!(status, Some(0), "{report}");
    assert!(report.contains(&format!("This makes documents in {COMPANY}.")), "{report}");
    assert!(report.contains(" held, 0 did not"), "{report}");
    assert!(!report.contains(server.password()), "the password stays secret");
}
