//! What an administrator does with a Tryton connection.
//!
//! Role: [`Administration`] for [`Tryton`]: `prepare.rs` looks at what postings will need, `listing.rs` reads records and
//! documents a page at a time, `furnish.rs` fills a test company.
//!
//! Invariant: lists are paged by Tryton's own identifiers, which never change and are never used again; its codes are
//! sorted by length in some models and by letters in others.

mod furnish;
mod listing;
mod prepare;

use async_trait::async_trait;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::json;
use slotledger_erp::{
    Administration, Balance, Check, Days, Document, Failure, Kind, Listed, Mode, Page, Posting, Record,
    RecordKind, State, Tell, conformance,
};

use crate::{Tryton, classify::Effect, client, mapping, steps};

/// How many entries are added up in one answer.
const BALANCE_PAGE: usize = 2000;

#[async_trait]
impl Administration for Tryton {
    async fn prepare_telling(&self, mode: Mode, tell: Tell<'_>) -> Result<Vec<Check>, Failure> {
        prepare::prepare(self, mode, tell).await
    }

    async fn records(&self, kind: RecordKind, after: Option<&str>) -> Result<Page<Record>, Failure> {
        listing::records(&self.client, kind, after).await
    }

    async fn documents(&self, kind: Kind, days: Days, after: Option<&str>) -> Result<Page<Listed>, Failure> {
        listing::documents(&self.books().await?, kind, days, after).await
    }

    async fn candidate(&self, posting: &Posting, reference: &str) -> Result<Document, Failure> {
        steps::candidate(&self.books().await?, posting, reference).await
    }

    async fn adopt(&self, posting: &Posting, reference: &str) -> Result<Document, Failure> {
        let books = self.books().await?;
        let adopted = steps::adopt(&books, posting, reference).await;
        adopted.map_err(|failure| books.unsettled(failure))
    }

    async fn set_apart(&self, posting: &Posting, reference: &str) -> Result<State, Failure> {
        let books = self.books().await?;
        let apart = steps::set_apart(&books, posting, reference).await;
        apart.map_err(|failure| books.unsettled(failure))
    }

    async fn furnish(&self, run: &str, today: NaiveDate) -> Result<conformance::Setup, Failure> {
        furnish::furnish(self, run, today).await
    }

    async fn balance(&self) -> Result<Balance, Failure> {
        #[derive(Deserialize)]
        struct Line {
            id: i64,
            #[serde(deserialize_with = "mapping::amount")]
            debit: Decimal,
            #[serde(deserialize_with = "mapping::amount")]
            credit: Decimal,
        }
        let company = self.client.company().await?;
        let mut balance = Balance { debit: Decimal::ZERO, credit: Decimal::ZERO };
        let mut last = 0;
        loop {
            let domain =
                json!([["company", "=", company.id], ["move_state", "=", "posted"], ["id", ">", last],]);
            let params = vec![
                domain,
                json!(0),
                json!(BALANCE_PAGE),
                json!([["id", "ASC"]]),
                json!(["debit", "credit"]),
            ];
            let answer =
                self.client.call("model.account.move.line.search_read", params, Effect::Reads).await?;
            let lines: Vec<Line> = client::read(answer)?;
            let Some(end) = lines.last().map(|line| line.id) else { return Ok(balance) };
            last = end;
            balance.debit += lines.iter().map(|line| line.debit).sum::<Decimal>();
            balance.credit += lines.iter().map(|line| line.credit).sum::<Decimal>();
        }
    }
}
