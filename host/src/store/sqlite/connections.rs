//! What is known of the ERPs that documents go to.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use slotledger_erp::{Record, RecordKind, SystemInfo};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, SqliteConnection};

use super::Sqlite;
use super::error::failed;
use super::rows::{Columns, micros};
use crate::model::connection::record_kind;
use crate::model::{Circuit, Imported, Known, MappedCode};
use crate::store::{ErpConnections, Error, read};

const RECORDS: &str =
    "SELECT kind, code, name, unit, stocked, price, active, found_us AS found_at FROM erp_record";

#[async_trait]
impl ErpConnections for Sqlite {
    async fn note_system(
        &self,
        connection: &str,
        system: &SystemInfo,
        at: DateTime<Utc>,
    ) -> Result<(), Error> {
        sqlx::query(
            "INSERT INTO erp_connection (name, product, version, company, currency, checked_us)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (name) DO UPDATE
             SET product = ?2, version = ?3, company = ?4, currency = ?5, checked_us = ?6",
        )
        .bind(connection)
        .bind(&system.product)
        .bind(&system.version)
        .bind(&system.company)
        .bind(&system.currency)
        .bind(micros(at))
        .execute(&self.writer)
        .await
        .map_err(failed)?;
        Ok(())
    }

    async fn note_circuit(&self, circuit: &Circuit) -> Result<(), Error> {
        sqlx::query(
            "INSERT INTO erp_connection (name, state, since_us, until_us, message) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (name) DO UPDATE SET state = ?2, since_us = ?3, until_us = ?4, message = ?5",
        )
        .bind(&circuit.connection)
        .bind(circuit.state.as_str())
        .bind(micros(circuit.since))
        .bind(circuit.until.map(micros))
        .bind(&circuit.message)
        .execute(&self.writer)
        .await
        .map_err(failed)?;
        Ok(())
    }

    async fn known_connections(&self) -> Result<Vec<Known>, Error> {
        let rows = sqlx::query(
            "SELECT name, product, version, company, currency, checked_us AS checked_at, state,
                 since_us AS since_at, until_us AS until_at, message
             FROM erp_connection ORDER BY name",
        )
        .fetch_all(&self.readers)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| read::known_connection(&Columns(row))).collect()
    }

    async fn map_codes(&self, connection: &str, codes: &[MappedCode]) -> Result<(), Error> {
        let mut transaction = self.begin().await?;
        write_codes(&mut transaction, connection, codes).await?;
        transaction.commit().await.map_err(failed)
    }

    async fn mapped_codes(&self, connection: &str) -> Result<Vec<MappedCode>, Error> {
        let rows = sqlx::query(
            "SELECT kind, code, theirs, note, actor, at_us AS mapped_at FROM erp_mapping m
             WHERE connection = ? AND theirs IS NOT NULL AND id = (
                 SELECT max(n.id) FROM erp_mapping n
                 WHERE n.connection = m.connection AND n.kind = m.kind AND n.code = m.code
             ) ORDER BY kind, code",
        )
        .bind(connection)
        .fetch_all(&self.readers)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| read::mapped_code(&Columns(row))).collect()
    }

    async fn mapping_version(&self, connection: &str) -> Result<i64, Error> {
        sqlx::query_scalar("SELECT coalesce(max(id), 0) FROM erp_mapping WHERE connection = ?")
            .bind(connection)
            .fetch_one(&self.readers)
            .await
            .map_err(failed)
    }

    async fn keep_imported(
        &self,
        connection: &str,
        kind: RecordKind,
        records: &[Record],
        at: DateTime<Utc>,
    ) -> Result<(), Error> {
        let mut transaction = self.begin().await?;
        for record in records {
            sqlx::query(
                "INSERT INTO erp_record (connection, kind, code, name, unit, stocked, price, active, found_us)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
                 ON CONFLICT (connection, kind, code) DO UPDATE
                 SET name = ?4, unit = ?5, stocked = ?6, price = ?7, active = ?8, found_us = ?9",
            )
            .bind(connection)
            .bind(record_kind(kind))
            .bind(&record.code)
            .bind(&record.name)
            .bind(&record.unit)
            .bind(record.stocked)
            .bind(record.price.map(|price| price.to_string()))
            .bind(record.active)
            .bind(micros(at))
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        }
        transaction.commit().await.map_err(failed)
    }

    async fn forget_imported(
        &self,
        connection: &str,
        kind: RecordKind,
        before: DateTime<Utc>,
    ) -> Result<u64, Error> {
        let gone = sqlx::query("DELETE FROM erp_record WHERE connection = ? AND kind = ? AND found_us < ?")
            .bind(connection)
            .bind(record_kind(kind))
            .bind(micros(before))
            .execute(&self.writer)
            .await
            .map_err(failed)?;
        Ok(gone.rows_affected())
    }

    async fn imported(
        &self,
        connection: &str,
        kind: RecordKind,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Imported>, Error> {
        let mut query = QueryBuilder::<sqlx::Sqlite>::new(RECORDS);
        query
            .push(" WHERE connection = ")
            .push_bind(connection)
            .push(" AND kind = ")
            .push_bind(record_kind(kind));
        query.push(" AND code > ").push_bind(after).push(" ORDER BY code LIMIT ").push(limit);
        found(&query.build().fetch_all(&self.readers).await.map_err(failed)?)
    }

    async fn imported_among(
        &self,
        connection: &str,
        kind: RecordKind,
        codes: &[String],
    ) -> Result<Vec<Imported>, Error> {
        let mut query = QueryBuilder::<sqlx::Sqlite>::new(RECORDS);
        query
            .push(" WHERE connection = ")
            .push_bind(connection)
            .push(" AND kind = ")
            .push_bind(record_kind(kind));
        query.push(" AND code IN (");
        let mut list = query.separated(", ");
        for code in codes {
            list.push_bind(code);
        }
        query.push(") ORDER BY code");
        found(&query.build().fetch_all(&self.readers).await.map_err(failed)?)
    }
}

/// Writes down what codes are called from now on.
pub(super) async fn write_codes(
    transaction: &mut SqliteConnection,
    connection: &str,
    codes: &[MappedCode],
) -> Result<(), Error> {
    for code in codes {
        sqlx::query(
            "INSERT INTO erp_mapping (connection, kind, code, theirs, note, actor, at_us)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(connection)
        .bind(code.kind.as_str())
        .bind(&code.code)
        .bind(&code.theirs)
        .bind(&code.note)
        .bind(&code.by)
        .bind(micros(code.at))
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
    }
    Ok(())
}

fn found(rows: &[SqliteRow]) -> Result<Vec<Imported>, Error> {
    rows.iter().map(|row| read::imported(&Columns(row))).collect()
}
