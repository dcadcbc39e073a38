//! Filing documents.
//!
//! Invariant: a document is filed whole, in one transaction with its lines, its entry and its number. Numbers of a
//! series follow each other without a gap, because they are given out in that transaction and nowhere else. A draft
//! has no entry and no number of a series; it gets both when it is posted.

use std::borrow::Cow;

use chrono::{Datelike, NaiveDate};
use slotledger_erp::{Key, Kind, State};
use sqlx::SqliteConnection;

use crate::advances::Settlement;
use crate::billing::Bill;
use crate::journal::Entry;
use crate::parties::Named;
use crate::reading::Filed;
use crate::{Error, periods};

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

    pub(crate) fn parse(text: &str) -> Option<Self> {
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
    pub(crate) subject: Cow<'a, str>,
    pub(crate) date: NaiveDate,
    pub(crate) state: State,
    /// Whom it is about.
    pub(crate) party: Option<Named>,
    /// The document it was made from, changes or counters.
    pub(crate) source: Option<i64>,
    pub(crate) net: i64,
    pub(crate) tax: i64,
    pub(crate) lines: Vec<Line>,
    /// Of an invoice, the lines of orders that it bills.
    pub(crate) bills: Vec<Bill>,
    /// Of an invoice, the advances that pay it.
    pub(crate) settlements: Vec<Settlement>,
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
    Sold { unit_price: i64, list_price: Option<i64> },
    Received { warehouse: String },
    Issued { warehouse: String },
}

/// A document's place among its like.
struct Place {
    series: Option<String>,
    serial: Option<i64>,
    number: String,
}

/// Files a draft; the transaction it runs in holds the write lock. Answers with the identifier.
pub(crate) async fn file(connection: &mut SqliteConnection, draft: &Draft<'_>) -> Result<i64, Error> {
    if draft.state == State::Posted {
        periods::demand_open(connection, draft.date).await?;
    }
    let id: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(id), 0) + 1 FROM documents")
        .fetch_one(&mut *connection)
        .await?;
    for (number, line) in (1_i64..).zip(&draft.lines) {
        file_line(connection, id, number, line).await?;
    }
    for bill in &draft.bills {
        file_bill(connection, id, *bill).await?;
    }
    file_settlements(connection, id, &draft.settlements).await?;
    draft.entry.file(connection, id).await?;
    let place = match draft.state {
        State::Draft => Place { series: None, serial: None, number: format!("DRAFT-{id:05}") },
        State::Submitted | State::Posted | State::Cancelled | State::Closed => {
            next_of(connection, draft.paper.series(draft.date)).await?
        }
    };
    file_head(connection, id, draft, &place).await?;
    Ok(id)
}

/// Gives a draft its entry and its number.
pub(crate) async fn post(
    connection: &mut SqliteConnection,
    filed: &Filed,
    entry: &Entry,
    settlements: &[Settlement],
) -> Result<(), Error> {
    let date = filed.date()?;
    periods::demand_open(connection, date).await?;
    file_settlements(connection, filed.id, settlements).await?;
    entry.file(connection, filed.id).await?;
    let place = next_of(connection, Paper::Asked(Kind::SalesInvoice).series(date)).await?;
    sqlx::query("UPDATE documents SET state = ?, series = ?, serial = ?, number = ? WHERE id = ?")
        .bind(state_text(State::Posted))
        .bind(&place.series)
        .bind(place.serial)
        .bind(&place.number)
        .bind(filed.id)
        .execute(connection)
        .await?;
    Ok(())
}

async fn next_of(connection: &mut SqliteConnection, series: String) -> Result<Place, Error> {
    let serial: i64 =
        sqlx::query_scalar("SELECT COALESCE(MAX(serial), 0) + 1 FROM documents WHERE series = ?")
            .bind(&series)
            .fetch_one(connection)
            .await?;
    let number = format!("{series}-{serial:05}");
    Ok(Place { series: Some(series), serial: Some(serial), number })
}

async fn file_head(
    connection: &mut SqliteConnection,
    id: i64,
    draft: &Draft<'_>,
    place: &Place,
) -> Result<(), Error> {
    let party = draft.party.as_ref();
    sqlx::query(
        "INSERT INTO documents (id, kind, key, series, serial, number, state, date, subject, party, party_name,
                                source, net, tax, total, body)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(id)
    .bind(draft.paper.as_str())
    .bind(draft.key.as_str())
    .bind(&place.series)
    .bind(place.serial)
    .bind(&place.number)
    .bind(state_text(draft.state))
    .bind(draft.date.to_string())
    .bind(&*draft.subject)
    .bind(party.map(|party| party.code.as_str()))
    .bind(party.map(|party| party.name.as_str()))
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
    let (unit_price, list_price, moves, warehouse) = match &line.what {
        What::Sold { unit_price, list_price } => (Some(*unit_price), *list_price, 0_i64, None),
        What::Received { warehouse } => (None, None, 1, Some(warehouse.as_str())),
        What::Issued { warehouse } => (None, None, -1, Some(warehouse.as_str())),
    };
    sqlx::query(
        "INSERT INTO document_lines (document, line, item, description, quantity, unit_price, list_price, amount,
                                     moves, warehouse)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(document)
    .bind(number)
    .bind(&line.item)
    .bind(&line.description)
    .bind(line.quantity)
    .bind(unit_price)
    .bind(list_price)
    .bind(line.amount)
    .bind(moves)
    .bind(warehouse)
    .execute(connection)
    .await?;
    Ok(())
}

async fn file_bill(connection: &mut SqliteConnection, invoice: i64, bill: Bill) -> Result<(), Error> {
    sqlx::query("INSERT INTO billings (invoice, line, ordered, ordered_line) VALUES (?, ?, ?, ?)")
        .bind(invoice)
        .bind(bill.line)
        .bind(bill.ordered)
        .bind(bill.ordered_line)
        .execute(connection)
        .await?;
    Ok(())
}

async fn file_settlements(
    connection: &mut SqliteConnection,
    invoice: i64,
    settlements: &[Settlement],
) -> Result<(), Error> {
    for Settlement { advance, amount } in settlements {
        sqlx::query("INSERT INTO settlements (invoice, advance, amount) VALUES (?, ?, ?)")
            .bind(invoice)
            .bind(advance)
            .bind(amount)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

pub(crate) const fn state_text(state: State) -> &'static str {
    match state {
        State::Draft => "draft",
        State::Submitted => "submitted",
        State::Posted => "posted",
        State::Cancelled => "cancelled",
        State::Closed => "closed",
    }
}
