//! Reading documents back.
//!
//! Invariant: an order, its amendments and its withdrawal are read as the order that they are about: its number and
//! state, and the lines and amounts that count now. Everything else is read as it was filed.

use std::fmt;

use chrono::NaiveDate;
use slotledger_erp::{Days, Document, Key, Kind, MAX_PAGE, Reason, State};
use sqlx::{AssertSqlSafe, SqliteConnection};

use crate::Error;
use crate::amounts::{Currency, from_fine};
use crate::documents::{Paper, state_text};
use crate::parties::Named;

/// One more than a page has shows whether there is another.
pub(crate) const PAGE_AND_ONE: i64 = MAX_PAGE as i64 + 1;

/// A document as it stands, in coins.
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
    party_name: Option<String>,
    source_key: Option<String>,
    pub(crate) net: i64,
    pub(crate) tax: i64,
    /// Of an invoice and an advance.
    pub(crate) settled: Option<i64>,
    quantity: Option<i64>,
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

    pub(crate) fn state(&self) -> Result<State, Error> {
        let states = [State::Draft, State::Submitted, State::Posted, State::Cancelled, State::Closed];
        let found = states.into_iter().find(|state| state_text(*state) == self.state);
        found.ok_or_else(|| Error::Damaged(format!("`{}` is no state", self.state)))
    }

    pub(crate) fn date(&self) -> Result<NaiveDate, Error> {
        date(&self.date)
    }

    pub(crate) fn key(&self) -> Result<Key, Error> {
        key(&self.key)
    }

    /// Whom it is about, for documents that follow from it.
    pub(crate) fn named(&self) -> Option<Named> {
        let (code, name) = (self.party.clone()?, self.party_name.clone()?);
        Some(Named { code, name })
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
            key: self.key()?,
            reference: self.id.to_string(),
            number: self.number.clone(),
            state: self.state()?,
            currency: currency.code.clone(),
            net: currency.amount(self.net),
            tax: currency.amount(self.tax),
            total: currency.amount(self.net + self.tax),
            settled: self.settled.map(|settled| currency.amount(settled)),
            date: Some(self.date()?),
            party: self.party.clone(),
            quantity: self.quantity.map(from_fine),
        }))
    }

    fn record(&self, currency: &Currency) -> Result<Option<Record>, Error> {
        let Some(document) = self.document(currency)? else { return Ok(None) };
        let source = self.source_key.as_deref().map(key).transpose()?;
        Ok(Some(Record { id: self.id, date: self.date()?, subject: self.subject.clone(), source, document }))
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
    /// The document it was made from, changes or counters.
    pub source: Option<Key>,
    /// The document.
    pub document: Document,
}

/// `d` is the document, `s` what it was made from, `o` the order that it is read as, `f` whose lines count.
const FILED: &str = "
    SELECT d.id, d.kind, d.key, COALESCE(o.number, d.number) AS number, COALESCE(o.state, d.state) AS state,
           d.date, d.subject, d.party, d.party_name, s.key AS source_key, f.net, f.tax, d.body,
           CASE d.kind
               WHEN 'sales_invoice' THEN
                   (SELECT COALESCE(SUM(amount), 0) FROM settlements_in_force WHERE invoice = d.id)
               WHEN 'advance' THEN (SELECT used FROM advances_used WHERE advance = d.id)
           END AS settled,
           (SELECT SUM(quantity) FROM document_lines
            WHERE document = f.id AND (moves <> 0 OR unit_price >= 0)) AS quantity
    FROM documents d
    LEFT JOIN documents s ON s.id = d.source
    LEFT JOIN documents o ON o.id = CASE d.kind
        WHEN 'sales_order' THEN d.id WHEN 'order_amendment' THEN d.source WHEN 'order_cancellation' THEN d.source
    END
    JOIN documents f ON f.id = COALESCE(
        (SELECT MAX(a.id) FROM documents a WHERE a.kind = 'order_amendment' AND a.source = o.id), o.id, d.id)";

pub(crate) async fn find(connection: &mut SqliteConnection, key: &Key) -> Result<Option<Filed>, Error> {
    let query = format!("{FILED} WHERE d.key = ?");
    Ok(sqlx::query_as(AssertSqlSafe(query)).bind(key.as_str()).fetch_optional(connection).await?)
}

pub(crate) async fn by_id(connection: &mut SqliteConnection, id: i64) -> Result<Option<Filed>, Error> {
    let query = format!("{FILED} WHERE d.id = ?");
    Ok(sqlx::query_as(AssertSqlSafe(query)).bind(id).fetch_optional(connection).await?)
}

/// The document of a kind that a key stands for, and that others can be made from.
pub(crate) async fn standing(
    connection: &mut SqliteConnection,
    kind: Kind,
    key: &Key,
) -> Result<Filed, Error> {
    let found = find(connection, key).await?.filter(|filed| filed.is(kind));
    let filed = found.ok_or_else(|| {
        let kind = kind.as_str().replace('_', " ");
        Error::refused(
            Reason::MissingDocument,
            format!("no {kind} has the key {key}"),
            format!("Post the {kind} first, then retry."),
        )
    })?;
    match filed.state()? {
        State::Draft => Err(Error::Drafted { number: filed.number }),
        State::Submitted | State::Posted | State::Cancelled | State::Closed => Ok(filed),
    }
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
    let query = format!("{FILED} WHERE d.id > ? AND d.kind <> 'goods_receipt' ORDER BY d.id LIMIT ?");
    let query = sqlx::query_as(AssertSqlSafe(query)).bind(after).bind(limit);
    let rows: Vec<Filed> = query.fetch_all(connection).await?;
    rows.iter().filter_map(|filed| filed.record(currency).transpose()).collect()
}

/// A place in the list of documents by their days: after this day's document with this identifier.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cursor {
    date: String,
    id: i64,
}

impl Cursor {
    /// Behind a document.
    pub(crate) fn after(filed: &Filed) -> Self {
        Self { date: filed.date.clone(), id: filed.id }
    }

    /// Nothing when it is none of ours.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (date, id) = text.split_once('/')?;
        Some(Self { date: date.to_owned(), id: id.parse().ok()? })
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.date, self.id)
    }
}

/// Documents of one kind whose day lies between two, both included, by day; one more than a page.
pub(crate) async fn of_days(
    connection: &mut SqliteConnection,
    kind: Kind,
    days: Days,
    after: &Cursor,
) -> Result<Vec<Filed>, Error> {
    let query = format!(
        "{FILED} WHERE d.kind = ? AND d.date BETWEEN ? AND ? AND (d.date, d.id) > (?, ?)
         ORDER BY d.date, d.id LIMIT ?"
    );
    let query = sqlx::query_as(AssertSqlSafe(query)).bind(kind.as_str());
    let query = query.bind(days.from.to_string()).bind(days.to.to_string());
    Ok(query.bind(&after.date).bind(after.id).bind(PAGE_AND_ONE).fetch_all(connection).await?)
}

pub(crate) fn date(text: &str) -> Result<NaiveDate, Error> {
    text.parse().map_err(|_| Error::Damaged(format!("`{text}` is no date")))
}

pub(crate) fn key(text: &str) -> Result<Key, Error> {
    Key::parse(text).ok_or_else(|| Error::Damaged(format!("`{text}` is no key")))
}
