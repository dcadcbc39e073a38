//! What an ERPNext connector falls into, one test each, and that this one does not.

use std::time::Duration;

use rust_decimal::Decimal;
use serde_json::{Value, json};
use slotledger_erp::{Body, Class, Connector, Earner, Finish, Invoice, OrderLine, Posting, Reason, State};

use crate::support::{
    connect, only, post_all,
    postings::{Appointment, decimal, line, material, sam, visit},
    ready,
};

fn appointment(name: &str) -> Appointment {
    Appointment(name.into())
}

fn reason(failure: &slotledger_erp::Failure) -> Reason {
    let Class::Refused { reason, fix } = &failure.class else { panic!("not refused but {failure:?}") };
    assert!(!fix.is_empty());
    *reason
}

/// 1: a second document with the key is refused by ERPNext itself, and the first one is the answer.
#[tokio::test]
async fn a_key_is_used_once() {
    let server = ready().await;
    let books = connect(&server);
    let order = appointment("once").order(visit());
    let made = books.post(&order).await.unwrap();
    assert!(!made.adopted);
    let writes = server.writes();
    let again = books.post(&order).await.unwrap();
    assert!(again.adopted);
    assert_eq!(again.document, made.document);
    assert_eq!(server.writes(), writes, "nothing was sent");
}

/// 2: a cancelled document keeps its key; a post finds it and makes no other.
#[tokio::test]
async fn a_cancelled_document_keeps_its_key() {
    let server = ready().await;
    let books = connect(&server);
    let at = appointment("cancelled");
    post_all(&books, &[at.order(visit()), at.cancellation()]).await.unwrap();
    let found = books.post(&at.order(visit())).await.unwrap();
    assert_eq!(found.document.state, State::Cancelled);
    assert!(found.adopted);

    let fee = at.fee();
    let made = books.post(&fee).await.unwrap().document;
    let (status, _) = server.desk("PUT", "Sales Invoice", &made.reference, json!({"docstatus": 2}));
    assert_eq!(status, 200);
    let failure = books.post(&fee).await.unwrap_err();
    assert_eq!(reason(&failure), Reason::Conflict);
    assert!(failure.message.contains(&made.number), "{failure}");
}

/// 4: the status of what was made and submitted at once is stale.
#[tokio::test]
async fn the_status_is_not_believed() {
    let server = ready().await;
    let books = connect(&server);
    let order = books.post(&appointment("status").order(visit())).await.unwrap().document;
    let stored = server.all("Sales Order").remove(0);
    assert_eq!((stored["status"].as_str(), stored["docstatus"].as_i64()), (Some("Draft"), Some(1)));
    assert_eq!(order.state, State::Submitted);
}

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

/// 7: what is permanent is not retried, though it is a 500 or a 404.
#[tokio::test]
async fn statuses_do_not_mislead() {
    let server = ready().await;
    let books = connect(&server);
    let at = appointment("statuses");
    let failure = books.post(&at.order(vec![line("NOPE", "1", "1")])).await.unwrap_err();
    assert_eq!(reason(&failure), Reason::UnknownItem);
    let failure = books.post(&at.order(vec![])).await.unwrap_err();
    assert_eq!(failure.class, Class::Bug);
    let failure = books.post(&at.order(vec![line("SVC-MAINT", "0.5", "80")])).await.unwrap_err();
    assert!(failure.message.contains("fraction"), "{failure}");
    reason(&failure);
}

/// 9: a draft that somebody submitted meanwhile is no error, and one somebody changed is read again.
#[tokio::test]
async fn a_draft_is_finished_whoever_submits_it() {
    let server = ready().await;
    let books = connect(&server);
    let at = appointment("draft");
    books.post(&at.order(visit())).await.unwrap();
    let draft = Invoice { finish: Finish::Draft, ..at.invoicing(visit()) };
    let draft = at.posting("invoice", Body::SalesInvoice(draft));
    let made = books.post(&draft).await.unwrap().document;
    assert_eq!(made.state, State::Draft);
    assert!(books.post(&draft).await.unwrap().adopted);
    // What builds on it waits.
    assert_eq!(books.post(&at.credit()).await.unwrap_err().class, Class::Busy { after: None });
    // While it is there its order is not cancelled.
    assert_eq!(reason(&books.post(&at.cancellation()).await.unwrap_err()), Reason::Conflict);
    // An accountant submits it.
    assert_eq!(server.desk("PUT", "Sales Invoice", &made.reference, json!({"docstatus": 1})).0, 200);
    assert_eq!(books.post(&draft).await.unwrap().document.state, State::Posted);
    books.post(&at.credit()).await.unwrap();
}

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

/// 15: a shortage shows when an issue is submitted, and leaves nothing behind.
#[tokio::test]
async fn a_shortage_is_refused_and_the_invoice_stands() {
    let server = ready().await;
    let books = connect(&server);
    let at = appointment("short");
    post_all(&books, &[at.order(visit()), at.invoice(visit())]).await.unwrap();
    let issue = at.issue(vec![material("MAT-RARE", 3)]);
    let failure = books.post(&issue).await.unwrap_err();
    assert_eq!(reason(&failure), Reason::OutOfStock);
    assert!(failure.message.contains("MAT-RARE") && !failure.message.contains('<'), "{failure}");
    assert!(books.find_by_key(&issue).await.unwrap().is_empty());
    assert_eq!(only(&books, &at.invoice(visit())).await.state, State::Posted);
    let receipt = json!({
        "stock_entry_type": "Material Receipt", "company": "Slotledger Demo", "docstatus": 1,
        "items": [{"item_code": "MAT-RARE", "qty": 5, "t_warehouse": "Stores - SD", "basic_rate": 99.99}],
    });
    assert_eq!(server.desk("POST", "Stock Entry", "", receipt).0, 200);
    assert_eq!(books.post(&issue).await.unwrap().document.state, State::Posted);
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

/// 20: a closed period, a freeze date and a closed year are one thing to a person, and a retry after reopening succeeds.
#[tokio::test]
async fn closed_periods_are_named_and_reopened() {
    let server = ready().await;
    let books = connect(&server);
    let at = appointment("closed");
    books.post(&at.order(visit())).await.unwrap();
    let closed = |documents: Value| {
        json!({"period_name": "Dec", "start_date": "2026-12-01", "end_date": "2026-12-31", "company": "Slotledger Demo",
            "closed_documents": documents})
    };
    let rows = json!([{"document_type": "Sales Invoice", "closed": 1}, {"document_type": "Stock Entry", "closed": 1}]);
    assert_eq!(server.desk("POST", "Accounting Period", "", closed(rows)).0, 200);
    let (invoice, issue) = (at.invoice(visit()), at.issue(vec![material("MAT-FILTER", 1)]));
    assert_eq!(reason(&books.post(&invoice).await.unwrap_err()), Reason::ClosedPeriod);
    assert_eq!(reason(&books.post(&issue).await.unwrap_err()), Reason::ClosedPeriod);
    assert_eq!(server.desk("DELETE", "Accounting Period", "Dec - SD", Value::Null).0, 202);

    let freeze = |day: Value| {
        server.desk("PUT", "Accounts Settings", "Accounts Settings", json!({"acc_frozen_upto": day}))
    };
    freeze(json!("2026-12-31"));
    assert_eq!(reason(&books.post(&invoice).await.unwrap_err()), Reason::ClosedPeriod);
    freeze(Value::Null);
    let stock = |day: Value| {
        server.desk("PUT", "Stock Settings", "Stock Settings", json!({"stock_frozen_upto": day}))
    };
    stock(json!("2026-12-31"));
    assert_eq!(reason(&books.post(&issue).await.unwrap_err()), Reason::ClosedPeriod);
    stock(Value::Null);
    let old = Posting { date: "2099-01-01".parse().unwrap(), ..at.fee() };
    assert_eq!(reason(&books.post(&old).await.unwrap_err()), Reason::ClosedPeriod);

    post_all(&books, &[invoice, issue]).await.unwrap();
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

/// 22: a customer is made once, however many of that name there are, and carries our code.
#[tokio::test]
async fn a_customer_is_made_once() {
    let server = ready().await;
    let books = connect(&server);
    server.desk("POST", "Customer", "", json!({"customer_name": "Ana Customer"}));
    let made =
        post_all(&books, &[appointment("a").order(visit()), appointment("b").order(visit())]).await.unwrap();
    assert!(made.iter().all(|order| order.party.as_deref() == Some("cust-ana")), "{made:?}");
    let customers = server.all("Customer");
    let ours: Vec<_> =
        customers.iter().filter(|customer| customer["slotledger_code"] == json!("cust-ana")).collect();
    assert_eq!(ours.len(), 1);
    assert_eq!(ours[0]["name"], json!("Ana Customer - 1"));

    server.desk("PUT", "Customer", "Ana Customer - 1", json!({"disabled": 1}));
    let failure = books.post(&appointment("c").order(visit())).await.unwrap_err();
    assert_eq!(reason(&failure), Reason::DisabledParty);
    server.desk("PUT", "Customer", "Ana Customer - 1", json!({"disabled": 0}));
    server.desk("PUT", "Item", "SVC-MAINT", json!({"disabled": 1}));
    let failure = books.post(&appointment("c").order(visit())).await.unwrap_err();
    assert_eq!(reason(&failure), Reason::DisabledItem);
}

/// Without the fields that `connect` makes nothing is posted: a key that is dropped without a word would be worth nothing.
#[tokio::test]
async fn nothing_is_posted_before_it_is_connected() {
    let server = crate::support::bare();
    let books = connect(&server);
    let failure = books.post(&appointment("early").order(visit())).await.unwrap_err();
    assert_eq!(reason(&failure), Reason::Setup);
    assert!(server.all("Sales Order").is_empty());
}

/// A right that is missing is named.
#[tokio::test]
async fn a_missing_right_is_named() {
    let server = ready().await;
    let books = connect(&server);
    server.deny("Stock Entry");
    let failure =
        books.post(&appointment("denied").issue(vec![material("MAT-FILTER", 1)])).await.unwrap_err();
    assert_eq!(reason(&failure), Reason::Permission);
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
