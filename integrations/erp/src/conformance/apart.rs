//! Setting apart: a document that carries the key of another one gets a key of its own, and is countered under that.
//!
//! Deliberately absent: two documents with one key, which no port can make. What is set apart here is the only one.

use super::administration::{Desk, failed};
use super::judgement::{equal, require};
use super::report::{Fault, Outcome};
use crate::{
    Body, Class, CommissionReversal, CreditNote, Document, Failure, Finish, Key, Kind, OrderCancellation,
    Posting, Reason, State, StockReturn,
};

impl Desk<'_> {
    /// What these books can set apart, kind by kind.
    pub(super) async fn apart(&self, kind: Kind) -> Outcome {
        let s = self.s;
        let posting = match kind {
            Kind::SalesOrder => s.order("apart-order", s.one())?,
            Kind::StockIssue => s.issue("apart-issue", vec![s.setup.material.clone()])?,
            Kind::Commission => {
                let (invoice, invoiced) = s.invoiced("apart-earn").await?;
                s.commission("apart-earn", "commission", invoice.key, (&s.setup.provider, invoiced.net))?
            }
            Kind::SalesInvoice => s.invoice("apart-fee", None, s.one())?,
            Kind::OrderCancellation
            | Kind::OrderAmendment
            | Kind::CreditNote
            | Kind::StockReturn
            | Kind::CommissionReversal
            | Kind::Advance
            | Kind::AdvanceRefund => return Err(uncountered(kind)),
        };
        let state = if kind == Kind::SalesOrder { State::Submitted } else { State::Posted };
        let standing = s.made(&posting, state).await?;
        let apart = self.set(&posting, &standing, state).await?;
        let found = s.standing(&apart).await?;
        equal("document set apart", &found, &Document { key: apart.key.clone(), ..standing.clone() })?;
        let counter = counter(s.key("apart", kind.as_str())?, &apart)?;
        let counter = s.post(&counter).await?.document;
        let again = s.find(&posting).await?;
        require(again.is_empty(), || format!("{} finds {} documents again", posting.key, again.len()))?;
        Ok(format!("{} has the key {}, and {} counters it", standing.number, apart.key, counter.number))
    }

    /// A draft has no effect to counter, and is withdrawn.
    pub(super) async fn draft_apart(&self) -> Outcome {
        let s = self.s;
        let mut invoice = s.plain_invoice(None, s.one());
        invoice.finish = Finish::Draft;
        let posting = s.posting("apart-draft", "invoice", Body::SalesInvoice(invoice))?;
        let draft = s.made(&posting, State::Draft).await?;
        let state = self.books.set_apart(&posting, &draft.reference).await;
        let state = state.map_err(|failure| failed("setting a draft apart", &failure))?;
        equal("state of a draft set apart", &state, &State::Cancelled)?;
        let left = s.find(&posting).await?;
        require(left.iter().all(|document| document.state == State::Cancelled), || {
            format!("{} still stands", draft.number)
        })?;
        s.forget(&posting.key);
        Ok(format!("{} was withdrawn", draft.number))
    }

    /// Books that keep keys unique have nothing to tell apart.
    pub(super) async fn not_apart(&self) -> Outcome {
        let s = self.s;
        let fee = s.invoice("apart-none", None, s.one())?;
        let standing = s.made(&fee, State::Posted).await?;
        match self.books.set_apart(&fee, &standing.reference).await {
            Err(Failure { class: Class::Refused { reason: Reason::Unsupported, .. }, message }) => {
                equal("document afterwards", &s.standing(&fee).await?, &standing)?;
                Ok(message)
            }
            Err(failure) => Err(failed("not refused but", &failure)),
            Ok(state) => Err(format!("{} was set apart, and is {state:?}", standing.number).into()),
        }
    }

    /// Sets a document apart, twice, and gives what then stands for it.
    async fn set(&self, posting: &Posting, standing: &Document, state: State) -> Result<Posting, Fault> {
        let reference = &standing.reference;
        let key = posting.key.surplus(reference);
        let key = key.ok_or_else(|| format!("the reference {reference} does not go into a key"))?;
        for _ in 0..2 {
            let set = self.books.set_apart(posting, reference).await;
            let set = set.map_err(|failure| failed("setting it apart", &failure))?;
            equal("state of what was set apart", &set, &state)?;
        }
        let left = self.s.find(posting).await?;
        require(left.is_empty(), || format!("{} still finds {}", posting.key, standing.number))?;
        let apart = Posting { key, ..posting.clone() };
        self.s.renamed(&posting.key, &apart);
        Ok(apart)
    }
}

fn counter(key: Key, apart: &Posting) -> Result<Posting, Fault> {
    let (of, reason) = (apart.key.clone(), "it carries the key of another document".to_owned());
    let body = match &apart.body {
        Body::SalesOrder(_) => Body::OrderCancellation(OrderCancellation { order: of, reason }),
        Body::StockIssue(issue) => Body::StockReturn(StockReturn { issue: of, lines: issue.lines.clone() }),
        Body::Commission(_) => Body::CommissionReversal(CommissionReversal { commission: of, reason }),
        Body::SalesInvoice(_) => Body::CreditNote(CreditNote { invoice: of, reason }),
        Body::OrderCancellation(_)
        | Body::OrderAmendment(_)
        | Body::CreditNote(_)
        | Body::StockReturn(_)
        | Body::CommissionReversal(_)
        | Body::Advance(_)
        | Body::AdvanceRefund(_) => return Err(uncountered(apart.kind())),
    };
    Ok(Posting { key, body, ..apart.clone() })
}

fn uncountered(kind: Kind) -> Fault {
    Fault::Wrong(format!("nothing counters a {}", kind.as_str().replace('_', " ")))
}
