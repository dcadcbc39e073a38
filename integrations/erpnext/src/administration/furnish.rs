//! What the conformance suite uses in a test company.
//!
//! Invariant: everything made is named `SLOTLEDGER-TEST`, and used again by the next run. Only the stock is received anew.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::json;
use slotledger_erp::{Failure, Item, Key, Material, Party, Reason, conformance::Setup};

use crate::{
    client::Slice,
    mapping::{Named, StockEntry},
    steps::{Books, Made},
};

const SERVICE: &str = "SLOTLEDGER-TEST-SERVICE";
const MATERIAL: &str = "SLOTLEDGER-TEST-MATERIAL";
const SCARCE: &str = "SLOTLEDGER-TEST-SCARCE";
const PERSON: &str = "SLOTLEDGER-TEST-SELLER";
const UNIT: &str = "Nos";
/// How many of the material each run receives; it uses a few dozen.
const RECEIVED: u32 = 1000;
/// More than anybody has of what is scarce.
const TOO_MANY: u32 = 1_000_000;

pub(crate) async fn furnish(books: &Books<'_>, run: &str, today: NaiveDate) -> Result<Setup, Failure> {
    let group = first(books, "Item Group", &[("is_group", "=", json!(0))]).await?;
    for (code, stocked) in [(SERVICE, 0), (MATERIAL, 1), (SCARCE, 1)] {
        let item = json!({
            "item_code": code, "item_name": code, "item_group": group, "stock_uom": UNIT, "is_stock_item": stocked,
            "is_sales_item": 1, "grant_commission": 1,
        });
        ensure(books, "Item", code, &item).await?;
    }
    let person = json!({"sales_person_name": PERSON, "enabled": 1, "is_group": 0, "commission_rate": "10"});
    ensure(books, "Sales Person", PERSON, &person).await?;
    let company = ("company", "=", json!(books.company.name));
    let warehouse = first(books, "Warehouse", &[company, ("is_group", "=", json!(0))]).await?;
    receive(books, run, today, &warehouse).await?;
    let item = |code: &str| Item { code: code.into(), name: code.into() };
    let material = |code: &str, quantity: u32| Material {
        item: item(code),
        quantity: quantity.into(),
        unit: UNIT.into(),
        warehouse: warehouse.clone(),
    };
    let party = |code: String, name: String| Party { code, name, email: None, phone: None, address: None };
    Ok(Setup {
        run: run.to_owned(),
        date: today,
        currency: books.company.default_currency.clone(),
        currency_digits: 2,
        customer: party(format!("slotledger-test-{run}"), format!("Slotledger Test {run}")),
        provider: party(PERSON.into(), PERSON.into()),
        service_item: item(SERVICE),
        unit_price: Decimal::new(11_999, 2),
        fraction: None,
        commission_percent: Decimal::TEN,
        material: material(MATERIAL, 3),
        scarce: Some(material(SCARCE, TOO_MANY)),
    })
}

async fn ensure(
    books: &Books<'_>,
    doctype: &str,
    name: &str,
    body: &serde_json::Value,
) -> Result<(), Failure> {
    if books.client.document::<Named>(doctype, name).await?.is_some() {
        return Ok(());
    }
    Ok(books.client.create::<Named>(doctype, body).await.map(drop)?)
}

async fn first(
    books: &Books<'_>,
    doctype: &str,
    filters: &[crate::client::Filter<'_>],
) -> Result<String, Failure> {
    let slice = Slice { order_by: "name asc", limit: 1 };
    let found: Vec<Named> = books.client.list(doctype, filters, &["name"], slice).await?;
    found.into_iter().next().map(|found| found.name).ok_or_else(|| {
        let message = format!("ERPNext has no {doctype} that is no group");
        Failure::refused(message, format!("create a {doctype} in ERPNext")).because(Reason::Setup)
    })
}

async fn receive(books: &Books<'_>, run: &str, today: NaiveDate, warehouse: &str) -> Result<(), Failure> {
    let text = format!("{run}/furnish/stock");
    let key = Key::parse(&text).ok_or_else(|| Failure::bug(format!("`{text}` is no key")))?;
    let body = json!({
        "docstatus": 1, "company": books.company.name, "stock_entry_type": "Material Receipt",
        "set_posting_time": 1, "posting_date": today, "posting_time": "00:00:01", "slotledger_key": key,
        "items": [{
            "item_code": MATERIAL, "qty": RECEIVED, "uom": UNIT, "t_warehouse": warehouse, "basic_rate": 7.5,
        }],
    });
    let Made { record: StockEntry { .. }, .. } = books.make(&key, &body).await?;
    Ok(())
}
