//! Journal entries. Every posted document has one, unless it is worth nothing.
//!
//! Invariant: an entry balances and carries on either side its document's total, and what advances settled of it; the
//! database refuses any other.

use async_trait::async_trait;
use chrono::NaiveDate;
use slotledger_erp::{Days, Failure, Journal, JournalEntry, JournalLine, TrialBalance};
use sqlx::SqliteConnection;

use crate::accounts::Account;
use crate::amounts::Currency;
use crate::{Error, Ledger, reading};

/// An entry before it is filed, in coins: positive is debit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Entry(Vec<(String, i64)>);

impl Entry {
    /// An amount from one account to another.
    pub(crate) fn transfer(debit: Account, credit: Account, coins: i64) -> Self {
        Self::default().debit(debit, coins).credit(credit, coins)
    }

    pub(crate) fn debit(mut self, account: Account, coins: i64) -> Self {
        self.0.push((account.code().to_owned(), coins));
        self
    }

    pub(crate) fn credit(self, account: Account, coins: i64) -> Self {
        self.debit(account, -coins)
    }

    /// The entry that undoes a filed one.
    pub(crate) async fn reversal(connection: &mut SqliteConnection, document: i64) -> Result<Self, Error> {
        let lines = sqlx::query_as(
            "SELECT account, credit - debit FROM journal_lines WHERE document = ? ORDER BY line",
        );
        Ok(Self(lines.bind(document).fetch_all(connection).await?))
    }

    pub(crate) async fn file(&self, connection: &mut SqliteConnection, document: i64) -> Result<(), Error> {
        for (line, (account, coins)) in (1_i64..).zip(self.0.iter().filter(|(_, coins)| *coins != 0)) {
            sqlx::query(
                "INSERT INTO journal_lines (document, line, account, debit, credit) VALUES (?, ?, ?, ?, ?)",
            )
            .bind(document)
            .bind(line)
            .bind(account)
            .bind((*coins).max(0))
            .bind((-*coins).max(0))
            .execute(&mut *connection)
            .await?;
        }
        Ok(())
    }
}

/// All days there are, as the tables write them.
const EVER: (&str, &str) = ("0000-01-01", "9999-12-31");

const PAGE: &str = "
    SELECT id, date, number, key, subject, account, name, debit, credit
    FROM documents JOIN journal_lines ON document = id JOIN accounts ON code = account
    WHERE id IN (
        SELECT id FROM documents
        WHERE id > ? AND date BETWEEN ? AND ? AND EXISTS (SELECT 1 FROM journal_lines WHERE document = id)
        ORDER BY id LIMIT ?)
    ORDER BY id, line";

type Row = (i64, String, String, String, String, String, String, i64, i64);

pub(crate) async fn page(
    connection: &mut SqliteConnection,
    currency: &Currency,
    days: Option<Days>,
    after: i64,
    limit: u32,
) -> Result<Vec<JournalEntry>, Error> {
    let ever = || (EVER.0.to_owned(), EVER.1.to_owned());
    let (from, to) = days.map_or_else(ever, |days| (days.from.to_string(), days.to.to_string()));
    let rows: Vec<Row> =
        sqlx::query_as(PAGE).bind(after).bind(from).bind(to).bind(limit).fetch_all(connection).await?;
    let mut entries: Vec<JournalEntry> = Vec::new();
    for (id, date, document, key, subject, account, name, debit, credit) in rows {
        let (debit, credit) = (currency.amount(debit), currency.amount(credit));
        let line = JournalLine { account, name, debit, credit };
        match entries.last_mut() {
            Some(entry) if entry.id == id => entry.lines.push(line),
            Some(_) | None => {
                let (date, key) = (reading::date(&date)?, reading::key(&key)?);
                entries.push(JournalEntry { id, date, document, key, subject, lines: vec![line] });
            }
        }
    }
    Ok(entries)
}

#[async_trait]
impl Journal for Ledger {
    async fn entries(&self, days: Days, after: i64, limit: u32) -> Result<Vec<JournalEntry>, Failure> {
        Ok(self.journal_of(Some(days), after, limit).await?)
    }

    async fn trial_balance(&self, until: NaiveDate) -> Result<TrialBalance, Failure> {
        Ok(self.trial_balance_until(Some(until)).await?)
    }
}
