//! Filing documents, and reading them back.
//!
//! Invariant: a document is filed whole, in one transaction with its lines, its entry and its number. Numbers of a
//! series follow each other without a gap, because they are given out in that transaction and nowhere else.

use chrono::{Datelike, NaiveDate};
use slotledger_erp::{Document, Key, Kind, Party, State};
use sqlx::SqliteConnection;

use crate::Error;
use crate::amounts::Currency;
use crate::journal::Entry;

/// What is filed: the port's kinds, and the receipts that only these books have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Paper {
    Asked(Kind),
    GoodsReceipt,
}

impl Paper {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Asked(kind) => kind.as_str(),
            Self::GoodsReceipt => "goods_receipt",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let asked = Kind::ALL.into_iter().find(|kind| kind.as_str() == text).map(Self::Asked);
        asked.or_else(|| (text == Self::GoodsReceipt.as_str()).then_some(Self::GoodsReceipt))
    }

    /// What its number starts with. What a tax office reads is counted anew each year.
    fn series(self, date: NaiveDate) -> String {
        match self {
            Self::Asked(Kind::SalesOrder) => "SO".into(),
            Self::Asked(Kind::OrderCancellation) => "SOC".into(),
            Self::Asked(Kind::SalesInvoice) => format!("INV-{:04}", date.year()),
            Self::Asked(Kind::StockIssue) => "STI".into(),
            Self::Asked(Kind::Commission) => "COM".into(),
            Self::Asked(Kind::CreditNote) => format!("CN-{:04}", date.year()),
            Self::Asked(Kind::StockReturn) => "STR".into(),
            Self::Asked(Kind::CommissionReversal) => "COR".into(),
            Self::Asked(Kind::OrderAmendment) => "SOA".into(),
            Self::Asked(Kind::Advance) => "ADV".into(),
            Self::Asked(Kind::AdvanceRefund) => "ADR".into(),
            Self::GoodsReceipt => "REC".into(),
        }
    }
}

/// A document before it is filed.
#[derive(Debug)]
pub(crate) struct Draft<'a> {
    pub(crate) paper: Paper,
    pub(crate) key: &'a Key,
    pub(crate) subject: &'a str,
    pub(crate) date: NaiveDate,
    pub(crate) state: State,
    /// Whom it is about.
    pub(crate) party: Option<&'a Party>,
    /// The document it was made from, or counters.
    pub(crate) source: Option<i64>,
    /// The number it borrows; none to be given the next of its series.
    pub(crate) number: Option<String>,
    pub(crate) net: i64,
    pub(crate) tax: i64,
    pub(crate) lines: Vec<Line>,
    pub(crate) entry: Entry,
    /// What was asked for, as JSON.
    pub(crate) body: String,
}

/// One line of a document, in millionths and coins.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) item: String,
    pub(crate) description: String,
    pub(crate) quantity: i64,
    pub(crate) amount: i64,
    pub(crate) what: What,
}

/// What a line is about.
#[derive(Debug, Clone)]
pub(crate) enum What {
    Sold { unit_price: i64 },
    Received { warehouse: String },
    Issued { warehouse: String },
}

/// A document as it was filed, in coins.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct Filed {
    pub(crate) id: i64,
    kind: String,
    key: String,
    pub(crate) number: String,
    state: String,
    date: String,
    subject: String,
    pub(crate) party: Option<String>,
    source_key: Option<String>,
    pub(crate) net: i64,
    pub(crate) tax: i64,
    pub(crate) body: String,
}

impl Filed {
    /// Nothing when the ledger itself never files such a thing.
    pub(crate) fn paper(&self) -> Option<Paper> {
        Paper::parse(&self.kind)
    }

    pub(crate) fn is(&self, kind: Kind) -> bool {
        self.paper() == Some(Paper::Asked(kind))
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.state == "cancelled"
    }

    /// As the port describes it; nothing for a receipt, which the port does not know.
    pub(crate) fn document(&self, currency: &Currency) -> Result<Option<Document>, Error> {
        let kind = match self.paper() {
            Some(Paper::Asked(kind)) => kind,
            Some(Paper::GoodsReceipt) => return Ok(None),
            None => return Err(Error::Damaged(format!("{} is a `{}`", self.number, self.kind))),
        };
        Ok(Some(Document {
            kind,
            key: key(&self.key)?,
            reference: self.id.to_string(),
            number: self.number.clone(),
            state: state(&self.state)?,
            currency: currency.code.clone(),
            net: currency.amount(self.net),
            tax: currency.amount(self.tax),
            total: currency.amount(self.net + self.tax),
            settled: None,
            date: None,
            party: None,
            quantity: None,
        }))
    }

    fn record(&self, currency: &Currency) -> Result<Option<Record>, Error> {
        let Some(document) = self.document(currency)? else { return Ok(None) };
        let source = self.source_key.as_deref().map(key).transpose()?;
        let (date, subject) = (date(&self.date)?, self.subject.clone());
        Ok(Some(Record { id: self.id, date, subject, source, document }))
    }
}

/// A document and its surroundings, for a person who looks through the books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Where the next page starts.
    pub id: i64,
    /// The day it belongs to.
    pub date: NaiveDate,
    /// What it is about: the appointment's name.
    pub subject: String,
    /// The document it was made from, or counters.
    pub source: Option<Key>,
    /// The document.
    pub document: Document,
}

const BY_KEY: &str = "
    SELECT d.id, d.kind, d.key, d.number, d.state, d.date, d.subject, d.party, s.key AS source_key,
           d.net, d.tax, d.body
    FROM documents d LEFT JOIN documents s ON s.id = d.source
    WHERE d.key = ?";

const PAGE: &str = "
    SELECT d.id, d.kind, d.key, d.number, d.state, d.date, d.subject, d.party, s.key AS source_key,
           d.net, d.tax, d.body
    FROM documents d LEFT JOIN documents s ON s.id = d.source
    WHERE d.id > ? AND d.kind <> 'goods_receipt'
    ORDER BY d.id LIMIT ?";

pub(crate) async fn find(connection: &mut SqliteConnection, key: &Key) -> Result<Option<Filed>, Error> {
    Ok(sqlx::query_as(BY_KEY).bind(key.as_str()).fetch_optional(connection).await?)
}

/// The number of the document of a kind that was made from, or counters, another one.
pub(crate) async fn made_from(
    connection: &mut SqliteConnection,
    kind: Kind,
    source: i64,
) -> Result<Option<String>, Error> {
    let query = sqlx::query_scalar("SELECT number FROM documents WHERE kind = ? AND source = ? LIMIT 1");
    Ok(query.bind(kind.as_str()).bind(source).fetch_optional(connection).await?)
}

pub(crate) async fn page(
    connection: &mut SqliteConnection,
    currency: &Currency,
    after: i64,
    limit: u32,
) -> Result<Vec<Record>, Error> {
    let rows: Vec<Filed> = sqlx::query_as(PAGE).bind(after).bind(limit).fetch_all(connection).await?;
    rows.iter().filter_map(|filed| filed.record(currency).transpose()).collect()
}

/// Files a draft; the transaction it runs in holds the write lock. Answers with the identifier.
pub(crate) async fn file(connection: &mut SqliteConnection, draft: &Draft<'_>) -> Result<i64, Error> {
    let id: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(id), 0) + 1 FROM documents")
        .fetch_one(&mut *connection)
        .await?;
    for (number, line) in (1_i64..).zip(&draft.lines) {
        file_line(connection, id, number, line).await?;
    }
    draft.entry.file(connection, id).await?;
    file_head(connection, id, draft).await?;
    Ok(id)
}

async fn file_head(connection: &mut SqliteConnection, id: i64, draft: &Draft<'_>) -> Result<(), Error> {
    let series = draft.paper.series(draft.date);
    let serial: i64 =
        sqlx::query_scalar("SELECT COALESCE(MAX(serial), 0) + 1 FROM documents WHERE series = ?")
            .bind(&series)
            .fetch_one(&mut *connection)
            .await?;
    let number = draft.number.clone().unwrap_or_else(|| format!("{series}-{serial:05}"));
    sqlx::query(
        "INSERT INTO documents (id, kind, key, series, serial, number, state, date, subject, party, party_name,
                                source, net, tax, total, body)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(id)
    .bind(draft.paper.as_str())
    .bind(draft.key.as_str())
    .bind(&series)
    .bind(serial)
    .bind(&number)
    .bind(state_text(draft.state))
    .bind(draft.date.to_string())
    .bind(draft.subject)
    .bind(draft.party.map(|party| party.code.as_str()))
    .bind(draft.party.map(|party| party.name.as_str()))
    .bind(draft.source)
    .bind(draft.net)
    .bind(draft.tax)
    .bind(draft.net + draft.tax)
    .bind(&draft.body)
    .execute(connection)
    .await?;
    Ok(())
}

async fn file_line(
    connection: &mut SqliteConnection,
    document: i64,
    number: i64,
    line: &Line,
) -> Result<(), Error> {
    let (unit_price, moves, warehouse) = match &line.what {
        What::Sold { unit_price } => (Some(*unit_price), 0_i64, None),
        What::Received { warehouse } => (None, 1, Some(warehouse.as_str())),
        What::Issued { warehouse } => (None, -1, Some(warehouse.as_str())),
    };
    sqlx::query(
        "INSERT INTO document_lines (document, line, item, description, quantity, unit_price, amount, moves, warehouse)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(document)
    .bind(number)
    .bind(&line.item)
    .bind(&line.description)
    .bind(line.quantity)
    .bind(unit_price)
    .bind(line.amount)
    .bind(moves)
    .bind(warehouse)
    .execute(connection)
    .await?;
    Ok(())
}

const fn state_text(state: State) -> &'static str {
    match state {
        State::Draft => "draft",
        State::Submitted => "submitted",
        State::Posted => "posted",
        State::Cancelled => "cancelled",
        State::Closed => "closed",
    }
}

fn state(text: &str) -> Result<State, Error> {
    let states = [State::Submitted, State::Posted, State::Cancelled];
    let found = states.into_iter().find(|state| state_text(*state) == text);
    found.ok_or_else(|| Error::Damaged(format!("`{text}` is no state")))
}

pub(crate) fn date(text: &str) -> Result<NaiveDate, Error> {
    text.parse().map_err(|_| Error::Damaged(format!("`{text}` is no date")))
}

pub(crate) fn key(text: &str) -> Result<Key, Error> {
    Key::parse(text).ok_or_else(|| Error::Damaged(format!("`{text}` is no key")))
}
