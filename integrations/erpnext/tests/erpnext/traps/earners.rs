//! Who earns with a sale.

use serde_json::json;
use slotledger_erp::{Body, Connector, Earner, Invoice, Posting, Reason};

use super::{appointment, reason};
use crate::support::{
    connect, post_all,
    postings::{decimal, line, sam, visit},
    ready,
};

/// 6 and 12: a Sales Person who does not exist is taken without a word: the share is left out, and the commission says so.
#[tokio::test]
async fn an_unknown_provider_earns_nothing_and_is_named() {
    let server = ready().await;
    let books = connect(&server);
    let at = appointment("nobody");
    let mut asked = at.asked(visit());
    asked.provider = crate::support::postings::party("staff-none", "Nobody");
    let order = Posting { body: Body::SalesOrder(asked), ..at.order(visit()) };
    post_all(&books, &[order, at.invoice(visit())]).await.unwrap();
    let failure = books.post(&at.commission("120.00", "12.00")).await.unwrap_err();
    assert_eq!(reason(&failure), Reason::Conflict);
}

/// 12: the rate agreed here counts, not the Sales Person's own.
#[tokio::test]
async fn the_agreed_commission_counts() {
    let server = ready().await;
    let books = connect(&server);
    let at = appointment("agreed");
    let mut asked = at.asked(visit());
    asked.commission_percent = decimal("33");
    let order = Posting { body: Body::SalesOrder(asked), ..at.order(visit()) };
    post_all(&books, &[order, at.invoice(visit())]).await.unwrap();
    let commission = books.post(&at.commission("120.00", "39.60")).await.unwrap().document;
    assert_eq!(commission.net, decimal("39.60"));

    // Items that grant none earn none, and the difference is told.
    server.desk("PUT", "Item", "SVC-MAINT", json!({"grant_commission": 0}));
    let at = appointment("granted");
    post_all(&books, &[at.order(visit()), at.invoice(visit())]).await.unwrap();
    let failure = books.post(&at.commission("120.00", "12.00")).await.unwrap_err();
    assert_eq!(reason(&failure), Reason::Conflict);
    assert!(failure.message.contains("12.00"), "{failure}");
}

/// Several providers share an invoice, each with their own rate and base.
#[tokio::test]
async fn several_earn_with_one_invoice() {
    let server = ready().await;
    let books = connect(&server);
    let at = appointment("shared");
    let lines =
        vec![line("SVC-MAINT", "1", "80.00"), line("SVC-MAINT", "1", "150.00"), line("FEE", "1", "20.00")];
    books.post(&at.order(lines.clone())).await.unwrap();
    let eve = crate::support::postings::party("staff-eve", "Eve");
    let earner = |provider, base: &str, percent: &str| Earner {
        provider,
        base: decimal(base),
        percent: decimal(percent),
    };
    let earners = vec![earner(sam(), "80.00", "10"), earner(eve, "150.00", "12.5")];
    let invoice = Invoice { earners, ..at.invoicing(lines) };
    books.post(&at.posting("invoice", Body::SalesInvoice(invoice))).await.unwrap();
    let commission = books.post(&at.commission("80.00", "8.00")).await.unwrap().document;
    assert_eq!(commission.net, decimal("8.00"));
    let team = server.all("Sales Invoice")[0]["sales_team"].clone();
    assert_eq!(team[1]["incentives"], json!(18.75), "{team}");
}
