//! Documents on their way to the books.
//!
//! Whose turn it is stands in the schema: triggers keep in each waiting row which other it waits for, so that claiming
//! is one look into an index, however long the queue and the history are.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx::{QueryBuilder, SqliteConnection};

use super::connections::write_codes;
use super::error::failed;
use super::rows::{Columns, instant, micros, text};
use super::{DURABLE, RELAXED, Sqlite};
use slotledger_erp::Key;

use crate::model::{Attempt, CompanyId, Delivery, Repair};
use crate::store::read;
use crate::store::rendered::{Finish, Mended, lease_end};
use crate::store::words::to_json;
use crate::store::{Backlog, DeliveryFilter, Error, Mend, Outbox, Outcome, Span};

const COLUMNS: &str =
    "id, appointment, company, posting, after_keys, state, attempts, next_attempt_us AS next_attempt_at, lease_owner,
    lease_until_us AS lease_until_at, failure, document, created_us AS created_at, finished_us AS finished_at, adopted, repairs";

/// The companies that have something that could be sent, one step in the index for each.
const LINES: &str = "WITH RECURSIVE line (of) AS (
         SELECT min(company) FROM delivery INDEXED BY delivery_due_of
         WHERE state = 'pending' AND blocked_by IS NULL
         UNION ALL
         SELECT (SELECT min(d.company) FROM delivery d INDEXED BY delivery_due_of
                 WHERE d.state = 'pending' AND d.blocked_by IS NULL AND d.company > line.of)
         FROM line WHERE line.of IS NOT NULL
     ) ";

#[async_trait]
impl Outbox for Sqlite {
    async fn claim_deliveries(
        &self,
        owner: &str,
        lease: Duration,
        now: DateTime<Utc>,
        limit: u32,
        except: &[CompanyId],
    ) -> Result<Vec<Delivery>, Error> {
        let until = lease_end(now, lease);
        let mut transaction = self.begin().await?;
        let mut query = QueryBuilder::<sqlx::Sqlite>::new(
            "UPDATE delivery SET state = 'pending', lease_owner = NULL, lease_until_us = NULL
             WHERE state = 'leased' AND lease_until_us <= ",
        );
        query.push_bind(micros(now));
        query.push("; UPDATE delivery SET state = 'leased', lease_owner = ").push_bind(owner);
        query.push(", lease_until_us = ").push_bind(micros(until));
        query.push(", attempts = attempts + 1 WHERE id IN (");
        push_due(&mut query, now, limit, except);
        query.push(") RETURNING ").push(COLUMNS);
        let rows = query.build().fetch_all(&mut *transaction).await.map_err(failed)?;
        let claimed = rows.iter().map(|row| read::delivery(&Columns(row)));
        let mut claimed = claimed.collect::<Result<Vec<_>, _>>()?;
        transaction.commit().await.map_err(failed)?;
        claimed.sort_by_key(|delivery| delivery.id);
        Ok(claimed)
    }

    async fn finish_delivery(
        &self,
        id: i64,
        owner: &str,
        outcome: &Outcome,
        span: Span,
    ) -> Result<bool, Error> {
        let finish = Finish::of(outcome, span.finished)?;
        let done = self.execute_relaxed(finishing(id, owner, finish, span)).await?;
        Ok(!done.is_empty())
    }

    async fn mend_delivery(&self, id: i64, mend: &Mend, act: &Repair) -> Result<Delivery, Error> {
        let mended = Mended::by(mend, act.at)?;
        let mut transaction = self.begin().await?;
        let mut noted = QueryBuilder::<sqlx::Sqlite>::new(
            "INSERT INTO repair_act (delivery, number, at_us, actor, act, reason, details) SELECT id, repairs + 1, ",
        );
        let mut values = noted.separated(", ");
        values.push_bind(micros(act.at)).push_bind(&act.by).push_bind(mend.act().as_str());
        values.push_bind(&act.reason).push_bind(to_json("act", &act.details)?);
        noted.push(" FROM delivery WHERE state IN (").push(mended.from).push(") AND id = ").push_bind(id);
        let noted = noted.build().execute(&mut *transaction).await.map_err(failed)?;
        if noted.rows_affected() == 0 {
            one(&mut transaction, id).await?.ok_or(Error::Missing("delivery"))?;
            return Err(Error::Stale("delivery"));
        }
        if let Mend::Edit { connection, codes } = mend {
            write_codes(&mut transaction, connection, codes).await?;
        }
        sqlx::query(
            "UPDATE delivery SET state = ?1, document = ?2, failure = CASE WHEN ?3 THEN failure END,
                 next_attempt_us = coalesce(?4, next_attempt_us), finished_us = ?5, adopted = ?6,
                 blocked_by = CASE WHEN ?1 = 'pending' THEN blocked_by END, repairs = repairs + 1
             WHERE id = ?7",
        )
        .bind(mended.state.as_str())
        .bind(mended.document)
        .bind(mended.keeps_failure)
        .bind(mended.next_attempt.map(micros))
        .bind(mended.finished.map(micros))
        .bind(mended.adopted)
        .bind(id)
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
        let delivery = one(&mut transaction, id).await?.ok_or(Error::Missing("delivery"))?;
        transaction.commit().await.map_err(failed)?;
        Ok(delivery)
    }

    async fn delivery_of(&self, key: &Key) -> Result<Option<Delivery>, Error> {
        let mut query = QueryBuilder::<sqlx::Sqlite>::new("SELECT ");
        query.push(COLUMNS).push(" FROM delivery WHERE key = ").push_bind(key.as_str());
        let row = query.build().fetch_optional(&self.readers).await.map_err(failed)?;
        row.as_ref().map(|row| read::delivery(&Columns(row))).transpose()
    }

    async fn attempts(&self, id: i64) -> Result<Vec<Attempt>, Error> {
        let rows = sqlx::query(
            "SELECT number, started_us AS started_at, finished_us AS finished_at, class, reason, message, adopted
             FROM delivery_attempt WHERE delivery = ? ORDER BY number",
        )
        .bind(id)
        .fetch_all(&self.readers)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| read::attempt(&Columns(row))).collect()
    }

    async fn repairs(&self, id: i64) -> Result<Vec<Repair>, Error> {
        let rows = sqlx::query(
            "SELECT number, at_us AS acted_at, actor, act, reason, details
             FROM repair_act WHERE delivery = ? ORDER BY number",
        )
        .bind(id)
        .fetch_all(&self.readers)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| read::repair(&Columns(row))).collect()
    }

    async fn backlog(&self) -> Result<Vec<Backlog>, Error> {
        // State by state, so that each finds its partial index.
        let rows = sqlx::query(
            "SELECT company, sum(parked = 0) AS pending, sum(parked) AS parked, min(created_us) AS oldest_at
             FROM (
                 SELECT company, 0 AS parked, created_us FROM delivery WHERE state = 'pending'
                 UNION ALL
                 SELECT company, 0, created_us FROM delivery WHERE state = 'leased'
                 UNION ALL
                 SELECT company, 1, created_us FROM delivery WHERE state = 'parked'
             ) GROUP BY company ORDER BY company",
        )
        .fetch_all(&self.readers)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| read::backlog(&Columns(row))).collect()
    }

    async fn delivery(&self, id: i64) -> Result<Option<Delivery>, Error> {
        let mut connection = self.readers.acquire().await.map_err(failed)?;
        one(&mut connection, id).await
    }

    async fn deliveries(
        &self,
        filter: &DeliveryFilter,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Delivery>, Error> {
        let mut query = selection(filter);
        let (beyond, order) = filter.order();
        query.push(beyond).push_bind(after).push(order).push(limit);
        let rows = query.build().fetch_all(&self.readers).await.map_err(failed)?;
        rows.iter().map(|row| read::delivery(&Columns(row))).collect()
    }

    async fn next_delivery_at(&self, except: &[CompanyId]) -> Result<Option<DateTime<Utc>>, Error> {
        let mut query = next_due(except);
        let next: Option<i64> = query.build_query_scalar().fetch_one(&self.readers).await.map_err(failed)?;
        next.map(instant).transpose()
    }
}

/// What has waited longest. Indexes are named because the planner has no statistics to choose them by.
///
/// The limit stands in the text: SQLite plans a statement anew each time that another one is bound to it, and this one comes
/// with all triggers of deliveries. There are as many texts as a relay has in hand at most.
fn push_due(query: &mut QueryBuilder<sqlx::Sqlite>, now: DateTime<Utc>, limit: u32, except: &[CompanyId]) {
    let now = micros(now);
    if except.is_empty() {
        query.push(
            "SELECT id FROM delivery INDEXED BY delivery_due
             WHERE state = 'pending' AND blocked_by IS NULL AND next_attempt_us <= ",
        );
        query.push_bind(now).push(" ORDER BY next_attempt_us, id LIMIT ").push(limit);
        return;
    }
    query.push(LINES).push(
        "SELECT d.id FROM line CROSS JOIN delivery d ON d.id IN (
             SELECT e.id FROM delivery e INDEXED BY delivery_due_of
             WHERE e.state = 'pending' AND e.blocked_by IS NULL AND e.company = line.of AND e.next_attempt_us <= ",
    );
    query.push_bind(now).push(" ORDER BY e.next_attempt_us, e.id LIMIT ").push(limit);
    query.push(") WHERE line.of IS NOT NULL");
    leave_out(query, except);
    query.push(" ORDER BY d.next_attempt_us, d.id LIMIT ").push(limit);
}

/// When there is something to do again.
fn next_due(except: &[CompanyId]) -> QueryBuilder<sqlx::Sqlite> {
    const LEASES: &str = "SELECT min(lease_until_us) AS at_us FROM delivery WHERE state = 'leased'";
    if except.is_empty() {
        let mut query = QueryBuilder::new("SELECT min(at_us) FROM (");
        query.push(LEASES).push(
            " UNION ALL
              SELECT min(next_attempt_us) FROM delivery WHERE state = 'pending' AND blocked_by IS NULL)",
        );
        return query;
    }
    let mut query = QueryBuilder::new(LINES);
    query.push("SELECT min(at_us) FROM (").push(LEASES).push(
        " UNION ALL
          SELECT (SELECT min(e.next_attempt_us) FROM delivery e INDEXED BY delivery_due_of
                  WHERE e.state = 'pending' AND e.blocked_by IS NULL AND e.company = line.of)
          FROM line WHERE line.of IS NOT NULL",
    );
    leave_out(&mut query, except);
    query.push(")");
    query
}

fn leave_out(query: &mut QueryBuilder<sqlx::Sqlite>, except: &[CompanyId]) {
    query.push(" AND line.of NOT IN (");
    let mut list = query.separated(", ");
    for company in except {
        list.push_bind(text(*company));
    }
    query.push(")");
}

/// Writes down what came of a try and, if it was still ours, the try itself; then there is a row. All of it is one text: each
/// that is handed to the connection's thread wakes it, and whoever waits for it, once more.
fn finishing(id: i64, owner: &str, finish: Finish, span: Span) -> QueryBuilder<sqlx::Sqlite> {
    let mut query = QueryBuilder::new(RELAXED);
    query.push("UPDATE delivery SET lease_owner = NULL, lease_until_us = NULL, state = ");
    query.push_bind(finish.state.as_str()).push(", document = ").push_bind(finish.document);
    query.push(", finished_us = ").push_bind(finish.finished.map(micros));
    query.push(", adopted = ").push_bind(finish.adopted);
    if finish.tried.is_some() {
        query.push(", failure = ").push_bind(finish.failure);
    } else {
        query.push(", attempts = attempts - 1");
    }
    query.push(", next_attempt_us = coalesce(").push_bind(finish.next_attempt.map(micros));
    query.push(", next_attempt_us) WHERE state = 'leased' AND id = ").push_bind(id);
    query.push(" AND lease_owner = ").push_bind(owner.to_owned()).push(" RETURNING id");
    if let Some(tried) = finish.tried {
        query.push(
            "; INSERT INTO delivery_attempt
                 (started_us, finished_us, class, reason, message, adopted, delivery, number) SELECT ",
        );
        let mut values = query.separated(", ");
        values.push_bind(micros(span.started)).push_bind(micros(span.finished));
        values.push_bind(tried.class).push_bind(tried.reason).push_bind(tried.message);
        values.push_bind(finish.adopted).push("id, attempts FROM delivery WHERE changes() > 0 AND id = ");
        query.push_bind(id);
    }
    query.push(DURABLE);
    query
}

async fn one(connection: &mut SqliteConnection, id: i64) -> Result<Option<Delivery>, Error> {
    let mut query = QueryBuilder::<sqlx::Sqlite>::new("SELECT ");
    query.push(COLUMNS).push(" FROM delivery WHERE id = ").push_bind(id);
    let row = query.build().fetch_optional(connection).await.map_err(failed)?;
    row.as_ref().map(|row| read::delivery(&Columns(row))).transpose()
}

fn selection(filter: &DeliveryFilter) -> QueryBuilder<sqlx::Sqlite> {
    let mut query = QueryBuilder::new("SELECT ");
    query.push(COLUMNS).push(" FROM delivery WHERE TRUE");
    if let Some(company) = filter.company {
        query.push(" AND company = ").push_bind(text(company));
    }
    if let Some(appointment) = filter.appointment {
        query.push(" AND appointment = ").push_bind(text(appointment));
    }
    if let Some(state) = filter.state {
        // As a constant: a partial index is not used for a value that is bound.
        query.push(" AND state = '").push(state.as_str()).push("'");
    }
    if let Some(days) = filter.days {
        let day = "json_extract(posting, '$.date')";
        query.push(" AND ").push(day).push(" >= ").push_bind(days.from.to_string());
        query.push(" AND ").push(day).push(" <= ").push_bind(days.to.to_string());
    }
    query
}
