//! Orders, and their withdrawal.
//!
//! Invariant: an order of which something is invoiced is not cancelled, although Odoo would do it.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use slotledger_erp::{
    Document, Failure, Key, Order as Asked, OrderCancellation, Posted, Posting, Reason, State,
};

use super::{Books, Round, settle};
use crate::{
    client::Call,
    mapping::{self, Order, OrderHead, OrderLine, OrderState},
};

/// An order with its lines, without those that were reduced to nothing.
#[derive(Debug)]
pub(super) struct Standing {
    pub(super) order: Order,
    pub(super) lines: Vec<OrderLine>,
}

pub(super) async fn find(books: &Books<'_>, key: &Key) -> Result<Vec<Document>, Failure> {
    documents(books, &search(books, key).await?, key).await
}

pub(super) async fn find_withdrawn(
    books: &Books<'_>,
    key: &Key,
    withdrawal: &OrderCancellation,
) -> Result<Vec<Document>, Failure> {
    let orders = find(books, &withdrawal.order).await?;
    Ok(orders.into_iter().filter_map(|order| mapping::order_cancellation(order, key)).collect())
}

pub(super) async fn post(books: &Books<'_>, posting: &Posting, order: &Asked) -> Result<Posted, Failure> {
    settle(|| round(books, posting, order)).await
}

async fn round(
    books: &Books<'_>,
    posting: &Posting,
    asked: &Asked,
) -> Result<Round<Option<OrderState>>, Failure> {
    let Some(standing) = by_key(books, &posting.key).await? else {
        return Ok(Round::Tried(None, create(books, posting, asked).await.map(drop)));
    };
    match standing.order.state {
        OrderState::Draft | OrderState::Sent => {
            let confirmed = books.act(Order::MODEL, "action_confirm", standing.order.id).await;
            Ok(Round::Tried(Some(standing.order.state), confirmed))
        }
        OrderState::Sale | OrderState::Done | OrderState::Cancel => {
            Ok(Round::Stands(document(books, &standing, &posting.key).await?))
        }
    }
}

async fn create(books: &Books<'_>, posting: &Posting, order: &Asked) -> Result<i64, Failure> {
    let lines = books.billed(&order.lines).await?;
    let numbers = order.lines.iter().flat_map(|line| [(0, line.quantity), (1, line.unit_price)]);
    let accuracies = [("product_uom_qty", "Product Unit"), ("price_unit", "Product Price")];
    books.fit(OrderLine::MODEL, &accuracies, numbers).await?;
    let currency = books.currency(&order.currency, posting.date).await?;
    let pricelist = books.pricelist(currency, &order.currency).await?;
    let partner = books.party(&order.customer).await?;
    let origin = mapping::origin(&posting.subject, &order.provider, order.start, order.end);
    let head = OrderHead { partner, pricelist, origin, start: order.start };
    books.load(Order::MODEL, &mapping::order_rows(&posting.key, &head, &lines)).await
}

pub(super) async fn withdraw(
    books: &Books<'_>,
    posting: &Posting,
    withdrawal: &OrderCancellation,
) -> Result<Posted, Failure> {
    settle(|| withdraw_round(books, posting, withdrawal)).await
}

async fn withdraw_round(
    books: &Books<'_>,
    posting: &Posting,
    withdrawal: &OrderCancellation,
) -> Result<Round<(OrderState, bool)>, Failure> {
    let standing = existing(books, &withdrawal.order).await?;
    let document = document(books, &standing, &withdrawal.order).await?;
    let number = document.number.clone();
    if let Some(withdrawn) = mapping::order_cancellation(document, &posting.key) {
        return Ok(Round::Stands(withdrawn));
    }
    if is_invoiced(books, &standing).await? {
        return Err(Failure::refused(
            format!("order {number} was invoiced and cannot be cancelled"),
            "credit its invoice first",
        )
        .because(Reason::Conflict));
    }
    let order = &standing.order;
    let outcome = if order.is_locked() {
        books.act(Order::MODEL, "action_unlock", order.id).await
    } else {
        // Otherwise Odoo asks a person whether it really shall.
        let silent = [("disable_cancel_warning", json!(true))];
        books.change(Call::on(Order::MODEL, "action_cancel", &[order.id]), &silent).await.map(drop)
    };
    Ok(Round::Tried((order.state, order.locked), outcome))
}

/// Whether an invoice of the order stands that was not credited. Drafts do not count: they go with the order.
async fn is_invoiced(books: &Books<'_>, standing: &Standing) -> Result<bool, Failure> {
    if standing.order.invoice_ids.is_empty() {
        return Ok(false);
    }
    let posted = json!([["id", "in", standing.order.invoice_ids], ["state", "=", "posted"]]);
    let moves: Vec<mapping::Move> = books.search(mapping::Move::MODEL, posted, mapping::Move::FIELDS).await?;
    let invoiced = moves.iter().map(|record| match record.move_type.as_str() {
        "out_refund" => -record.amount_total,
        _ => record.amount_total,
    });
    Ok(invoiced.sum::<Decimal>() != Decimal::ZERO)
}

/// The order that has to be there.
pub(super) async fn existing(books: &Books<'_>, key: &Key) -> Result<Standing, Failure> {
    by_key(books, key).await?.ok_or_else(|| {
        Failure::refused(
            format!("Odoo has no order with the customer reference {key}"),
            format!("deliver the order {key} first, or give its order in Odoo that customer reference"),
        )
        .because(Reason::MissingDocument)
    })
}

/// The order with a key. Among several, the only one that was not cancelled.
pub(super) async fn by_key(books: &Books<'_>, key: &Key) -> Result<Option<Standing>, Failure> {
    let mut found = search(books, key).await?;
    if found.iter().any(|standing| standing.order.state() != State::Cancelled) {
        found.retain(|standing| standing.order.state() != State::Cancelled);
        if found.len() > 1 {
            return Err(twins(key, found.len()));
        }
    }
    Ok(found.into_iter().next())
}

/// More than one document has a key, which only a person can have brought about.
pub(super) fn twins(key: &Key, count: usize) -> Failure {
    Failure::refused(
        format!("{count} documents in Odoo have the reference {key}"),
        "cancel all but the right one in Odoo, or take the reference off them",
    )
    .because(Reason::Conflict)
}

pub(super) async fn read_as(books: &Books<'_>, key: &Key, id: i64) -> Result<Option<Document>, Failure> {
    match search_where(books, json!(["id", "=", id])).await?.first() {
        Some(standing) => document(books, standing, key).await.map(Some),
        None => Ok(None),
    }
}

async fn search(books: &Books<'_>, key: &Key) -> Result<Vec<Standing>, Failure> {
    search_where(books, json!(["client_order_ref", "=", key])).await
}

async fn search_where(books: &Books<'_>, condition: Value) -> Result<Vec<Standing>, Failure> {
    let domain = json!([condition, ["company_id", "=", books.session.company.id]]);
    let mut fields = Order::FIELDS.to_vec();
    if !books.session.fields.pricelist_required {
        fields.push("locked");
    }
    let orders: Vec<Order> = books.search(Order::MODEL, domain, &fields).await?;
    if orders.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<i64> = orders.iter().map(|order| order.id).collect();
    let mut lines = lines_of(books, &ids).await?;
    let standing = orders.into_iter().map(|order| {
        let (own, others) = lines.drain(..).partition(|line: &OrderLine| line.order_id.id == order.id);
        lines = others;
        Standing { order, lines: own }
    });
    Ok(standing.collect())
}

async fn lines_of(books: &Books<'_>, orders: &[i64]) -> Result<Vec<OrderLine>, Failure> {
    let domain =
        json!([["order_id", "in", orders], ["display_type", "=", false], ["product_uom_qty", "!=", 0]]);
    books.lines(OrderLine::MODEL, domain, OrderLine::FIELDS, "order_id, sequence, id").await
}

pub(super) async fn document(books: &Books<'_>, standing: &Standing, key: &Key) -> Result<Document, Failure> {
    let partner = standing.order.partner_id.id;
    let party = books.codes([partner]).await?.remove(&partner);
    Ok(mapping::order(&standing.order, &standing.lines, party, key, &books.session.currencies))
}

async fn documents(books: &Books<'_>, found: &[Standing], key: &Key) -> Result<Vec<Document>, Failure> {
    let mut documents = Vec::with_capacity(found.len());
    for standing in found {
        documents.push(document(books, standing, key).await?);
    }
    Ok(documents)
}
