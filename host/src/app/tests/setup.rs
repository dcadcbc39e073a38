//! Setting a company up step by step.

use super::*;
use crate::model::{Branch, Provider, Unit};
use crate::store::Page;

const BY: &str = "Ada";

fn founding(name: &str) -> Founding {
    Founding {
        name: name.to_owned(),
        currency: "EUR".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
        branch: "Main".to_owned(),
        address: String::new(),
        hours: Some(Week::office()),
    }
}

fn clinic() -> (&'static Template, Vec<Offering>, Vec<UnitsWanted>) {
    let template = Template::named("clinic").unwrap();
    let first = &template.services[0];
    let offering =
        Offering { name: "Consultation".to_owned(), price: Decimal::from(90), ..Offering::of(first) };
    let units = vec![UnitsWanted { unit_type: "room".to_owned(), count: 2 }];
    (template, vec![offering], units)
}

impl World {
    async fn count<T: Master>(&self, company: CompanyId) -> usize {
        self.app.list::<T>(Some(company), Page { after: None, limit: 100 }).await.unwrap().len()
    }

    async fn founded(&self) -> CompanyId {
        self.app.found_company(BY, &founding("Praxis"), "form-1").await.unwrap()
    }
}

#[tokio::test]
async fn a_company_is_set_up_from_nothing_to_the_first_opening() {
    let world = World::new().await;
    let app = &world.app;
    let company = world.founded().await;
    let setup = app.setup(company).await.unwrap();
    assert_eq!((setup.next(), setup.company.data.erp.as_str()), (Step::Services, "ledger"));
    let (template, wanted, units) = clinic();
    app.offer_services(BY, company, template, (&wanted, &units), "form-2").await.unwrap();
    let setup = app.setup(company).await.unwrap();
    assert_eq!((setup.next(), setup.units.len()), (Step::People, 2));
    let service = &setup.services[0];
    assert_eq!((service.data.name.as_str(), service.data.buffer_after_minutes), ("Consultation", 15));
    let person = Person { name: "Kim".to_owned(), week: Some(Week::office()), services: vec![service.id] };
    app.employ(BY, company, &person, "form-3").await.unwrap();
    let setup = app.setup(company).await.unwrap();
    assert_eq!(setup.next(), Step::Done);
    let query = format!(r#"{{"service":"{}"}}"#, service.id);
    let found = app.openings(parsed::<OpeningsQuery>(&query)).await.unwrap();
    // The clock stands at a Sunday; on Monday Kim begins at nine in Berlin.
    assert_eq!(found.openings[0].start, utc("2026-11-23T08:00:00Z"));
}

#[tokio::test]
async fn a_form_that_is_sent_twice_makes_nothing_twice() {
    let world = World::new().await;
    let app = &world.app;
    let company = world.founded().await;
    assert_eq!(world.founded().await, company);
    let (template, wanted, units) = clinic();
    let person = Person { name: "Kim".to_owned(), week: Some(Week::office()), services: vec![] };
    for _ in 0..2 {
        app.offer_services(BY, company, template, (&wanted, &units), "form-2").await.unwrap();
        app.employ(BY, company, &person, "form-3").await.unwrap();
    }
    assert_eq!(world.count::<Branch>(company).await, 1);
    assert_eq!(world.count::<Service>(company).await, 1);
    assert_eq!(world.count::<Unit>(company).await, 2);
    assert_eq!(world.count::<Provider>(company).await, 1);
    // Another form of the same says what is there already by its own count.
    app.offer_services(BY, company, template, (&[], &units), "form-4").await.unwrap();
    assert_eq!(world.count::<Unit>(company).await, 2);
}

#[tokio::test]
async fn whatever_is_wrong_is_named_and_nothing_is_made() {
    let world = World::new().await;
    let app = &world.app;
    let fields = |error: Error| {
        let Error::Invalid(errors) = error else { panic!("{error}") };
        errors.into_iter().map(|error| error.field).collect::<Vec<_>>()
    };
    let bad = Founding {
        name: " ".to_owned(),
        currency: "EURO".to_owned(),
        time_zone: "Berlin".to_owned(),
        branch: String::new(),
        hours: Some(Week::default()),
        ..Founding::default()
    };
    let wrong = fields(app.found_company(BY, &bad, "form-1").await.unwrap_err());
    assert_eq!(wrong, ["time_zone", "hours", "name", "currency", "branch"]);
    let company = world.founded().await;
    let (template, mut wanted, _) = clinic();
    wanted[0].name = String::new();
    wanted[0].duration_minutes = 0;
    let none = [UnitsWanted { unit_type: "room".to_owned(), count: 0 }];
    let wrong =
        fields(app.offer_services(BY, company, template, (&wanted, &none), "form-2").await.unwrap_err());
    assert!(
        ["count-room", "name-1", "minutes-1"].iter().all(|field| wrong.iter().any(|one| one == field)),
        "{wrong:?}"
    );
    let wrong = fields(app.offer_services(BY, company, template, (&[], &none), "form-2").await.unwrap_err());
    assert_eq!(wrong, ["services"]);
    assert_eq!((world.count::<Service>(company).await, world.count::<Unit>(company).await), (0, 0));
    let nobody = Person { week: Some(Week::default()), ..Person::default() };
    assert_eq!(fields(app.employ(BY, company, &nobody, "form-3").await.unwrap_err()), ["name", "hours"]);
}

#[tokio::test]
async fn going_back_changes_what_is_there() {
    let world = World::new().await;
    let app = &world.app;
    let company = world.founded().await;
    let (template, wanted, units) = clinic();
    app.offer_services(BY, company, template, (&wanted, &units), "form-2").await.unwrap();
    let service = app.setup(company).await.unwrap().services[0].id;
    let mut person = Person { name: "Kim".to_owned(), week: Some(Week::office()), services: vec![service] };
    let id = app.employ(BY, company, &person, "form-3").await.unwrap();
    // Hours that the form cannot show stay as they are.
    let mut finer = app.get::<Provider>(id).await.unwrap();
    finer.data.shifts.push(finer.data.shifts[0].clone());
    finer.data.shifts[5].start = "18:00:00".parse().unwrap();
    finer.data.shifts[5].end = "20:00:00".parse().unwrap();
    let finer = app.replace(id, finer.version, finer.data).await.unwrap();
    (person.week, person.services, person.name) = (None, vec![], "Kim L.".to_owned());
    app.reemploy(BY, company, (id, finer.version), &person).await.unwrap();
    let setup = app.setup(company).await.unwrap();
    assert_eq!((setup.people[0].data.name.as_str(), setup.people[0].data.shifts.len()), ("Kim L.", 6));
    assert!(setup.services[0].data.providers.is_empty());
    let stale = app.reemploy(BY, company, (id, 1), &Person { name: "K".to_owned(), ..person }).await;
    assert!(matches!(stale, Err(Error::Stale { .. })), "{stale:?}");

    let versions = (setup.company.version, setup.branches[0].version);
    let renamed = Founding { hours: None, ..founding("Praxis am See") };
    app.refound_company(BY, company, &renamed, versions).await.unwrap();
    let setup = app.setup(company).await.unwrap();
    assert_eq!(setup.company.data.name, "Praxis am See");
    assert_eq!(setup.branches[0].data.opening_hours.len(), 5, "they stay");
    assert_eq!(setup.branches[0].version, versions.1, "what does not differ is not written");
}

#[tokio::test]
async fn nobody_is_changed_through_another_company() {
    let world = World::new().await;
    let company = world.founded().await;
    let person = Person { name: "X".to_owned(), ..Person::default() };
    let strange = world.app.reemploy(BY, company, (world.provider, 1), &person).await;
    assert!(matches!(strange, Err(Error::Missing { .. })), "{strange:?}");
}

#[tokio::test]
async fn books_in_another_currency_are_what_is_missing() {
    let world = World::new().await;
    let wanted = Founding { currency: "USD".to_owned(), ..founding("Overseas") };
    let company = world.app.found_company(BY, &wanted, "form-1").await.unwrap();
    let setup = world.app.setup(company).await.unwrap();
    assert_eq!((setup.company.data.erp.as_str(), setup.has_books), ("ledger-usd", false));
    let refused = world.app.choose_books(BY, company, "ledger").await;
    assert!(matches!(refused, Err(Error::Unfit { code: crate::codes::BOOKS_CURRENCY, .. })), "{refused:?}");
    let unknown = world.app.choose_books(BY, company, "sap").await;
    assert!(matches!(unknown, Err(Error::Invalid(_))), "{unknown:?}");
}

#[tokio::test]
async fn each_check_of_the_books_is_told() {
    let world = World::new().await;
    let told = std::sync::Mutex::new(Vec::new());
    let tell = |check: &slotledger_erp::Check| told.lock().unwrap().push(check.name.clone());
    let checks = world.app.look_at_books("ledger", &tell).await.unwrap();
    assert_eq!(told.into_inner().unwrap(), checks.into_iter().map(|check| check.name).collect::<Vec<_>>());
    let nowhere = world.app.look_at_books("sap", &|_| {}).await;
    assert!(matches!(nowhere, Err(Error::Missing { .. })), "{nowhere:?}");
}
