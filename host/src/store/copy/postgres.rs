//! PostgreSQL as one side of a copy.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx::postgres::{PgConnectOptions, PgRow};
use sqlx::{AssertSqlSafe, QueryBuilder, Row as _, Transaction};
use uuid::Uuid;

use super::tables::{self, Column, Kind, Table};
use super::{Row, Side, Value};
use crate::store::Error;
use crate::store::postgres::{self, failed};

/// What triggers would have derived besides: what names are looked up by, and that what reports count has changed once.
const DERIVED: [&str; 3] = [
    "INSERT INTO appointment_gram (name, appointment, company) SELECT name, id, company FROM appointment",
    "INSERT INTO report_change (company, counted, day, provider, writer, changes)
     SELECT DISTINCT a.company, 'visit', day, a.provider, 0, 1
     FROM appointment a,
         generate_series(utc_day(a.reserved_start_at), utc_day(a.reserved_end_at - interval '1 us')) AS day
     WHERE a.status <> 'open'",
    "INSERT INTO report_change (company, counted, day, provider, writer, changes)
     SELECT DISTINCT d.company, 'document', (d.posting ->> 'date')::date - date '1970-01-01', a.provider, 0, 1
     FROM delivery d JOIN appointment a ON a.id = d.appointment
     WHERE d.document ->> 'kind' IN ('sales_invoice', 'credit_note')",
];

/// A database in a transaction that has locked every table against writing.
pub(super) struct Postgres {
    transaction: Transaction<'static, sqlx::Postgres>,
    /// The tables whose triggers were put aside.
    silenced: Vec<String>,
}

impl Postgres {
    pub(super) async fn open(server: &PgConnectOptions) -> Result<Self, Error> {
        let transaction = postgres::Postgres::open(server).await?.begin().await?;
        let mut side = Self { transaction, silenced: Vec::new() };
        // Tables are larger, and the other side is slower, than what a host's statements are made for.
        side.run("SET LOCAL statement_timeout = 0".to_owned()).await?;
        side.run("SET LOCAL idle_in_transaction_session_timeout = 0".to_owned()).await?;
        let names = tables::all().map(|table| table.postgres).collect::<Vec<_>>().join(", ");
        side.run(format!("LOCK TABLE {names} IN EXCLUSIVE MODE")).await?;
        Ok(side)
    }

    async fn run(&mut self, statement: String) -> Result<(), Error> {
        sqlx::query(AssertSqlSafe(statement)).execute(&mut *self.transaction).await.map_err(failed)?;
        Ok(())
    }
}

#[async_trait]
impl Side for Postgres {
    async fn count(&mut self, table: &Table) -> Result<i64, Error> {
        let statement = format!("SELECT count(*) FROM {}", table.postgres);
        let count = sqlx::query_scalar(AssertSqlSafe(statement));
        count.fetch_one(&mut *self.transaction).await.map_err(failed)
    }

    async fn page(&mut self, table: &Table, after: Option<&Row>) -> Result<Vec<Row>, Error> {
        let selected = table.columns.iter().map(selected).collect::<Vec<_>>().join(", ");
        let key = names(table)[..table.key].join(", ");
        let mut query = QueryBuilder::new(format!("SELECT {selected} FROM {}", table.postgres));
        if let Some(row) = after {
            query.push(format!(" WHERE ({key}) > ("));
            push(&mut query, row[..table.key].to_vec());
            query.push(")");
        }
        query.push(format!(" ORDER BY {key} LIMIT {}", table.page));
        let rows = query.build().fetch_all(&mut *self.transaction).await.map_err(failed)?;
        rows.iter().map(|row| read(table, row)).collect()
    }

    async fn prepare(&mut self) -> Result<(), Error> {
        self.silenced = sqlx::query_scalar(
            "SELECT DISTINCT c.oid::regclass::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
             WHERE NOT t.tgisinternal AND c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace",
        )
        .fetch_all(&mut *self.transaction)
        .await
        .map_err(failed)?;
        for table in self.silenced.clone() {
            self.run(format!("ALTER TABLE {table} DISABLE TRIGGER USER")).await?;
        }
        Ok(())
    }

    async fn insert(&mut self, table: &Table, rows: Vec<Row>) -> Result<(), Error> {
        let into = format!("INSERT INTO {} ({}) VALUES ", table.postgres, names(table).join(", "));
        let mut query = QueryBuilder::new(into);
        for (n, row) in rows.into_iter().enumerate() {
            query.push(if n == 0 { "(" } else { ", (" });
            push(&mut query, row);
            query.push(")");
        }
        query.build().execute(&mut *self.transaction).await.map_err(failed)?;
        Ok(())
    }

    async fn settle(&mut self) -> Result<(), Error> {
        self.run(
            "UPDATE delivery d SET prerequisites_left = o.prerequisites_left,
                 blocked_by = CASE WHEN d.state = 'pending' THEN o.obstacle END
             FROM delivery_obstacle o WHERE o.id = d.id AND d.state IN ('pending', 'leased')"
                .to_owned(),
        )
        .await?;
        for derived in DERIVED {
            self.run(derived.to_owned()).await?;
        }
        for table in tables::all().filter(|table| table.numbered) {
            let name = table.postgres;
            self.run(format!("SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}"))
                .await?;
        }
        // Triggers cannot be put back while references wait for the end to be checked.
        self.run("SET CONSTRAINTS ALL IMMEDIATE".to_owned()).await?;
        for table in std::mem::take(&mut self.silenced) {
            self.run(format!("ALTER TABLE {table} ENABLE TRIGGER USER")).await?;
        }
        Ok(())
    }

    async fn commit(self: Box<Self>) -> Result<(), Error> {
        self.transaction.commit().await.map_err(failed)
    }
}

fn names(table: &Table) -> Vec<&'static str> {
    table.columns.iter().map(|column| column.postgres).collect()
}

fn selected(column: &Column) -> String {
    match column.kind {
        Kind::Json => format!("{}::text", column.postgres),
        Kind::Id | Kind::Text | Kind::Integer | Kind::Flag | Kind::Instant | Kind::Words | Kind::Bytes => {
            column.postgres.to_owned()
        }
    }
}

/// Adds values with commas between them.
fn push(query: &mut QueryBuilder<sqlx::Postgres>, row: Row) {
    for (n, value) in row.into_iter().enumerate() {
        if n > 0 {
            query.push(", ");
        }
        match value {
            Value::Id(id) => query.push_bind(id),
            Value::Text(text) => query.push_bind(text),
            Value::Integer(number) => query.push_bind(number),
            Value::Flag(flag) => query.push_bind(flag),
            Value::Instant(micros) => query.push_bind(micros.and_then(DateTime::from_timestamp_micros)),
            Value::Json(json) => query.push_bind(json).push("::text::json"),
            Value::Words(words) => query.push_bind(words),
            Value::Bytes(bytes) => query.push_bind(bytes),
        };
    }
}

fn read(table: &Table, row: &PgRow) -> Result<Row, Error> {
    let columns = table.columns.iter().enumerate();
    columns.map(|(n, column)| value(column.kind, row, n).map_err(failed)).collect()
}

fn value(kind: Kind, row: &PgRow, n: usize) -> Result<Value, sqlx::Error> {
    Ok(match kind {
        Kind::Id => Value::Id(row.try_get::<Option<Uuid>, _>(n)?),
        Kind::Text => Value::Text(row.try_get(n)?),
        Kind::Json => Value::Json(row.try_get(n)?),
        Kind::Words => Value::Words(row.try_get(n)?),
        Kind::Bytes => Value::Bytes(row.try_get(n)?),
        Kind::Integer => Value::Integer(row.try_get(n)?),
        Kind::Flag => Value::Flag(row.try_get(n)?),
        Kind::Instant => {
            let at: Option<DateTime<Utc>> = row.try_get(n)?;
            Value::Instant(at.map(|at| at.timestamp_micros()))
        }
    })
}
