//! Lists of appointments that people keep.

use async_trait::async_trait;
use uuid::Uuid;

use super::Postgres;
use super::error::failed;
use super::rows::Columns;
use crate::model::AccountId;
use crate::store::{Error, View, Views, read};

#[async_trait]
impl Views for Postgres {
    async fn keep_view(&self, view: &View) -> Result<(), Error> {
        sqlx::query(
            "INSERT INTO saved_view (id, account, name, query, created_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (account, name) DO UPDATE SET query = excluded.query",
        )
        .bind(view.id)
        .bind(view.account.0)
        .bind(&view.name)
        .bind(&view.query)
        .bind(view.created_at)
        .execute(&self.pool)
        .await
        .map_err(failed)?;
        Ok(())
    }

    async fn views(&self, account: AccountId) -> Result<Vec<View>, Error> {
        let rows = sqlx::query(
            "SELECT id, account, name, query, created_at FROM saved_view WHERE account = $1 ORDER BY name",
        )
        .bind(account.0)
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| read::view(&Columns(row))).collect()
    }

    async fn forget_view(&self, account: AccountId, id: Uuid) -> Result<bool, Error> {
        let statement = sqlx::query("DELETE FROM saved_view WHERE account = $1 AND id = $2");
        let statement = statement.bind(account.0).bind(id);
        Ok(statement.execute(&self.pool).await.map_err(failed)?.rows_affected() > 0)
    }
}
