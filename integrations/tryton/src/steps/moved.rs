//! What a shipment that somebody made by hand has moved, in the words of a posting.

use std::collections::HashSet;

use rust_decimal::Decimal;
use serde_json::json;
use slotledger_erp::{Body, Failure, Material, Moved, Posting, same_materials};

use super::{Books, stock};
use crate::mapping::{self, Handled, Shipment};

/// What stands for a place outside the warehouse.
const ELSEWHERE: &str = "another place";

/// Refuses a shipment that has moved something else, or between other places, than was asked for.
pub(super) async fn check(books: &Books<'_>, posting: &Posting, shipment: &Shipment) -> Result<(), Failure> {
    let lines = posting.materials();
    let warehouse = stock::only_warehouse(lines)?;
    let storage = books.storage(warehouse).await?;
    let end = if matches!(posting.body, Body::StockReturn(_)) { "to_location" } else { "from_location" };
    let of = json!(["shipment", "=", format!("{},{}", <Shipment as mapping::Record>::MODEL, shipment.id)]);
    let all: Vec<Handled> = books.parts(json!([of])).await?;
    // Shelves are locations within the storage.
    let inside: Vec<Handled> = books.parts(json!([of, [end, "child_of", [storage], "parent"]])).await?;
    let inside: HashSet<i64> = inside.iter().map(|item| item.id).collect();
    let moved: Vec<Moved> = all
        .into_iter()
        .filter(|item| item.quantity != Decimal::ZERO)
        .map(|item| {
            let warehouse = if inside.contains(&item.id) { warehouse } else { ELSEWHERE };
            let unit = unit(&item, lines);
            let code = item.product.code.unwrap_or_default();
            Moved { item: code, warehouse: warehouse.to_owned(), unit, quantity: item.quantity }
        })
        .collect();
    let number = shipment.number.clone().unwrap_or_else(|| shipment.id.to_string());
    same_materials(&number, lines, &moved)
}

/// The unit as it was asked for: Tryton knows each by a name and a symbol.
fn unit(item: &Handled, lines: &[Material]) -> String {
    let known = [&item.unit.name, &item.unit.symbol];
    let of = lines.iter().filter(|line| item.product.code.as_ref() == Some(&line.item.code));
    let asked = of.map(|line| &line.unit).find(|unit| known.contains(unit));
    asked.unwrap_or(&item.unit.name).clone()
}
