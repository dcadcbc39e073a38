//! Deposits, and what of them is paid back.
//!
//! Invariant: an entry is made as a draft that carries its key, then posted, then reconciled with what it takes from.
//! Whatever was begun is finished before the next entry is made, so that no amount is used twice.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::json;
use slotledger_erp::{Advance, AdvanceRefund, Document, Failure, Key, Posting, Reason};

use super::{
    Books, Round,
    lookups::{Sort, Target},
    settle,
};
use crate::mapping::{self, Entry, EntryLine, EntryValues, Family, Money, Record, Side};

pub(super) async fn find(books: &Books<'_>, key: &Key) -> Result<Vec<Document>, Failure> {
    let found = family_of(books, key).await?;
    let (first, later): (Vec<Entry>, Vec<Entry>) = found.into_iter().partition(is_first);
    let alone = |advance: Entry| Family { advance, later: later.clone() };
    let posted = first.into_iter().map(alone);
    Ok(posted.map(|family| mapping::advance(&family, key, &books.company)).collect())
}

pub(super) async fn find_refund(books: &Books<'_>, key: &Key) -> Result<Vec<Document>, Failure> {
    let found = by_description(books, key).await?;
    Ok(found.iter().map(|entry| mapping::refund(entry, key, &books.company)).collect())
}

/// The document that an entry would be as the advance with a key.
pub(super) async fn read_as(books: &Books<'_>, key: &Key, advance: Entry) -> Result<Document, Failure> {
    let later = json!(["origin.id", "=", advance.id, "account.move"]);
    let later = books.parts(json!([["company", "=", books.company.id], later])).await?;
    Ok(mapping::advance(&Family { advance, later }, key, &books.company))
}

/// The advance's own entry names no other one.
fn is_first(entry: &Entry) -> bool {
    entry.origin.is_none()
}

async fn by_description(books: &Books<'_>, key: &Key) -> Result<Vec<Entry>, Failure> {
    books.parts(json!([["description", "=", key], ["company", "=", books.company.id]])).await
}

/// The advance, what divided it, and what paid it back.
async fn family_of(books: &Books<'_>, key: &Key) -> Result<Vec<Entry>, Failure> {
    let ours = json!(["description", "=", key]);
    let later = json!(["origin.description", "=", key, "account.move"]);
    books.parts(json!([["company", "=", books.company.id], ["OR", ours, later]])).await
}

async fn family(books: &Books<'_>, key: &Key) -> Result<Option<Family>, Failure> {
    let found = family_of(books, key).await?;
    let (first, later) = found.into_iter().partition(is_first);
    let advance = only(books, key, first).await?;
    Ok(advance.map(|advance| Family { advance, later }))
}

async fn only(books: &Books<'_>, key: &Key, found: Vec<Entry>) -> Result<Option<Entry>, Failure> {
    let sort = |entry: &Entry| if entry.is_posted() { Sort::Standing } else { Sort::Draft(entry.id) };
    books.only(key, found, sort).await
}

/// An advance that has to stand.
pub(super) async fn existing(books: &Books<'_>, key: &Key) -> Result<Family, Failure> {
    let found = family(books, key).await?.filter(|family| family.advance.is_posted());
    found.ok_or_else(|| {
        Failure::refused(
            format!("Tryton has no posted entry with the description {key}"),
            format!("deliver the deposit {key} first"),
        )
        .because(Reason::MissingDocument)
    })
}

pub(super) async fn post(
    books: &Books<'_>,
    posting: &Posting,
    advance: &Advance,
) -> Result<Document, Failure> {
    settle(|| round(books, posting, advance)).await
}

async fn round(
    books: &Books<'_>,
    posting: &Posting,
    advance: &Advance,
) -> Result<Round<Option<bool>>, Failure> {
    let Some(family) = family(books, &posting.key).await? else {
        return Ok(Round::Tried(None, create(books, posting, advance).await));
    };
    if family.advance.is_posted() {
        return Ok(Round::Done(mapping::advance(&family, &posting.key, &books.company)));
    }
    Ok(Round::Tried(Some(false), books.button(Entry::MODEL, "post", family.advance.id).await))
}

async fn create(books: &Books<'_>, posting: &Posting, advance: &Advance) -> Result<(), Failure> {
    let buyer = books.buyer(Target::Invoice, &advance.customer, &advance.currency).await?;
    let method = books.payment_method(advance.method.as_deref()).await?;
    let Some(receivable) = buyer.defaults.account else {
        let code = &advance.customer.code;
        return Err(Failure::refused(
            format!("party {code} has no receivable account in Tryton"),
            format!("give party {code}, or the company by default, a receivable account in Tryton"),
        )
        .because(Reason::MissingAccount));
    };
    let period = books.period(posting.date).await?;
    let (money, currency) = books.in_both(advance.amount, &advance.currency, posting.date).await?;
    let receipt = advance.receipt.iter().map(|receipt| format!(", {receipt}")).collect::<String>();
    let text = format!("{}: deposit{receipt}", posting.subject);
    let frame = (books.company.id, method.journal, period);
    let values = EntryValues::new(frame, posting.date, (&posting.key, None), &text, currency)
        .line(Side::Debit, (method.debit_account, None), money, None)
        .line(Side::Credit, (receivable, Some(buyer.party)), money, None);
    books.create(Entry::MODEL, values.values()).await
}

/// Finishes an entry that was begun; none when there is none.
pub(super) async fn mend(books: &Books<'_>, family: &Family) -> Result<Option<Result<(), Failure>>, Failure> {
    if let Some((draft, possible)) = family.draft() {
        return Ok(Some(match possible {
            true => books.button(Entry::MODEL, "post", draft.id).await,
            // Begun twice by a call that timed out; the other one was taken.
            false => books.delete(Entry::MODEL, draft.id).await,
        }));
    }
    match family.unreconciled() {
        Some((line, earlier)) => Ok(Some(books.reconcile(&[line, earlier]).await)),
        None => Ok(None),
    }
}

/// Divides a line of a deposit in two.
pub(super) async fn divide(
    books: &Books<'_>,
    day: NaiveDate,
    (key, family): (&Key, &Family),
    line: &EntryLine,
    part: Decimal,
    text: &str,
) -> Result<Result<(), Failure>, Failure> {
    let whole = line.money();
    let (first, rest) = mapping::shares(whole, part, &books.company);
    let entry = later(books, day, (key, family), text).await?;
    let account = (line.account, party(line));
    let values = entry
        .line(Side::Debit, account, whole, Some(line.id))
        .line(Side::Credit, account, first, None)
        .line(Side::Credit, account, rest, None);
    Ok(books.create(Entry::MODEL, values.values()).await)
}

/// An entry that belongs to an advance.
async fn later<'k>(
    books: &Books<'_>,
    day: NaiveDate,
    (key, family): (&'k Key, &Family),
    text: &'k str,
) -> Result<EntryValues<'k>, Failure> {
    let period = books.period(day).await?;
    let advance = &family.advance;
    let foreign = advance.lines.iter().find_map(|line| line.second_currency.as_ref());
    let frame = (books.company.id, advance.journal, period);
    Ok(EntryValues::new(frame, day, (key, Some(advance.id)), text, foreign.map(|foreign| foreign.id)))
}

fn party(line: &EntryLine) -> Option<i64> {
    line.party.as_ref().map(|party| party.id)
}

pub(super) async fn pay_back(
    books: &Books<'_>,
    posting: &Posting,
    back: &AdvanceRefund,
) -> Result<Document, Failure> {
    settle(|| refund_round(books, posting, back)).await
}

async fn refund_round(
    books: &Books<'_>,
    posting: &Posting,
    back: &AdvanceRefund,
) -> Result<Round<(bool, bool, usize)>, Failure> {
    let family = existing(books, &back.advance).await?;
    let open = family.open().len();
    let stage = (family.draft().is_some(), family.unreconciled().is_some(), open);
    if let Some(outcome) = mend(books, &family).await? {
        return Ok(Round::Tried(stage, outcome));
    }
    let found = only(books, &posting.key, by_description(books, &posting.key).await?).await?;
    match found {
        Some(entry) if entry.is_posted() => {
            Ok(Round::Done(mapping::refund(&entry, &posting.key, &books.company)))
        }
        Some(entry) => Ok(Round::Tried(stage, books.button(Entry::MODEL, "post", entry.id).await)),
        None => Ok(Round::Tried(stage, refund(books, posting, back, &family).await)),
    }
}

async fn refund(
    books: &Books<'_>,
    posting: &Posting,
    back: &AdvanceRefund,
    family: &Family,
) -> Result<(), Failure> {
    let left = family.left();
    let till = family.advance.till();
    let (Some(till), true) = (till, back.amount <= left) else {
        let currency = family.currency(&books.company);
        return Err(Failure::refused(
            format!("of the deposit {} only {left} {currency} are left", back.advance),
            "pay back what is left, or credit the invoice that the rest was settled with first",
        )
        .because(Reason::Conflict));
    };
    let text = format!("{}: deposit paid back, {}", posting.subject, back.reason);
    let mut entry = later(books, posting.date, (&posting.key, family), &text).await?;
    let mut taken = Money { value: Decimal::ZERO, own: Decimal::ZERO };
    let mut account = (till.account, None);
    for line in family.open() {
        if taken.value >= back.amount {
            break;
        }
        let money = line.money();
        account = (line.account, party(line));
        entry = entry.line(Side::Debit, account, money, Some(line.id));
        taken = Money { value: taken.value + money.value, own: taken.own + money.own };
    }
    let (paid, rest) = mapping::shares(taken, back.amount, &books.company);
    let values =
        entry.line(Side::Credit, (till.account, None), paid, None).line(Side::Credit, account, rest, None);
    books.create(Entry::MODEL, values.values()).await
}

impl Books<'_> {
    /// An amount with what it is in the company's currency that day, and the identifier of a foreign currency.
    async fn in_both(
        &self,
        value: Decimal,
        currency: &str,
        day: NaiveDate,
    ) -> Result<(Money, Option<i64>), Failure> {
        if currency == self.company.currency {
            return Ok((Money { value, own: value }, None));
        }
        let (theirs, ours) = (self.rate(currency, day).await?, self.rate(&self.company.currency, day).await?);
        let own = mapping::rounded(value * ours.rate / theirs.rate, &self.company);
        Ok((Money { value, own }, Some(theirs.id)))
    }
}
