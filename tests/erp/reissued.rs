//! What the books hold otherwise than completed work asked for it: taken back as it stands, and made anew.

use serde_json::{Value, json};
use slotledger_tryton_server::Server as Tryton;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use super::reconcile::{compared, days, open};
use super::tryton;
use crate::support::{Answer, Host, erpnext, kinds};

/// What stands after a correction and the same work once more, without commissions.
const ANEW: [&str; 9] = [
    "credit_note",
    "order_cancellation",
    "sales_invoice",
    "sales_invoice",
    "sales_order",
    "sales_order",
    "stock_issue",
    "stock_issue",
    "stock_return",
];

/// A completed visit.
async fn visited(host: &Host) -> String {
    let id = host.hold().await["id"].as_str().expect("an id").to_owned();
    for command in ["confirm", "start", "complete"] {
        host.command(&id, command).await.expect(200);
    }
    host.documents(&id).await;
    id
}

/// Has the company leave its invoices to a person, who may change them before they are posted. A commission would be
/// refused with the changed invoice.
async fn draft_invoices(host: &Host) {
    let changes = json!({ "posting": { "invoices": "draft" }, "switched_off": ["commission"] });
    host.change_company(&changes).await;
}

/// Finds the document of this kind changed, has it made anew, and gives the documents that stand then.
async fn made_anew(host: &Host, visit: &str, kind: &str) -> Vec<Value> {
    let span = days(host, visit).await;
    compared(host, &span).await;
    let found = open(host).await;
    let changed = |finding: &&Value| finding["details"]["was"]["kind"] == kind;
    let found = found.iter().find(changed).unwrap_or_else(|| panic!("it has changed: {found:?}"));
    assert_eq!((&found["kind"], &found["repairs"]), (&json!("drifted"), &json!(["accept", "credit"])));
    let path = format!("/api/v1/reconciliation/{}/repair", found["id"]);
    let credit = json!({ "repair": "credit", "reason": "that is not what was agreed" });
    let repaired = || Answer::of(host.request("POST", &path).header("Idempotency-Key", "r-1").json(&credit));
    let first = repaired().await.expect(200);
    assert_eq!(first["state"], "repaired");
    assert_eq!(repaired().await.expect(200), first, "the same request");
    host.post(&path, &credit).await.problem(409, "SL0508");

    let documents = host.documents(visit).await;
    let appointment = host.get(&format!("/api/v1/appointments/{visit}")).await.expect(200);
    assert_eq!(appointment["status"], "completed");
    compared(host, &days(host, visit).await).await;
    assert_eq!(open(host).await, Vec::<Value>::new(), "what was countered as it stood may differ");
    documents
}

/// The totals of a kind of documents.
fn totals<'a>(documents: &'a [Value], kind: &str) -> Vec<&'a str> {
    let of_kind = documents.iter().filter(|document| document["kind"] == kind);
    let mut totals: Vec<&str> = of_kind.filter_map(|document| document["total"].as_str()).collect();
    totals.sort_unstable();
    totals
}

#[tokio::test]
async fn an_invoice_that_was_changed_by_hand_is_made_anew_in_erpnext() {
    let server = erpnext::server();
    let host = Host::on_erpnext(&server).await;
    draft_invoices(&host).await;
    let visit = visited(&host).await;
    let [draft] = server.all("Sales Invoice").try_into().expect("one invoice");
    let name = draft["name"].as_str().expect("a name");
    let mut row = draft["items"][0].clone();
    row["rate"] = json!(100);
    for change in [json!({ "items": [row] }), json!({ "docstatus": 1 })] {
        let (status, answer) = server.desk("PUT", "Sales Invoice", name, change);
        assert_eq!(status, 200, "{answer}");
    }
    let documents = made_anew(&host, &visit, "sales_invoice").await;
    assert_eq!(kinds(&documents), ANEW);
    assert_eq!(totals(&documents, "credit_note"), ["119.0"]);
    assert_eq!(totals(&documents, "sales_invoice"), ["119.0", "154.58"]);
    let invoices = server.all("Sales Invoice");
    assert_eq!(invoices.len(), 3, "the one, its credit note, and the other: {invoices:?}");
}

#[tokio::test]
async fn an_invoice_that_was_changed_by_hand_is_made_anew_in_tryton() {
    let server = tryton::server();
    let host = Host::on_tryton(&server);
    draft_invoices(&host).await;
    let visit = visited(&host).await;
    change_and_post(&server).await;
    let documents = made_anew(&host, &visit, "sales_invoice").await;
    assert_eq!(kinds(&documents), ANEW);
    assert_eq!(totals(&documents, "credit_note"), ["120.00"]);
    assert_eq!(totals(&documents, "sales_invoice"), ["120.00", "155.88"]);
}

/// What a person does with the only invoice in Tryton: another price, and then it is posted.
async fn change_and_post(server: &Tryton) {
    let line = tryton::call(server, "account.invoice.line.search", json!([[["type", "=", "line"]]])).await;
    let invoice = tryton::call(server, "account.invoice.search", json!([[["type", "=", "out"]]])).await;
    let price = json!({ "unit_price": { "__class__": "Decimal", "decimal": "100" } });
    let changed = json!({ "lines": [["write", line, price]] });
    tryton::call(server, "account.invoice.write", json!([invoice, changed])).await;
    tryton::call(server, "account.invoice.post", json!([invoice])).await;
}

/// The built-in books let nobody change a document: somebody goes round them.
async fn made_anew_on_the_ledger(kind: &str) {
    let mut host = Host::on_ledger();
    let visit = visited(&host).await;
    host.kill();
    let books = SqliteConnectOptions::new().filename(host.directory().join("books.sqlite"));
    let mut books = books.connect().await.expect("they are there");
    sqlx::query("DROP TRIGGER documents_are_immutable").execute(&mut books).await.expect("it is dropped");
    let change = "UPDATE documents SET date = date(date, '-1 day') WHERE kind = $1";
    sqlx::query(change).bind(kind).execute(&mut books).await.expect("it is changed");
    books.close().await.expect("they are closed");
    host.start(&[]);
    let documents = made_anew(&host, &visit, kind).await;
    let mut all = [&ANEW[..], &["commission", "commission", "commission_reversal"]].concat();
    all.sort_unstable();
    assert_eq!(kinds(&documents), all);
    assert_eq!(totals(&documents, "commission_reversal"), ["12.99"]);
    let balance = host.ledger(&["trial-balance"]);
    let total: Vec<&str> = balance.lines().last().expect("a total").split_whitespace().collect();
    assert_eq!(total[1], total[2], "{balance}");
}

#[tokio::test]
async fn an_invoice_whose_day_was_changed_is_made_anew_on_the_ledger_with_its_commission() {
    made_anew_on_the_ledger("sales_invoice").await;
}

#[tokio::test]
async fn an_issue_of_materials_whose_day_was_changed_is_made_anew_on_the_ledger() {
    made_anew_on_the_ledger("stock_issue").await;
}

#[tokio::test]
async fn a_commission_whose_day_was_changed_is_made_anew_on_the_ledger() {
    made_anew_on_the_ledger("commission").await;
}

#[tokio::test]
async fn an_invoice_of_work_that_was_called_off_is_not_made_anew() {
    let server = erpnext::server();
    let host = Host::on_erpnext(&server).await;
    draft_invoices(&host).await;
    let visit = visited(&host).await;
    let [draft] = server.all("Sales Invoice").try_into().expect("one invoice");
    let mut row = draft["items"][0].clone();
    row["rate"] = json!(100);
    let change = json!({ "items": [row], "docstatus": 1 });
    let name = draft["name"].as_str().expect("a name");
    let (status, answer) = server.desk("PUT", "Sales Invoice", name, change);
    assert_eq!(status, 200, "{answer}");
    compared(&host, &days(&host, &visit).await).await;
    let found = open(&host).await;
    let [finding] = found.as_slice() else { panic!("the invoice alone: {found:?}") };
    let correct = json!({ "to": "cancelled", "reason": "the wrong customer" });
    host.post(&format!("/api/v1/appointments/{visit}/correct"), &correct).await.expect(200);
    host.documents(&visit).await;
    let credit = json!({ "repair": "credit", "reason": "that is not what was agreed" });
    let path = format!("/api/v1/reconciliation/{}/repair", finding["id"]);
    let refused = host.post(&path, &credit).await.problem(409, "SL0508");
    assert!(refused["detail"].as_str().is_some_and(|detail| detail.contains("is cancelled")), "{refused}");
    compared(&host, &days(&host, &visit).await).await;
    assert_eq!(open(&host).await, Vec::<Value>::new(), "the credit note has settled it");
    assert_eq!(server.all("Sales Invoice").len(), 2);
}
