//! Advances: a customer's payment before anything is invoiced, and what is paid back of it.
//!
//! Invariant: a payment's memo begins with our key; the receipt's number may follow.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use slotledger_erp::{Advance, AdvanceRefund, Document, Failure, Key, Kind, Posted, Posting, Reason};

use super::{Books, Round, orders, periods::Side, settle};
use crate::mapping::{self, OpenLine, Payment, PaymentHead, PaymentState};

/// What changes with each step: the payment's state, and what of it is open.
type Stage = (Option<PaymentState>, Decimal);

/// Whether a payment's memo begins with one of our keys.
pub(super) fn is_ours(memo: &str) -> bool {
    mapping::is_key(first_word(memo))
}

fn first_word(memo: &str) -> &str {
    memo.split(' ').next().unwrap_or(memo)
}

pub(super) async fn find(books: &Books<'_>, posting: &Posting) -> Result<Vec<Document>, Failure> {
    let mut documents = Vec::new();
    for payment in books.payments(posting.kind(), &posting.key).await? {
        documents.push(document(books, posting, &payment).await?);
    }
    Ok(documents)
}

pub(super) async fn read_as(
    books: &Books<'_>,
    posting: &Posting,
    id: i64,
) -> Result<Option<Document>, Failure> {
    match books.payments_where(posting.kind(), json!(["id", "=", id])).await?.first() {
        Some(payment) => document(books, posting, payment).await.map(Some),
        None => Ok(None),
    }
}

pub(super) async fn post(books: &Books<'_>, posting: &Posting, advance: &Advance) -> Result<Posted, Failure> {
    settle(|| round(books, posting, advance)).await
}

async fn round(books: &Books<'_>, posting: &Posting, advance: &Advance) -> Result<Round<Stage>, Failure> {
    let Some(payment) = books.payment_by_key(Kind::Advance, &posting.key).await? else {
        return Ok(Round::Tried((None, Decimal::ZERO), create(books, posting, advance).await.map(drop)));
    };
    if payment.state == PaymentState::Draft {
        books.open(posting.date, Side::Sales).await?;
        let posted = books.act(Payment::MODEL, "action_post", payment.id).await;
        return Ok(Round::Tried((Some(payment.state), payment.amount), posted));
    }
    Ok(Round::Stands(document(books, posting, &payment).await?))
}

async fn create(books: &Books<'_>, posting: &Posting, advance: &Advance) -> Result<i64, Failure> {
    books.open(posting.date, Side::Sales).await?;
    let memo = match &advance.receipt {
        Some(receipt) => format!("{} {receipt}", posting.key),
        None => posting.key.to_string(),
    };
    let head = PaymentHead {
        currency: books.currency(&advance.currency, posting.date).await?,
        journal: books.payment_journal(advance.method.as_deref()).await?,
        partner: books.party(&advance.customer).await?,
        amount: advance.amount,
        memo,
    };
    books.load(Payment::MODEL, &mapping::payment_rows(posting, &books.session.fields, &head)).await
}

pub(super) async fn refund(
    books: &Books<'_>,
    posting: &Posting,
    refund: &AdvanceRefund,
) -> Result<Posted, Failure> {
    settle(|| refund_round(books, posting, refund)).await
}

async fn refund_round(
    books: &Books<'_>,
    posting: &Posting,
    refund: &AdvanceRefund,
) -> Result<Round<Stage>, Failure> {
    let advance = books.standing_advance(&refund.advance).await?;
    let Some(payment) = books.payment_by_key(Kind::AdvanceRefund, &posting.key).await? else {
        return Ok(Round::Tried((None, Decimal::ZERO), pay_back(books, posting, refund, &advance).await?));
    };
    if payment.state == PaymentState::Draft {
        books.open(posting.date, Side::Sales).await?;
        let posted = books.act(Payment::MODEL, "action_post", payment.id).await;
        return Ok(Round::Tried((Some(payment.state), payment.amount), posted));
    }
    if payment.state.stands()
        && let (Some(open), Some(credit), Some(entry)) =
            (books.open_debit(&payment).await?, books.open_credit(&advance).await?, &payment.move_id)
    {
        let matched = books.assign(entry.id, credit.id).await;
        return Ok(Round::Tried((Some(payment.state), open.amount_residual_currency), matched));
    }
    Ok(Round::Stands(document(books, posting, &payment).await?))
}

/// The outer error says that it cannot be paid back at all.
async fn pay_back(
    books: &Books<'_>,
    posting: &Posting,
    refund: &AdvanceRefund,
    advance: &Payment,
) -> Result<Result<(), Failure>, Failure> {
    books.open(posting.date, Side::Sales).await?;
    let open = books.open_credit(advance).await?.map_or(Decimal::ZERO, |line| -line.amount_residual_currency);
    if refund.amount > open {
        let currency = &advance.currency_id.name;
        return Err(Failure::refused(
            format!("{} {currency} of the advance {} are left, not {}", open, refund.advance, refund.amount),
            "pay back less, or take the advance off the invoice it is matched with in Odoo",
        )
        .because(Reason::Conflict));
    }
    let partner = advance.partner_id.as_ref().map(|link| link.id);
    let head = PaymentHead {
        currency: advance.currency_id.id,
        journal: advance.journal_id.id,
        partner: partner.ok_or_else(|| Failure::bug("an advance in Odoo has no partner"))?,
        amount: refund.amount,
        memo: posting.key.to_string(),
    };
    let rows = mapping::payment_rows(posting, &books.session.fields, &head);
    Ok(books.load(Payment::MODEL, &rows).await.map(drop))
}

impl Books<'_> {
    /// All payments of a kind with a key.
    pub(super) async fn payments(&self, kind: Kind, key: &Key) -> Result<Vec<Payment>, Failure> {
        let memo = self.session.fields.payment_key;
        let mut found = self.payments_where(kind, json!([memo, "=like", format!("{key}%")])).await?;
        found.retain(|payment| payment.memo.as_deref().is_some_and(|memo| first_word(memo) == key.as_str()));
        Ok(found)
    }

    async fn payments_where(&self, kind: Kind, condition: Value) -> Result<Vec<Payment>, Failure> {
        let direction = if kind == Kind::Advance { "inbound" } else { "outbound" };
        let domain = json!([
            condition,
            ["payment_type", "=", direction],
            ["company_id", "=", self.session.company.id],
        ]);
        let mut fields = Payment::FIELDS.to_vec();
        fields.push(self.session.fields.payment_key);
        self.search(Payment::MODEL, domain, &fields).await
    }

    /// The payment with a key. Among several, the only one that was not cancelled.
    async fn payment_by_key(&self, kind: Kind, key: &Key) -> Result<Option<Payment>, Failure> {
        let mut found = self.payments(kind, key).await?;
        let cancelled =
            |payment: &Payment| matches!(payment.state, PaymentState::Canceled | PaymentState::Rejected);
        if found.iter().any(|payment| !cancelled(payment)) {
            found.retain(|payment| !cancelled(payment));
            if found.len() > 1 {
                return Err(orders::twins(key, found.len()));
            }
        }
        Ok(found.into_iter().next())
    }

    /// An advance that something builds on, and that has to be posted.
    pub(super) async fn standing_advance(&self, key: &Key) -> Result<Payment, Failure> {
        let found = self.payment_by_key(Kind::Advance, key).await?;
        found.filter(|payment| payment.state.stands()).ok_or_else(|| {
            Failure::refused(
                format!("Odoo has no posted payment whose memo begins with {key}"),
                format!("deliver the advance {key} first, or let its payment's memo in Odoo begin with that"),
            )
            .because(Reason::MissingDocument)
        })
    }

    /// The line of a customer's payment with what is left of it.
    pub(super) async fn open_credit(&self, payment: &Payment) -> Result<Option<OpenLine>, Failure> {
        let lines = self.payment_lines(payment).await?;
        Ok(lines.into_iter().find(|line| line.amount_residual_currency < Decimal::ZERO))
    }

    /// The line of a payment to a customer with what of it is matched with nothing yet.
    async fn open_debit(&self, payment: &Payment) -> Result<Option<OpenLine>, Failure> {
        let lines = self.payment_lines(payment).await?;
        Ok(lines.into_iter().find(|line| line.amount_residual_currency > Decimal::ZERO))
    }

    async fn payment_lines(&self, payment: &Payment) -> Result<Vec<OpenLine>, Failure> {
        let Some(entry) = &payment.move_id else {
            return Err(Failure::refused(
                "the payment has no entry in Odoo, because its method has no outstanding account",
                "give the journal's payment methods an outstanding account in Odoo, then cancel the payment and retry",
            )
            .because(Reason::MissingAccount));
        };
        self.open_lines(entry.id).await
    }
}

async fn document(books: &Books<'_>, posting: &Posting, payment: &Payment) -> Result<Document, Failure> {
    let open = match payment.state.stands() {
        true => {
            books.open_credit(payment).await?.map_or(Decimal::ZERO, |line| -line.amount_residual_currency)
        }
        false => payment.amount,
    };
    let party = match &payment.partner_id {
        Some(partner) => books.codes([partner.id]).await?.remove(&partner.id),
        None => None,
    };
    let currencies = &books.session.currencies;
    Ok(mapping::advance(posting.kind(), payment, open, party, &posting.key, currencies))
}
