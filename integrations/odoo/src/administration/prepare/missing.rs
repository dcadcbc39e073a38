//! What Odoo has no counterpart of, made where it is missing.

use serde_json::json;
use slotledger_erp::{Check, Class, Failure, Mode, Standing};

use crate::{
    mapping::{Id, PickingTypeRecord, Product, Rows, Warehouse},
    steps::Books,
};

/// A thing that is made where it is missing.
async fn made<F>(name: &str, what: &str, mode: Mode, rights: &str, make: F) -> Result<Check, Failure>
where
    F: AsyncFnOnce() -> Result<(), Failure>,
{
    let check = |standing, detail: String, fix| Check { name: name.to_owned(), standing, detail, fix };
    if mode == Mode::Look {
        return Ok(check(Standing::Missing, format!("would make {what}"), None));
    }
    match make().await {
        Ok(()) => Ok(check(Standing::Made, format!("made {what}"), None)),
        Err(Failure { class: Class::Refused { .. }, message }) => Ok(Check::wrong(
            name,
            message,
            format!(
                "give the connector's user {rights} in Odoo until this has run once, or make {what} yourself"
            ),
        )),
        Err(failure) => Err(failure),
    }
}

/// What marks our location among others.
const LOCATION: &str = "Consumed by services";

/// The operation type and the location of what services consume.
pub(super) async fn operation(books: &Books<'_>, mode: Mode) -> Result<Check, Failure> {
    let name = "operation type";
    if books.operation().await?.is_some() {
        return Ok(Check::ready(name, format!("{} leads to {LOCATION}", PickingTypeRecord::SEQUENCE)));
    }
    let what = format!(
        "an operation type with the prefix {} and the location {LOCATION}",
        PickingTypeRecord::SEQUENCE
    );
    made(name, &what, mode, "the group Inventory / Administrator", async || make_operation(books).await).await
}

async fn make_operation(books: &Books<'_>) -> Result<(), Failure> {
    let company = books.session.company.id;
    let location = Rows::new(format!("slotledger.consumption_{company}"))
        .set("name", LOCATION)
        .set("usage", "production")
        .link("company_id", company);
    let location = books.load("stock.location", &location).await?;
    let domain = json!([["company_id", "=", company]]);
    let warehouses: Vec<Warehouse> = books.search(Warehouse::MODEL, domain, Warehouse::FIELDS).await?;
    let Some(warehouse) = warehouses.into_iter().next() else {
        return Err(Failure::refused("the company has no warehouse", "create a warehouse in Odoo"));
    };
    let operation = Rows::new(format!("slotledger.operation_{company}"))
        .set("name", "Consumption by services")
        .set("code", "internal")
        .set("sequence_code", PickingTypeRecord::SEQUENCE)
        .link("warehouse_id", warehouse.id)
        .link("default_location_src_id", warehouse.lot_stock_id.id)
        .link("default_location_dest_id", location)
        .link("company_id", company);
    books.load(PickingTypeRecord::MODEL, &operation).await.map(drop)
}

/// The product that commissions are bills of.
pub(super) async fn commission_product(books: &Books<'_>, mode: Mode) -> Result<Check, Failure> {
    let code = books.settings.commission_item.as_str();
    let name = "product of commissions";
    let domain = json!([["default_code", "=", code], books.ours_or_shared()]);
    let found: Vec<Id> = books.search(Product::MODEL, domain, &["id"]).await?;
    if !found.is_empty() {
        return Ok(Check::ready(name, code));
    }
    let what = format!("the product {code}, a service that is bought");
    let rights = "the group Products / Create";
    made(name, &what, mode, rights, async || {
        let rows = Rows::new(format!("slotledger.commission_{}", books.session.company.id))
            .set("name", "Commission")
            .set("default_code", code)
            .set("type", "service")
            .set("sale_ok", "0")
            .set("supplier_taxes_id/.id", "");
        books.load(Product::MODEL, &rows).await.map(drop)
    })
    .await
}
