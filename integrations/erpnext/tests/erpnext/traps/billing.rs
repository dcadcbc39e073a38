//! What is ordered, invoiced and credited.

use std::time::Duration;

use rust_decimal::Decimal;
use serde_json::json;
use slotledger_erp::{Body, Connector, Invoice, OrderLine, Posting, Reason, State};

use super::{appointment, reason};
use crate::support::{
    connect, only, post_all,
    postings::{Appointment, decimal, line, material, visit},
    ready,
};

/// 5: over-billing is refused only one after another; the invoice's own key keeps it single, and its rows name the order's.
#[tokio::test]
async fn one_invoice_bills_an_order_however_many_ask() {
    let server = ready().await;
    let books = connect(&server);
    let at = appointment("billing");
    books.post(&at.order(visit())).await.unwrap();
    server.think(Duration::from_millis(40));
    let invoice = at.invoice(visit());
    let (one, two, three) = tokio::join!(books.post(&invoice), books.post(&invoice), books.post(&invoice));
    let numbers = [one.unwrap(), two.unwrap(), three.unwrap()].map(|posted| posted.document.number);
    assert!(numbers.iter().all(|number| *number == numbers[0]), "{numbers:?}");
    assert_eq!(server.all("Sales Invoice").len(), 1);
    let row = &server.all("Sales Invoice")[0]["items"][0];
    assert!(row["so_detail"].is_string() && row["sales_order"].is_string(), "{row}");
}

/// One invoice bills the orders of several appointments.
#[tokio::test]
async fn one_invoice_for_several_orders() {
    let server = ready().await;
    let books = connect(&server);
    let (one, two) = (appointment("group-1"), appointment("group-2"));
    post_all(&books, &[one.order(visit()), two.order(visit())]).await.unwrap();
    let bill = |of: &Appointment| {
        let mut line = line("SVC-MAINT", "1", "120.00");
        line.bills = Some(OrderLine { order: of.key("order"), line: 0 });
        line
    };
    let invoice = Invoice { order: None, ..one.invoicing(vec![bill(&one), bill(&two)]) };
    let made = books.post(&one.posting("invoice", Body::SalesInvoice(invoice))).await.unwrap().document;
    assert_eq!(made.net, decimal("240"));
    assert!(server.all("Sales Order").iter().all(|order| order["per_billed"] == json!(100.0)));
}

/// 16: a credit note takes taxes and commission back, settles its invoice and gives the order free.
#[tokio::test]
async fn a_credit_note_counters_everything() {
    let server = ready().await;
    let books = connect(&server);
    let at = appointment("countered");
    post_all(&books, &[at.order(visit()), at.invoice(visit())]).await.unwrap();
    let note = books.post(&at.credit()).await.unwrap().document;
    assert_eq!((note.net, note.tax, note.total), (decimal("120"), decimal("22.80"), decimal("142.80")));
    let stored = server.all("Sales Invoice");
    let original = stored.iter().find(|invoice| invoice["is_return"] == json!(0)).unwrap();
    assert_eq!(
        (&original["status"], &original["outstanding_amount"]),
        (&json!("Credit Note Issued"), &json!(0.0))
    );
    let credit = stored.iter().find(|invoice| invoice["is_return"] == json!(1)).unwrap();
    assert_eq!(credit["sales_team"][0]["incentives"], json!(-12.0));
    assert_eq!(server.all("Sales Order")[0]["per_billed"], json!(0.0));

    // The order cannot be cancelled any more, and is closed.
    let closed = books.post(&at.cancellation()).await.unwrap().document;
    assert_eq!(closed.state, State::Closed);
    assert_eq!(only(&books, &at.order(visit())).await.state, State::Closed);
    // Somebody else credits an invoice by hand: ours is refused, not doubled.
    let other = appointment("by-hand");
    let made = post_all(&books, &[other.order(visit()), other.invoice(visit())]).await.unwrap();
    let row =
        server.all("Sales Invoice").into_iter().find(|row| row["name"] == json!(made[1].reference)).unwrap();
    let by_hand = json!({
        "customer": row["customer"], "company": "Slotledger Demo", "is_return": 1, "return_against": row["name"],
        "docstatus": 1, "items": [{"item_code": "SVC-MAINT", "qty": -1, "rate": 120,
            "sales_invoice_item": row["items"][0]["name"]}],
    });
    assert_eq!(server.desk("POST", "Sales Invoice", "", by_hand).0, 200);
    assert_eq!(reason(&books.post(&other.credit()).await.unwrap_err()), Reason::Conflict);
}

/// 21: an order follows its visit: rows keep their identity, the day and the note change, and nothing is deleted unasked.
#[tokio::test]
async fn an_order_follows_its_visit() {
    let server = ready().await;
    let books = connect(&server);
    let at = appointment("moved");
    let lines = vec![line("SVC-MAINT", "1", "120.00"), line("FEE", "1", "9.90")];
    books.post(&at.order(lines.clone())).await.unwrap();
    let before = server.all("Sales Order").remove(0);
    let moved = at.amendment(vec![line("SVC-MAINT", "2", "110.00"), line("FEE", "1", "9.90")]);
    let amended = books.post(&moved).await.unwrap();
    assert!(!amended.adopted);
    assert_eq!(amended.document.net, decimal("229.90"));
    let after = server.all("Sales Order").remove(0);
    assert_eq!(after["items"][0]["name"], before["items"][0]["name"]);
    assert_eq!(after["delivery_date"], json!("2026-12-08"));
    assert!(after["slotledger_visit"].as_str().unwrap().contains("2026-12-08 10:00"), "{after}");
    let writes = server.writes();
    assert!(books.post(&moved).await.unwrap().adopted);
    assert_eq!(server.writes(), writes);
    assert_eq!(only(&books, &moved).await, amended.document);
    // Another discount is one of the few things that cannot be changed.
    let other = Posting {
        key: at.key("other"),
        ..at.amendment(vec![line("SVC-MAINT", "1", "120"), line("FEE", "1", "-5")])
    };
    assert_eq!(reason(&books.post(&other).await.unwrap_err()), Reason::Unsupported);
}

/// Everything an appointment may go through leaves the accounts balanced.
#[tokio::test]
async fn the_books_balance() {
    use slotledger_erp::Administration;
    let server = ready().await;
    let books = connect(&server);
    let at = appointment("whole");
    let materials = || vec![material("MAT-FILTER", 2)];
    let all = [
        at.order(visit()),
        at.advance("30.00"),
        at.settled(visit()),
        at.issue(materials()),
        at.commission("120.00", "12.00"),
        at.credit(),
        at.stock_return(materials()),
        at.reversal(),
        at.refund("30.00"),
        at.cancellation(),
    ];
    let documents = post_all(&books, &all).await.unwrap();
    assert_eq!(documents[6].net, documents[3].net, "what left comes back at its value");
    assert_eq!(documents[7].net, decimal("12"));
    for posting in &all {
        only(&books, posting).await;
    }
    let balance = books.balance().await.unwrap();
    assert_eq!(balance.debit, balance.credit);
    assert!(balance.debit > Decimal::ZERO);
}
