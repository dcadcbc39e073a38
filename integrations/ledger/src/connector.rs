//! The ledger as a connector: one transaction for each document.

use async_trait::async_trait;
use slotledger_erp::{
    Body, Capabilities, Commissions, Connector, Document, Failure, KeyGuard, Posted, Posting, SystemInfo,
};
use sqlx::SqliteConnection;

use crate::documents::Draft;
use crate::ledger::{commit, used};
use crate::reading::{self, Filed};
use crate::{Error, Ledger, advances, commissions, invoices, orders, stock};

impl Ledger {
    /// The document, and whether it stood already.
    async fn file(&self, posting: &Posting) -> Result<(Filed, bool), Error> {
        let mut transaction = self.begin().await?;
        if let Some(filed) = reading::find(&mut transaction, &posting.key).await? {
            return Ok((adopt(filed, posting)?, true));
        }
        let draft = self.draft(&mut transaction, posting).await?;
        Ok((commit(transaction, &draft).await?, false))
    }

    async fn draft<'a>(
        &self,
        connection: &mut SqliteConnection,
        posting: &'a Posting,
    ) -> Result<Draft<'a>, Error> {
        let books = &self.books;
        match &posting.body {
            Body::SalesOrder(order) => orders::order(connection, books, posting, order).await,
            Body::OrderAmendment(amendment) => orders::amendment(connection, books, posting, amendment).await,
            Body::OrderCancellation(withdrawal) => {
                orders::cancellation(connection, posting, withdrawal).await
            }
            Body::SalesInvoice(invoice) => invoices::invoice(connection, books, posting, invoice).await,
            Body::CreditNote(note) => invoices::credit_note(connection, posting, note).await,
            Body::Advance(advance) => advances::advance(connection, books, posting, advance).await,
            Body::AdvanceRefund(refund) => advances::refund(connection, books, posting, refund).await,
            Body::StockIssue(issue) => stock::issue(connection, books, posting, issue).await,
            Body::StockReturn(returned) => stock::returned(connection, books, posting, returned).await,
            Body::Commission(earned) => commissions::earned(connection, books, posting, earned).await,
            Body::CommissionReversal(reversal) => commissions::reversal(connection, posting, reversal).await,
        }
    }
}

#[async_trait]
impl Connector for Ledger {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            key_guard: KeyGuard::Unique,
            commissions: Commissions::Posted,
            foreign_currency: false,
            grouped_invoices: true,
            sets_apart: &[],
            stand_ins: &[],
        }
    }

    async fn check(&self) -> Result<SystemInfo, Failure> {
        let reached = sqlx::query("SELECT 1 FROM company").execute(&self.readers).await;
        reached.map_err(Error::Store)?;
        Ok(SystemInfo {
            product: "Slotledger ledger".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            company: self.books.company.clone(),
            currency: self.books.currency.code.clone(),
        })
    }

    async fn find_by_key(&self, posting: &Posting) -> Result<Vec<Document>, Failure> {
        let mut connection = self.readers.acquire().await.map_err(Error::Store)?;
        let found = reading::find(&mut connection, &posting.key).await?;
        let found = found.filter(|filed| filed.is(posting.kind()));
        Ok(found.map(|filed| self.asked_for(&filed)).transpose()?.into_iter().collect())
    }

    async fn post(&self, posting: &Posting) -> Result<Posted, Failure> {
        let (filed, adopted) = self.file(posting).await?;
        Ok(Posted { document: self.asked_for(&filed)?, adopted })
    }
}

/// The document that stands, if it is what the posting asks for.
fn adopt(filed: Filed, posting: &Posting) -> Result<Filed, Error> {
    let asked: Option<Body> = serde_json::from_str(&filed.body).ok();
    if filed.is(posting.kind()) && asked.as_ref() == Some(&posting.body) {
        return Ok(filed);
    }
    Err(used(&filed, &posting.key))
}
