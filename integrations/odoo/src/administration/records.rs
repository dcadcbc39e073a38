//! Master data, a page at a time.

use serde::Deserialize;
use serde_json::{Value, json};
use slotledger_erp::{Failure, MAX_PAGE, Page, Record, RecordKind};

use crate::{
    mapping::{Party, Product, Warehouse},
    steps::Books,
};

pub(super) async fn page(
    books: &Books<'_>,
    kind: RecordKind,
    after: Option<&str>,
) -> Result<Page<Record>, Failure> {
    match kind {
        RecordKind::Item => items(books, after).await,
        RecordKind::Customer => parties(books, "customer_rank", after).await,
        RecordKind::Provider => parties(books, "supplier_rank", after).await,
        RecordKind::Warehouse => warehouses(books, after).await,
        RecordKind::TaxTemplate => taxes(books, after).await,
    }
}

/// Conditions on the field with the code: it has one, and it comes after the last page.
fn coded(field: &str, after: Option<&str>) -> Vec<Value> {
    let mut domain = vec![json!([field, "!=", false])];
    domain.extend(after.map(|after| json!([field, ">", after])));
    domain
}

/// One code a record: a code that two records have is listed once.
fn paged(mut entries: Vec<Record>) -> Page<Record> {
    let full = entries.len() >= MAX_PAGE;
    let next = entries.last().filter(|_| full).map(|record| record.code.clone());
    entries.dedup_by(|later, earlier| later.code == earlier.code);
    Page { entries, next }
}

async fn items(books: &Books<'_>, after: Option<&str>) -> Result<Page<Record>, Failure> {
    let mut domain = coded("default_code", after);
    domain.push(books.ours_or_shared());
    let found: Vec<Product> = books
        .list(Product::MODEL, json!(domain), &books.product_fields(), "default_code, id", MAX_PAGE)
        .await?;
    let currency = &books.session.company.currency;
    let record = |product: Product| Record {
        stocked: product.is_stocked(),
        code: product.default_code.unwrap_or_default(),
        name: product.name,
        unit: Some(product.uom_id.name),
        price: Some(currency.rounded(product.lst_price)),
        active: product.active,
    };
    Ok(paged(found.into_iter().map(record).collect()))
}

/// Contacts with a reference: those that were dealt with before in that role, and those that never were.
async fn parties(books: &Books<'_>, rank: &str, after: Option<&str>) -> Result<Page<Record>, Failure> {
    let mut domain = coded("ref", after);
    domain.push(books.ours_or_shared());
    domain.extend([json!("|"), json!([rank, ">", 0])]);
    domain.extend([json!("&"), json!(["customer_rank", "=", 0]), json!(["supplier_rank", "=", 0])]);
    let found: Vec<Party> =
        books.list(Party::MODEL, json!(domain), Party::FIELDS, "ref, id", MAX_PAGE).await?;
    let record = |party: Party| plain(party.code.unwrap_or_default(), party.name, party.active);
    Ok(paged(found.into_iter().map(record).collect()))
}

async fn warehouses(books: &Books<'_>, after: Option<&str>) -> Result<Page<Record>, Failure> {
    let mut domain = coded("code", after);
    domain.push(json!(["company_id", "=", books.session.company.id]));
    let found: Vec<Warehouse> =
        books.list(Warehouse::MODEL, json!(domain), Warehouse::FIELDS, "code, id", MAX_PAGE).await?;
    Ok(paged(found.into_iter().map(|place| plain(place.code, place.name, true)).collect()))
}

/// Odoo maps taxes by fiscal positions, which have names only.
async fn taxes(books: &Books<'_>, after: Option<&str>) -> Result<Page<Record>, Failure> {
    #[derive(Deserialize)]
    struct Position {
        name: String,
    }
    let mut domain = coded("name", after);
    domain.push(json!(["company_id", "=", books.session.company.id]));
    let found: Vec<Position> =
        books.list("account.fiscal.position", json!(domain), &["name"], "name, id", MAX_PAGE).await?;
    Ok(paged(found.into_iter().map(|position| plain(position.name.clone(), position.name, true)).collect()))
}

fn plain(code: String, name: String, active: bool) -> Record {
    Record { code, name, unit: None, stocked: false, price: None, active }
}
