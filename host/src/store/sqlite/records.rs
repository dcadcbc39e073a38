//! Master data.

use async_trait::async_trait;
use sqlx::{QueryBuilder, SqliteConnection};
use uuid::Uuid;

use super::Sqlite;
use super::error::{failed, unless_recorded, unless_taken};
use super::extensions;
use super::requests;
use super::rows::{Columns, micros, text};
use super::search::found;
use crate::model::master::Kind;
use crate::model::{AppointmentId, CompanyId, CustomerId, ExtensionAct};
use crate::store::words::to_json;
use crate::store::{Answer, CustomerFilter, Error, Owner, Page, Record, Records, read};

const COLUMNS: &str = "SELECT id, company, name, active, version, updated_us AS updated_at, data FROM record";

#[async_trait]
impl Records for Sqlite {
    async fn insert(&self, record: &Record, answer: Option<&Answer>) -> Result<(), Error> {
        let mut transaction = self.begin().await?;
        add(&mut transaction, record, answer).await?;
        transaction.commit().await.map_err(failed)
    }

    async fn replace(&self, record: &Record, expected: i64, answer: Option<&Answer>) -> Result<(), Error> {
        let data = to_json("record", &record.data)?;
        let mut transaction = self.begin().await?;
        if let Some(answer) = answer {
            requests::keep(&mut *transaction, answer).await?;
        }
        let done = sqlx::query(
            "UPDATE record SET name = ?, active = ?, version = ?, updated_us = ?, data = ?
             WHERE id = ? AND kind = ? AND company = ? AND version = ?",
        )
        .bind(&record.name)
        .bind(record.active)
        .bind(record.version)
        .bind(micros(record.updated_at))
        .bind(data)
        .bind(text(record.id))
        .bind(record.kind.as_str())
        .bind(text(record.company))
        .bind(expected)
        .execute(&mut *transaction)
        .await
        .map_err(unless_recorded(record.kind))?;
        if done.rows_affected() == 0 {
            return Err(missing_or_stale(&mut transaction, record.kind, record.id).await?);
        }
        if let Some(version) = record.judged_on {
            unless_changed(&mut transaction, record.company, version).await?;
        }
        raise_catalog_version(&mut transaction, record.company, 1).await?;
        if record.kind == Kind::Extension {
            extensions::note_use(&mut transaction, record, ExtensionAct::Changed).await?;
        }
        transaction.commit().await.map_err(failed)
    }

    async fn record(&self, kind: Kind, id: Uuid) -> Result<Option<Record>, Error> {
        let mut query = QueryBuilder::<sqlx::Sqlite>::new(COLUMNS);
        query.push(" WHERE id = ").push_bind(text(id)).push(" AND kind = ").push_bind(kind.as_str());
        let row = query.build().fetch_optional(&self.readers).await.map_err(failed)?;
        row.as_ref().map(|row| read::record(kind, &Columns(row))).transpose()
    }

    async fn records(&self, kind: Kind, company: Option<Uuid>, page: Page) -> Result<Vec<Record>, Error> {
        let mut query = QueryBuilder::<sqlx::Sqlite>::new(COLUMNS);
        query.push(" WHERE kind = ").push_bind(kind.as_str());
        if let Some(company) = company {
            query.push(" AND company = ").push_bind(text(company));
        }
        if let Some(after) = page.after {
            query.push(" AND id > ").push_bind(text(after));
        }
        query.push(" ORDER BY id LIMIT ").push(page.limit);
        let rows = query.build().fetch_all(&self.readers).await.map_err(failed)?;
        rows.iter().map(|row| read::record(kind, &Columns(row))).collect()
    }

    async fn customers(&self, filter: &CustomerFilter, page: Page) -> Result<Vec<Record>, Error> {
        let mut query = QueryBuilder::<sqlx::Sqlite>::new(COLUMNS);
        query.push(" WHERE kind = 'customer' AND company = ").push_bind(text(filter.company));
        if filter.active {
            query.push(" AND active");
        }
        if let Some(wanted) = &filter.text {
            query.push(" AND ");
            found(&mut query, wanted);
        }
        if let Some(after) = page.after {
            query.push(" AND (lower(name), id) > (SELECT lower(name), id FROM record WHERE id = ");
            query.push_bind(text(after));
            // Of another company's records nothing follows.
            query.push(" AND company = ").push_bind(text(filter.company)).push(")");
        }
        query.push(" ORDER BY lower(name), id LIMIT ").push(page.limit);
        let rows = query.build().fetch_all(&self.readers).await.map_err(failed)?;
        rows.iter().map(|row| read::record(Kind::Customer, &Columns(row))).collect()
    }

    async fn names(&self, ids: &[Uuid]) -> Result<Vec<(Uuid, String)>, Error> {
        let rows = sqlx::query("SELECT id, name FROM record WHERE id IN (SELECT value FROM json_each(?))")
            .bind(to_json("record", &ids)?)
            .fetch_all(&self.readers)
            .await
            .map_err(failed)?;
        rows.iter().map(|row| read::name(&Columns(row))).collect()
    }

    async fn homes(&self, customers: &[CustomerId]) -> Result<Vec<(Uuid, String)>, Error> {
        let rows = sqlx::query(
            "SELECT id, data ->> '$.address' AS name FROM record
             WHERE id IN (SELECT value FROM json_each(?)) AND kind = 'customer' AND data ->> '$.address' IS NOT NULL",
        )
        .bind(to_json("customer", &customers)?)
        .fetch_all(&self.readers)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| read::name(&Columns(row))).collect()
    }

    async fn customer_names(&self, appointments: &[AppointmentId]) -> Result<Vec<(Uuid, String)>, Error> {
        let rows = sqlx::query(
            "SELECT a.id, c.name FROM appointment a JOIN record c ON c.id = a.customer
             WHERE a.id IN (SELECT value FROM json_each(?))",
        )
        .bind(to_json("appointment", &appointments)?)
        .fetch_all(&self.readers)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| read::name(&Columns(row))).collect()
    }

    async fn choices(
        &self,
        kind: Kind,
        company: Option<CompanyId>,
        limit: u32,
    ) -> Result<Vec<(Uuid, String)>, Error> {
        let mut query =
            QueryBuilder::<sqlx::Sqlite>::new("SELECT id, name FROM record WHERE active AND kind = ");
        query.push_bind(kind.as_str());
        if let Some(company) = company {
            query.push(" AND company = ").push_bind(text(company));
        }
        query.push(" ORDER BY id LIMIT ").push(limit);
        let rows = query.build().fetch_all(&self.readers).await.map_err(failed)?;
        rows.iter().map(|row| read::name(&Columns(row))).collect()
    }

    async fn catalog_version(&self, company: CompanyId) -> Result<i64, Error> {
        sqlx::query_scalar("SELECT catalog_version FROM company WHERE id = ?")
            .bind(text(company))
            .fetch_optional(&self.readers)
            .await
            .map_err(failed)?
            .ok_or(Error::Missing(Kind::Company.as_str()))
    }

    async fn catalog_versions(&self) -> Result<Vec<(CompanyId, i64)>, Error> {
        let rows = sqlx::query("SELECT id, catalog_version FROM company")
            .fetch_all(&self.readers)
            .await
            .map_err(failed)?;
        rows.iter().map(|row| read::catalog_version(&Columns(row))).collect()
    }

    async fn catalog_of(&self, kind: Kind, id: Uuid, customer: Option<Uuid>) -> Result<Option<Owner>, Error> {
        let row = sqlx::query(
            "SELECT c.id AS company, c.catalog_version AS catalog_version, k.id AS id, k.name AS name,
                 k.active AS active, k.version AS version, k.updated_us AS updated_at, k.data AS data
             FROM record r JOIN company c ON c.id = r.company
             LEFT JOIN record k ON k.id = ?3 AND k.kind = 'customer' AND k.company = c.id
             WHERE r.id = ?1 AND r.kind = ?2",
        )
        .bind(text(id))
        .bind(kind.as_str())
        .bind(customer.map(text))
        .fetch_optional(&self.readers)
        .await
        .map_err(failed)?;
        row.as_ref().map(|row| read::owner(&Columns(row))).transpose()
    }
}

/// Adds a record, and keeps the answer to the request that asked for it.
pub(super) async fn add(
    connection: &mut SqliteConnection,
    record: &Record,
    answer: Option<&Answer>,
) -> Result<(), Error> {
    let data = to_json("record", &record.data)?;
    if let Some(answer) = answer {
        requests::keep(&mut *connection, answer).await?;
    }
    match record.kind {
        Kind::Company => add_company(&mut *connection, record.id).await?,
        // No decision under way can rest on a customer or a case that was not there; sign-ups leave bookings alone.
        Kind::Customer | Kind::Case => raise_catalog_version(&mut *connection, record.company, 0).await?,
        Kind::Branch | Kind::Service | Kind::Provider | Kind::Unit | Kind::Extension => {
            raise_catalog_version(&mut *connection, record.company, 1).await?;
        }
    }
    sqlx::query(
        "INSERT INTO record (id, kind, company, name, active, version, updated_us, data)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(text(record.id))
    .bind(record.kind.as_str())
    .bind(text(record.company))
    .bind(&record.name)
    .bind(record.active)
    .bind(record.version)
    .bind(micros(record.updated_at))
    .bind(data)
    .execute(&mut *connection)
    .await
    .map_err(unless_recorded(record.kind))?;
    if record.kind == Kind::Extension {
        extensions::note_use(&mut *connection, record, ExtensionAct::Added).await?;
    }
    Ok(())
}

async fn add_company(connection: &mut SqliteConnection, id: Uuid) -> Result<(), Error> {
    sqlx::query("INSERT INTO company (id, catalog_version, last_number) VALUES (?, 1, 0)")
        .bind(text(id))
        .execute(connection)
        .await
        .map_err(unless_taken(|| Error::Exists(Kind::Company.as_str())))?;
    Ok(())
}

async fn raise_catalog_version(
    connection: &mut SqliteConnection,
    company: Uuid,
    by: i64,
) -> Result<(), Error> {
    let done = sqlx::query("UPDATE company SET catalog_version = catalog_version + ? WHERE id = ?")
        .bind(by)
        .bind(text(company))
        .execute(connection)
        .await
        .map_err(failed)?;
    if done.rows_affected() == 0 {
        return Err(Error::Missing(Kind::Company.as_str()));
    }
    Ok(())
}

/// Fails if the catalogue is no longer at this version.
async fn unless_changed(connection: &mut SqliteConnection, company: Uuid, version: i64) -> Result<(), Error> {
    let same: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM company WHERE id = ? AND catalog_version = ?)")
            .bind(text(company))
            .bind(version)
            .fetch_one(connection)
            .await
            .map_err(failed)?;
    if same { Ok(()) } else { Err(Error::Unjudged) }
}

/// Why a record could not be replaced.
async fn missing_or_stale(connection: &mut SqliteConnection, kind: Kind, id: Uuid) -> Result<Error, Error> {
    let exists: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM record WHERE id = ? AND kind = ?)")
        .bind(text(id))
        .bind(kind.as_str())
        .fetch_one(connection)
        .await
        .map_err(failed)?;
    Ok(if exists { Error::Stale(kind.as_str()) } else { Error::Missing(kind.as_str()) })
}
