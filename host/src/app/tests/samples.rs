//! A company to try things out with, from its first day to its last.

use super::*;
use crate::codes;
use crate::store::{CustomerFilter, DeliveryFilter, Page};

/// A world with nothing in it but books that nobody uses yet.
async fn blank() -> (App, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let ledger = |file: &str| crate::config::Ledger {
        path: directory.path().join(file),
        company: Some("C".to_owned()),
        currency: "EUR".to_owned(),
        tax_percent: Decimal::TEN,
    };
    let erp = [("ledger".to_owned(), crate::config::Erp::Ledger(ledger("books.sqlite")))].into();
    let app = App::new(Ports {
        store: Arc::new(Sqlite::open(&directory.path().join("store.sqlite")).await.unwrap()),
        rules: Rules::compiled_once(),
        clock: Arc::new(SystemClock),
        books: Arc::new(crate::connections::open(&erp, &Default::default()).await.unwrap()),
        wake: Arc::new(Notify::new()),
    });
    (app, directory)
}

/// A visit of the sample that is confirmed, with its order in the books.
async fn visit(app: &App, company: CompanyId) -> AppointmentId {
    let setup = app.setup(company).await.unwrap();
    let filter = CustomerFilter { company, text: Some("ana".to_owned()), active: true };
    let customer = app.customers(&filter, Page { after: None, limit: 1 }).await.unwrap().remove(0).id;
    let service = setup.services[0].id;
    let query = format!(r#"{{"service":"{service}","limit":1}}"#);
    let opening = app.openings(parsed::<OpeningsQuery>(&query)).await.unwrap().openings.remove(0);
    let start = opening.start.to_rfc3339();
    let booking = format!(r#"{{"service":"{service}","customer":"{customer}","start":"{start}"}}"#);
    let id = fresh(app.hold(parsed(&booking), Actor::Staff, None).await.unwrap()).id;
    app.command(id, None, Command::Confirm, Actor::Staff, None).await.unwrap();
    let delivery = app.deliveries(&DeliveryFilter::default(), 0, 1).await.unwrap().remove(0);
    let (_, link) = app.connection(company).await.unwrap();
    link.books.post(&delivery.posting).await.unwrap();
    id
}

fn code<T: std::fmt::Debug>(result: Result<T>) -> &'static str {
    match result {
        Err(Error::Unfit { code, .. }) => code.code,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_sample_comes_and_goes_with_its_books() {
    let (app, _directory) = blank().await;
    let company = app.make_sample("Ada").await.unwrap();
    assert_eq!(app.make_sample("Ada").await.unwrap(), company, "there is one");
    assert_eq!(app.setup(company).await.unwrap().next(), Step::Done);
    let id = visit(&app, company).await;
    let (_, link) = app.connection(company).await.unwrap();
    // What somebody takes in on its page goes with it.
    let goods = serde_json::json!({"key": App::receipt_key(company, "a form"), "item": "MAT-FILTER", "quantity": "1",
        "unit_cost": "2", "warehouse": "WH"});
    app.receive("ledger", serde_json::from_value(goods).unwrap(), "Ada").await.unwrap();
    app.remove_sample("Ada", company).await.unwrap();
    assert!(app.is_blank().await.unwrap());
    let told = app.account_events(Some(company.0), None, 10).await.unwrap();
    let told: Vec<_> = told.iter().map(|event| (event.by.as_str(), event.name.as_str())).collect();
    assert_eq!(told, [("Ada", "sample.removed"), ("Ada", "sample.made")], "who did it stays");
    assert!(matches!(app.appointment(id).await, Err(Error::Missing { .. })));
    assert_eq!(link.trial.as_ref().unwrap().empty(&|_| false).await, Ok(None), "nothing is in them");
    let again = app.make_sample("Ada").await.unwrap();
    assert_ne!(again, company);
}

#[tokio::test]
async fn what_is_real_stays() {
    let (app, _directory) = blank().await;
    let sample = app.make_sample("Ada").await.unwrap();
    let real = r#"{"name":"Real","currency":"EUR","time_zone":"UTC"}"#;
    let real = CompanyId(add::<Company>(&app, None, real).await);
    assert_eq!(code(app.remove_sample("Ada", real).await), codes::NO_SAMPLE.code);
    // Something of others in the same books keeps them, and so the sample.
    visit(&app, sample).await;
    let (_, link) = app.connection(real).await.unwrap();
    let mut posting = app.deliveries(&DeliveryFilter::default(), 0, 1).await.unwrap().remove(0).posting;
    posting.key = slotledger_erp::Key::parse("other/1/order").unwrap();
    link.books.post(&posting).await.unwrap();
    assert_eq!(code(app.remove_sample("Ada", sample).await), codes::SAMPLE_KEPT.code);
    assert_eq!(app.samples().await.unwrap().len(), 1);
    // So do books that cannot be emptied.
    let stored = app.get::<Company>(real.0).await.unwrap();
    let elsewhere = Company { erp: "elsewhere".to_owned(), ..stored.data };
    app.replace(real.0, stored.version, elsewhere).await.unwrap();
    assert!(matches!(app.remove_sample("Ada", real).await, Err(Error::NoConnection(_))));
}

#[tokio::test]
async fn a_sample_has_books_of_its_own_or_is_not_made() {
    let world = World::new().await;
    assert_eq!(code(world.app.make_sample("Ada").await), codes::NO_TRIAL_BOOKS.code);
    assert!(world.app.samples().await.unwrap().is_empty());
}
