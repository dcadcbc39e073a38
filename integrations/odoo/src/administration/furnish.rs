//! What the conformance suite uses, made in a company that is there for tests.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::json;
use slotledger_erp::{
    Failure, Item, Material, Party, Reason,
    conformance::{Foreign, Setup},
};

use super::prepare::stocked;
use crate::{
    client::Call,
    mapping::{Id, Product, Rows, Warehouse},
    steps::Books,
};

const SERVICE: (&str, &str) = ("SLOTLEDGER-TEST-SERVICE", "Slotledger test service");
const MATERIAL: (&str, &str) = ("SLOTLEDGER-TEST-MATERIAL", "Slotledger test material");
/// So much of the material is in stock at least; a run uses far less.
const STOCK: u32 = 500;

pub(super) async fn make(books: &Books<'_>, run: &str, today: NaiveDate) -> Result<Setup, Failure> {
    let service = product(books, SERVICE, false).await?;
    let material = product(books, MATERIAL, true).await?;
    let warehouse = warehouse(books).await?;
    stock_up(books, material.id, &warehouse).await?;
    let currency = &books.session.company.currency;
    let taken = |quantity: u32| Material {
        item: item(MATERIAL),
        quantity: quantity.into(),
        unit: material.uom_id.name.clone(),
        warehouse: warehouse.code.clone(),
    };
    let price = Decimal::new(11_999, 2).round_dp(currency.digits);
    Ok(Setup {
        run: run.to_owned(),
        date: today,
        currency: currency.code.clone(),
        currency_digits: currency.digits,
        customer: party("SLOTLEDGER-TEST-CUSTOMER", "Slotledger test customer"),
        provider: party("SLOTLEDGER-TEST-PROVIDER", "Slotledger test provider"),
        second_provider: party("SLOTLEDGER-TEST-PROVIDER-2", "Slotledger second test provider"),
        service_item: item((service.default_code.as_deref().unwrap_or(SERVICE.0), SERVICE.1)),
        unit_price: price,
        fraction: Some(Decimal::new(25, 2)),
        coupon_item: item(SERVICE),
        commission_percent: Decimal::TEN,
        material: taken(3),
        scarce: Some(taken(1_000_000)),
        payment_method: None,
        foreign: foreign(books, today).await?,
    })
}

/// A currency that a pricelist is in and that has a rate.
async fn foreign(books: &Books<'_>, today: NaiveDate) -> Result<Option<Foreign>, Failure> {
    let company = &books.session.company.currency;
    for currency in books.session.currencies.0.iter().filter(|currency| currency.id != company.id) {
        let usable = books.currency(&currency.code, today).await.is_ok()
            && books.pricelist(currency.id, &currency.code).await.is_ok();
        if usable {
            let unit_price = Decimal::new(9_995, 2).round_dp(currency.digits);
            return Ok(Some(Foreign {
                currency: currency.code.clone(),
                currency_digits: currency.digits,
                unit_price,
            }));
        }
    }
    Ok(None)
}

fn item((code, name): (&str, &str)) -> Item {
    Item { code: code.to_owned(), name: name.to_owned() }
}

fn party(code: &str, name: &str) -> Party {
    Party { code: code.to_owned(), name: name.to_owned(), email: None, phone: None, address: None }
}

async fn product(books: &Books<'_>, (code, name): (&str, &str), in_stock: bool) -> Result<Product, Failure> {
    if let Some(found) = find(books, code).await? {
        return Ok(found);
    }
    let rows = Rows::new(format!("slotledger.test_{}", code.to_lowercase()))
        .set("name", name)
        .set("default_code", code)
        .set("list_price", "119.99")
        .set("standard_price", "7.50");
    let rows = if in_stock {
        stocked(books, rows)
    } else {
        rows.set("type", "service").set("invoice_policy", "order")
    };
    books.load(Product::MODEL, &rows).await?;
    find(books, code).await?.ok_or_else(|| Failure::bug(format!("product {code} was made and is not found")))
}

async fn find(books: &Books<'_>, code: &str) -> Result<Option<Product>, Failure> {
    let domain = json!([["default_code", "=", code], books.ours_or_shared()]);
    let found: Vec<Product> = books.search(Product::MODEL, domain, &books.product_fields()).await?;
    Ok(found.into_iter().next())
}

async fn warehouse(books: &Books<'_>) -> Result<Warehouse, Failure> {
    let domain = json!([["company_id", "=", books.session.company.id]]);
    let found: Vec<Warehouse> = books.search(Warehouse::MODEL, domain, Warehouse::FIELDS).await?;
    found.into_iter().next().ok_or_else(|| {
        Failure::refused("the company has no warehouse in Odoo", "create a warehouse for the company in Odoo")
            .because(Reason::Setup)
    })
}

/// Counts the material, so that there is enough of it.
async fn stock_up(books: &Books<'_>, product: i64, warehouse: &Warehouse) -> Result<(), Failure> {
    let location = warehouse.lot_stock_id.id;
    let enough =
        json!([["product_id", "=", product], ["location_id", "=", location], ["quantity", ">=", STOCK / 2],]);
    let found: Vec<Id> = books.search("stock.quant", enough, &["id"]).await?;
    if !found.is_empty() {
        return Ok(());
    }
    let counting = [("inventory_mode", json!(true))];
    if !books.session.fields.counts_are_applied {
        // The older ones make it by counting only, and count it again where it is there.
        let counted = json!({"product_id": product, "location_id": location, "inventory_quantity": STOCK});
        let count = Call::of("stock.quant", "create").with("vals_list", counted);
        return books.change(count, &counting).await.map(drop);
    }
    let rows = Rows::new(format!("slotledger.test_stock_{product}_{location}"))
        .link("product_id", product)
        .link("location_id", location);
    let quant = books.load("stock.quant", &rows).await?;
    let count = Call::on("stock.quant", "write", &[quant]).with("vals", json!({"inventory_quantity": STOCK}));
    books.change(count, &counting).await?;
    books.change(Call::on("stock.quant", "action_apply_inventory", &[quant]), &counting).await.map(drop)
}
