//! A server that is away, busy, or answers nonsense.

use std::time::Duration;

use secrecy::SecretString;
use serde_json::json;
use slotledger_erp::{Administration, Class, Connector, Failure, Mode, Standing, State};
use slotledger_fault_proxy::Fault;
use slotledger_tryton::{Settings, Tryton};

use crate::support::{
    connect, connect_by,
    line::{Counted, Line},
    only,
    postings::{Appointment, visit},
    rpc::Administrator,
    server, settings,
};

const HTML: &str = "<html><h1>Internal Server Error</h1></html>";

const fn instead(forwarded: bool, status: u16, headers: &'static str, body: &'static str) -> Fault {
    Fault::Instead { forwarded, status, headers, body }
}

/// Posts an order through a line that fails at one write, then again without it: it stands once.
async fn order_with(name: &str, fault: Fault) -> Failure {
    let server = server();
    let order = Appointment(name.into()).order(visit());
    let line = Line::to(&server.url(), Counted::Writes, 1, fault);
    let failure = connect_by(&server, line.url()).post(&order).await.unwrap_err();
    assert_eq!(line.struck().as_deref(), Some("model.sale.sale.create"));

    let books = connect(&server);
    let document = books.post(&order).await.unwrap().document;
    assert_eq!(document.state, State::Submitted);
    assert_eq!(only(&books, &order).await, document);
    failure
}

#[tokio::test]
async fn an_error_page_after_it_was_stored_is_ambiguous() {
    let failure = order_with("stored-500", instead(true, 500, "", HTML)).await;
    assert_eq!(failure.class, Class::Ambiguous);
    assert_eq!(failure.message, "HTTP 500: Internal Server Error");
}

#[tokio::test]
async fn half_an_answer_is_ambiguous() {
    let failure = order_with("half", Fault::Half).await;
    assert_eq!(failure.class, Class::Ambiguous);
}

#[tokio::test]
async fn a_busy_server_is_asked_later() {
    let failure = order_with("busy", instead(false, 429, "Retry-After: 9\r\n", "")).await;
    assert_eq!(failure.class, Class::Throttled { after: Some(Duration::from_secs(9)) });
}

#[tokio::test]
async fn another_servers_page_is_not_taken_for_an_answer() {
    let failure = order_with("portal", instead(false, 200, "", "<html>Sign in</html>")).await;
    assert_eq!(failure.class, Class::Ambiguous);
    assert!(failure.message.contains("this is no answer of Tryton's"), "{failure:?}");
}

#[tokio::test]
async fn a_session_that_ended_is_renewed_once() {
    let server = server();
    let order = Appointment("session".into()).order(visit());
    let line = Line::to(&server.url(), Counted::Writes, 2, instead(false, 401, "", ""));
    let books = connect_by(&server, line.url());
    assert_eq!(books.post(&order).await.unwrap().document.state, State::Submitted);
    assert_eq!(line.struck().as_deref(), Some("model.sale.sale.quote"));
    only(&books, &order).await;
}

#[tokio::test]
async fn an_outage_is_waited_for() {
    let mut server = server();
    let books = connect(&server);
    let order = Appointment("outage".into()).order(visit());
    books.check().await.unwrap();

    server.stop().unwrap();
    assert_eq!(books.post(&order).await.unwrap_err().class, Class::Retry { after: None });
    assert_eq!(books.check().await.unwrap_err().class, Class::Retry { after: None });

    server.restart().unwrap();
    books.post(&order).await.unwrap();
    only(&books, &order).await;
}

#[tokio::test]
async fn wrong_settings_are_named() {
    let server = server();
    let right = settings(&server);

    let password = SecretString::from("nope");
    let failure = check(Settings { password, ..right.clone() }).await;
    assert_eq!(failure.class, Class::Reauthenticate);

    let failure = check(Settings { database: "nothing".into(), ..right.clone() }).await;
    assert!(failure.message.contains("the name of its database"), "{failure:?}");

    let company = Some("Somebody Else".to_owned());
    let failure = check(Settings { company, ..right.clone() }).await;
    assert!(failure.message.contains("Somebody Else"), "{failure:?}");

    let info = Tryton::new(Settings { company: Some("Slotledger Demo".into()), ..right.clone() }).unwrap();
    let info = info.check().await.unwrap();
    assert_eq!((info.product.as_str(), info.version.as_str()), ("Tryton", "8.2"));
    assert_eq!((info.company.as_str(), info.currency.as_str()), ("Slotledger Demo", "EUR"));

    // Somebody gives the user another password while we are logged in.
    let books = connect(&server);
    books.check().await.unwrap();
    let admin = Administrator::of(&server);
    let users = admin.search("res.user", json!([["login", "=", right.user]])).await;
    let another = json!({"password": "correct horse battery staple"});
    admin.call("model.res.user.write", vec![json!(users), another]).await;
    let failure = books.post(&Appointment("revoked".into()).order(visit())).await.unwrap_err();
    assert_eq!(failure.class, Class::Reauthenticate, "{failure:?}");
    let checks = books.prepare(Mode::Look).await.unwrap();
    let wrong = checks.iter().find(|check| check.name == "credentials").unwrap();
    assert!(wrong.standing == Standing::Wrong && wrong.fix.is_some(), "{wrong:?}");

    let no_url = Settings { url: "tryton.example.com".into(), ..right };
    assert!(Tryton::new(no_url).unwrap_err().to_string().contains("tryton.example.com"));
}

async fn check(settings: Settings) -> Failure {
    Tryton::new(settings).unwrap().check().await.unwrap_err()
}
