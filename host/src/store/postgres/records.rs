//! Master data.

use async_trait::async_trait;
use sqlx::{PgConnection, QueryBuilder};
use uuid::Uuid;

use super::Postgres;
use super::error::{failed, unless_recorded, unless_taken};
use super::extensions;
use super::requests;
use super::rows::{Columns, ids};
use super::search::found;
use crate::model::master::Kind;
use crate::model::{AppointmentId, CompanyId, CustomerId, ExtensionAct};
use crate::store::words::to_json;
use crate::store::{Answer, CustomerFilter, Error, Owner, Page, Record, Records, read};

const COLUMNS: &str = "SELECT id, company, name, active, version, updated_at, data::text AS data FROM record";

#[async_trait]
impl Records for Postgres {
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
        // First, by the order of locks; what is missing, if anything, is said below.
        let raised = raise_catalog_version(&mut transaction, record.company).await?;
        let done = sqlx::query(
            "UPDATE record SET name = $1, active = $2, version = $3, updated_at = $4, data = $5::text::json
             WHERE id = $6 AND kind = $7 AND company = $8 AND version = $9",
        )
        .bind(&record.name)
        .bind(record.active)
        .bind(record.version)
        .bind(record.updated_at)
        .bind(data)
        .bind(record.id)
        .bind(record.kind.as_str())
        .bind(record.company)
        .bind(expected)
        .execute(&mut *transaction)
        .await
        .map_err(unless_recorded(record.kind))?;
        if !raised || done.rows_affected() == 0 {
            return Err(missing_or_stale(&mut transaction, record.kind, record.id).await?);
        }
        if let Some(version) = record.judged_on {
            unless_changed(&mut transaction, record.company, version + 1).await?;
        }
        if record.kind == Kind::Extension {
            extensions::note_use(&mut transaction, record, ExtensionAct::Changed).await?;
        }
        transaction.commit().await.map_err(failed)
    }

    async fn record(&self, kind: Kind, id: Uuid) -> Result<Option<Record>, Error> {
        let mut query = QueryBuilder::<sqlx::Postgres>::new(COLUMNS);
        query.push(" WHERE id = ").push_bind(id).push(" AND kind = ").push_bind(kind.as_str());
        let row = query.build().fetch_optional(&self.pool).await.map_err(failed)?;
        row.as_ref().map(|row| read::record(kind, &Columns(row))).transpose()
    }

    async fn records(&self, kind: Kind, company: Option<Uuid>, page: Page) -> Result<Vec<Record>, Error> {
        let mut query = QueryBuilder::<sqlx::Postgres>::new(COLUMNS);
        query.push(" WHERE kind = ").push_bind(kind.as_str());
        if let Some(company) = company {
            query.push(" AND company = ").push_bind(company);
        }
        if let Some(after) = page.after {
            query.push(" AND id > ").push_bind(after);
        }
        query.push(" ORDER BY id LIMIT ").push_bind(i64::from(page.limit));
        let rows = query.build().fetch_all(&self.pool).await.map_err(failed)?;
        rows.iter().map(|row| read::record(kind, &Columns(row))).collect()
    }

    async fn customers(&self, filter: &CustomerFilter, page: Page) -> Result<Vec<Record>, Error> {
        let mut query = QueryBuilder::<sqlx::Postgres>::new(COLUMNS);
        query.push(" WHERE kind = 'customer' AND company = ").push_bind(filter.company.0);
        if filter.active {
            query.push(" AND active");
        }
        if let Some(wanted) = &filter.text {
            query.push(" AND ");
            found(&mut query, wanted);
        }
        if let Some(after) = page.after {
            query.push(" AND (lower(name COLLATE \"C\"), id) > (SELECT lower(name COLLATE \"C\"), id FROM record WHERE id = ");
            query.push_bind(after);
            // Of another company's records nothing follows.
            query.push(" AND company = ").push_bind(filter.company.0).push(")");
        }
        query.push(" ORDER BY lower(name COLLATE \"C\"), id LIMIT ").push_bind(i64::from(page.limit));
        let rows = query.build().fetch_all(&self.pool).await.map_err(failed)?;
        rows.iter().map(|row| read::record(Kind::Customer, &Columns(row))).collect()
    }

    async fn names(&self, ids: &[Uuid]) -> Result<Vec<(Uuid, String)>, Error> {
        let rows = sqlx::query("SELECT id, name FROM record WHERE id = ANY ($1)")
            .bind(ids)
            .fetch_all(&self.pool)
            .await
            .map_err(failed)?;
        rows.iter().map(|row| read::name(&Columns(row))).collect()
    }

    async fn homes(&self, customers: &[CustomerId]) -> Result<Vec<(Uuid, String)>, Error> {
        let rows = sqlx::query(
            "SELECT id, data ->> 'address' AS name FROM record
             WHERE id = ANY ($1) AND kind = 'customer' AND data ->> 'address' IS NOT NULL",
        )
        .bind(ids(customers.iter().copied()))
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| read::name(&Columns(row))).collect()
    }

    async fn customer_names(&self, appointments: &[AppointmentId]) -> Result<Vec<(Uuid, String)>, Error> {
        let rows = sqlx::query(
            "SELECT a.id, c.name FROM appointment a JOIN record c ON c.id = a.customer WHERE a.id = ANY ($1)",
        )
        .bind(ids(appointments.iter().copied()))
        .fetch_all(&self.pool)
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
            QueryBuilder::<sqlx::Postgres>::new("SELECT id, name FROM record WHERE active AND kind = ");
        query.push_bind(kind.as_str());
        if let Some(company) = company {
            query.push(" AND company = ").push_bind(company.0);
        }
        query.push(" ORDER BY id LIMIT ").push_bind(i64::from(limit));
        let rows = query.build().fetch_all(&self.pool).await.map_err(failed)?;
        rows.iter().map(|row| read::name(&Columns(row))).collect()
    }

    async fn catalog_version(&self, company: CompanyId) -> Result<i64, Error> {
        sqlx::query_scalar("SELECT catalog_version FROM company WHERE id = $1")
            .bind(company.0)
            .fetch_optional(&self.pool)
            .await
            .map_err(failed)?
            .ok_or(Error::Missing(Kind::Company.as_str()))
    }

    async fn catalog_versions(&self) -> Result<Vec<(CompanyId, i64)>, Error> {
        let rows = sqlx::query("SELECT id, catalog_version FROM company")
            .fetch_all(&self.pool)
            .await
            .map_err(failed)?;
        rows.iter().map(|row| read::catalog_version(&Columns(row))).collect()
    }

    async fn catalog_of(&self, kind: Kind, id: Uuid, customer: Option<Uuid>) -> Result<Option<Owner>, Error> {
        let row = sqlx::query(
            "SELECT c.id AS company, c.catalog_version, k.id, k.name, k.active, k.version, k.updated_at,
                 k.data::text AS data
             FROM record r JOIN company c ON c.id = r.company
             LEFT JOIN record k ON k.id = $3 AND k.kind = 'customer' AND k.company = c.id
             WHERE r.id = $1 AND r.kind = $2",
        )
        .bind(id)
        .bind(kind.as_str())
        .bind(customer)
        .fetch_optional(&self.pool)
        .await
        .map_err(failed)?;
        row.as_ref().map(|row| read::owner(&Columns(row))).transpose()
    }
}

/// Adds a record, and keeps the answer to the request that asked for it.
pub(super) async fn add(
    connection: &mut PgConnection,
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
        Kind::Customer | Kind::Case => require_company(&mut *connection, record.company).await?,
        Kind::Branch | Kind::Service | Kind::Provider | Kind::Unit | Kind::Extension => {
            if !raise_catalog_version(&mut *connection, record.company).await? {
                return Err(Error::Missing(Kind::Company.as_str()));
            }
        }
    }
    sqlx::query(
        "INSERT INTO record (id, kind, company, name, active, version, updated_at, data)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8::text::json)",
    )
    .bind(record.id)
    .bind(record.kind.as_str())
    .bind(record.company)
    .bind(&record.name)
    .bind(record.active)
    .bind(record.version)
    .bind(record.updated_at)
    .bind(data)
    .execute(&mut *connection)
    .await
    .map_err(unless_recorded(record.kind))?;
    if record.kind == Kind::Extension {
        extensions::note_use(&mut *connection, record, ExtensionAct::Added).await?;
    }
    Ok(())
}

async fn add_company(connection: &mut PgConnection, id: Uuid) -> Result<(), Error> {
    sqlx::query("INSERT INTO company (id, catalog_version) VALUES ($1, 1)")
        .bind(id)
        .execute(&mut *connection)
        .await
        .map_err(unless_taken("company_pkey", || Error::Exists(Kind::Company.as_str())))?;
    sqlx::query("INSERT INTO numbering (company, last_number) VALUES ($1, 0)")
        .bind(id)
        .execute(connection)
        .await
        .map_err(failed)?;
    Ok(())
}

async fn require_company(connection: &mut PgConnection, company: Uuid) -> Result<(), Error> {
    let found = sqlx::query("SELECT FROM company WHERE id = $1")
        .bind(company)
        .fetch_optional(connection)
        .await
        .map_err(failed)?;
    found.map(drop).ok_or(Error::Missing(Kind::Company.as_str()))
}

/// Waits for the decisions under way that rest on the catalogue as it is. False if there is no such company.
async fn raise_catalog_version(connection: &mut PgConnection, company: Uuid) -> Result<bool, Error> {
    let done = sqlx::query("UPDATE company SET catalog_version = catalog_version + 1 WHERE id = $1")
        .bind(company)
        .execute(connection)
        .await
        .map_err(failed)?;
    Ok(done.rows_affected() == 1)
}

/// Fails if the catalogue is not at this version, with the company's row locked by this transaction.
async fn unless_changed(connection: &mut PgConnection, company: Uuid, version: i64) -> Result<(), Error> {
    let same: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM company WHERE id = $1 AND catalog_version = $2)")
            .bind(company)
            .bind(version)
            .fetch_one(connection)
            .await
            .map_err(failed)?;
    if same { Ok(()) } else { Err(Error::Unjudged) }
}

/// Why a record could not be replaced.
async fn missing_or_stale(connection: &mut PgConnection, kind: Kind, id: Uuid) -> Result<Error, Error> {
    let exists: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM record WHERE id = $1 AND kind = $2)")
        .bind(id)
        .bind(kind.as_str())
        .fetch_one(connection)
        .await
        .map_err(failed)?;
    Ok(if exists { Error::Stale(kind.as_str()) } else { Error::Missing(kind.as_str()) })
}
