//! What is not there of the materials that a transfer shall take.
//!
//! Invariant: a transfer is confirmed only when all that it takes is free. Until then it is a draft, for which Odoo
//! reserves nothing by itself, whatever comes in or back.

use std::collections::HashMap;

use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::json;
use slotledger_erp::{Failure, Material, Reason};

use super::Books;
use crate::{
    classify::Effect,
    client::{Call, read},
    mapping::{Number, Picking, Product, StockMove},
};

/// Finer than any unit is counted; what floats add to it means nothing.
const DIGITS: u32 = 6;

/// How much of a product nothing is reserved for.
#[derive(Deserialize)]
struct Free {
    id: i64,
    free_qty: Number,
}

/// Refuses a transfer that could not be filled now.
pub(super) async fn check(books: &Books<'_>, picking: &Picking, lines: &[Material]) -> Result<(), Failure> {
    let moves = books.moves_of(picking).await?;
    let free = free(books, &moves).await?;
    let mut wanted: HashMap<i64, Decimal> = HashMap::new();
    for line in &moves {
        *wanted.entry(line.product_id.id).or_default() += line.product_qty;
    }
    let of = |amounts: &HashMap<i64, Decimal>, line: &StockMove| {
        amounts.get(&line.product_id.id).copied().unwrap_or_default().round_dp(DIGITS)
    };
    let short: Vec<&StockMove> = moves.iter().filter(|line| of(&wanted, line) > of(&free, line)).collect();
    if short.is_empty() {
        return Ok(());
    }
    Err(refusal(books, lines, &short).await)
}

/// By product, where the moves take it from.
async fn free(books: &Books<'_>, moves: &[StockMove]) -> Result<HashMap<i64, Decimal>, Failure> {
    let Some(first) = moves.first() else { return Ok(HashMap::new()) };
    let products: Vec<i64> = moves.iter().map(|line| line.product_id.id).collect();
    let call = Call::on(Product::MODEL, "read", &products).with("fields", json!(["free_qty"]));
    let there = [("location", json!(first.location_id.id))];
    let found: Vec<Free> = read(&books.call(call, &there, Effect::Reads).await?)?;
    Ok(found.into_iter().map(|free| (free.id, free.free_qty.0)).collect())
}

/// Says what is missing.
pub(super) async fn refusal(books: &Books<'_>, lines: &[Material], short: &[&StockMove]) -> Failure {
    let codes = match books.products(lines.iter().map(|line| line.item.code.as_str())).await {
        Ok(codes) => codes,
        Err(failure) => return failure,
    };
    let code =
        |product: i64| codes.iter().find(|(_, known)| known.id == product).map(|(code, _)| code.as_str());
    let missing = short.iter().map(|line| {
        let name = code(line.product_id.id).unwrap_or(line.product_id.name.as_str());
        format!("{name}: {} {} wanted", line.product_uom_qty.normalize(), line.product_uom.name)
    });
    let missing = missing.collect::<Vec<_>>().join(", ");
    let warehouse = lines.first().map(|line| line.warehouse.as_str()).unwrap_or_default();
    Failure::refused(
        format!("not enough stock in {warehouse}: {missing}"),
        format!("correct the count in {warehouse} in Odoo, or move some there, then retry"),
    )
    .because(Reason::OutOfStock)
}
