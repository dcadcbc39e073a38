//! The books as a file: opened, written by one at a time, and read.
//!
//! Invariant: each document is one transaction, which holds the write lock from its first look.

use std::path::Path;
use std::time::Duration;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use slotledger_erp::{Days, Document, JournalEntry, Key, OnHand, Reason, Receipt, TrialBalance};
use sqlx::migrate::Migrator;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Sqlite, Transaction};
use tokio::time::sleep;

use crate::accounts;
use crate::amounts::{Currency, fine};
use crate::books::Books;
use crate::documents::{self, Draft, Paper};
use crate::journal;
use crate::reading::{self, Filed, Record};
use crate::stock;
use crate::{Error, invoices, periods};

/// The most rows one page has.
pub const MAX_PAGE: u32 = 500;

/// How long a writer waits for another process before it says so.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// SQLite refuses to begin a new file's write-ahead log, instead of waiting, while somebody else begins it.
const OPEN_TRIES: u32 = 20;
const OPEN_PAUSE: Duration = Duration::from_millis(50);

/// Enough to read while one writes; SQLite has one writer at a time.
const READERS: u32 = 4;

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// What the books are told about their company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The company's name; it may change.
    pub company: String,
    /// ISO 4217 code; it never changes.
    pub currency: String,
    /// That currency's decimal places, at most 4; they never change.
    pub currency_digits: u32,
    /// Tax on every sale, in percent; documents already made keep theirs.
    pub tax_percent: Decimal,
}

impl Settings {
    fn books(&self) -> Result<Books, Error> {
        let wrong = |setting, value, reason| Err(Error::Setting { setting, value, reason });
        if self.currency.len() != 3 || !self.currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return wrong("currency", self.currency.clone(), "it is a code of three capitals, such as EUR");
        }
        if self.currency_digits > 4 {
            return wrong("currency_digits", self.currency_digits.to_string(), "no currency has more than 4");
        }
        if !(Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(&self.tax_percent) {
            return wrong("tax_percent", self.tax_percent.to_string(), "it is between 0 and 100");
        }
        let Ok(tax_percent) = fine("tax percent", self.tax_percent) else {
            return wrong("tax_percent", self.tax_percent.to_string(), "it has at most 6 decimals");
        };
        let currency = Currency { code: self.currency.clone(), digits: self.currency_digits };
        Ok(Books { company: self.company.clone(), currency, tax_percent })
    }
}

/// One company's books, in one SQLite file.
#[derive(Debug, Clone)]
pub struct Ledger {
    writer: SqlitePool,
    pub(crate) readers: SqlitePool,
    pub(crate) books: Books,
}

impl Ledger {
    /// Opens the books, or makes them.
    ///
    /// # Errors
    /// When a setting makes no sense or contradicts the file, or when the file cannot be read or brought up to date.
    pub async fn open(path: &Path, settings: Settings) -> Result<Self, Error> {
        let books = settings.books()?;
        for _ in 0..OPEN_TRIES {
            match Self::open_once(path, books.clone()).await {
                Err(error) if error.is_busy() => sleep(OPEN_PAUSE).await,
                opened => return opened,
            }
        }
        Self::open_once(path, books).await
    }

    async fn open_once(path: &Path, books: Books) -> Result<Self, Error> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT);
        let writer = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await;
        let writer = writer.map_err(|source| Error::Open { path: path.to_owned(), source })?;
        let readers = SqlitePoolOptions::new().max_connections(READERS).connect_lazy_with(options);
        let ledger = Self { writer, readers, books };
        ledger.settle().await?;
        Ok(ledger)
    }

    /// Waits for what is being written and closes the file.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    /// Takes goods into the stock, against the opening balance. Answers with the receipt's number; a repeated one
    /// changes nothing.
    ///
    /// # Errors
    /// When the receipt makes no sense, its key was used for something else, or the database fails.
    pub async fn receive(&self, receipt: &Receipt) -> Result<String, Error> {
        let mut transaction = self.begin().await?;
        if let Some(filed) = reading::find(&mut transaction, &receipt.key).await? {
            let asked = serde_json::from_str::<Receipt>(&filed.body).ok();
            let same = filed.paper() == Some(Paper::GoodsReceipt)
                && asked.is_some_and(|asked| Receipt { date: receipt.date, ..asked } == *receipt);
            return if same { Ok(filed.number) } else { Err(used(&filed, &receipt.key)) };
        }
        let draft = stock::receipt(&mut transaction, &self.books, receipt).await?;
        Ok(commit(transaction, &draft).await?.number)
    }

    /// Posts a draft invoice: it gets its number, its entry, and what is free of its advances. One that was posted
    /// already stays as it is.
    ///
    /// # Errors
    /// When no invoice has the key, its period is closed, or the database fails.
    pub async fn post_draft(&self, key: &Key) -> Result<Document, Error> {
        let mut transaction = self.begin().await?;
        let filed = invoices::post_draft(&mut transaction, &self.books, key).await?;
        transaction.commit().await.map_err(Error::Commit)?;
        self.asked_for(&filed)
    }

    /// The last day of the closed period; none while all days are open.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn closed_until(&self) -> Result<Option<NaiveDate>, Error> {
        periods::closed_until(&mut *self.readers.acquire().await?).await
    }

    /// Closes the books until a day, that day included: nothing that has an effect on accounts or stock is taken
    /// for these days any more. An earlier day than before reopens those after it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn close_period(&self, until: NaiveDate) -> Result<(), Error> {
        self.settle_period(Some(until)).await
    }

    /// Opens every day again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn reopen_periods(&self) -> Result<(), Error> {
        self.settle_period(None).await
    }

    async fn settle_period(&self, until: Option<NaiveDate>) -> Result<(), Error> {
        let mut transaction = self.begin().await?;
        periods::close(&mut transaction, until).await?;
        transaction.commit().await.map_err(Error::Commit)
    }

    /// Every account with its debits and credits.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn trial_balance(&self) -> Result<TrialBalance, Error> {
        self.trial_balance_until(None).await
    }

    /// The same, of what belongs to days until this one.
    pub(crate) async fn trial_balance_until(&self, until: Option<NaiveDate>) -> Result<TrialBalance, Error> {
        accounts::trial_balance(&mut *self.readers.acquire().await?, &self.books.currency, until).await
    }

    /// The journal in the order it was posted, after an entry's id; at most [`MAX_PAGE`] entries.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn journal(&self, after: i64, limit: u32) -> Result<Vec<JournalEntry>, Error> {
        self.journal_of(None, after, limit).await
    }

    /// The same, of these days.
    pub(crate) async fn journal_of(
        &self,
        days: Option<Days>,
        after: i64,
        limit: u32,
    ) -> Result<Vec<JournalEntry>, Error> {
        let mut connection = self.readers.acquire().await?;
        journal::page(&mut connection, &self.books.currency, days, after, limit.min(MAX_PAGE)).await
    }

    /// The documents in the order they were filed, after a record's id; at most [`MAX_PAGE`]. Receipts are left out.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn filed(&self, after: i64, limit: u32) -> Result<Vec<Record>, Error> {
        let mut connection = self.readers.acquire().await?;
        reading::page(&mut connection, &self.books.currency, after, limit.min(MAX_PAGE)).await
    }

    /// What each warehouse has of an item, by the item's code.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn stock_on_hand(&self, item: &str) -> Result<Vec<OnHand>, Error> {
        let mut connection = self.readers.acquire().await?;
        stock::on_hand(&mut connection, &self.books.currency, Some(item), (None, MAX_PAGE)).await
    }

    /// Brings the tables up to date and compares the company, under the write lock: two processes may open new books
    /// at the same moment, and the migrations by themselves take no lock in SQLite.
    async fn settle(&self) -> Result<(), Error> {
        let Books { company, currency, .. } = &self.books;
        let mut transaction = self.begin().await?;
        // Not `run`: its future is refused where one must be able to move between threads.
        MIGRATIONS.run_direct(None, &mut *transaction, false).await?;
        sqlx::query("INSERT INTO company (id, name, currency, currency_digits) VALUES (1, ?, ?, ?) ON CONFLICT DO NOTHING")
            .bind(company)
            .bind(&currency.code)
            .bind(currency.digits)
            .execute(&mut *transaction)
            .await?;
        let (code, digits): (String, u32) = sqlx::query_as("SELECT currency, currency_digits FROM company")
            .fetch_one(&mut *transaction)
            .await?;
        let kept = Currency { code, digits };
        if kept != *currency {
            let words = |currency: &Currency| format!("{} with {} decimals", currency.code, currency.digits);
            return Err(Error::Currency { kept: words(&kept), asked: words(currency) });
        }
        sqlx::query("UPDATE company SET name = ?").bind(company).execute(&mut *transaction).await?;
        transaction.commit().await.map_err(Error::Commit)
    }

    /// Takes the write lock at once: what is read before writing cannot change in between.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Sqlite>, Error> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }
    pub(crate) fn asked_for(&self, filed: &Filed) -> Result<Document, Error> {
        let document = filed.document(&self.books.currency)?;
        document.ok_or_else(|| Error::Damaged(format!("{} is no document of the port", filed.number)))
    }
}

/// Files the draft, reads it back and makes it last.
pub(crate) async fn commit(
    mut transaction: Transaction<'static, Sqlite>,
    draft: &Draft<'_>,
) -> Result<Filed, Error> {
    documents::file(&mut transaction, draft).await?;
    let filed = reading::find(&mut transaction, draft.key).await?;
    let filed = filed.ok_or_else(|| Error::Damaged(format!("{} was filed and is not there", draft.key)))?;
    transaction.commit().await.map_err(Error::Commit)?;
    tracing::info!(document.number = filed.number, document.key = %draft.key, "Filed a document in the ledger.");
    Ok(filed)
}

pub(crate) fn used(filed: &Filed, key: &Key) -> Error {
    Error::refused(
        Reason::Conflict,
        format!("the key {key} was used for {}, which says something else", filed.number),
        "Send the request as it was, or give the new one a key of its own.",
    )
}
