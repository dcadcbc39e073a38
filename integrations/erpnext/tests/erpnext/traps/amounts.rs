//! Prices, taxes, currencies and deposits.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use slotledger_erp::{Body, Connector, Invoice, OrderLine, Posting, Reason};

use super::{appointment, reason};
use crate::support::{
    connect, only, post_all,
    postings::{Appointment, decimal, line, material, visit},
    ready,
};

/// 10: a price of zero would become the list price, and a day is passed over unless it is set.
#[tokio::test]
async fn what_is_free_stays_free_and_a_day_stays_a_day() {
    let server = ready().await;
    let books = connect(&server);
    let at = appointment("free");
    let lines = vec![line("SVC-MAINT", "1", "0"), line("FEE", "1", "9.90")];
    let order = books.post(&at.order(lines.clone())).await.unwrap().document;
    assert_eq!(order.net, decimal("9.90"));
    let earlier = Posting { date: "2026-11-20".parse().unwrap(), ..at.invoice(lines) };
    let invoice = books.post(&earlier).await.unwrap().document;
    assert_eq!((invoice.net, invoice.date), (decimal("9.90"), Some(earlier.date)));
    let issue = Posting { date: "2026-11-19".parse().unwrap(), ..at.issue(vec![material("MAT-FILTER", 1)]) };
    assert_eq!(books.post(&issue).await.unwrap().document.date, Some(issue.date));
}

/// A coupon takes something off the whole: a negative rate is refused.
#[tokio::test]
async fn a_coupon_is_a_discount_on_the_whole() {
    let server = ready().await;
    let books = connect(&server);
    let at = appointment("coupon");
    let lines =
        vec![line("SVC-MAINT", "1", "33.33"), line("FEE", "1", "-10.00"), line("SVC-HOUR", "1", "66.67")];
    let order = books.post(&at.order(lines.clone())).await.unwrap().document;
    assert_eq!((order.net, order.tax, order.total), (decimal("90"), decimal("17.10"), decimal("107.10")));
    assert_eq!(order.quantity, Some(Decimal::TWO));
    // Its lines are billed one by one, and the coupon with the last.
    let bills = |at: &Appointment, mut of: slotledger_erp::Line, at_line: u32| {
        of.bills = Some(OrderLine { order: at.key("order"), line: at_line });
        of
    };
    let first = Invoice { order: None, ..at.invoicing(vec![bills(&at, lines[2].clone(), 2)]) };
    let first = books.post(&at.posting("invoice", Body::SalesInvoice(first))).await.unwrap().document;
    assert_eq!(first.net, decimal("66.67"));
    let rest = vec![bills(&at, lines[0].clone(), 0), bills(&at, lines[1].clone(), 1)];
    let rest = Invoice { order: None, ..at.invoicing(rest) };
    let rest = books.post(&at.posting("rest", Body::SalesInvoice(rest))).await.unwrap().document;
    assert_eq!(rest.net, decimal("23.33"));
    let stored: Vec<Value> = server.all("Sales Order");
    assert_eq!(stored[0]["per_billed"], json!(100.0), "{}", stored[0]);
    assert_eq!(stored[0]["status"], json!("Completed"));
}

/// 17: only the deposit of this order settles its invoice, and it is free again once that was credited.
#[tokio::test]
async fn a_deposit_settles_its_own_invoice() {
    let server = ready().await;
    let books = connect(&server);
    let (at, other) = (appointment("deposit"), appointment("other"));
    post_all(&books, &[at.order(visit()), at.advance("50.00"), other.order(visit()), other.advance("70.00")])
        .await
        .unwrap();
    let invoice = books.post(&at.settled(visit())).await.unwrap().document;
    assert_eq!((invoice.total, invoice.settled), (decimal("142.80"), Some(decimal("50"))));
    assert_eq!(only(&books, &at.advance("50.00")).await.settled, Some(decimal("50")));
    assert_eq!(only(&books, &other.advance("70.00")).await.settled, Some(Decimal::ZERO));
    let stored = server.all("Sales Invoice");
    assert_eq!(stored[0]["outstanding_amount"], json!(92.8));

    let failure = books.post(&at.refund("50.00")).await.unwrap_err();
    assert_eq!(reason(&failure), Reason::Conflict);
    books.post(&at.credit()).await.unwrap();
    let refund = books.post(&at.refund("50.00")).await.unwrap().document;
    assert_eq!(refund.total, decimal("50"));
    assert_eq!(only(&books, &at.advance("50.00")).await.settled, Some(decimal("50")));
}

/// A deposit above the order's total stays free beyond it, and settles what is invoiced.
#[tokio::test]
async fn a_deposit_may_be_more_than_the_order() {
    let server = ready().await;
    let books = connect(&server);
    let at = appointment("rich");
    post_all(&books, &[at.order(visit()), at.advance("200.00")]).await.unwrap();
    let invoice = books.post(&at.settled(visit())).await.unwrap().document;
    assert_eq!(invoice.settled, Some(decimal("142.80")));
    let payment = &server.all("Payment Entry")[0];
    assert_eq!(payment["unallocated_amount"], json!(57.2));
}

/// 18: the template's rows are sent, on invoices too; half cents go to the even neighbour, and what ERPNext says counts.
#[tokio::test]
async fn taxes_are_the_templates_and_read_back() {
    let server = ready().await;
    let books = connect(&server);
    let at = appointment("taxes");
    let lines = vec![line("SVC-MAINT", "3", "33.33")];
    let order = books.post(&at.order(lines.clone())).await.unwrap().document;
    assert_eq!((order.net, order.tax, order.total), (decimal("99.99"), decimal("19.00"), decimal("118.99")));
    let invoice = books.post(&at.invoice(lines)).await.unwrap().document;
    assert_eq!((invoice.net, invoice.tax, invoice.total), (order.net, order.tax, order.total));
    let fee = books.post(&at.fee()).await.unwrap().document;
    assert_eq!(fee.tax, decimal("4.75"));
}

/// 19: the currency is always named, the rate is ERPNext's, and one that is missing is said.
#[tokio::test]
async fn a_foreign_currency_needs_a_rate_and_an_account() {
    let server = ready().await;
    let books = connect(&server);
    let dollars = |at: &Appointment| {
        let mut asked = at.asked(visit());
        asked.currency = "USD".into();
        asked.customer = crate::support::postings::party("cust-usa", "Dollar Client");
        Posting { body: Body::SalesOrder(asked), ..at.order(visit()) }
    };
    let at = appointment("dollars");
    assert_eq!(reason(&books.post(&dollars(&at)).await.unwrap_err()), Reason::MissingRate);
    let rate =
        json!({"date": "2026-11-30", "from_currency": "USD", "to_currency": "EUR", "exchange_rate": 0.9});
    assert_eq!(server.desk("POST", "Currency Exchange", "", rate).0, 200);
    let order = books.post(&dollars(&at)).await.unwrap().document;
    assert_eq!((order.currency.as_str(), order.total), ("USD", decimal("142.80")));
    let invoice = Invoice { currency: "USD".into(), ..at.invoicing(visit()) };
    let invoice = books.post(&at.posting("invoice", Body::SalesInvoice(invoice))).await.unwrap().document;
    assert_eq!((invoice.currency.as_str(), invoice.total), ("USD", decimal("142.80")));
    assert_eq!(server.all("Sales Invoice")[0]["debit_to"], json!("Debtors USD - SD"));
}
