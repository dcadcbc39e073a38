//! What the suite cannot ask of every connector, because a person in Tryton has a part in it. One server for all: each
//! scenario has keys of its own, and leaves the company as it found it.

use chrono::{Datelike, Days, NaiveDate};
use serde_json::{Value, json};
use slotledger_erp::{Body, Class, Connector, Failure, Finish, Posting, Reason, State};
use slotledger_tryton::{Settings, Tryton};

use crate::support::{
    connect, only, post_all,
    postings::{Appointment, day, decimal, line, party, visit},
    rpc::Administrator,
    server, settings,
};

#[tokio::test]
async fn people_have_a_part_in_it() {
    let server = server();
    let books = connect(&server);
    let admin = Administrator::of(&server);
    an_older_day_is_kept_until_a_later_one_was_posted(&books).await;
    a_draft_waits_for_an_accountant(&books, &admin).await;
    a_processed_order_keeps_its_lines(&books).await;
    a_deposit_in_dollars_pays_its_invoice(&books, &admin).await;
    what_is_disabled_is_named(&books, &admin).await;
    a_currency_without_a_rate_is_named(&books).await;
    a_payment_method_has_to_be_named(&settings(&server)).await;
    a_missing_sequence_is_named(&books, &admin).await;
}

async fn refused(books: &Tryton, posting: &Posting) -> (Reason, String) {
    let failure = books.post(posting).await.unwrap_err();
    let Failure { class: Class::Refused { reason, fix }, message } = failure else { panic!("{failure:?}") };
    assert!(!fix.is_empty(), "{message}");
    assert_eq!(books.find_by_key(posting).await.unwrap(), [], "{message}");
    (reason, message)
}

/// The day before, unless that is in a year that the company has not opened.
fn yesterday() -> NaiveDate {
    let before = day() - Days::new(1);
    if before.year() == day().year() { before } else { day() }
}

async fn an_older_day_is_kept_until_a_later_one_was_posted(books: &Tryton) {
    let fee = |name: &str, date: NaiveDate| Posting { date, ..Appointment(name.into()).fee() };
    let older = books.post(&fee("older", yesterday())).await.unwrap().document;
    assert_eq!(older.date, Some(yesterday()));
    books.post(&fee("today", day())).await.unwrap();
    let late = books.post(&fee("late", yesterday())).await.unwrap().document;
    assert_eq!(late.date, Some(day()), "numbers follow dates");
    let future = books.post(&fee("future", day() + Days::new(3))).await.unwrap().document;
    assert_eq!(future.date, Some(day()));
}

async fn a_draft_waits_for_an_accountant(books: &Tryton, admin: &Administrator) {
    let appointment = Appointment("draft".into());
    let mut invoice = appointment.invoice(visit());
    if let Body::SalesInvoice(asked) = &mut invoice.body {
        asked.finish = Finish::Draft;
    }
    books.post(&appointment.order(visit())).await.unwrap();
    let draft = books.post(&invoice).await.unwrap().document;
    assert_eq!((draft.state, draft.total), (State::Draft, 144.into()));
    assert!(books.post(&invoice).await.unwrap().adopted);

    for waiting in [appointment.commission("120.00", "12.00"), appointment.credit()] {
        let failure = books.post(&waiting).await.unwrap_err();
        assert!(matches!(failure.class, Class::Busy { after: Some(_) }), "{failure:?}");
    }
    let id: i64 = draft.reference.parse().unwrap();
    admin.call("model.account.invoice.post", vec![json!([id])]).await;
    let posted = books.post(&invoice).await.unwrap();
    assert_eq!((posted.document.state, posted.adopted), (State::Posted, true));
    books.post(&appointment.commission("120.00", "12.00")).await.unwrap();
}

async fn a_processed_order_keeps_its_lines(books: &Tryton) {
    let appointment = Appointment("late-change".into());
    post_all(books, &[appointment.order(visit()), appointment.invoice(visit())]).await.unwrap();
    let (reason, _) = refused(books, &appointment.amendment(vec![line("FEE", 1, "9.90")])).await;
    assert_eq!(reason, Reason::Conflict);
    let moved = appointment.amendment(visit());
    let document = books.post(&moved).await.unwrap().document;
    assert_eq!((document.state, document.net), (State::Submitted, 120.into()));
    assert_eq!(only(books, &moved).await, document);
}

/// An order, a deposit of the day before and an invoice that it pays, all in dollars.
async fn in_dollars(books: &Tryton, appointment: &Appointment) -> Posting {
    let mut postings =
        [appointment.order(visit()), appointment.advance("200.00"), appointment.settled_invoice(visit())];
    for posting in &mut postings {
        let currency = match &mut posting.body {
            Body::SalesOrder(order) => &mut order.currency,
            Body::SalesInvoice(invoice) => &mut invoice.currency,
            Body::Advance(advance) => {
                posting.date = yesterday();
                &mut advance.currency
            }
            Body::OrderCancellation(_)
            | Body::StockIssue(_)
            | Body::Commission(_)
            | Body::CreditNote(_)
            | Body::StockReturn(_)
            | Body::CommissionReversal(_)
            | Body::OrderAmendment(_)
            | Body::AdvanceRefund(_) => unreachable!("the three above are asked for"),
        };
        *currency = "USD".into();
    }
    let documents = post_all(books, &postings).await.unwrap();
    let [_, advance, invoice] = documents.as_slice() else { panic!("{documents:?}") };
    assert_eq!(
        (advance.currency.as_str(), advance.net, advance.date),
        ("USD", 200.into(), Some(yesterday()))
    );
    assert_eq!((invoice.currency.as_str(), invoice.settled), ("USD", Some(144.into())));
    let [_, advance, _] = postings;
    assert_eq!(only(books, &advance).await.settled, Some(144.into()));
    advance
}

/// At one rate all day long it is freed and paid back. Where the rate moved, Tryton books the difference when both are
/// reconciled, and a person has to undo that before the invoice is credited.
async fn a_deposit_in_dollars_pays_its_invoice(books: &Tryton, admin: &Administrator) {
    let appointment = Appointment("dollars".into());
    let advance = in_dollars(books, &appointment).await;
    books.post(&appointment.credit()).await.unwrap();
    assert_eq!(only(books, &advance).await.settled, Some(0.into()));
    let refund = books.post(&appointment.refund("200.00")).await.unwrap().document;
    assert_eq!((refund.currency.as_str(), refund.total), ("USD", 200.into()));

    if yesterday() == day() {
        return;
    }
    let dollar = admin.search("currency.currency", json!([["code", "=", "USD"]])).await[0];
    let rate = json!({"currency": dollar, "date": date(day()), "rate": amount("1.60")});
    let rates = admin.call("model.currency.currency.rate.create", vec![json!([rate])]).await;
    let appointment = Appointment("dearer".into());
    in_dollars(books, &appointment).await;
    assert_eq!(refused(books, &appointment.credit()).await.0, Reason::Conflict);
    admin.call("model.currency.currency.rate.delete", vec![rates]).await;
}

async fn what_is_disabled_is_named(books: &Tryton, admin: &Administrator) {
    let product = admin.search("product.product", json!([["code", "=", "SVC-CUT"]])).await;
    let active = |model: &str, ids: &[i64], active: bool| {
        (format!("model.{model}.write"), vec![json!(ids), json!({"active": active})])
    };
    let (method, params) = active("product.product", &product, false);
    admin.call(&method, params).await;
    let order = Appointment("disabled".into()).order(vec![line("SVC-CUT", 1, "50.00")]);
    assert_eq!(refused(books, &order).await.0, Reason::DisabledItem);
    let (method, params) = active("product.product", &product, true);
    admin.call(&method, params).await;
    books.post(&order).await.unwrap();

    let gone = party("CUST-GONE", "Gone");
    books.post(&Appointment("here".into()).order_by(gone.clone(), visit())).await.unwrap();
    let found = admin.search("party.party", json!([["code", "=", "CUST-GONE"]])).await;
    let (method, params) = active("party.party", &found, false);
    admin.call(&method, params).await;
    let order = Appointment("gone".into()).order_by(gone, visit());
    assert_eq!(refused(books, &order).await.0, Reason::DisabledParty);
}

async fn a_currency_without_a_rate_is_named(books: &Tryton) {
    let mut deposit = Appointment("pounds".into()).advance("40.00");
    if let Body::Advance(advance) = &mut deposit.body {
        advance.currency = "GBP".into();
    }
    assert_eq!(refused(books, &deposit).await.0, Reason::MissingRate);
    let mut fee = Appointment("pounds".into()).fee();
    if let Body::SalesInvoice(invoice) = &mut fee.body {
        invoice.currency = "GBP".into();
    }
    let failure = books.post(&fee).await.unwrap_err();
    assert!(matches!(failure.class, Class::Refused { reason: Reason::MissingRate, .. }), "{failure:?}");
}

/// There are two, and a deposit that names none needs one to be the usual one.
async fn a_payment_method_has_to_be_named(settings: &Settings) {
    let mut deposit = Appointment("unnamed".into()).advance("40.00");
    if let Body::Advance(advance) = &mut deposit.body {
        advance.method = None;
    }
    let unnamed = Tryton::new(Settings { payment_method: None, ..settings.clone() }).unwrap();
    assert_eq!(refused(&unnamed, &deposit).await.0, Reason::Setup);
    let wrong = Tryton::new(Settings { payment_method: Some("Shells".into()), ..settings.clone() }).unwrap();
    assert_eq!(refused(&wrong, &deposit).await.0, Reason::MissingAccount);
    let named = Tryton::new(settings.clone()).unwrap();
    assert_eq!(named.post(&deposit).await.unwrap().document.net, decimal("40.00"));
}

async fn a_missing_sequence_is_named(books: &Tryton, admin: &Administrator) {
    let years = json!([["start_date", "<=", date(day())], ["end_date", ">=", date(day())]]);
    let year = admin.search("account.fiscalyear", years).await[0];
    let sequences =
        admin.search("account.fiscalyear.invoice_sequence", json!([["fiscalyear", "=", year]])).await;
    admin.call("model.account.fiscalyear.invoice_sequence.delete", vec![json!(sequences)]).await;
    let failure = books.post(&Appointment("unnumbered".into()).fee()).await.unwrap_err();
    assert!(matches!(failure.class, Class::Refused { reason: Reason::MissingSequence, .. }), "{failure:?}");
}

fn date(day: NaiveDate) -> Value {
    json!({"__class__": "date", "year": day.year(), "month": day.month(), "day": day.day()})
}

fn amount(text: &str) -> Value {
    json!({"__class__": "Decimal", "decimal": text})
}
