//! Materials: a transfer between the warehouse and the location of what services consume.
//!
//! Invariant: a transfer that cannot be filled reserves nothing. The next try takes the same transfer up: there is never a
//! second one with its key, unless a person cancelled the first.

use std::collections::HashMap;

use rust_decimal::Decimal;
use serde_json::{Value, json};
use slotledger_erp::{
    Document, Failure, Key, Kind, Material, Posted, Posting, Reason, StockIssue, StockReturn,
};

use super::{Books, Round, moved, orders, settle, shortage, stock_moves::Reservation};
use crate::mapping::{self, Movement, Picking, PickingHead, PickingState, PickingTypeRecord, StockMove};

/// Which way the materials go.
#[derive(Debug, Clone, Copy)]
enum Way<'a> {
    Out,
    /// Back, and the moves that are undone, with what of them is still out.
    Back(&'a [StockMove]),
}

/// The finished transfers. In an unfinished one nothing has moved yet.
pub(super) async fn find(books: &Books<'_>, posting: &Posting) -> Result<Vec<Document>, Failure> {
    let mut documents = Vec::new();
    for picking in search(books, posting.kind(), &posting.key).await? {
        if picking.state == PickingState::Done {
            documents.push(document(books, posting, &picking).await?);
        }
    }
    Ok(documents)
}

/// A finished transfer that somebody made, which has to have moved what was asked for.
pub(super) async fn read_as(
    books: &Books<'_>,
    posting: &Posting,
    id: i64,
) -> Result<Option<Document>, Failure> {
    let found = search_where(books, posting.kind(), json!(["id", "=", id])).await?;
    match found.first().filter(|picking| picking.state == PickingState::Done) {
        Some(picking) => {
            moved::check(books, posting, picking).await?;
            document(books, posting, picking).await.map(Some)
        }
        None => Ok(None),
    }
}

pub(super) async fn issue(
    books: &Books<'_>,
    posting: &Posting,
    issue: &StockIssue,
) -> Result<Posted, Failure> {
    settle(|| round(books, posting, &issue.lines, Way::Out)).await
}

pub(super) async fn take_back(
    books: &Books<'_>,
    posting: &Posting,
    back: &StockReturn,
) -> Result<Posted, Failure> {
    settle(|| return_round(books, posting, back)).await
}

async fn return_round(
    books: &Books<'_>,
    posting: &Posting,
    back: &StockReturn,
) -> Result<Round<Option<PickingState>>, Failure> {
    let issued = by_key(books, Kind::StockIssue, &back.issue).await?;
    let Some(issued) = issued.filter(|issued| issued.state == PickingState::Done) else {
        return Err(Failure::refused(
            format!("Odoo has no finished transfer with the source document {}", back.issue),
            format!("deliver the stock issue {} first", back.issue),
        )
        .because(Reason::MissingDocument));
    };
    let moves = books.still_out(&issued, &posting.key).await?;
    round(books, posting, &back.lines, Way::Back(&moves)).await
}

async fn round(
    books: &Books<'_>,
    posting: &Posting,
    lines: &[Material],
    way: Way<'_>,
) -> Result<Round<Option<PickingState>>, Failure> {
    let picking = by_key(books, posting.kind(), &posting.key).await?;
    let Some(picking) = picking else {
        return Ok(Round::Tried(None, create(books, posting, lines, way).await.map(drop)));
    };
    let press = |button| books.act(Picking::MODEL, button, picking.id);
    let outcome = match picking.state {
        PickingState::Done | PickingState::Cancel => {
            return Ok(Round::Stands(document(books, posting, &picking).await?));
        }
        PickingState::Draft => {
            if matches!(way, Way::Out) {
                shortage::check(books, &picking, lines).await?;
            }
            press("action_confirm").await
        }
        PickingState::Confirmed | PickingState::Waiting => reserve(books, posting, &picking, lines).await?,
        PickingState::Assigned => validate(books, &picking).await,
    };
    Ok(Round::Tried(Some(picking.state), outcome))
}

/// Tries to reserve everything. The outer error says what is missing: somebody was faster.
async fn reserve(
    books: &Books<'_>,
    posting: &Posting,
    picking: &Picking,
    lines: &[Material],
) -> Result<Result<(), Failure>, Failure> {
    books.act(Picking::MODEL, "action_assign", picking.id).await?;
    let again = by_key(books, posting.kind(), &posting.key).await?;
    if again.is_none_or(|picking| !matches!(picking.state, PickingState::Confirmed | PickingState::Waiting)) {
        return Ok(Ok(()));
    }
    let moves = books.moves_of(picking).await?;
    let short: Vec<&StockMove> = moves.iter().filter(|line| line.state != "assigned").collect();
    let refusal = shortage::refusal(books, lines, &short).await;
    books.act(Picking::MODEL, "do_unreserve", picking.id).await?;
    Err(refusal)
}

/// Moves what is reserved. The older ones have to be told so line by line: a move that takes from several shelves or lots
/// has as many. What a person has entered already stays.
async fn validate(books: &Books<'_>, picking: &Picking) -> Result<(), Failure> {
    if let Some(reserved) = books.session.fields.reserved
        && books.moves_of(picking).await?.iter().any(|line| line.quantity != line.product_uom_qty)
    {
        let lines = books.reservations(picking, reserved).await?;
        let moved = |line: &Reservation| json!([1, line.id, {"qty_done": mapping::number(line.reserved.0)}]);
        let commands: Vec<Value> = lines.iter().map(moved).collect();
        books.write(Picking::MODEL, picking.id, json!({"move_line_ids": commands})).await?;
    }
    books.act(Picking::MODEL, "button_validate", picking.id).await
}

async fn create(
    books: &Books<'_>,
    posting: &Posting,
    lines: &[Material],
    way: Way<'_>,
) -> Result<i64, Failure> {
    let Some((operation, consumed)) = books.operation().await? else {
        return Err(Failure::refused(
            format!("Odoo has no operation type with the sequence prefix {}", PickingTypeRecord::SEQUENCE),
            "run `slotledger connect` with --apply, which makes it",
        )
        .because(Reason::Setup));
    };
    let warehouse = one_warehouse(lines)?;
    let shelf = books.warehouse(warehouse).await?.lot_stock_id.id;
    let movements = movements(books, lines, way).await?;
    let (from, to) = match way {
        Way::Out => (shelf, consumed),
        Way::Back(_) => (consumed, shelf),
    };
    let head = PickingHead { operation: operation.id, from, to };
    let rows = mapping::picking_rows(posting, &books.session.fields, &head, &movements);
    books.load(Picking::MODEL, &rows).await
}

pub(super) fn one_warehouse(lines: &[Material]) -> Result<&str, Failure> {
    let mut names = lines.iter().map(|line| line.warehouse.as_str());
    let first = names.next().ok_or_else(|| Failure::bug("materials without a line were asked for"))?;
    match names.find(|name| *name != first) {
        None => Ok(first),
        Some(other) => Err(Failure::refused(
            format!("the materials are in {first} and in {other}, and an Odoo transfer has one source"),
            "give the service's materials one warehouse",
        )
        .because(Reason::Unsupported)),
    }
}

async fn movements(books: &Books<'_>, lines: &[Material], way: Way<'_>) -> Result<Vec<Movement>, Failure> {
    let products = books.products(lines.iter().map(|line| line.item.code.as_str())).await?;
    let numbers = lines.iter().map(|line| (0, line.quantity));
    books.fit(StockMove::MODEL, &[("product_uom_qty", "Product Unit")], numbers).await?;
    let mut units = HashMap::new();
    let mut movements = Vec::with_capacity(lines.len());
    for line in lines {
        let Some(product) = products.get(&line.item.code) else { continue };
        if !product.is_stocked() {
            return Err(Failure::refused(
                format!("the product {} is not kept in stock in Odoo", line.item.code),
                format!(
                    "let Odoo track the inventory of {}, or take it off the service's materials",
                    line.item.code
                ),
            )
            .because(Reason::Setup));
        }
        let unit = match units.get(line.unit.as_str()) {
            Some(unit) => *unit,
            None => books.unit(&line.unit).await?,
        };
        units.insert(line.unit.as_str(), unit);
        let undoes = undone(product.id, line, way)?;
        movements.push(Movement {
            product: product.id,
            name: product.name.clone(),
            quantity: line.quantity,
            unit,
            undoes,
        });
    }
    Ok(movements)
}

/// The move that is undone. Not more comes back than left.
fn undone(product: i64, line: &Material, way: Way<'_>) -> Result<Option<i64>, Failure> {
    let Way::Back(moves) = way else { return Ok(None) };
    let issued = moves.iter().filter(|issued| issued.product_id.id == product);
    let quantity: Decimal = issued.clone().map(|issued| issued.quantity).sum();
    match issued.clone().next() {
        Some(first) if line.quantity <= quantity => Ok(Some(first.id)),
        Some(_) | None => Err(Failure::refused(
            format!("{} of {} shall come back, and {quantity} are still out", line.quantity, line.item.code),
            "correct the materials of the return",
        )
        .because(Reason::Conflict)),
    }
}

/// The transfer with a key, which a person has not cancelled; else the cancelled one.
async fn by_key(books: &Books<'_>, kind: Kind, key: &Key) -> Result<Option<Picking>, Failure> {
    let mut found = search(books, kind, key).await?;
    let done = found.iter().filter(|picking| picking.state == PickingState::Done).count();
    if done > 1 {
        return Err(orders::twins(key, done));
    }
    if found.iter().any(|picking| picking.state != PickingState::Cancel) {
        found.retain(|picking| picking.state != PickingState::Cancel);
    }
    // Of several, one that is done.
    found.sort_by_key(|picking| picking.state != PickingState::Done);
    Ok(found.into_iter().next())
}

async fn search(books: &Books<'_>, kind: Kind, key: &Key) -> Result<Vec<Picking>, Failure> {
    search_where(books, kind, json!(["origin", "=", key])).await
}

async fn search_where(books: &Books<'_>, kind: Kind, condition: Value) -> Result<Vec<Picking>, Failure> {
    let company = books.session.company.id;
    let end = if kind == Kind::StockReturn { "location_id.usage" } else { "location_dest_id.usage" };
    let domain = json!([condition, ["company_id", "=", company], [end, "=", "production"]]);
    books.search(Picking::MODEL, domain, Picking::FIELDS).await
}

async fn document(books: &Books<'_>, posting: &Posting, picking: &Picking) -> Result<Document, Failure> {
    let moves = books.moves_of(picking).await?;
    let cost = books.costs(&moves).await?.values().sum();
    let company = &books.session.company;
    Ok(mapping::stock_movement(posting.kind(), picking, &moves, cost, &posting.key, &company.currency))
}
