//! A server that is busy, answers nonsense, or is another one than was meant.

use std::time::Duration;

use secrecy::SecretString;
use slotledger_erp::{Administration, Class, Connector, Failure, Mode, Reason, Standing, State};
use slotledger_fault_proxy::Fault;
use slotledger_odoo::{Odoo, Protocol, Settings};
use slotledger_odoo_server::{Edition, Server};

use crate::support::{
    connect, connect_by,
    line::{Counted, Line},
    only,
    postings::{Appointment, visit},
    prepared, settings,
};

const HTML: &str = "<html><h1>Internal Server Error</h1></html>";

/// Posts an order through a line that fails at one write, then again without it: it stands once.
async fn order_with(server: &Server, name: &str, fault: Fault) -> Failure {
    let order = Appointment(name.into()).order(visit());
    let line = Line::to(&server.url(), Counted::Writes, 1, fault);
    let failure = connect_by(server, line.url()).post(&order).await.unwrap_err();
    assert_eq!(line.struck().as_deref(), Some("sale.order.load"));

    let books = connect(server);
    let posted = books.post(&order).await.unwrap();
    assert_eq!(posted.document.state, State::Submitted);
    assert_eq!(only(&books, &order).await, posted.document);
    failure
}

async fn answers_of_all_kinds(edition: Edition) {
    let Some(server) = prepared(edition).await else { return };
    let instead = |status, headers, body| Fault::Instead { forwarded: false, status, headers, body };
    let stored = Fault::Instead { forwarded: true, status: 500, headers: "", body: HTML };
    let failure = order_with(&server, "stored-500", stored).await;
    assert_eq!(failure.class, Class::Ambiguous);
    assert_eq!(failure.message, "HTTP 500: Internal Server Error");

    let failure = order_with(&server, "half", Fault::Half).await;
    assert_eq!(failure.class, Class::Ambiguous);

    let failure = order_with(&server, "throttled", instead(429, "Retry-After: 9\r\n", "")).await;
    assert_eq!(failure.class, Class::Throttled { after: Some(Duration::from_secs(9)) });

    for (name, fault) in [
        ("portal", instead(200, "", "<html>Sign in</html>")),
        ("moved", instead(302, "Location: /web/login\r\n", "")),
    ] {
        let failure = order_with(&server, name, fault).await;
        assert_eq!(failure.class, Class::Ambiguous);
        assert!(failure.message.contains("check the address"), "{failure:?}");
    }
}

async fn wrong_settings_are_named(edition: Edition) {
    let Some(server) = prepared(edition).await else { return };
    let right = settings(&server);

    let key = SecretString::from("0123456789abcdef");
    let failure = check(Settings { api_key: key, ..right.clone() }).await;
    assert_eq!(failure.class, Class::Reauthenticate, "{failure:?}");
    assert!(!format!("{failure:?}").contains("0123456789abcdef"));

    let failure = check(Settings { database: "nothing".into(), ..right.clone() }).await;
    assert!(!matches!(failure.class, Class::Bug), "{failure:?}");

    for company in ["Somebody Else", "Nobody"] {
        let failure = check(Settings { company: Some(company.into()), ..right.clone() }).await;
        assert!(matches!(failure.class, Class::Refused { reason: Reason::WrongCompany, .. }), "{failure:?}");
        assert!(failure.message.contains(company), "{failure:?}");
    }

    let info = connect(&server).check().await.unwrap();
    assert_eq!(info.product, "Odoo");
    assert!(info.version.starts_with(edition.number()), "{info:?}");
    assert_eq!((info.company.as_str(), info.currency.as_str()), ("Slotledger Demo", "EUR"));

    let no_url = Settings { url: "odoo.example.com".into(), ..right.clone() };
    assert!(Odoo::new(no_url).unwrap_err().to_string().contains("odoo.example.com"));
    let nobody = Settings { user: None, protocol: Some(Protocol::JsonRpc), ..right.clone() };
    assert!(Odoo::new(nobody).unwrap_err().to_string().contains("user"));

    // Odoo 14 remembers for a while that it has accepted a password.
    if edition == Edition::Nineteen {
        let books = connect(&server);
        books.check().await.unwrap();
        let revoke =
            "DELETE FROM res_users_apikeys WHERE user_id = (SELECT id FROM res_users WHERE login = '{}');";
        server.sql(&revoke.replace("{}", server.user())).unwrap();
        let failure = books.post(&Appointment("revoked".into()).order(visit())).await.unwrap_err();
        assert_eq!(failure.class, Class::Reauthenticate, "{failure:?}");
        let checks = books.prepare(Mode::Look).await.unwrap();
        let [only] = checks.as_slice() else { panic!("{checks:?}") };
        assert_eq!((only.name.as_str(), only.standing), ("credentials", Standing::Wrong));
    }

    // Nothing that is printed has the key in it.
    let printed = format!("{:?} {right:?}", connect(&server));
    assert!(!printed.contains(server.api_key()), "{printed}");
}

/// A server with other databases too: Odoo 14 tells of no refusal there, so that nothing is posted.
async fn among_other_databases(edition: Edition) {
    let Some(mut server) = prepared(edition).await else { return };
    server.restart_among_others().unwrap();
    let order = Appointment("others".into()).order(visit());
    let outcome = connect(&server).post(&order).await;
    match edition {
        Edition::Nineteen => assert_eq!(outcome.unwrap().document.state, State::Submitted),
        Edition::Fourteen => {
            let failure = outcome.unwrap_err();
            assert_eq!(failure.class, Class::Retry { after: None });
            assert!(failure.message.contains("dbfilter"), "{failure:?}");
            server.restart().unwrap();
            assert_eq!(connect(&server).find_by_key(&order).await.unwrap(), []);
        }
    }
}

#[tokio::test]
async fn among_other_databases_on_odoo_19() {
    among_other_databases(Edition::Nineteen).await;
}

#[tokio::test]
async fn among_other_databases_on_odoo_14() {
    among_other_databases(Edition::Fourteen).await;
}

async fn check(settings: Settings) -> Failure {
    Odoo::new(settings).unwrap().check().await.unwrap_err()
}

#[tokio::test]
async fn answers_of_all_kinds_on_odoo_19() {
    answers_of_all_kinds(Edition::Nineteen).await;
}

#[tokio::test]
async fn answers_of_all_kinds_on_odoo_14() {
    answers_of_all_kinds(Edition::Fourteen).await;
}

#[tokio::test]
async fn wrong_settings_are_named_on_odoo_19() {
    wrong_settings_are_named(Edition::Nineteen).await;
}

#[tokio::test]
async fn wrong_settings_are_named_on_odoo_14() {
    wrong_settings_are_named(Edition::Fourteen).await;
}

/// Odoo 19 still speaks the older protocol, with a password as well as with a key.
#[tokio::test]
async fn odoo_19_by_json_rpc() {
    let Some(server) = prepared(Edition::Nineteen).await else { return };
    let password = SecretString::from(server.password());
    let settings = Settings { protocol: Some(Protocol::JsonRpc), api_key: password, ..settings(&server) };
    let books = Odoo::new(settings).unwrap();
    let order = Appointment("rpc".into()).order(visit());
    let posted = books.post(&order).await.unwrap();
    // Both protocols find the same.
    assert_eq!(only(&connect(&server), &order).await, posted.document);
}
