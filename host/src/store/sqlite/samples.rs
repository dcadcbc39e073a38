//! Sample companies.

use async_trait::async_trait;
use futures::future::BoxFuture;
use sqlx::AssertSqlSafe;

use super::Sqlite;
use super::error::failed;
use super::records;
use super::rows::{Columns, micros, text};
use crate::model::CompanyId;
use crate::store::samples::TABLES;
use crate::store::{Error, Leaving, Record, Sample, Samples, read};

#[async_trait]
impl Samples for Sqlite {
    async fn insert_sample(&self, company: &Record, by: &str) -> Result<(), Error> {
        let mut transaction = self.begin().await?;
        records::add(&mut transaction, company, None).await?;
        sqlx::query("INSERT INTO sample (company, actor, made_us) VALUES (?, ?, ?)")
            .bind(text(company.id))
            .bind(by)
            .bind(micros(company.updated_at))
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        transaction.commit().await.map_err(failed)
    }

    async fn samples(&self) -> Result<Vec<Sample>, Error> {
        let rows = sqlx::query(
            "SELECT s.company AS company, r.name AS name, s.actor AS actor, s.made_us AS made_at
             FROM sample s JOIN record r ON r.id = s.company ORDER BY s.company",
        )
        .fetch_all(&self.readers)
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
        let id = text(company);
        let marked = sqlx::query("UPDATE sample SET removing = 1 WHERE company = ?").bind(&id);
        if marked.execute(&mut *transaction).await.map_err(failed)?.rows_affected() == 0 {
            return Ok(Leaving::NoSample);
        }
        let sending = "SELECT EXISTS (SELECT 1 FROM delivery WHERE company = ? AND state = 'leased')";
        let sending = sqlx::query_scalar(sending).bind(&id).fetch_one(&mut *transaction).await;
        if sending.map_err(failed)? {
            return Ok(Leaving::InHand);
        }
        for (table, rows) in TABLES {
            let statement = AssertSqlSafe(format!("DELETE FROM {table} WHERE {rows}"));
            sqlx::query(statement).bind(&id).execute(&mut *transaction).await.map_err(failed)?;
        }
        for statement in ["DELETE FROM sample WHERE company = ?", "DELETE FROM company WHERE id = ?"] {
            sqlx::query(statement).bind(&id).execute(&mut *transaction).await.map_err(failed)?;
        }
        if !emptied.await {
            return Ok(Leaving::Kept);
        }
        transaction.commit().await.map_err(failed)?;
        Ok(Leaving::Gone)
    }
}
