//! The journal and the trial balance of books that show them nowhere else.

use std::sync::Arc;

use chrono::NaiveDate;
use slotledger_erp::{Administration, Days, Journal, JournalEntry, TrialBalance};

use super::{App, Error, Result};
use crate::model::CompanyId;

/// Books that have a journal to show.
pub struct OwnBooks {
    /// The connection, by the name that companies know it by.
    pub connection: String,
    pub(super) books: Arc<dyn Administration>,
}

impl App {
    /// The books of a connection; an error where an ERP keeps them, which has a journal of its own.
    pub fn own_books(&self, connection: &str) -> Result<OwnBooks> {
        let books = self.link(connection)?.books.clone();
        let own = OwnBooks { connection: connection.to_owned(), books };
        own.journal().map(drop)?;
        Ok(own)
    }

    /// Those that take a company's documents, and everybody's whose documents stand in them besides; none where an ERP
    /// keeps them.
    pub async fn own_books_of(&self, company: CompanyId) -> Result<Option<(OwnBooks, Vec<CompanyId>)>> {
        let (connection, link) = self.connection(company).await?;
        if link.books.journal().is_none() {
            return Ok(None);
        }
        let companies = self.companies_of(&connection).await?;
        Ok(Some((OwnBooks { connection, books: link.books }, companies)))
    }
}

impl OwnBooks {
    /// The entries of these days, after the one of this number.
    pub async fn entries(&self, days: Days, after: i64, limit: u32) -> Result<Vec<JournalEntry>> {
        self.journal()?.entries(days, after, limit).await.map_err(Error::Books)
    }

    /// What stands on each account at the end of a day.
    pub async fn trial_balance(&self, until: NaiveDate) -> Result<TrialBalance> {
        self.journal()?.trial_balance(until).await.map_err(Error::Books)
    }

    fn journal(&self) -> Result<&dyn Journal> {
        self.books.journal().ok_or_else(|| Error::missing("journal", &self.connection))
    }
}
