//! Master data, a page at a time.

use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::json;
use slotledger_erp::{Failure, MAX_PAGE, Page, Record, RecordKind};

use crate::{
    client::{Filter, Slice},
    mapping::Exact,
    steps::Books,
};

/// The fields of all kinds of records; each has some of them.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Row {
    name: String,
    item_name: Option<String>,
    stock_uom: Option<String>,
    is_stock_item: Option<u8>,
    disabled: Option<u8>,
    customer_name: Option<String>,
    slotledger_code: Option<String>,
    sales_person_name: Option<String>,
    enabled: Option<u8>,
    warehouse_name: Option<String>,
    title: Option<String>,
}

pub(crate) async fn records(
    books: &Books<'_>,
    kind: RecordKind,
    after: Option<&str>,
) -> Result<Page<Record>, Failure> {
    let company = ("company", "=", json!(books.company.name));
    let leaf = ("is_group", "=", json!(0));
    let (doctype, fields, mut filters): (_, &[&str], Vec<Filter<'_>>) = match kind {
        RecordKind::Item => {
            ("Item", &["name", "item_name", "stock_uom", "is_stock_item", "disabled"], vec![])
        }
        RecordKind::Customer => {
            ("Customer", &["name", "customer_name", "slotledger_code", "disabled"], vec![])
        }
        RecordKind::Provider => ("Sales Person", &["name", "sales_person_name", "enabled"], vec![leaf]),
        RecordKind::Warehouse => ("Warehouse", &["name", "warehouse_name", "disabled"], vec![company, leaf]),
        RecordKind::TaxTemplate => {
            ("Sales Taxes and Charges Template", &["name", "title", "disabled"], vec![company])
        }
    };
    if let Some(after) = after {
        filters.push(("name", ">", json!(after)));
    }
    let slice = Slice { order_by: "name asc", limit: MAX_PAGE };
    let rows: Vec<Row> = books.client.list(doctype, &filters, fields, slice).await?;
    let next = (rows.len() == MAX_PAGE).then(|| rows.last().map(|row| row.name.clone())).flatten();
    let prices = if kind == RecordKind::Item { prices(books, &rows).await? } else { Vec::new() };
    let entries = rows.into_iter().map(|row| record(row, &prices)).collect();
    Ok(Page { entries, next })
}

fn record(row: Row, prices: &[Price]) -> Record {
    let named =
        row.item_name.or(row.customer_name).or(row.sales_person_name).or(row.warehouse_name).or(row.title);
    let price = prices.iter().find(|price| price.item_code == row.name).map(|price| price.price_list_rate.0);
    Record {
        name: named.unwrap_or_else(|| row.name.clone()),
        unit: row.stock_uom,
        stocked: row.is_stock_item == Some(1),
        price: price.filter(|price| *price > Decimal::ZERO),
        active: row.disabled.unwrap_or(0) == 0 && row.enabled.unwrap_or(1) == 1,
        code: row.slotledger_code.filter(|code| !code.is_empty()).unwrap_or(row.name),
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Price {
    item_code: String,
    price_list_rate: Exact,
}

/// The selling prices of a page of items. They are asked for by the first and the last: a list of all would be longer
/// than a server takes in an address.
async fn prices(books: &Books<'_>, rows: &[Row]) -> Result<Vec<Price>, Failure> {
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(Vec::new()) };
    let filters = [
        ("item_code", ">=", json!(first.name)),
        ("item_code", "<=", json!(last.name)),
        ("selling", "=", json!(1)),
        ("currency", "=", json!(books.company.default_currency)),
    ];
    let slice = Slice { order_by: "item_code asc, modified desc", limit: MAX_PAGE };
    books.client.list("Item Price", &filters, &["item_code", "price_list_rate"], slice).await
}
