//! A document that carries the key of another one, told apart: it gets a key of its own.
//!
//! Invariant: nothing is written before the document has been looked at, and nothing on one that carries another key. The
//! external identifier stays with the record that was made by it: a copy has none.

use serde::Deserialize;
use serde_json::json;
use slotledger_erp::{Failure, Kind, Posting, Reason, State};

use super::adopt::{nothing, place};
use crate::{
    client::Call,
    mapping::{Move, optional},
    steps::Books,
};

#[derive(Deserialize)]
struct Carrier {
    #[serde(alias = "client_order_ref", alias = "ref", alias = "origin", deserialize_with = "optional")]
    carries: Option<String>,
    state: String,
}

impl Carrier {
    fn state(&self) -> State {
        match self.state.as_str() {
            "cancel" => State::Cancelled,
            "sale" => State::Submitted,
            "posted" | "done" => State::Posted,
            _ => State::Draft,
        }
    }
}

pub(super) async fn set(books: &Books<'_>, posting: &Posting, reference: &str) -> Result<State, Failure> {
    let kind = posting.kind();
    let (true, Some(apart)) = (crate::SETS_APART.contains(&kind), posting.key.surplus(reference)) else {
        let message =
            format!("one {} cannot be told apart from another with its key", kind.as_str().replace('_', " "));
        return Err(Failure::refused(message, "put it right in Odoo").because(Reason::Unsupported));
    };
    let (model, field, conditions) = place(books, posting)?;
    let id: i64 = reference.parse().map_err(|_| nothing(reference))?;
    let mut domain = vec![json!(["id", "=", id]), json!(["company_id", "=", books.session.company.id])];
    domain.extend(conditions);
    let found: Vec<Carrier> = books.search(model, json!(domain), &["state", field]).await?;
    let carrier = found.into_iter().next().ok_or_else(|| nothing(reference))?;
    let state = carrier.state();
    match carrier.carries.as_deref() {
        Some(key) if key == apart.as_str() => return Ok(state),
        Some(key) if key == posting.key.as_str() => {}
        carried => {
            let carried = carried.unwrap_or("nothing");
            let message = format!("document {reference} in Odoo has the reference {carried}");
            return Err(Failure::refused(message, "compare the books once more").because(Reason::Conflict));
        }
    }
    let entry = matches!(kind, Kind::SalesInvoice | Kind::Commission);
    if entry && state == State::Draft {
        books.change(Call::on(Move::MODEL, "button_cancel", &[id]), &[]).await?;
        return Ok(State::Cancelled);
    }
    books.write(model, id, json!({field: apart})).await?;
    Ok(state)
}
