//! Master data.

use serde_json::json;
use uuid::Uuid;

use super::Twice;
use super::house::{House, id, minute, record};
use crate::model::master::Kind;
use crate::model::{CompanyId, CustomerId};
use crate::store::{Answer, CustomerFilter, Error, Owner, Page, Record};

const ALL: Page = Page { after: None, limit: 100 };

fn answer() -> Answer {
    let (key, fingerprint) = ("POST /companies 1".to_owned(), "f".to_owned());
    Answer { key, fingerprint, status: 201, body: "{}".to_owned(), at: minute(0) }
}

pub(crate) async fn a_record_is_read_as_it_was_written(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let service = record(Kind::Service, id(), house.company);
    twice.one.insert(&service, None).await.expect("a new record");
    assert_eq!(twice.other.record(Kind::Service, service.id).await.expect("a read"), Some(service.clone()));
    assert_eq!(twice.other.record(Kind::Provider, service.id).await.expect("a read"), None);
    assert_eq!(twice.other.record(Kind::Service, id()).await.expect("a read"), None);
}

pub(crate) async fn a_record_is_inserted_once(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let branch = twice.other.insert(&record(Kind::Branch, house.branch, house.company), None).await;
    assert!(matches!(branch, Err(Error::Exists("branch"))), "{branch:?}");
    let company = twice.other.insert(&record(Kind::Company, house.company, house.company), None).await;
    assert!(matches!(company, Err(Error::Exists("company"))), "{company:?}");
}

pub(crate) async fn a_record_needs_its_company(twice: &Twice) {
    let orphan = record(Kind::Branch, id(), id());
    let refused = twice.one.insert(&orphan, None).await;
    assert!(matches!(refused, Err(Error::Missing("company"))), "{refused:?}");
    assert_eq!(twice.one.record(Kind::Branch, orphan.id).await.expect("a read"), None);
}

pub(crate) async fn a_replaced_record_has_its_new_fields(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let changed = Record {
        name: "Renamed".to_owned(),
        active: false,
        version: 2,
        updated_at: minute(5),
        data: serde_json::json!({"name": "Renamed"}),
        ..record(Kind::Service, house.service, house.company)
    };
    twice.one.replace(&changed, 1, None).await.expect("version 1 is there");
    assert_eq!(twice.other.record(Kind::Service, house.service).await.expect("a read"), Some(changed));
}

pub(crate) async fn only_the_expected_version_is_replaced(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let second = Record { version: 2, ..record(Kind::Service, house.service, house.company) };
    twice.one.replace(&second, 1, None).await.expect("version 1 is there");
    let stale = twice.other.replace(&second, 1, None).await;
    assert!(matches!(stale, Err(Error::Stale("service"))), "{stale:?}");
    let missing = twice.other.replace(&Record { id: id(), ..second.clone() }, 1, None).await;
    assert!(matches!(missing, Err(Error::Missing("service"))), "{missing:?}");
    let foreign = twice.other.replace(&Record { company: id(), version: 3, ..second }, 2, None).await;
    assert!(foreign.is_err(), "a record does not change its company");
}

pub(crate) async fn a_record_judged_on_an_earlier_catalogue_is_not_replaced(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let company = CompanyId(house.company);
    let seen = twice.one.catalog_version(company).await.expect("a company");
    let judged = record(Kind::Service, house.service, house.company);
    let judged = Record { version: 2, judged_on: Some(seen), ..judged };
    twice.other.insert(&record(Kind::Unit, id(), house.company), None).await.expect("a new record");
    let late = twice.one.replace(&judged, 1, None).await;
    assert!(matches!(late, Err(Error::Unjudged)), "{late:?}");
    assert_eq!(twice.one.catalog_version(company).await.expect("a company"), seen + 1, "nothing was changed");
    let again = Record { judged_on: Some(seen + 1), ..judged };
    twice.one.replace(&again, 1, None).await.expect("nothing has changed since");
}

pub(crate) async fn every_change_raises_the_catalogue_version(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let before = twice.other.catalog_version(CompanyId(house.company)).await.expect("a company");
    twice.one.insert(&record(Kind::Unit, id(), house.company), None).await.expect("a new record");
    let second = Record { version: 2, ..record(Kind::Service, house.service, house.company) };
    twice.other.replace(&second, 1, None).await.expect("version 1 is there");
    let stale = twice.other.replace(&second, 1, None).await;
    assert!(stale.is_err());
    twice.one.insert(&record(Kind::Customer, id(), house.company), None).await.expect("a new customer");
    House::build(&twice.one).await;
    assert_eq!(twice.one.catalog_version(CompanyId(house.company)).await.expect("a company"), before + 2);
    let of = |kind| twice.one.catalog_of(kind, house.service, None);
    let owner = Owner { company: CompanyId(house.company), catalog_version: before + 2, customer: None };
    assert_eq!(of(Kind::Service).await.expect("it can be read"), Some(owner));
    assert_eq!(of(Kind::Unit).await.expect("it can be read"), None, "a service is no unit");
    let unknown = twice.one.catalog_version(CompanyId(id())).await;
    assert!(matches!(unknown, Err(Error::Missing("company"))), "{unknown:?}");
}

pub(crate) async fn a_customer_is_read_with_the_catalogue_of_their_company(twice: &Twice) {
    let (house, neighbour) = (House::build(&twice.one).await, House::build(&twice.one).await);
    let customer = record(Kind::Customer, id(), house.company);
    twice.one.insert(&customer, None).await.expect("a new customer");
    let of = async |service, customer: &Record| {
        let owner = twice.other.catalog_of(Kind::Service, service, Some(customer.id)).await;
        owner.expect("it can be read").expect("a service").customer
    };
    assert_eq!(of(house.service, &customer).await, Some(customer.clone()));
    assert_eq!(of(neighbour.service, &customer).await, None, "another company's");
    let provider = record(Kind::Provider, house.providers[0], house.company);
    assert_eq!(of(house.service, &provider).await, None, "no customer");
}

pub(crate) async fn records_come_in_pages_by_kind_and_company(twice: &Twice) {
    let (house, neighbour) = (House::build(&twice.one).await, House::build(&twice.other).await);
    let of = |company| twice.one.records(Kind::Provider, company, ALL);
    assert_eq!(ids(&of(Some(house.company)).await.expect("a list")), house.providers);
    assert_eq!(ids(&of(None).await.expect("a list")), [house.providers, neighbour.providers].concat());
    let second = Page { after: Some(house.providers[0]), limit: 2 };
    let page = twice.one.records(Kind::Provider, None, second).await.expect("a list");
    assert_eq!(ids(&page), [house.providers[1], neighbour.providers[0]]);
}

fn ids(records: &[Record]) -> Vec<uuid::Uuid> {
    records.iter().map(|record| record.id).collect()
}

pub(crate) async fn a_record_is_not_kept_without_its_answer(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let first = record(Kind::Branch, id(), house.company);
    twice.one.insert(&first, Some(&answer())).await.expect("a new record");
    assert_eq!(twice.other.answer(&answer().key).await.expect("a read"), Some(answer()));
    let second = record(Kind::Branch, id(), house.company);
    let refused = twice.other.insert(&second, Some(&answer())).await;
    assert!(matches!(refused, Err(Error::AnswerExists)), "{refused:?}");
    assert_eq!(twice.one.record(Kind::Branch, second.id).await.expect("a read"), None);
}

pub(crate) async fn names_are_read_together(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let mut names = twice.other.names(&[house.customer, house.branch, id()]).await.expect("a list");
    names.sort();
    let mut expected = [(house.customer, "A customer".to_owned()), (house.branch, "A branch".to_owned())];
    expected.sort();
    assert_eq!(names, expected);
    let at_home = Record {
        data: json!({"name": "At home", "address": "Lindenallee 4\n10115 Berlin"}),
        ..record(Kind::Customer, id(), house.company)
    };
    twice.one.insert(&at_home, None).await.expect("a new record");
    let asked = [house.customer, at_home.id, house.branch, id()].map(CustomerId);
    let homes = twice.other.homes(&asked).await.expect("a list");
    assert_eq!(homes, [(at_home.id, "Lindenallee 4\n10115 Berlin".to_owned())]);
    let [first, second] = house.providers;
    let gone = Record { active: false, ..record(Kind::Provider, id(), house.company) };
    twice.one.insert(&gone, None).await.expect("a new record");
    let choices = async |company: Uuid, limit| {
        twice.other.choices(Kind::Provider, Some(company.into()), limit).await.expect("a list")
    };
    let named = |id| (id, "A provider".to_owned());
    assert_eq!(choices(house.company, 9).await, [first, second].map(named));
    assert_eq!(choices(house.company, 1).await, [named(first)]);
    assert_eq!(choices(id(), 9).await, []);
    assert!(twice.one.choices(Kind::Branch, None, 1).await.expect("a list").len() == 1);
    let versions = twice.one.catalog_versions().await.expect("a list");
    let version = twice.other.catalog_version(house.company.into()).await.expect("a number");
    assert!(versions.contains(&(house.company.into(), version)), "{versions:?}");
}

/// A customer of this name and these further fields.
fn customer(company: Uuid, name: &str, more: &serde_json::Value) -> Record {
    let mut data = more.clone();
    data["name"] = name.into();
    Record { name: name.to_owned(), data, ..record(Kind::Customer, id(), company) }
}

pub(crate) async fn customers_are_found_by_what_people_remember(twice: &Twice) {
    let (house, neighbour) = (House::build(&twice.one).await, House::build(&twice.one).await);
    let mara = json!({"email": "mara.l@example.org", "phone": "+49 (30) 123", "party_code": "K-007", "address": "Elm 4"});
    let mara = customer(house.company, "Mara Öström", &mara);
    let stranger = customer(neighbour.company, "Mara Neighbour", &json!({}));
    let gone = Record { active: false, ..customer(house.company, "100% [Ada]_*", &json!({})) };
    for one in [&mara, &stranger, &gone] {
        twice.one.insert(one, None).await.expect("a new record");
    }
    let found = async |text: &str, active| {
        let filter = CustomerFilter { company: house.company.into(), text: Some(text.to_owned()), active };
        ids(&twice.other.customers(&filter, ALL).await.expect("a list"))
    };
    for text in ["mara", "MARA ÖST", "öström", "L@EXAMPLE", "(30) 1", "k-007"] {
        assert_eq!(found(text, false).await, [mara.id], "{text}");
    }
    for text in ["[ada]", "_*", "0%", "100% [a"] {
        assert_eq!(found(text, false).await, [gone.id], "{text}");
        assert!(found(text, true).await.is_empty(), "{text}");
    }
    for text in ["elm", "ma.a", "m*a", "m?ra", "neighbour", "\\", "k_007"] {
        assert!(found(text, false).await.is_empty(), "{text}");
    }
}

pub(crate) async fn customers_come_in_pages_by_name(twice: &Twice) {
    let (house, neighbour) = (House::build(&twice.one).await, House::build(&twice.one).await);
    let mut expected = vec![house.customer];
    for name in ["ada", "Bea", "bea", "Zoe", "Émile"] {
        let one = customer(house.company, name, &json!({}));
        twice.one.insert(&one, None).await.expect("a new record");
        expected.push(one.id);
    }
    let filter = CustomerFilter { company: house.company.into(), text: None, active: false };
    let (mut after, mut found) = (None, Vec::new());
    loop {
        let page = Page { after, limit: 2 };
        let page = ids(&twice.other.customers(&filter, page).await.expect("a list"));
        let Some(last) = page.last() else { break };
        after = Some(*last);
        found.extend(page);
    }
    assert_eq!(found, expected);
    let strange = Page { after: Some(neighbour.customer), limit: 9 };
    assert_eq!(twice.one.customers(&filter, strange).await.expect("a list"), []);
}
