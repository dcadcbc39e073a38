//! SQLite as one side of a copy.

use std::path::Path;

use async_trait::async_trait;
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{AssertSqlSafe, QueryBuilder, Row as _, Transaction};
use uuid::Uuid;

use super::tables::{Kind, Table};
use super::{Row, Side, Value};
use crate::store::Error;
use crate::store::sqlite::{self, failed};
use crate::store::words::{from_json, to_json};

type Statement<'q> = Query<'q, sqlx::Sqlite, SqliteArguments>;

/// What triggers would have derived besides: what names are looked up by, and that what reports count has
/// changed once.
const DERIVED: [&str; 3] = [
    "INSERT INTO appointment_gram (name, appointment, company) SELECT name, id, company FROM appointment ORDER BY id",
    "INSERT INTO report_change (company, counted, day, provider, changes)
     SELECT DISTINCT a.company, 'visit', a.reserved_start_us / 86400000000 + later.column1, a.provider, 1
     FROM appointment a JOIN (VALUES (0), (1), (2), (3)) AS later
     WHERE a.status <> 'open'
         AND a.reserved_start_us / 86400000000 + later.column1 <= (a.reserved_end_us - 1) / 86400000000",
    "INSERT INTO report_change (company, counted, day, provider, changes)
     SELECT DISTINCT d.company, 'document', unixepoch(d.posting ->> '$.date') / 86400, a.provider, 1
     FROM delivery d JOIN appointment a ON a.id = d.appointment
     WHERE d.document ->> '$.kind' IN ('sales_invoice', 'credit_note')",
];

/// A database in a transaction, which in SQLite keeps everybody else from writing.
pub(super) struct Sqlite {
    transaction: Transaction<'static, sqlx::Sqlite>,
    /// The triggers that were put aside, as the statements that make them.
    triggers: Vec<String>,
}

impl Sqlite {
    pub(super) async fn open(path: &Path) -> Result<Self, Error> {
        let transaction = sqlite::Sqlite::open(path).await?.begin().await?;
        Ok(Self { transaction, triggers: Vec::new() })
    }

    async fn run(&mut self, statement: String) -> Result<(), Error> {
        sqlx::query(AssertSqlSafe(statement)).execute(&mut *self.transaction).await.map_err(failed)?;
        Ok(())
    }
}

#[async_trait]
impl Side for Sqlite {
    async fn count(&mut self, table: &Table) -> Result<i64, Error> {
        let statement = format!("SELECT count(*) FROM {}", table.name);
        let count = sqlx::query_scalar(AssertSqlSafe(statement));
        count.fetch_one(&mut *self.transaction).await.map_err(failed)
    }

    async fn page(&mut self, table: &Table, after: Option<&Row>) -> Result<Vec<Row>, Error> {
        let names = names(table);
        let key = names[..table.key].join(", ");
        let mut statement = format!("SELECT {} FROM {}", names.join(", "), table.name);
        if after.is_some() {
            let marks = vec!["?"; table.key].join(", ");
            statement.push_str(&format!(" WHERE ({key}) > ({marks})"));
        }
        statement.push_str(&format!(" ORDER BY {key} LIMIT {}", table.page));
        let mut query = sqlx::query(AssertSqlSafe(statement));
        for value in after.into_iter().flat_map(|row| &row[..table.key]) {
            query = bind(query, value.clone())?;
        }
        let rows = query.fetch_all(&mut *self.transaction).await.map_err(failed)?;
        rows.iter().map(|row| read(table, row)).collect()
    }

    async fn prepare(&mut self) -> Result<(), Error> {
        let found: Vec<(String, String)> =
            sqlx::query_as("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY rowid")
                .fetch_all(&mut *self.transaction)
                .await
                .map_err(failed)?;
        for (name, statement) in found {
            self.run(format!("DROP TRIGGER {name}")).await?;
            self.triggers.push(statement);
        }
        Ok(())
    }

    async fn insert(&mut self, table: &Table, rows: Vec<Row>) -> Result<(), Error> {
        let into = format!("INSERT INTO {} ({}) ", table.name, names(table).join(", "));
        let mut query = QueryBuilder::<sqlx::Sqlite>::new(into);
        query.push("VALUES ");
        for (n, row) in rows.iter().enumerate() {
            let marks = vec!["?"; row.len()].join(", ");
            query.push(if n == 0 { "(" } else { ", (" }).push(marks).push(")");
        }
        let mut query = sqlx::query(AssertSqlSafe(query.into_string()));
        for value in rows.into_iter().flatten() {
            query = bind(query, value)?;
        }
        query.execute(&mut *self.transaction).await.map_err(failed)?;
        Ok(())
    }

    async fn settle(&mut self) -> Result<(), Error> {
        self.run(
            "UPDATE delivery SET blocked_by = (SELECT obstacle FROM delivery_obstacle o WHERE o.id = delivery.id)
             WHERE state = 'pending'"
                .to_owned(),
        )
        .await?;
        for derived in DERIVED {
            self.run(derived.to_owned()).await?;
        }
        for trigger in std::mem::take(&mut self.triggers) {
            self.run(trigger).await?;
        }
        Ok(())
    }

    async fn commit(self: Box<Self>) -> Result<(), Error> {
        self.transaction.commit().await.map_err(failed)
    }
}

fn names(table: &Table) -> Vec<&'static str> {
    table.columns.iter().map(|column| column.sqlite).collect()
}

fn bind(query: Statement<'_>, value: Value) -> Result<Statement<'_>, Error> {
    Ok(match value {
        Value::Id(id) => query.bind(id.map(|id| id.hyphenated().to_string())),
        Value::Text(text) | Value::Json(text) => query.bind(text),
        Value::Integer(number) | Value::Instant(number) => query.bind(number),
        Value::Flag(flag) => query.bind(flag),
        Value::Bytes(bytes) => query.bind(bytes),
        Value::Words(words) => query.bind(words.map(|words| to_json("list", &words)).transpose()?),
    })
}

fn read(table: &Table, row: &SqliteRow) -> Result<Row, Error> {
    let columns = table.columns.iter().enumerate();
    columns.map(|(n, column)| value(column.kind, row, n)).collect()
}

fn value(kind: Kind, row: &SqliteRow, n: usize) -> Result<Value, Error> {
    let text = || row.try_get::<Option<String>, _>(n).map_err(failed);
    Ok(match kind {
        Kind::Id => Value::Id(text()?.map(|id| parse(&id)).transpose()?),
        Kind::Text => Value::Text(text()?),
        Kind::Json => Value::Json(text()?),
        Kind::Words => Value::Words(text()?.map(|words| from_json("list", &words)).transpose()?),
        Kind::Bytes => Value::Bytes(row.try_get(n).map_err(failed)?),
        Kind::Integer => Value::Integer(row.try_get(n).map_err(failed)?),
        Kind::Instant => Value::Instant(row.try_get(n).map_err(failed)?),
        Kind::Flag => Value::Flag(row.try_get(n).map_err(failed)?),
    })
}

fn parse(id: &str) -> Result<Uuid, Error> {
    Uuid::parse_str(id).map_err(|error| Error::Corrupt("identifier", Box::new(error)))
}
