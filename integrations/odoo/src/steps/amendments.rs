//! Amendments: a standing order's lines and dates changed in one write, with the amendment's key.

use serde_json::json;
use slotledger_erp::{Document, Failure, Key, OrderAmendment, Posted, Posting, Reason};

use super::{
    Books, Round,
    orders::{self, Standing},
    settle,
};
use crate::mapping::{self, Order, OrderLine, OrderState};

/// The order, if the amendment's key stands on it.
pub(super) async fn find(
    books: &Books<'_>,
    key: &Key,
    amendment: &OrderAmendment,
) -> Result<Vec<Document>, Failure> {
    let standing = orders::by_key(books, &amendment.order).await?;
    match standing.filter(|standing| mapping::amended(standing.order.origin.as_deref(), key)) {
        Some(standing) => Ok(vec![document(books, &standing, key).await?]),
        None => Ok(Vec::new()),
    }
}

pub(super) async fn post(
    books: &Books<'_>,
    posting: &Posting,
    amendment: &OrderAmendment,
) -> Result<Posted, Failure> {
    settle(|| round(books, posting, amendment)).await
}

async fn round(
    books: &Books<'_>,
    posting: &Posting,
    amendment: &OrderAmendment,
) -> Result<Round<(OrderState, bool)>, Failure> {
    let standing = orders::existing(books, &amendment.order).await?;
    if mapping::amended(standing.order.origin.as_deref(), &posting.key) {
        return Ok(Round::Stands(document(books, &standing, &posting.key).await?));
    }
    let order = &standing.order;
    if order.state == OrderState::Cancel {
        return Err(Failure::refused(
            format!("order {} was cancelled in Odoo", order.name),
            "set it back to quotation and confirm it in Odoo, or leave this delivery parked",
        )
        .because(Reason::Conflict));
    }
    let outcome = if order.is_locked() {
        books.act(Order::MODEL, "action_unlock", order.id).await
    } else {
        change(books, posting, amendment, &standing).await?
    };
    Ok(Round::Tried((order.state, order.locked), outcome))
}

/// The outer error says that it cannot be changed at all.
async fn change(
    books: &Books<'_>,
    posting: &Posting,
    amendment: &OrderAmendment,
    standing: &Standing,
) -> Result<Result<(), Failure>, Failure> {
    let lines = books.billed(&amendment.lines).await?;
    let same = mapping::same_lines(&standing.lines, &lines);
    if !same && standing.lines.iter().any(|line| !line.qty_invoiced.is_zero()) {
        return Err(Failure::refused(
            format!("order {} was invoiced, and its lines shall change", standing.order.name),
            "credit its invoice first",
        )
        .because(Reason::Conflict));
    }
    let numbers = amendment.lines.iter().flat_map(|line| [(0, line.quantity), (1, line.unit_price)]);
    let accuracies = [("product_uom_qty", "Product Unit"), ("price_unit", "Product Price")];
    books.fit(OrderLine::MODEL, &accuracies, numbers).await?;
    let origin = mapping::origin(&posting.subject, &amendment.provider, amendment.start, amendment.end);
    let origin = mapping::amended_origin(&origin, standing.order.origin.as_deref(), &posting.key);
    let mut values = json!({"origin": origin, "commitment_date": mapping::when(amendment.start)});
    if !same {
        values["order_line"] = json!(mapping::order_commands(&standing.lines, &lines));
    }
    Ok(books.write(Order::MODEL, standing.order.id, values).await)
}

async fn document(books: &Books<'_>, standing: &Standing, key: &Key) -> Result<Document, Failure> {
    Ok(mapping::order_amendment(orders::document(books, standing, key).await?, key))
}
