//! What all entries have in common: invoices, credit notes, bills and theirs.

use serde_json::{Value, json};
use slotledger_erp::{Failure, Key, Kind, Reason, State};

use super::{Books, orders};
use crate::{
    client::Call,
    mapping::{Move, MoveLine, OpenLine},
};

/// Odoo's word for a kind of entry.
pub(crate) const fn move_type(kind: Kind) -> &'static str {
    match kind {
        Kind::CreditNote => "out_refund",
        Kind::Commission => "in_invoice",
        Kind::CommissionReversal => "in_refund",
        Kind::SalesInvoice
        | Kind::SalesOrder
        | Kind::OrderCancellation
        | Kind::OrderAmendment
        | Kind::StockIssue
        | Kind::StockReturn
        | Kind::Advance
        | Kind::AdvanceRefund => "out_invoice",
    }
}

impl Books<'_> {
    /// All entries of a kind with a key.
    pub(super) async fn moves(&self, kind: Kind, key: &Key) -> Result<Vec<Move>, Failure> {
        self.moves_where(kind, json!(["ref", "=", key])).await
    }

    pub(super) async fn moves_where(&self, kind: Kind, condition: Value) -> Result<Vec<Move>, Failure> {
        let company = self.session.company.id;
        let domain = json!([condition, ["move_type", "=", move_type(kind)], ["company_id", "=", company]]);
        self.search(Move::MODEL, domain, Move::FIELDS).await
    }

    /// The entry with a key. Among several, the only one that was not cancelled.
    pub(super) async fn move_by_key(&self, kind: Kind, key: &Key) -> Result<Option<Move>, Failure> {
        let mut found = self.moves(kind, key).await?;
        if found.iter().any(|record| record.state() != State::Cancelled) {
            found.retain(|record| record.state() != State::Cancelled);
            if found.len() > 1 {
                return Err(orders::twins(key, found.len()));
            }
        }
        Ok(found.into_iter().next())
    }

    /// An entry that another one builds on, and that has to be posted.
    pub(super) async fn posted(&self, kind: Kind, key: &Key) -> Result<Move, Failure> {
        let found = self.move_by_key(kind, key).await?;
        match found.as_ref().map(Move::state) {
            Some(State::Draft) => Err(Failure::busy(
                format!(
                    "the {} with the reference {key} is still a draft in Odoo: post it there",
                    kind.as_str()
                ),
                None,
            )),
            Some(State::Posted | State::Submitted | State::Closed) => {
                found.ok_or_else(|| Failure::bug("lost"))
            }
            Some(State::Cancelled) | None => Err(Failure::refused(
                format!("Odoo has no posted {} with the reference {key}", kind.as_str()),
                format!("deliver {key} first, or give its entry in Odoo that reference"),
            )
            .because(Reason::MissingDocument)),
        }
    }

    /// The lines of entries, without those of taxes and the total.
    pub(super) async fn move_lines(&self, moves: &[i64]) -> Result<Vec<MoveLine>, Failure> {
        let mut domain = vec![json!(["move_id", "in", moves])];
        domain.extend(self.session.fields.invoice_lines());
        self.lines(MoveLine::MODEL, json!(domain), MoveLine::FIELDS, "move_id, sequence, id").await
    }

    /// Our code of an entry's party: its own, or else that of the company it belongs to.
    pub(super) async fn move_party(&self, record: &Move) -> Result<Option<String>, Failure> {
        let own = record.partner_id.as_ref().map(|link| link.id);
        let company = record.commercial_partner_id.as_ref().map(|link| link.id);
        let mut codes = self.codes(own.into_iter().chain(company.filter(|id| Some(*id) != own))).await?;
        let found = own.and_then(|id| codes.remove(&id));
        Ok(found.or_else(|| company.and_then(|id| codes.remove(&id))))
    }

    /// Posts a draft.
    pub(super) async fn post_move(&self, id: i64) -> Result<(), Failure> {
        self.act(Move::MODEL, "action_post", id).await
    }

    /// The lines of an entry with what a customer still owes, or is owed.
    pub(super) async fn open_lines(&self, entry: i64) -> Result<Vec<OpenLine>, Failure> {
        let domain = json!([["move_id", "=", entry], self.session.fields.receivable()]);
        self.lines(MoveLine::MODEL, domain, OpenLine::FIELDS, "id").await
    }

    /// Matches an entry with an open line of another.
    pub(super) async fn assign(&self, entry: i64, line: i64) -> Result<(), Failure> {
        let call = Call::on(Move::MODEL, "js_assign_outstanding_line", &[entry]).with("line_id", json!(line));
        self.change(call, &[]).await.map(drop)
    }
}
