//! What an administrator does with a connection: set it up, look at its records, list and adopt documents.

mod adopt;
mod apart;
mod furnish;
mod listing;
mod prepare;
mod records;

use async_trait::async_trait;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::json;
use slotledger_erp::{
    Administration, Balance, Check, Days, Document, Failure, Kind, Listed, Mode, Page, Posting, Record,
    RecordKind, State, Tell, conformance::Setup,
};

use crate::{
    Odoo,
    classify::Effect,
    client::{Call, read},
    mapping::Number,
};

#[async_trait]
impl Administration for Odoo {
    async fn prepare_telling(&self, mode: Mode, tell: Tell<'_>) -> Result<Vec<Check>, Failure> {
        // What was found at the last login may be what is being mended.
        self.forget().await;
        prepare::run(self, mode, tell).await
    }

    async fn records(&self, kind: RecordKind, after: Option<&str>) -> Result<Page<Record>, Failure> {
        records::page(&self.books().await?, kind, after).await
    }

    async fn documents(&self, kind: Kind, days: Days, after: Option<&str>) -> Result<Page<Listed>, Failure> {
        listing::page(&self.books().await?, kind, days, after).await
    }

    async fn candidate(&self, posting: &Posting, reference: &str) -> Result<Document, Failure> {
        adopt::candidate(&self.books().await?, posting, reference).await
    }

    async fn adopt(&self, posting: &Posting, reference: &str) -> Result<Document, Failure> {
        let _lane = self.lane.lock().await;
        adopt::write(&self.books().await?, posting, reference).await
    }

    async fn set_apart(&self, posting: &Posting, reference: &str) -> Result<State, Failure> {
        let _lane = self.lane.lock().await;
        apart::set(&self.books().await?, posting, reference).await
    }

    async fn furnish(&self, run: &str, today: NaiveDate) -> Result<Setup, Failure> {
        furnish::make(&self.books().await?, run, today).await
    }

    async fn balance(&self) -> Result<Balance, Failure> {
        #[derive(Deserialize)]
        struct Sums {
            debit: Option<Number>,
            credit: Option<Number>,
        }
        let books = self.books().await?;
        let company = &books.session.company;
        let call = Call::of("account.move.line", "read_group")
            .with("domain", json!([["parent_state", "=", "posted"], ["company_id", "=", company.id]]))
            .with("fields", json!(["debit:sum", "credit:sum"]))
            .with("groupby", json!([]));
        let sums: Vec<Sums> = read(&books.call(call, &[], Effect::Reads).await?)?;
        let sums = sums.into_iter().next();
        let sum =
            |number: Option<Number>| company.currency.rounded(number.map_or(Decimal::ZERO, |sum| sum.0));
        Ok(match sums {
            Some(sums) => Balance { debit: sum(sums.debit), credit: sum(sums.credit) },
            None => Balance { debit: Decimal::ZERO, credit: Decimal::ZERO },
        })
    }
}
