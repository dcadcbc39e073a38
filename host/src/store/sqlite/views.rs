//! Lists of appointments that people keep.

use async_trait::async_trait;
use uuid::Uuid;

use super::Sqlite;
use super::error::failed;
use super::rows::{Columns, micros, text};
use crate::model::AccountId;
use crate::store::{Error, View, Views, read};

#[async_trait]
impl Views for Sqlite {
    async fn keep_view(&self, view: &View) -> Result<(), Error> {
        sqlx::query(
            "INSERT INTO saved_view (id, account, name, query, created_us) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (account, name) DO UPDATE SET query = excluded.query",
        )
        .bind(text(view.id))
        .bind(text(view.account))
        .bind(&view.name)
        .bind(&view.query)
        .bind(micros(view.created_at))
        .execute(&self.writer)
        .await
        .map_err(failed)?;
        Ok(())
    }

    async fn views(&self, account: AccountId) -> Result<Vec<View>, Error> {
        let rows = sqlx::query(
            "SELECT id, account, name, query, created_us AS created_at FROM saved_view WHERE account = ?1 ORDER BY name",
        )
        .bind(text(account))
        .fetch_all(&self.readers)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| read::view(&Columns(row))).collect()
    }

    async fn forget_view(&self, account: AccountId, id: Uuid) -> Result<bool, Error> {
        let statement = sqlx::query("DELETE FROM saved_view WHERE account = ?1 AND id = ?2");
        let statement = statement.bind(text(account)).bind(text(id));
        Ok(statement.execute(&self.writer).await.map_err(failed)?.rows_affected() > 0)
    }
}
