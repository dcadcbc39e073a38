//! Deposits: entries in the customer's account, before there is an invoice they could pay.
//!
//! Role: an advance is an entry between a payment method's account and the customer's receivable account. What of it
//! pays an invoice is attached to that invoice, as Tryton does it with every payment. Where only a part of it is
//! needed, an entry in between divides it: the customer's account on both sides, so that no balance changes.
//!
//! Invariant: every entry that belongs to an advance either carries the advance's key as its description, or names in
//! its origin the entry that does. Every line that takes something from an earlier one names that line as its origin.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::{Value, json};
use slotledger_erp::{Document, Key, Kind, State};

use super::{
    Company, amount, date, date_in, decimal,
    documents::{negated, number},
    optional_amount,
    records::{Coded, Record},
    rounded,
};

/// An accounting entry.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Entry {
    pub(crate) id: i64,
    pub(crate) number: Option<String>,
    pub(crate) state: String,
    #[serde(deserialize_with = "date_in")]
    pub(crate) date: NaiveDate,
    pub(crate) description: Option<String>,
    pub(crate) origin: Option<String>,
    pub(crate) journal: i64,
    #[serde(rename = "lines.")]
    pub(crate) lines: Vec<EntryLine>,
}

impl Record for Entry {
    const MODEL: &'static str = "account.move";
    const FIELDS: &'static [&'static str] = &[
        "number",
        "state",
        "date",
        "description",
        "origin",
        "journal",
        "lines.account",
        "lines.debit",
        "lines.credit",
        "lines.second_currency.code",
        "lines.amount_second_currency",
        "lines.party.code",
        "lines.origin",
        "lines.reconciliation",
        "lines.invoice_payment",
    ];
}

/// A line of an entry. Only lines of the customer's account have a party.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct EntryLine {
    pub(crate) id: i64,
    pub(crate) account: i64,
    #[serde(deserialize_with = "amount")]
    pub(crate) debit: Decimal,
    #[serde(deserialize_with = "amount")]
    pub(crate) credit: Decimal,
    #[serde(rename = "second_currency.")]
    pub(crate) second_currency: Option<Foreign>,
    #[serde(deserialize_with = "optional_amount")]
    pub(crate) amount_second_currency: Option<Decimal>,
    #[serde(rename = "party.")]
    pub(crate) party: Option<PartyOf>,
    pub(crate) origin: Option<String>,
    pub(crate) reconciliation: Option<i64>,
    pub(crate) invoice_payment: Option<i64>,
}

/// The currency of a line that is not in the company's.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Foreign {
    pub(crate) id: i64,
    pub(crate) code: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct PartyOf {
    pub(crate) id: i64,
    #[serde(flatten)]
    pub(crate) coded: Coded,
}

/// An amount in the document's currency, and what it is in the company's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Money {
    pub(crate) value: Decimal,
    pub(crate) own: Decimal,
}

impl EntryLine {
    /// What the line credits: below zero for a debit.
    pub(crate) fn money(&self) -> Money {
        let own = self.credit - self.debit;
        Money { value: self.amount_second_currency.map_or(own, negated), own }
    }

    /// Whether nothing has been done with it.
    pub(crate) fn is_open(&self) -> bool {
        self.party.is_some() && self.reconciliation.is_none() && self.invoice_payment.is_none()
    }

    /// The earlier line that it takes from.
    pub(crate) fn takes_from(&self) -> Option<i64> {
        self.origin.as_deref()?.strip_prefix("account.move.line,")?.parse().ok()
    }
}

impl Entry {
    pub(crate) fn is_posted(&self) -> bool {
        self.state == "posted"
    }

    /// The line of the payment method's account; an entry that only divides has none.
    pub(crate) fn till(&self) -> Option<&EntryLine> {
        self.lines.iter().find(|line| line.party.is_none())
    }
}

/// All entries that belong to one advance.
#[derive(Debug)]
pub(crate) struct Family {
    /// The advance itself, once it was posted.
    pub(crate) advance: Entry,
    /// Those that divided it, or paid some of it back.
    pub(crate) later: Vec<Entry>,
}

impl Family {
    fn lines(&self) -> impl Iterator<Item = &EntryLine> {
        let entries = std::iter::once(&self.advance).chain(&self.later);
        entries.filter(|entry| entry.is_posted()).flat_map(|entry| &entry.lines)
    }

    /// What of it is neither settled nor paid back, in its currency.
    pub(crate) fn left(&self) -> Decimal {
        self.lines().filter(|line| line.is_open()).map(|line| line.money().value).sum()
    }

    /// The lines that still can be used, oldest first.
    pub(crate) fn open(&self) -> Vec<&EntryLine> {
        let mut open: Vec<&EntryLine> =
            self.lines().filter(|line| line.is_open() && line.money().value > Decimal::ZERO).collect();
        open.sort_by_key(|line| line.id);
        open
    }

    /// A line that took from an earlier one and was not reconciled with it yet, and that one.
    pub(crate) fn unreconciled(&self) -> Option<(i64, i64)> {
        self.lines().filter(|line| line.is_open()).find_map(|line| Some((line.id, line.takes_from()?)))
    }

    /// An entry that was begun and not posted. Whether it still can be: what it takes from is open.
    pub(crate) fn draft(&self) -> Option<(&Entry, bool)> {
        let entry = self.later.iter().find(|entry| !entry.is_posted())?;
        let open: Vec<i64> = self.open().iter().map(|line| line.id).collect();
        let taken = entry.lines.iter().filter_map(EntryLine::takes_from);
        let possible = taken.into_iter().all(|line| open.contains(&line));
        Some((entry, possible))
    }

    /// Our code of the customer.
    pub(crate) fn party(&self) -> Option<&str> {
        customer(&self.advance)?.party.as_ref()?.coded.code.as_deref()
    }

    /// ISO 4217 code.
    pub(crate) fn currency<'a>(&'a self, company: &'a Company) -> &'a str {
        currency(&self.advance, company)
    }
}

/// The first line of the customer's account.
pub(crate) fn customer(entry: &Entry) -> Option<&EntryLine> {
    entry.lines.iter().find(|line| line.party.is_some())
}

pub(crate) fn currency<'a>(entry: &'a Entry, company: &'a Company) -> &'a str {
    let foreign = entry.lines.iter().find_map(|line| line.second_currency.as_ref());
    foreign.and_then(|foreign| foreign.code.as_deref()).unwrap_or(&company.currency)
}

/// A deposit that was taken.
pub(crate) fn advance(family: &Family, key: &Key, company: &Company) -> Document {
    let document = document(&family.advance, key, company);
    let settled = document.net - family.left();
    Document { kind: Kind::Advance, settled: Some(settled), ..document }
}

/// A deposit that was paid back.
pub(crate) fn refund(entry: &Entry, key: &Key, company: &Company) -> Document {
    Document { kind: Kind::AdvanceRefund, ..document(entry, key, company) }
}

fn document(entry: &Entry, key: &Key, company: &Company) -> Document {
    let paid = entry.till().map_or(Decimal::ZERO, |line| line.money().value.abs());
    Document {
        kind: Kind::Advance,
        key: key.clone(),
        reference: entry.id.to_string(),
        number: number(entry.number.as_deref(), entry.id),
        state: if entry.is_posted() { State::Posted } else { State::Draft },
        currency: currency(entry, company).to_owned(),
        net: paid,
        tax: Decimal::ZERO,
        total: paid,
        settled: None,
        date: Some(entry.date),
        party: customer(entry).and_then(|line| line.party.as_ref()?.coded.code.clone()),
        quantity: None,
    }
}

/// Which side of an account a new line is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Debit,
    Credit,
}

/// A new entry.
#[derive(Debug)]
pub(crate) struct Posting<'a> {
    pub(crate) company: i64,
    pub(crate) journal: i64,
    pub(crate) period: i64,
    pub(crate) date: NaiveDate,
    /// The key it is found by.
    pub(crate) key: &'a Key,
    /// The advance that it belongs to; none for the advance itself.
    pub(crate) advance: Option<i64>,
    /// What people read on its lines.
    pub(crate) text: &'a str,
    /// The currency, where it is not the company's.
    pub(crate) currency: Option<i64>,
    lines: Vec<Value>,
}

impl<'a> Posting<'a> {
    pub(crate) const fn new(
        (company, journal, period): (i64, i64, i64),
        date: NaiveDate,
        (key, advance): (&'a Key, Option<i64>),
        text: &'a str,
        currency: Option<i64>,
    ) -> Self {
        Self { company, journal, period, date, key, advance, text, currency, lines: Vec::new() }
    }

    /// Adds a line. Nothing is added where there is nothing to book.
    pub(crate) fn line(
        mut self,
        side: Side,
        (account, party): (i64, Option<i64>),
        money: Money,
        takes_from: Option<i64>,
    ) -> Self {
        if money.value.is_zero() {
            return self;
        }
        let (debit, credit, sign) = match side {
            Side::Debit => (money.own, Decimal::ZERO, Decimal::ONE),
            Side::Credit => (Decimal::ZERO, money.own, Decimal::NEGATIVE_ONE),
        };
        let mut line = json!({
            "account": account, "party": party, "debit": decimal(debit), "credit": decimal(credit),
            "description": self.text,
        });
        if let Some(currency) = self.currency {
            line["second_currency"] = json!(currency);
            line["amount_second_currency"] = decimal(money.value * sign);
        }
        if let Some(earlier) = takes_from {
            line["origin"] = json!(format!("account.move.line,{earlier}"));
        }
        self.lines.push(line);
        self
    }

    pub(crate) fn values(self) -> Value {
        json!({
            "company": self.company, "journal": self.journal, "period": self.period, "date": date(self.date),
            "description": self.key, "origin": self.advance.map(|id| format!("account.move,{id}")),
            "lines": [["create", self.lines]],
        })
    }
}

/// Divides an amount: `part` of its value, and the rest. The company's side is divided alike, to the smallest coin.
pub(crate) fn shares(whole: Money, part: Decimal, company: &Company) -> (Money, Money) {
    let own = match whole.value.is_zero() {
        true => Decimal::ZERO,
        false => rounded(whole.own * part / whole.value, company),
    };
    let first = Money { value: part, own };
    (first, Money { value: whole.value - part, own: whole.own - own })
}
