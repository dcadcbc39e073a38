//! Looks at the books, and what they found.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx::{QueryBuilder, SqliteConnection};

use super::Sqlite;
use super::error::failed;
use super::rows::{Columns, micros, text};
use crate::model::CompanyId;
use crate::model::reconcile::{BooksFinding, FindingAct, NewFinding, Run, Seen};
use crate::store::rendered::lease_end;
use crate::store::words::to_json;
use crate::store::{Closing, Error, FindingFilter, NewRun, Reconciliation, read};

const RUN: &str = "id, company, from_day, to_day, only_key, nightly, actor, asked_us AS asked_at, state,
    finished_us AS finished_at, compared, listed, by_hand, message";

const FINDING: &str = "SELECT id, company, connection, kind, subject, delivery, day, words, details, state,
    found_us AS found_at, seen_us AS seen_at, closed_us AS closed_at FROM finding";

#[async_trait]
impl Reconciliation for Sqlite {
    async fn ask_run(&self, run: &NewRun) -> Result<Run, Error> {
        let mut query = QueryBuilder::<sqlx::Sqlite>::new(
            "INSERT INTO reconcile_run (company, from_day, to_day, only_key, nightly, actor, asked_us, state) VALUES (",
        );
        let mut values = query.separated(", ");
        values.push_bind(text(run.company)).push_bind(run.days.from.to_string());
        values.push_bind(run.days.to.to_string());
        values.push_bind(run.only.as_ref().map(|key| key.as_str().to_owned()));
        values.push_bind(run.nightly).push_bind(&run.by).push_bind(micros(run.at)).push("'asked'");
        query.push(") ON CONFLICT DO NOTHING RETURNING ").push(RUN);
        let row = query.build().fetch_optional(&self.writer).await.map_err(failed)?;
        row.as_ref()
            .map(|row| read::run(&Columns(row)))
            .transpose()?
            .ok_or(Error::Exists("look at the books"))
    }

    async fn take_run(&self, owner: &str, lease: Duration, now: DateTime<Utc>) -> Result<Option<Run>, Error> {
        let waiting: Option<i64> = sqlx::query_scalar(
            "SELECT min(id) FROM reconcile_run
             WHERE state IN ('asked', 'running') AND (lease_until_us IS NULL OR lease_until_us <= ?)",
        )
        .bind(micros(now))
        .fetch_one(&self.readers)
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
            QueryBuilder::<sqlx::Sqlite>::new("UPDATE reconcile_run SET state = 'running', lease_owner = ");
        query.push_bind(owner).push(", lease_until_us = ").push_bind(micros(lease_end(now, lease)));
        query
            .push(" WHERE id = ")
            .push_bind(id)
            .push(" AND state IN ('asked', 'running') AND (lease_until_us IS NULL");
        query.push(" OR lease_until_us <= ").push_bind(micros(now)).push(") RETURNING ").push(RUN);
        let row = query.build().fetch_optional(&self.writer).await.map_err(failed)?;
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
            sqlx::query("UPDATE reconcile_run SET lease_until_us = ? WHERE id = ? AND lease_owner = ?")
                .bind(micros(lease_end(now, lease)))
                .bind(id)
                .bind(owner)
                .execute(&self.writer)
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
            "UPDATE reconcile_run SET state = ?, message = ?, finished_us = ?, compared = ?, listed = ?, by_hand = ?,
                 lease_owner = NULL, lease_until_us = NULL
             WHERE id = ? AND lease_owner = ?",
        )
        .bind(if message.is_some() { "failed" } else { "done" })
        .bind(message)
        .bind(micros(now))
        .bind(i64::from(seen.compared))
        .bind(i64::from(seen.listed))
        .bind(i64::from(seen.by_hand))
        .bind(id)
        .bind(owner)
        .execute(&self.writer)
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
        let mut query = QueryBuilder::<sqlx::Sqlite>::new("SELECT ");
        query.push(RUN).push(" FROM reconcile_run WHERE id < ").push_bind(before.unwrap_or(i64::MAX));
        if let Some(company) = company {
            query.push(" AND company = ").push_bind(text(company));
        }
        query.push(" ORDER BY id DESC LIMIT ").push(limit);
        let rows = query.build().fetch_all(&self.readers).await.map_err(failed)?;
        rows.iter().map(|row| read::run(&Columns(row))).collect()
    }

    async fn keep_finding(&self, finding: &NewFinding, at: DateTime<Utc>) -> Result<Option<i64>, Error> {
        let mut transaction = self.begin().await?;
        let known: Option<(i64, String)> = sqlx::query_as(
            "SELECT id, words FROM finding
             WHERE company = ? AND kind = ? AND subject = ? AND (state = 'open' OR state = 'accepted' AND words = ?)
             ORDER BY state DESC, id DESC LIMIT 1",
        )
        .bind(text(finding.company))
        .bind(finding.kind.as_str())
        .bind(&finding.subject)
        .bind(&finding.words)
        .fetch_optional(&mut *transaction)
        .await
        .map_err(failed)?;
        let new = match known {
            Some((id, words)) => {
                sqlx::query("UPDATE finding SET seen_us = ?, words = ?, details = ? WHERE id = ?")
                    .bind(micros(at))
                    .bind(&finding.words)
                    .bind(to_json("finding", &finding.details)?)
                    .bind(id)
                    .execute(&mut *transaction)
                    .await
                    .map_err(failed)?;
                if words != finding.words {
                    note(&mut transaction, id, "reconciliation", "changed", &finding.words, at).await?;
                }
                None
            }
            None => {
                let id = insert(&mut transaction, finding, at).await?;
                note(&mut transaction, id, "reconciliation", "found", &finding.words, at).await?;
                Some(id)
            }
        };
        transaction.commit().await.map_err(failed)?;
        Ok(new)
    }

    async fn close_unseen(&self, run: &Run, since: DateTime<Utc>, now: DateTime<Utc>) -> Result<u64, Error> {
        let mut transaction = self.begin().await?;
        let mut query =
            QueryBuilder::<sqlx::Sqlite>::new("SELECT id FROM finding WHERE state = 'open' AND company = ");
        query.push_bind(text(run.company)).push(" AND seen_us < ").push_bind(micros(since));
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
        let mut query = QueryBuilder::<sqlx::Sqlite>::new(FINDING);
        query.push(" WHERE id > ").push_bind(after);
        if let Some(company) = filter.company {
            query.push(" AND company = ").push_bind(text(company));
        }
        if let Some(state) = filter.state {
            query.push(" AND state = '").push(state.as_str()).push("'");
        }
        if let Some(kind) = filter.kind {
            query.push(" AND kind = '").push(kind.as_str()).push("'");
        }
        query.push(" ORDER BY id LIMIT ").push(limit);
        let rows = query.build().fetch_all(&self.readers).await.map_err(failed)?;
        rows.iter().map(|row| read::finding(&Columns(row))).collect()
    }

    async fn finding(&self, id: i64) -> Result<Option<BooksFinding>, Error> {
        let mut connection = self.readers.acquire().await.map_err(failed)?;
        one(&mut connection, id).await
    }

    async fn finding_acts(&self, id: i64) -> Result<Vec<FindingAct>, Error> {
        let rows = sqlx::query(
            "SELECT number, at_us AS acted_at, actor, act, reason FROM finding_act WHERE finding = ? ORDER BY number",
        )
        .bind(id)
        .fetch_all(&self.readers)
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

async fn insert(
    connection: &mut SqliteConnection,
    finding: &NewFinding,
    at: DateTime<Utc>,
) -> Result<i64, Error> {
    sqlx::query_scalar(
        "INSERT INTO finding (company, connection, kind, subject, delivery, day, words, details, state, found_us, seen_us)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'open', ?9, ?9) RETURNING id",
    )
    .bind(text(finding.company))
    .bind(&finding.connection)
    .bind(finding.kind.as_str())
    .bind(&finding.subject)
    .bind(finding.delivery)
    .bind(finding.day.to_string())
    .bind(&finding.words)
    .bind(to_json("finding", &finding.details)?)
    .bind(micros(at))
    .fetch_one(connection)
    .await
    .map_err(failed)
}

async fn note(
    connection: &mut SqliteConnection,
    id: i64,
    by: &str,
    act: &str,
    reason: &str,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO finding_act (finding, number, at_us, actor, act, reason)
         VALUES (?1, (SELECT count(*) + 1 FROM finding_act WHERE finding = ?1), ?2, ?3, ?4, ?5)",
    )
    .bind(id)
    .bind(micros(at))
    .bind(by)
    .bind(act)
    .bind(reason)
    .execute(connection)
    .await
    .map_err(failed)?;
    Ok(())
}

async fn close(
    connection: &mut SqliteConnection,
    id: i64,
    state: &str,
    at: DateTime<Utc>,
) -> Result<bool, Error> {
    let done = sqlx::query("UPDATE finding SET state = ?, closed_us = ? WHERE id = ? AND state = 'open'")
        .bind(state)
        .bind(micros(at))
        .bind(id)
        .execute(connection)
        .await
        .map_err(failed)?;
    Ok(done.rows_affected() == 1)
}

async fn one(connection: &mut SqliteConnection, id: i64) -> Result<Option<BooksFinding>, Error> {
    let mut query = QueryBuilder::<sqlx::Sqlite>::new(FINDING);
    query.push(" WHERE id = ").push_bind(id);
    let row = query.build().fetch_optional(connection).await.map_err(failed)?;
    row.as_ref().map(|row| read::finding(&Columns(row))).transpose()
}
