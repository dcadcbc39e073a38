//! Sample companies.

use async_trait::async_trait;
use futures::future::BoxFuture;
use sqlx::{AssertSqlSafe, PgConnection};

use super::Postgres;
use super::error::failed;
use super::records;
use super::rows::Columns;
use crate::model::CompanyId;
use crate::store::samples::TABLES;
use crate::store::{Error, Leaving, Record, Sample, Samples, read};

/// What others lock before they write, in the order that [`super`] states.
const LOCKS: [&str; 6] = [
    "SELECT FROM numbering WHERE company = $1 FOR UPDATE",
    "SELECT FROM company WHERE id = $1 FOR UPDATE",
    "SELECT FROM appointment WHERE company = $1 ORDER BY id FOR UPDATE",
    "SELECT FROM record WHERE company = $1 ORDER BY id FOR UPDATE",
    "SELECT FROM waitlist WHERE company = $1 ORDER BY id FOR UPDATE",
    "SELECT FROM delivery WHERE company = $1 ORDER BY id FOR UPDATE",
];

/// What only this engine keeps, or keeps the company by.
const REST: [&str; 3] = [
    "DELETE FROM sample WHERE company = $1",
    "DELETE FROM numbering WHERE company = $1",
    "DELETE FROM company WHERE id = $1",
];

#[async_trait]
impl Samples for Postgres {
    async fn insert_sample(&self, company: &Record, by: &str) -> Result<(), Error> {
        let mut transaction = self.begin().await?;
        records::add(&mut transaction, company, None).await?;
        sqlx::query("INSERT INTO sample (company, actor, made_at) VALUES ($1, $2, $3)")
            .bind(company.id)
            .bind(by)
            .bind(company.updated_at)
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        transaction.commit().await.map_err(failed)
    }

    async fn samples(&self) -> Result<Vec<Sample>, Error> {
        let rows = sqlx::query(
            "SELECT s.company, r.name, s.actor, s.made_at
             FROM sample s JOIN record r ON r.id = s.company ORDER BY s.company",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| read::sample(&Columns(row))).collect()
    }

    async fn remove_sample(
        &self,
        company: CompanyId,
        emptied: BoxFuture<'_, bool>,
    ) -> Result<Leaving, Error> {
        let mut transaction = self.begin().await?;
        for statement in LOCKS {
            run(&mut transaction, statement.to_owned(), company).await?;
        }
        let mark = "UPDATE sample SET removing = true WHERE company = $1";
        if run(&mut transaction, mark.to_owned(), company).await? == 0 {
            return Ok(Leaving::NoSample);
        }
        let sending = "SELECT EXISTS (SELECT FROM delivery WHERE company = $1 AND state = 'leased')";
        let sending = sqlx::query_scalar(sending).bind(company.0).fetch_one(&mut *transaction).await;
        if sending.map_err(failed)? {
            return Ok(Leaving::InHand);
        }
        for (table, rows) in TABLES {
            let statement = format!("DELETE FROM {table} WHERE {}", rows.replace('?', "$1"));
            run(&mut transaction, statement, company).await?;
        }
        for statement in REST {
            run(&mut transaction, statement.to_owned(), company).await?;
        }
        if !emptied.await {
            // Waited for, so that whoever is told finds nothing locked.
            transaction.rollback().await.map_err(failed)?;
            return Ok(Leaving::Kept);
        }
        transaction.commit().await.map_err(failed)?;
        Ok(Leaving::Gone)
    }
}

async fn run(connection: &mut PgConnection, statement: String, company: CompanyId) -> Result<u64, Error> {
    let done = sqlx::query(AssertSqlSafe(statement)).bind(company.0).execute(connection).await;
    Ok(done.map_err(failed)?.rows_affected())
}
