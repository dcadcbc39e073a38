//! A site that is away, busy, or answers nonsense.

use std::time::Duration;

use secrecy::SecretString;
use slotledger_erp::{Class, Connector, Failure, Reason, State};
use slotledger_erpnext::{Erpnext, Settings};
use slotledger_erpnext_server::{Fault, Strikes, Trouble, USER};
use slotledger_fault_proxy::{Fault as Line, Proxy};

use crate::support::{
    bare, connect, connect_by, only,
    postings::{Appointment, visit},
    ready, settings,
};

/// Posts an order through a trouble that strikes its write, then again without it: it stands once.
async fn order_through(trouble: Trouble) -> Failure {
    let server = ready().await;
    let books = connect(&server);
    let order = Appointment("trouble".into()).order(visit());
    // The customer is there, so that the order is the first write.
    books.post(&Appointment("before".into()).order(visit())).await.unwrap();
    server.fault(Fault { strikes: Strikes::Writes, times: 1, trouble });
    let failure = books.post(&order).await.unwrap_err();
    server.heal();
    let posted = books.post(&order).await.unwrap();
    assert_eq!(posted.document.state, State::Submitted);
    assert_eq!(only(&books, &order).await, posted.document);
    failure
}

#[tokio::test]
async fn an_error_page_after_it_was_stored_is_ambiguous() {
    let failure = order_through(Trouble::StoredButError).await;
    assert_eq!(failure.class, Class::Ambiguous);
    assert_eq!(failure.message, "HTTP 500: Internal Server Error Internal Server Error");
}

#[tokio::test]
async fn a_dead_database_is_ambiguous_for_what_was_sent() {
    assert_eq!(order_through(Trouble::DeadDatabase).await.class, Class::Ambiguous);
}

#[tokio::test]
async fn a_lock_is_waited_for() {
    assert_eq!(order_through(Trouble::LockWait).await.class, Class::Busy { after: None });
    assert_eq!(order_through(Trouble::Locked).await.class, Class::Busy { after: None });
}

#[tokio::test]
async fn a_site_that_is_updated_is_asked_later() {
    assert_eq!(order_through(Trouble::Maintenance).await.class, Class::Retry { after: None });
}

#[tokio::test]
async fn too_many_requests_are_spread() {
    let failure = order_through(Trouble::TooMany { seconds: 9 }).await;
    assert_eq!(failure.class, Class::Throttled { after: Some(Duration::from_secs(9)) });
}

#[tokio::test]
async fn another_servers_page_is_not_taken_for_an_answer() {
    let failure = order_through(Trouble::LoginPage).await;
    assert_eq!(failure.class, Class::Ambiguous);
    assert!(failure.message.contains("this is no answer of ERPNext's"), "{failure:?}");
}

/// The document appears after the client gave up and a look-up found nothing: only the key keeps it single.
#[tokio::test]
async fn what_is_stored_late_is_not_made_twice() {
    let server = ready().await;
    let impatient = Settings { timeout: Duration::from_millis(300), ..settings(server.url(), USER) };
    let impatient = Erpnext::new(impatient).unwrap();
    let books = connect(&server);
    books.post(&Appointment("before".into()).order(visit())).await.unwrap();
    let order = Appointment("late".into()).order(visit());
    let trouble = Trouble::Late(Duration::from_millis(900));
    server.fault(Fault { strikes: Strikes::Writes, times: 1, trouble });
    assert_eq!(impatient.post(&order).await.unwrap_err().class, Class::Ambiguous);
    assert!(books.find_by_key(&order).await.unwrap().is_empty(), "nothing is there yet");

    let made = books.post(&order).await.unwrap();
    tokio::time::sleep(Duration::from_millis(1200)).await;
    assert_eq!(only(&books, &order).await, made.document);
    assert!(books.post(&order).await.unwrap().adopted);
}

/// A key that another request has just stored is a success, whichever of the two it is.
#[tokio::test]
async fn a_duplicate_is_adopted() {
    let server = ready().await;
    server.think(Duration::from_millis(60));
    let (one, other) = (connect(&server), connect(&server));
    let order = Appointment("both".into()).order(visit());
    let (first, second) = tokio::join!(one.post(&order), other.post(&order));
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_eq!(first.document, second.document);
    assert_ne!(first.adopted, second.adopted);
    assert_eq!(server.all("Customer").len(), 3, "the customer was made once, too");
}

#[tokio::test]
async fn half_an_answer_is_ambiguous() {
    let server = ready().await;
    let books = connect(&server);
    let order = Appointment("half".into()).order(visit());
    let line = Proxy::to(&server.url(), |call| {
        let order = call.method() == "POST" && call.target().contains("Sales%20Order");
        if order { Line::Half } else { Line::None }
    })
    .unwrap();
    let failure = connect_by(line.url().to_owned()).post(&order).await.unwrap_err();
    assert_eq!(failure.class, Class::Ambiguous);
    assert!(books.post(&order).await.unwrap().adopted);
}

#[tokio::test]
async fn a_dripping_line_gets_there() {
    let server = ready().await;
    let order = Appointment("drip".into()).order(visit());
    let line = Proxy::to(&server.url(), |_| Line::Drip(Duration::from_millis(2))).unwrap();
    connect_by(line.url().to_owned()).post(&order).await.unwrap();
    only(&connect(&server), &order).await;
}

#[tokio::test]
async fn an_outage_is_waited_for() {
    let mut server = ready().await;
    let books = connect(&server);
    let order = Appointment("outage".into()).order(visit());
    books.check().await.unwrap();

    server.stop();
    assert_eq!(books.post(&order).await.unwrap_err().class, Class::Retry { after: None });
    assert_eq!(books.check().await.unwrap_err().class, Class::Retry { after: None });

    server.restart().unwrap();
    books.post(&order).await.unwrap();
    only(&books, &order).await;
}

#[tokio::test]
async fn wrong_settings_are_named() {
    let server = bare();
    let right = settings(server.url(), USER);

    let api_secret = SecretString::from("nope");
    let failure = check(Settings { api_secret, ..right.clone() }).await;
    assert_eq!(failure.class, Class::Reauthenticate);
    assert!(!failure.message.contains("nope"));

    let company = Some("Somebody Else".to_owned());
    let failure = check(Settings { company, ..right.clone() }).await;
    assert!(failure.message.contains("Somebody Else"), "{failure:?}");
    assert!(matches!(failure.class, Class::Refused { reason: Reason::WrongCompany, .. }), "{failure:?}");

    let info = Erpnext::new(Settings { company: Some("Slotledger Demo".into()), ..right.clone() }).unwrap();
    let shown = format!("{info:?}");
    assert!(!shown.contains(USER.1), "{shown}");
    let info = info.check().await.unwrap();
    assert_eq!((info.product.as_str(), info.version.as_str()), ("ERPNext", "15.99.1"));
    assert_eq!((info.company.as_str(), info.currency.as_str()), ("Slotledger Demo", "EUR"));

    for url in ["erp.example.com", "ftp://erp.example.com", "https://erp.example.com/?x=1"] {
        let refused = Erpnext::new(Settings { url: url.into(), ..right.clone() }).unwrap_err();
        assert!(refused.to_string().contains(url));
    }

    server.revoke();
    assert_eq!(check(right).await.class, Class::Reauthenticate);
}

async fn check(settings: Settings) -> Failure {
    Erpnext::new(settings).unwrap().check().await.unwrap_err()
}

/// A login cookie would count before the token.
#[tokio::test]
async fn no_cookie_is_kept() {
    let server = ready().await;
    let line = Proxy::to(&server.url(), |call| {
        assert!(!call.head.to_lowercase().contains("cookie:"), "{}", call.head);
        Line::None
    })
    .unwrap();
    let books = connect_by(line.url().to_owned());
    books.post(&Appointment("cookie".into()).order(visit())).await.unwrap();
}
