//! Documents on their way to the books.
//!
//! Whose turn it is stands in the schema: triggers keep in each waiting row what it waits for, so that claiming is one
//! look into an index, however long the queue and the history are. Whoever changes a delivery's state, but for leasing,
//! locks its appointment first (see the order of locks in [`super`]).

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, QueryBuilder};

use super::Postgres;
use super::connections::write_codes;
use super::error::failed;
use super::rows::{Columns, ids};
use slotledger_erp::Key;

use crate::model::{Attempt, CompanyId, Delivery, Repair};
use crate::store::rendered::{Finish, Mended, Tried, lease_end};
use crate::store::words::to_json;
use crate::store::{Backlog, DeliveryFilter, Error, Mend, Outbox, Outcome, Span, read};

/// How many leases that have run out one claim ends; each takes a transaction of its own.
const END_AT_ONCE: i64 = 100;

const COLUMNS: &str =
    "id, appointment, company, posting::text AS posting, to_json(after_keys)::text AS after_keys, state, attempts,
    next_attempt_at, lease_owner, lease_until_at, failure::text AS failure, document::text AS document, created_at,
    finished_at, adopted, repairs";

/// The companies that have something that could be sent, one step in the index for each.
const LINES: &str = "WITH RECURSIVE line (of_company) AS (
         (SELECT company FROM delivery
          WHERE state = 'pending' AND blocked_by IS NULL AND prerequisites_left = 0 ORDER BY company LIMIT 1)
         UNION ALL
         SELECT (SELECT d.company FROM delivery d
                 WHERE d.state = 'pending' AND d.blocked_by IS NULL AND d.prerequisites_left = 0
                     AND d.company > line.of_company
                 ORDER BY d.company LIMIT 1)
         FROM line WHERE line.of_company IS NOT NULL
     )";

#[async_trait]
impl Outbox for Postgres {
    async fn claim_deliveries(
        &self,
        owner: &str,
        lease: Duration,
        now: DateTime<Utc>,
        limit: u32,
        except: &[CompanyId],
    ) -> Result<Vec<Delivery>, Error> {
        self.end_leases(now).await?;
        let mut query = due(now, limit, except);
        query
            .push(" UPDATE delivery SET state = 'leased', lease_owner = ")
            .push_bind(owner)
            .push(", lease_until_at = ")
            .push_bind(lease_end(now, lease))
            .push(", attempts = attempts + 1 FROM due WHERE id = due_id RETURNING ")
            .push(COLUMNS);
        let rows = query.build().fetch_all(&self.pool).await.map_err(failed)?;
        let claimed = rows.iter().map(|row| read::delivery(&Columns(row)));
        let mut claimed = claimed.collect::<Result<Vec<_>, _>>()?;
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
        let mut transaction = self.begin().await?;
        lock_line(&mut transaction, id).await?;
        let done = sqlx::query(
            "UPDATE delivery SET state = $1, document = $2::text::json,
                 failure = CASE WHEN $3 THEN $4::text::json ELSE failure END,
                 next_attempt_at = coalesce($5, next_attempt_at), finished_at = $6, adopted = $7,
                 attempts = attempts - $8, lease_owner = NULL, lease_until_at = NULL
             WHERE id = $9 AND state = 'leased' AND lease_owner = $10",
        )
        .bind(finish.state.as_str())
        .bind(finish.document)
        .bind(finish.tried.is_some())
        .bind(finish.failure)
        .bind(finish.next_attempt)
        .bind(finish.finished)
        .bind(finish.adopted)
        .bind(i64::from(finish.tried.is_none()))
        .bind(id)
        .bind(owner)
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        if let Some(tried) = finish.tried {
            keep_attempt(&mut transaction, id, tried, finish.adopted, span).await?;
        }
        transaction.commit().await.map_err(failed)?;
        Ok(true)
    }

    async fn mend_delivery(&self, id: i64, mend: &Mend, act: &Repair) -> Result<Delivery, Error> {
        let mended = Mended::by(mend, act.at)?;
        let mut transaction = self.begin().await?;
        lock_lines(&mut transaction, id).await?;
        let mut noted = QueryBuilder::<sqlx::Postgres>::new(
            "INSERT INTO repair_act (delivery, number, acted_at, actor, act, reason, details) SELECT id, repairs + 1, ",
        );
        noted.push_bind(act.at).push(", ").push_bind(&act.by).push(", ").push_bind(mend.act().as_str());
        noted.push(", ").push_bind(&act.reason).push(", ").push_bind(to_json("act", &act.details)?);
        noted.push("::text::json FROM delivery WHERE state IN (").push(mended.from).push(") AND id = ");
        // Locked until the end, so that a relay cannot lease it in between.
        noted.push_bind(id).push(" FOR NO KEY UPDATE");
        let noted = noted.build().execute(&mut *transaction).await.map_err(failed)?;
        if noted.rows_affected() == 0 {
            one(&mut transaction, id).await?.ok_or(Error::Missing("delivery"))?;
            return Err(Error::Stale("delivery"));
        }
        if let Mend::Edit { connection, codes } = mend {
            write_codes(&mut transaction, connection, codes).await?;
        }
        sqlx::query(
            "UPDATE delivery SET state = $1::text, document = $2::text::json, failure = CASE WHEN $3 THEN failure END,
                 next_attempt_at = coalesce($4, next_attempt_at), finished_at = $5, adopted = $6,
                 blocked_by = CASE WHEN $1::text = 'pending' THEN blocked_by END, repairs = repairs + 1
             WHERE id = $7",
        )
        .bind(mended.state.as_str())
        .bind(mended.document)
        .bind(mended.keeps_failure)
        .bind(mended.next_attempt)
        .bind(mended.finished)
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
        let mut query = QueryBuilder::<sqlx::Postgres>::new("SELECT ");
        query.push(COLUMNS).push(" FROM delivery WHERE key = ").push_bind(key.as_str());
        let row = query.build().fetch_optional(&self.pool).await.map_err(failed)?;
        row.as_ref().map(|row| read::delivery(&Columns(row))).transpose()
    }

    async fn attempts(&self, id: i64) -> Result<Vec<Attempt>, Error> {
        let rows = sqlx::query(
            "SELECT number, started_at, finished_at, class, reason, message, adopted
             FROM delivery_attempt WHERE delivery = $1 ORDER BY number",
        )
        .bind(id)
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| read::attempt(&Columns(row))).collect()
    }

    async fn repairs(&self, id: i64) -> Result<Vec<Repair>, Error> {
        let rows = sqlx::query(
            "SELECT number, acted_at, actor, act, reason, details::text AS details
             FROM repair_act WHERE delivery = $1 ORDER BY number",
        )
        .bind(id)
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| read::repair(&Columns(row))).collect()
    }

    async fn backlog(&self) -> Result<Vec<Backlog>, Error> {
        // State by state, so that each finds its partial index.
        let rows = sqlx::query(
            "SELECT company, count(*) FILTER (WHERE NOT parked) AS pending, count(*) FILTER (WHERE parked) AS parked,
                 min(created_at) AS oldest_at
             FROM (
                 SELECT company, FALSE AS parked, created_at FROM delivery WHERE state = 'pending'
                 UNION ALL
                 SELECT company, FALSE, created_at FROM delivery WHERE state = 'leased'
                 UNION ALL
                 SELECT company, TRUE, created_at FROM delivery WHERE state = 'parked'
             ) waiting GROUP BY company ORDER BY company",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| read::backlog(&Columns(row))).collect()
    }

    async fn delivery(&self, id: i64) -> Result<Option<Delivery>, Error> {
        let mut connection = self.pool.acquire().await.map_err(failed)?;
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
        query.push(beyond).push_bind(after).push(order).push_bind(i64::from(limit));
        let rows = query.build().fetch_all(&self.pool).await.map_err(failed)?;
        rows.iter().map(|row| read::delivery(&Columns(row))).collect()
    }

    async fn next_delivery_at(&self, except: &[CompanyId]) -> Result<Option<DateTime<Utc>>, Error> {
        let mut query = next_due(except);
        query.build_query_scalar().fetch_one(&self.pool).await.map_err(failed)
    }
}

/// What has waited longest, as `due`. `MATERIALIZED`, or the planner may look for it more than once.
fn due(now: DateTime<Utc>, limit: u32, except: &[CompanyId]) -> QueryBuilder<sqlx::Postgres> {
    if except.is_empty() {
        let mut query = QueryBuilder::new(
            "WITH due AS MATERIALIZED (
                 SELECT id AS due_id FROM delivery
                 WHERE state = 'pending' AND blocked_by IS NULL AND prerequisites_left = 0 AND next_attempt_at <= ",
        );
        query.push_bind(now).push(" ORDER BY next_attempt_at, id LIMIT ").push_bind(i64::from(limit));
        query.push(" FOR NO KEY UPDATE SKIP LOCKED)");
        return query;
    }
    let mut query = QueryBuilder::new(LINES);
    query.push(
        ", due AS MATERIALIZED (
             SELECT first.id AS due_id FROM line CROSS JOIN LATERAL (
                 SELECT e.id, e.next_attempt_at FROM delivery e
                 WHERE e.state = 'pending' AND e.blocked_by IS NULL AND e.prerequisites_left = 0
                     AND e.company = line.of_company AND e.next_attempt_at <= ",
    );
    query.push_bind(now).push(" ORDER BY e.next_attempt_at, e.id LIMIT ").push_bind(i64::from(limit));
    query.push(" FOR NO KEY UPDATE SKIP LOCKED) first WHERE line.of_company <> ALL (");
    query.push_bind(ids(except.iter().copied())).push(") ORDER BY first.next_attempt_at, first.id LIMIT ");
    query.push_bind(i64::from(limit)).push(")");
    query
}

/// When there is something to do again.
fn next_due(except: &[CompanyId]) -> QueryBuilder<sqlx::Postgres> {
    const LEASES: &str = "(SELECT min(lease_until_at) FROM delivery WHERE state = 'leased')";
    if except.is_empty() {
        let mut query = QueryBuilder::new("SELECT least(");
        query.push(LEASES).push(
            ", (SELECT min(next_attempt_at) FROM delivery
               WHERE state = 'pending' AND blocked_by IS NULL AND prerequisites_left = 0))",
        );
        return query;
    }
    let mut query = QueryBuilder::new(LINES);
    query.push(" SELECT least(").push(LEASES).push(
        ", (SELECT min((SELECT min(e.next_attempt_at) FROM delivery e
                        WHERE e.state = 'pending' AND e.blocked_by IS NULL AND e.prerequisites_left = 0
                            AND e.company = line.of_company))
            FROM line WHERE line.of_company <> ALL (",
    );
    query.push_bind(ids(except.iter().copied())).push(")))");
    query
}

impl Postgres {
    /// Puts back in line what somebody took and did not finish in time.
    async fn end_leases(&self, now: DateTime<Utc>) -> Result<(), Error> {
        let overdue: Vec<i64> = sqlx::query_scalar(
            "SELECT id FROM delivery WHERE state = 'leased' AND lease_until_at <= $1 ORDER BY lease_until_at LIMIT $2",
        )
        .bind(now)
        .bind(END_AT_ONCE)
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        for id in overdue {
            let mut transaction = self.begin().await?;
            lock_line(&mut transaction, id).await?;
            sqlx::query(
                "UPDATE delivery SET state = 'pending', lease_owner = NULL, lease_until_at = NULL
                 WHERE id = $1 AND state = 'leased' AND lease_until_at <= $2",
            )
            .bind(id)
            .bind(now)
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
            transaction.commit().await.map_err(failed)?;
        }
        Ok(())
    }
}

async fn keep_attempt(
    connection: &mut PgConnection,
    id: i64,
    tried: Tried,
    adopted: bool,
    span: Span,
) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO delivery_attempt (delivery, number, started_at, finished_at, class, reason, message, adopted)
         SELECT id, attempts, $1, $2, $3, $4, $5, $6 FROM delivery WHERE id = $7",
    )
    .bind(span.started)
    .bind(span.finished)
    .bind(tried.class)
    .bind(tried.reason)
    .bind(tried.message)
    .bind(adopted)
    .bind(id)
    .execute(connection)
    .await
    .map_err(failed)?;
    Ok(())
}

/// Has the line that a delivery stands in to itself until the transaction ends.
async fn lock_line(connection: &mut PgConnection, id: i64) -> Result<(), Error> {
    sqlx::query(
        "SELECT FROM appointment WHERE id = (SELECT appointment FROM delivery WHERE id = $1) FOR NO KEY UPDATE",
    )
    .bind(id)
    .execute(connection)
    .await
    .map_err(failed)?;
    Ok(())
}

/// The same, and those whose deliveries it comes after.
async fn lock_lines(connection: &mut PgConnection, id: i64) -> Result<(), Error> {
    sqlx::query(
        "SELECT FROM appointment WHERE id IN (
             SELECT appointment FROM delivery WHERE id = $1
             UNION
             SELECT p.appointment FROM delivery d JOIN delivery p ON p.key = ANY (d.after_keys) WHERE d.id = $1
         ) ORDER BY id FOR NO KEY UPDATE",
    )
    .bind(id)
    .execute(connection)
    .await
    .map_err(failed)?;
    Ok(())
}

async fn one(connection: &mut PgConnection, id: i64) -> Result<Option<Delivery>, Error> {
    let mut query = QueryBuilder::<sqlx::Postgres>::new("SELECT ");
    query.push(COLUMNS).push(" FROM delivery WHERE id = ").push_bind(id);
    let row = query.build().fetch_optional(connection).await.map_err(failed)?;
    row.as_ref().map(|row| read::delivery(&Columns(row))).transpose()
}

fn selection(filter: &DeliveryFilter) -> QueryBuilder<sqlx::Postgres> {
    let mut query = QueryBuilder::new("SELECT ");
    query.push(COLUMNS).push(" FROM delivery WHERE TRUE");
    if let Some(company) = filter.company {
        query.push(" AND company = ").push_bind(company.0);
    }
    if let Some(appointment) = filter.appointment {
        query.push(" AND appointment = ").push_bind(appointment.0);
    }
    if let Some(state) = filter.state {
        // As a constant: a partial index is not used for a value that is bound.
        query.push(" AND state = '").push(state.as_str()).push("'");
    }
    if let Some(days) = filter.days {
        let day = "posting ->> 'date'";
        query.push(" AND ").push(day).push(" >= ").push_bind(days.from.to_string());
        query.push(" AND ").push(day).push(" <= ").push_bind(days.to.to_string());
    }
    query
}
