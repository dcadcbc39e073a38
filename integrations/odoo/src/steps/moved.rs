//! What a transfer that somebody made by hand has moved, in the words of a posting.

use std::collections::{HashMap, HashSet};

use rust_decimal::Decimal;
use serde_json::json;
use slotledger_erp::{Failure, Kind, Moved, Posting, same_materials};

use super::{Books, stock};
use crate::mapping::{Id, Picking, StockMove};

/// What stands for a place outside the warehouse.
const ELSEWHERE: &str = "another place";

/// Refuses a transfer that has moved something else, or between other places, than was asked for.
pub(super) async fn check(books: &Books<'_>, posting: &Posting, picking: &Picking) -> Result<(), Failure> {
    let lines = posting.materials();
    let warehouse = stock::one_warehouse(lines)?;
    let shelf = books.warehouse(warehouse).await?.lot_stock_id.id;
    let end = if posting.kind() == Kind::StockReturn { "location_dest_id" } else { "location_id" };
    let moves = books.stock_moves(&[picking.id]).await?;
    // Shelves are locations within the stock.
    let within = json!([["picking_id", "=", picking.id], [end, "child_of", shelf]]);
    let inside: Vec<Id> = books.lines(StockMove::MODEL, within, &["id"], "id").await?;
    let inside: HashSet<i64> = inside.iter().map(|line| line.id).collect();
    let products = books.products(lines.iter().map(|line| line.item.code.as_str())).await?;
    let codes: HashMap<i64, &String> = products.iter().map(|(code, product)| (product.id, code)).collect();
    let mut moved = Vec::new();
    for line in moves.iter().filter(|line| line.quantity != Decimal::ZERO) {
        let item = codes.get(&line.product_id.id).map_or(&line.product_id.name, |code| *code);
        let mut unit = &line.product_uom.name;
        for asked in lines.iter().filter(|asked| asked.item.code == *item) {
            if books.unit(&asked.unit).await? == line.product_uom.id {
                unit = &asked.unit;
            }
        }
        let warehouse = if inside.contains(&line.id) { warehouse } else { ELSEWHERE };
        let (item, warehouse, unit) = (item.clone(), warehouse.to_owned(), unit.clone());
        moved.push(Moved { item, warehouse, unit, quantity: line.quantity });
    }
    same_materials(&picking.name, lines, &moved)
}
