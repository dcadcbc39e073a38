//! Looks at the books, and what they found.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, QueryBuilder};

use super::Postgres;
use super::error::failed;
use super::rows::Columns;
use crate::model::CompanyId;
use crate::model::reconcile::{BooksFinding, FindingAct, NewFinding, Run, Seen};
use crate::store::rendered::lease_end;
use crate::store::words::to_json;
use crate::store::{Closing, Error, FindingFilter, NewRun, Reconciliation, read};

const RUN: &str = "id, company, from_day, to_day, only_key, nightly, actor, asked_at, state,
    finished_at, compared, listed, by_hand, message";

const FINDING: &str =
    "SELECT id, company, connection, kind, subject, delivery, day, words, details::text AS details, state,
    found_at, seen_at, closed_at FROM finding";

#[async_trait]
impl Reconciliation for Postgres {
    async fn ask_run(&self, run: &NewRun) -> Result<Run, Error> {
        let mut query = QueryBuilder::<sqlx::Postgres>::new(
            "INSERT INTO reconcile_run (company, from_day, to_day, only_key, nightly, actor, asked_at, state) VALUES (",
        );
        let mut values = query.separated(", ");
        values.push_bind(run.company.0).push_bind(run.days.from.to_string());
        values.push_bind(run.days.to.to_string());
        values.push_bind(run.only.as_ref().map(|key| key.as_str().to_owned()));
        values.push_bind(run.nightly).push_bind(&run.by).push_bind(run.at).push("'asked'");
        query.push(") ON CONFLICT DO NOTHING RETURNING ").push(RUN);
        let row = query.build().fetch_optional(&self.pool).await.map_err(failed)?;
        row.as_ref()
            .map(|row| read::run(&Columns(row)))
            .transpose()?
            .ok_or(Error::Exists("look at the books"))
    }

    async fn take_run(&self, owner: &str, lease: Duration, now: DateTime<Utc>) -> Result<Option<Run>, Error> {
        let waiting: Option<i64> = sqlx::query_scalar(
            "SELECT min(id) FROM reconcile_run
             WHERE state IN ('asked', 'running') AND (lease_until_at IS NULL OR lease_until_at <= $1)",
        )
        .bind(now)
        .fetch_one(&self.pool)
        .await
        .map_err(failed)?;
        let Some(id) = waiting else { return Ok(None) };
        match self.take_this_run(id, owner, lease, now).await {
            Ok(run) => Ok(Some(run)),
            // Somebody else was quicker.
            Err(Error::Stale(_)) => Ok(None),
            Err(other) => Err(other),
        }
    }

    async fn take_this_run(
        &self,
        id: i64,
        owner: &str,
        lease: Duration,
        now: DateTime<Utc>,
    ) -> Result<Run, Error> {
        let mut query =
            QueryBuilder::<sqlx::Postgres>::new("UPDATE reconcile_run SET state = 'running', lease_owner = ");
        query.push_bind(owner).push(", lease_until_at = ").push_bind(lease_end(now, lease));
        query
            .push(" WHERE id = ")
            .push_bind(id)
            .push(" AND state IN ('asked', 'running') AND (lease_until_at IS NULL");
        query.push(" OR lease_until_at <= ").push_bind(now).push(") RETURNING ").push(RUN);
        let row = query.build().fetch_optional(&self.pool).await.map_err(failed)?;
        row.as_ref().map(|row| read::run(&Columns(row))).transpose()?.ok_or(Error::Stale("look at the books"))
    }

    async fn keep_run(
        &self,
        id: i64,
        owner: &str,
        lease: Duration,
        now: DateTime<Utc>,
    ) -> Result<bool, Error> {
        let done =
            sqlx::query("UPDATE reconcile_run SET lease_until_at = $1 WHERE id = $2 AND lease_owner = $3")
                .bind(lease_end(now, lease))
                .bind(id)
                .bind(owner)
                .execute(&self.pool)
                .await
                .map_err(failed)?;
        Ok(done.rows_affected() == 1)
    }

    async fn finish_run(
        &self,
        id: i64,
        owner: &str,
        seen: Seen,
        message: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<bool, Error> {
        let done = sqlx::query(
            "UPDATE reconcile_run SET state = $1, message = $2, finished_at = $3, compared = $4, listed = $5, by_hand = $6,
                 lease_owner = NULL, lease_until_at = NULL
             WHERE id = $7 AND lease_owner = $8",
        )
        .bind(if message.is_some() { "failed" } else { "done" })
        .bind(message)
        .bind(now)
        .bind(i64::from(seen.compared))
        .bind(i64::from(seen.listed))
        .bind(i64::from(seen.by_hand))
        .bind(id)
        .bind(owner)
        .execute(&self.pool)
        .await
        .map_err(failed)?;
        Ok(done.rows_affected() == 1)
    }

    async fn runs(
        &self,
        company: Option<CompanyId>,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Run>, Error> {
        let mut query = QueryBuilder::<sqlx::Postgres>::new("SELECT ");
        query.push(RUN).push(" FROM reconcile_run WHERE id < ").push_bind(before.unwrap_or(i64::MAX));
        if let Some(company) = company {
            query.push(" AND company = ").push_bind(company.0);
        }
        query.push(" ORDER BY id DESC LIMIT ").push_bind(i64::from(limit));
        let rows = query.build().fetch_all(&self.pool).await.map_err(failed)?;
        rows.iter().map(|row| read::run(&Columns(row))).collect()
    }

    async fn keep_finding(&self, finding: &NewFinding, at: DateTime<Utc>) -> Result<Option<i64>, Error> {
        let mut transaction = self.begin().await?;
        let mut new = None;
        if !see(&mut transaction, finding, at).await? {
            match insert(&mut transaction, finding, at).await? {
                Some(id) => {
                    note(&mut transaction, id, "reconciliation", "found", &finding.words, at).await?;
                    new = Some(id);
                }
                // Another look found it in this moment, and has written it down by now.
                None => {
                    see(&mut transaction, finding, at).await?;
                }
            }
        }
        transaction.commit().await.map_err(failed)?;
        Ok(new)
    }

    async fn close_unseen(&self, run: &Run, since: DateTime<Utc>, now: DateTime<Utc>) -> Result<u64, Error> {
        let mut transaction = self.begin().await?;
        let mut query =
            QueryBuilder::<sqlx::Postgres>::new("SELECT id FROM finding WHERE state = 'open' AND company = ");
        query.push_bind(run.company.0).push(" AND seen_at < ").push_bind(since);
        match &run.only {
            Some(key) => query.push(" AND subject = ").push_bind(key.as_str().to_owned()),
            None => query
                .push(" AND day >= ")
                .push_bind(run.days.from.to_string())
                .push(" AND day <= ")
                .push_bind(run.days.to.to_string()),
        };
        let gone: Vec<i64> = query.build_query_scalar().fetch_all(&mut *transaction).await.map_err(failed)?;
        for id in &gone {
            close(&mut transaction, *id, "repaired", now).await?;
            note(&mut transaction, *id, "reconciliation", "gone", "It was not found any more.", now).await?;
        }
        transaction.commit().await.map_err(failed)?;
        Ok(u64::try_from(gone.len()).unwrap_or(u64::MAX))
    }

    async fn findings(
        &self,
        filter: FindingFilter,
        after: i64,
        limit: u32,
    ) -> Result<Vec<BooksFinding>, Error> {
        let mut query = QueryBuilder::<sqlx::Postgres>::new(FINDING);
        query.push(" WHERE id > ").push_bind(after);
        if let Some(company) = filter.company {
            query.push(" AND company = ").push_bind(company.0);
        }
        if let Some(state) = filter.state {
            query.push(" AND state = '").push(state.as_str()).push("'");
        }
        if let Some(kind) = filter.kind {
            query.push(" AND kind = '").push(kind.as_str()).push("'");
        }
        query.push(" ORDER BY id LIMIT ").push_bind(i64::from(limit));
        let rows = query.build().fetch_all(&self.pool).await.map_err(failed)?;
        rows.iter().map(|row| read::finding(&Columns(row))).collect()
    }

    async fn finding(&self, id: i64) -> Result<Option<BooksFinding>, Error> {
        let mut connection = self.pool.acquire().await.map_err(failed)?;
        one(&mut connection, id).await
    }

    async fn finding_acts(&self, id: i64) -> Result<Vec<FindingAct>, Error> {
        let rows = sqlx::query(
            "SELECT number, acted_at, actor, act, reason FROM finding_act WHERE finding = $1 ORDER BY number",
        )
        .bind(id)
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| read::finding_act(&Columns(row))).collect()
    }

    async fn close_finding(&self, id: i64, closing: &Closing) -> Result<BooksFinding, Error> {
        let mut transaction = self.begin().await?;
        let closed = close(&mut transaction, id, closing.state.as_str(), closing.at).await?;
        let finding = one(&mut transaction, id).await?.ok_or(Error::Missing("finding"))?;
        if !closed {
            return Err(Error::Stale("finding"));
        }
        note(&mut transaction, id, &closing.by, closing.act, &closing.reason, closing.at).await?;
        transaction.commit().await.map_err(failed)?;
        Ok(finding)
    }
}

/// Notes that a finding was seen again. False if it is not known like this.
async fn see(connection: &mut PgConnection, finding: &NewFinding, at: DateTime<Utc>) -> Result<bool, Error> {
    let known: Option<(i64, String)> = sqlx::query_as(
        "SELECT id, words FROM finding
         WHERE company = $1 AND kind = $2 AND subject = $3 AND (state = 'open' OR state = 'accepted' AND words = $4)
         ORDER BY state DESC, id DESC LIMIT 1 FOR NO KEY UPDATE",
    )
    .bind(finding.company.0)
    .bind(finding.kind.as_str())
    .bind(&finding.subject)
    .bind(&finding.words)
    .fetch_optional(&mut *connection)
    .await
    .map_err(failed)?;
    let Some((id, words)) = known else { return Ok(false) };
    sqlx::query("UPDATE finding SET seen_at = $1, words = $2, details = $3::text::json WHERE id = $4")
        .bind(at)
        .bind(&finding.words)
        .bind(to_json("finding", &finding.details)?)
        .bind(id)
        .execute(&mut *connection)
        .await
        .map_err(failed)?;
    if words != finding.words {
        note(connection, id, "reconciliation", "changed", &finding.words, at).await?;
    }
    Ok(true)
}

/// Writes a finding down, unless it is open already.
async fn insert(
    connection: &mut PgConnection,
    finding: &NewFinding,
    at: DateTime<Utc>,
) -> Result<Option<i64>, Error> {
    sqlx::query_scalar(
        "INSERT INTO finding (company, connection, kind, subject, delivery, day, words, details, state, found_at, seen_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8::text::json, 'open', $9, $9)
         ON CONFLICT (company, kind, subject) WHERE state = 'open' DO NOTHING RETURNING id",
    )
    .bind(finding.company.0)
    .bind(&finding.connection)
    .bind(finding.kind.as_str())
    .bind(&finding.subject)
    .bind(finding.delivery)
    .bind(finding.day.to_string())
    .bind(&finding.words)
    .bind(to_json("finding", &finding.details)?)
    .bind(at)
    .fetch_optional(connection)
    .await
    .map_err(failed)
}

async fn note(
    connection: &mut PgConnection,
    id: i64,
    by: &str,
    act: &str,
    reason: &str,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO finding_act (finding, number, acted_at, actor, act, reason)
         VALUES ($1, (SELECT count(*) + 1 FROM finding_act WHERE finding = $1), $2, $3, $4, $5)",
    )
    .bind(id)
    .bind(at)
    .bind(by)
    .bind(act)
    .bind(reason)
    .execute(connection)
    .await
    .map_err(failed)?;
    Ok(())
}

async fn close(
    connection: &mut PgConnection,
    id: i64,
    state: &str,
    at: DateTime<Utc>,
) -> Result<bool, Error> {
    let done = sqlx::query("UPDATE finding SET state = $1, closed_at = $2 WHERE id = $3 AND state = 'open'")
        .bind(state)
        .bind(at)
        .bind(id)
        .execute(connection)
        .await
        .map_err(failed)?;
    Ok(done.rows_affected() == 1)
}

async fn one(connection: &mut PgConnection, id: i64) -> Result<Option<BooksFinding>, Error> {
    let mut query = QueryBuilder::<sqlx::Postgres>::new(FINDING);
    query.push(" WHERE id = ").push_bind(id);
    let row = query.build().fetch_optional(connection).await.map_err(failed)?;
    row.as_ref().map(|row| read::finding(&Columns(row))).transpose()
}
