//! Taking everything back that a run made, by counter-documents, so that the company is left balanced.
//!
//! Deliberately absent: deleting. A draft has no counter-document: it is left, with its order, and named.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::report::{Fault, Outcome};
use super::session::Session;
use crate::{
    AdvanceRefund, Body, CommissionReversal, CreditNote, Document, Key, Kind, Material, OrderCancellation,
    Posting, State, StockReturn,
};

/// Why, on every counter-document.
const WHY: &str = "the conformance suite takes back what it made";

pub(super) async fn all(s: &Session<'_>) -> Outcome {
    let made = s.all_made();
    let mut tally = Tally::default();
    // Credits come first: they free advances, take commissions back in some books, and let orders be withdrawn.
    for kind in [Kind::SalesInvoice, Kind::Commission, Kind::StockIssue, Kind::Advance, Kind::SalesOrder] {
        for (posting, document) in made.iter().filter(|(posting, _)| posting.kind() == kind) {
            if let Some(draft) = draft_of(&made, posting) {
                tally.leave(draft, document);
                continue;
            }
            match counter(s, &made, posting).await {
                Ok(None) => {}
                Ok(Some(body)) => tally.count(undo(s, posting, body).await),
                Err(fault) => tally.count(Err(fault)),
            }
        }
    }
    tally.outcome()
}

/// What undoes what is left of a document; none when nothing is.
async fn counter(
    s: &Session<'_>,
    made: &[(Posting, Document)],
    posting: &Posting,
) -> Result<Option<Body>, Fault> {
    let key = posting.key.clone();
    let reason = WHY.to_owned();
    let body = match &posting.body {
        Body::StockIssue(issue) => {
            let lines = still_out(&issue.lines, made, &key);
            return Ok((!lines.is_empty()).then_some(Body::StockReturn(StockReturn { issue: key, lines })));
        }
        Body::Advance(_) => {
            let standing = s.standing(posting).await?;
            let amount = standing.total - standing.settled.unwrap_or_default();
            let refund = AdvanceRefund { advance: key, amount, reason };
            return Ok((amount > Decimal::ZERO).then_some(Body::AdvanceRefund(refund)));
        }
        Body::SalesInvoice(_) => Body::CreditNote(CreditNote { invoice: key, reason }),
        Body::Commission(_) => Body::CommissionReversal(CommissionReversal { commission: key, reason }),
        Body::SalesOrder(_) => Body::OrderCancellation(OrderCancellation { order: key, reason }),
        Body::OrderCancellation(_)
        | Body::CreditNote(_)
        | Body::StockReturn(_)
        | Body::CommissionReversal(_)
        | Body::OrderAmendment(_)
        | Body::AdvanceRefund(_) => return Ok(None),
    };
    let countered = made.iter().any(|(known, _)| target(known) == Some(&posting.key));
    Ok((!countered).then_some(body))
}

/// The document that a counter-document is about.
const fn target(posting: &Posting) -> Option<&Key> {
    match &posting.body {
        Body::OrderCancellation(withdrawal) => Some(&withdrawal.order),
        Body::CreditNote(note) => Some(&note.invoice),
        Body::StockReturn(back) => Some(&back.issue),
        Body::CommissionReversal(reversal) => Some(&reversal.commission),
        Body::AdvanceRefund(refund) => Some(&refund.advance),
        Body::SalesOrder(_)
        | Body::SalesInvoice(_)
        | Body::StockIssue(_)
        | Body::Commission(_)
        | Body::OrderAmendment(_)
        | Body::Advance(_) => None,
    }
}

/// What no return has brought back.
fn still_out(issued: &[Material], made: &[(Posting, Document)], issue: &Key) -> Vec<Material> {
    let mut back: Vec<&Material> = Vec::new();
    for (posting, _) in made {
        if let Body::StockReturn(returned) = &posting.body
            && returned.issue == *issue
        {
            back.extend(&returned.lines);
        }
    }
    let left = issued.iter().map(|line| {
        let back: Decimal =
            back.iter().filter(|back| back.item.code == line.item.code).map(|back| back.quantity).sum();
        Material { quantity: line.quantity - back, ..line.clone() }
    });
    left.filter(|line| line.quantity > Decimal::ZERO).collect()
}

/// The draft that this is, or that was made from this order.
fn draft_of<'a>(made: &'a [(Posting, Document)], posting: &Posting) -> Option<&'a Document> {
    let drafts = made.iter().filter(|(_, document)| document.state == State::Draft);
    let mut concerned = drafts.filter(|(draft, _)| {
        let Body::SalesInvoice(invoice) = &draft.body else { return false };
        draft.key == posting.key || invoice.orders().contains(&&posting.key)
    });
    concerned.next().map(|(_, document)| document)
}

async fn undo(s: &Session<'_>, posting: &Posting, body: Body) -> Result<Kind, Fault> {
    let text = format!("{}/undo", posting.key);
    let key = Key::parse(&text).ok_or_else(|| format!("`{text}` is no key: shorten the run's name"))?;
    let undo = Posting { key, body, ..posting.clone() };
    s.post(&undo).await.map(|_| undo.kind())
}

#[derive(Default)]
struct Tally {
    undone: BTreeMap<&'static str, usize>,
    left: Vec<String>,
    failures: Vec<String>,
}

impl Tally {
    fn count(&mut self, undone: Result<Kind, Fault>) {
        match undone {
            Ok(kind) => *self.undone.entry(kind.as_str()).or_default() += 1,
            Err(Fault::Wrong(words) | Fault::Unsupported(words)) => self.failures.push(words),
        }
    }

    fn leave(&mut self, draft: &Document, document: &Document) {
        let what = if draft.key == document.key { "draft" } else { "its order" };
        self.left.push(format!("{what} {}", document.number));
    }

    fn outcome(self) -> Outcome {
        if !self.failures.is_empty() {
            return Err(Fault::Wrong(self.failures.join("; ")));
        }
        let counted = self.undone.iter().map(|(kind, count)| format!("{count} × {}", kind.replace('_', " ")));
        let mut words: Vec<String> = counted.collect();
        if !self.left.is_empty() {
            words.push(format!("left for a person to delete: {}", self.left.join(", ")));
        }
        Ok(if words.is_empty() { "nothing was left to take back".into() } else { words.join(", ") })
    }
}
