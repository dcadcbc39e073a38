//! Materials: an internal shipment between the storage and the place of what services used up.
//!
//! Invariant: a shipment that cannot be filled goes back to draft, so that a refused issue reserves nothing. The next
//! try takes the same shipment up: there is never a second one with its key, unless a person cancelled the first.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::json;
use slotledger_erp::{Document, Failure, Key, Material, Posting, Reason, StockIssue, StockReturn};

use super::{Books, Round, lookups::Sort, settle};
use crate::{
    OnShortage,
    mapping::{self, Move, Movement, Record, Shipment, ShipmentState},
};

/// Which way the materials go.
#[derive(Debug, Clone, Copy)]
enum Way {
    Out,
    Back,
}

/// The finished shipments. In an unfinished one nothing has moved yet.
pub(super) async fn find(books: &Books<'_>, posting: &Posting) -> Result<Vec<Document>, Failure> {
    let found = search(books, &posting.key).await?;
    let finished = found.iter().filter(|shipment| shipment.state == ShipmentState::Done);
    Ok(finished.map(|shipment| document(books, posting, shipment)).collect())
}

pub(super) async fn issue(
    books: &Books<'_>,
    posting: &Posting,
    issue: &StockIssue,
) -> Result<Document, Failure> {
    settle(|| round(books, posting, &issue.lines, Way::Out, &[])).await
}

pub(super) async fn take_back(
    books: &Books<'_>,
    posting: &Posting,
    back: &StockReturn,
) -> Result<Document, Failure> {
    settle(|| return_round(books, posting, back)).await
}

async fn return_round(
    books: &Books<'_>,
    posting: &Posting,
    back: &StockReturn,
) -> Result<Round<Option<ShipmentState>>, Failure> {
    let issued = by_key(books, &back.issue).await?;
    let Some(issued) = issued.filter(|issued| issued.state == ShipmentState::Done) else {
        return Err(Failure::refused(
            format!("Tryton has no finished shipment with the reference {}", back.issue),
            format!("deliver the stock issue {} first", back.issue),
        )
        .because(Reason::MissingDocument));
    };
    refuse_surplus(books, posting, back, &issued).await?;
    round(books, posting, &back.lines, Way::Back, &issued.moves).await
}

/// More cannot come back than went out: each return names the movements that it undoes.
async fn refuse_surplus(
    books: &Books<'_>,
    posting: &Posting,
    back: &StockReturn,
    issued: &Shipment,
) -> Result<(), Failure> {
    let undone: Vec<String> = issued.moves.iter().map(|item| format!("stock.move,{}", item.id)).collect();
    let returns: Vec<Shipment> =
        books.parts(json!([["moves.origin", "in", undone], ["state", "!=", "cancelled"]])).await?;
    let others =
        returns.iter().filter(|shipment| shipment.reference.as_deref() != Some(posting.key.as_str()));
    let others: Vec<&Move> = others.flat_map(|shipment| &shipment.moves).collect();
    for line in &back.lines {
        let code = line.item.code.as_str();
        let asked: Decimal =
            back.lines.iter().filter(|line| line.item.code == code).map(|line| line.quantity).sum();
        let out = quantity_of(issued.moves.iter(), code);
        let came = quantity_of(others.iter().copied(), code);
        if came + asked > out {
            return Err(Failure::refused(
                format!("of {code} {out} went out and {came} came back: {asked} more cannot"),
                "bring the rest in by an inventory in Tryton, and leave this delivery parked",
            )
            .because(Reason::Conflict));
        }
    }
    Ok(())
}

fn quantity_of<'m>(moves: impl Iterator<Item = &'m Move>, code: &str) -> Decimal {
    let same = moves.filter(|item| item.product.code.as_deref() == Some(code));
    same.map(|item| item.quantity).sum()
}

async fn round(
    books: &Books<'_>,
    posting: &Posting,
    lines: &[Material],
    way: Way,
    undone: &[Move],
) -> Result<Round<Option<ShipmentState>>, Failure> {
    let shipment = by_key(books, &posting.key).await?;
    let Some(shipment) = shipment.filter(|shipment| shipment.state != ShipmentState::Cancelled) else {
        return Ok(Round::Tried(None, create(books, posting, lines, way, undone).await));
    };
    let press = |button| books.button(Shipment::MODEL, button, shipment.id);
    let outcome = match shipment.state {
        ShipmentState::Done | ShipmentState::Cancelled => {
            return Ok(Round::Done(document(books, posting, &shipment)));
        }
        ShipmentState::Request | ShipmentState::Draft => press("wait").await,
        ShipmentState::Waiting => assign(books, posting, &shipment, lines, way).await?,
        ShipmentState::Assigned | ShipmentState::Packed | ShipmentState::Shipped => press("do").await,
    };
    Ok(Round::Tried(Some(shipment.state), outcome))
}

/// Tryton does not say whether it could assign: the state read back does. The outer error is a shortage.
async fn assign(
    books: &Books<'_>,
    posting: &Posting,
    shipment: &Shipment,
    lines: &[Material],
    way: Way,
) -> Result<Result<(), Failure>, Failure> {
    if let Err(failure) = books.button(Shipment::MODEL, "assign_try", shipment.id).await {
        return Ok(Err(failure));
    }
    let Some(tried) = by_key(books, &posting.key).await? else {
        return Err(Failure::bug(format!("the shipment {} vanished while it was assigned", posting.key)));
    };
    if tried.state != ShipmentState::Waiting {
        return Ok(Ok(()));
    }
    match (way, books.habits.on_shortage) {
        // What was used up is in nobody's count; bringing it back must not depend on one.
        (Way::Back, OnShortage::Refuse | OnShortage::Force) | (Way::Out, OnShortage::Force) => {
            Ok(books.button(Shipment::MODEL, "assign_force", shipment.id).await)
        }
        (Way::Out, OnShortage::Refuse) => {
            books.button(Shipment::MODEL, "draft", shipment.id).await?;
            Err(shortage(&tried, lines))
        }
    }
}

/// Names what could not be assigned. A move that was assigned in part is split, so one item may have several.
fn shortage(shipment: &Shipment, lines: &[Material]) -> Failure {
    let mut missing: BTreeMap<&str, Decimal> = BTreeMap::new();
    for item in shipment.moves.iter().filter(|item| item.state == "draft") {
        *missing.entry(item.product.code.as_deref().unwrap_or_default()).or_default() += item.quantity;
    }
    let missing: Vec<String> =
        missing.iter().map(|(code, quantity)| lacking(code, *quantity, lines)).collect();
    let warehouse = lines.first().map(|line| line.warehouse.as_str()).unwrap_or_default();
    Failure::refused(
        format!("not enough stock in {warehouse}: {}", missing.join(", ")),
        format!("receive the goods or correct the count of {warehouse} in Tryton, then retry"),
    )
    .because(Reason::OutOfStock)
}

fn lacking(code: &str, missing: Decimal, lines: &[Material]) -> String {
    let asked: Vec<&Material> = lines.iter().filter(|line| line.item.code == code).collect();
    let quantity: Decimal = asked.iter().map(|line| line.quantity).sum();
    let unit = asked.first().map(|line| line.unit.as_str()).unwrap_or_default();
    format!("{code}: {missing} of {quantity} {unit} missing")
}

async fn create(
    books: &Books<'_>,
    posting: &Posting,
    lines: &[Material],
    way: Way,
    undone: &[Move],
) -> Result<(), Failure> {
    let storage = books.storage(only_warehouse(lines)?).await?;
    let consumption = books.consumption().await?;
    let (from, to) = match way {
        Way::Out => (storage, consumption),
        Way::Back => (consumption, storage),
    };
    let mut movements = Vec::with_capacity(lines.len());
    for line in lines {
        let product = books.product(&line.item.code).await?;
        let unit = books.unit(&line.unit).await?;
        let same = |item: &&Move| item.product.code.as_deref() == Some(line.item.code.as_str());
        let undoes = undone.iter().find(same).map(|item| item.id);
        movements.push(Movement { product, quantity: line.quantity, unit, undoes });
    }
    let day = books.past_day(posting.date).await?;
    let values = mapping::shipment_values(posting, books.company.id, (from, to), day, &movements);
    books.create(Shipment::MODEL, values).await
}

/// A shipment starts at one place.
pub(super) fn only_warehouse(lines: &[Material]) -> Result<&str, Failure> {
    let warehouse = lines.first().map(|line| line.warehouse.as_str()).unwrap_or_default();
    if lines.iter().all(|line| line.warehouse == warehouse) {
        return Ok(warehouse);
    }
    Err(Failure::refused(
        "one stock issue takes materials from several warehouses",
        "let all consumables of the service come from one warehouse",
    )
    .because(Reason::Unsupported))
}

async fn by_key(books: &Books<'_>, key: &Key) -> Result<Option<Shipment>, Failure> {
    let found = search(books, key).await?;
    books
        .only(key, found, |shipment: &Shipment| match shipment.state {
            ShipmentState::Request | ShipmentState::Draft if shipment.number.is_none() => {
                Sort::Draft(shipment.id)
            }
            ShipmentState::Request
            | ShipmentState::Draft
            | ShipmentState::Waiting
            | ShipmentState::Assigned
            | ShipmentState::Packed
            | ShipmentState::Shipped
            | ShipmentState::Done => Sort::Standing,
            ShipmentState::Cancelled => Sort::Withdrawn,
        })
        .await
}

async fn search(books: &Books<'_>, key: &Key) -> Result<Vec<Shipment>, Failure> {
    books.search(json!([["reference", "=", key], ["company", "=", books.company.id]])).await
}

pub(super) fn document(books: &Books<'_>, posting: &Posting, shipment: &Shipment) -> Document {
    mapping::stock_movement(shipment, posting.kind(), &posting.key, &books.company)
}
