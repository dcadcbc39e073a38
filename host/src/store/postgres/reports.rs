//! What became of the work of a period.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::Postgres;
use super::error::failed;
use super::rows::{Columns, ids};
use crate::model::{BranchId, CompanyId, CustomerId, ProviderId};
use crate::store::Error;
use crate::store::read;
use crate::store::reports::{
    BECAME, CANCEL_CUTOFF, COUNTS, Counted, Dated, Figure, Reports, Share, VisitCounts,
};

type Query = QueryBuilder<sqlx::Postgres>;

/// Of what was called off: whether it was booked before, and whether that was too late.
const BOOKED: &str = " AND a.status <> 'open' AND (a.status <> 'cancelled' OR EXISTS (
        SELECT FROM event e WHERE e.appointment = a.id AND e.to_status NOT IN ('open', 'cancelled')))";
const LATE: &str = "EXISTS (
        SELECT FROM event e, json_array_elements(e.attributes) said
        WHERE e.appointment = a.id AND e.name = 'appointment.exception_made'
            AND said ->> 0 = 'rule' AND said ->> 1 = ";

/// Sums in two parts, as SQLite has them: what stands before the point, and twelve digits behind it. What has no sign is
/// not added.
const SUMS: &str = "count(*) FILTER (WHERE sign <> 0) AS priced, trunc(sum(sign * net))::bigint AS whole,
    ((sum(sign * net) - trunc(sum(sign * net))) * 1000000000000)::bigint AS fraction,
    coalesce(max(scale(net)) FILTER (WHERE sign <> 0), 0)::bigint AS digits";

#[async_trait]
impl Reports for Postgres {
    async fn changes(
        &self,
        company: CompanyId,
        counted: Counted,
        (first, last): (i64, i64),
    ) -> Result<Vec<(i64, i64)>, Error> {
        let rows = sqlx::query(
            "SELECT day, sum(changes)::bigint AS changes FROM report_change
             WHERE company = $1 AND counted = $2 AND day BETWEEN $3 AND $4 GROUP BY day",
        )
        .bind(company.0)
        .bind(counted.as_str())
        .bind(first)
        .bind(last)
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| read::changes(&Columns(row))).collect()
    }

    async fn changes_of(
        &self,
        company: CompanyId,
        counted: Counted,
        days: &[i64],
    ) -> Result<Vec<(i64, ProviderId, i64)>, Error> {
        let rows = sqlx::query(
            "SELECT day, provider, sum(changes)::bigint AS changes FROM report_change
             WHERE company = $1 AND counted = $2 AND day = ANY ($3) GROUP BY day, provider",
        )
        .bind(company.0)
        .bind(counted.as_str())
        .bind(days)
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| read::changes_of(&Columns(row))).collect()
    }

    async fn figures(
        &self,
        company: CompanyId,
        counted: Counted,
        shares: &[Share],
    ) -> Result<Vec<(usize, Figure)>, Error> {
        if counted == Counted::Documents {
            return self.invoiced(company, shares).await;
        }
        let mut found = self.visits(shares).await?;
        found.extend(self.taken(shares).await?);
        Ok(found)
    }

    async fn customer_counts(
        &self,
        customer: CustomerId,
        branches: &[BranchId],
    ) -> Result<VisitCounts, Error> {
        let mut query = Query::new("WITH visit AS (SELECT ");
        became(&mut query);
        query.push(" FROM appointment a WHERE a.customer = ").push_bind(customer.0);
        if !branches.is_empty() {
            query.push(" AND a.branch = ANY (").push_bind(ids(branches.iter().copied())).push(")");
        }
        query.push(BOOKED).push(") SELECT ").push(COUNTS);
        let row = query.build().fetch_one(&self.pool).await.map_err(failed)?;
        read::counts(&Columns(&row))
    }
}

impl Postgres {
    async fn visits(&self, shares: &[Share]) -> Result<Vec<(usize, Figure)>, Error> {
        let mut query = moments(shares);
        query.push(", found AS MATERIALIZED (SELECT s.n, a.branch, a.service, q.currency, q.net, ");
        became(&mut query);
        query.push(
            " FROM share s JOIN appointment a
                ON a.provider = s.provider AND a.start_at >= s.first AND a.start_at < s.last
                CROSS JOIN LATERAL json_to_record(a.details -> 'quote') AS q (currency text, net numeric)
            WHERE TRUE",
        );
        query.push(BOOKED).push(
            "), visit AS (SELECT *, CASE WHEN became IN ('completed', 'standing') THEN 1 ELSE 0 END AS sign FROM found)
            SELECT n, branch, service, currency, ",
        );
        query.push(SUMS).push(", ").push(COUNTS).push(" GROUP BY n, branch, service, currency");
        let rows = query.build().fetch_all(&self.pool).await.map_err(failed)?;
        rows.iter().map(|row| read::visits(&Columns(row))).collect()
    }

    async fn taken(&self, shares: &[Share]) -> Result<Vec<(usize, Figure)>, Error> {
        let mut query = moments(shares);
        query.push(
            " SELECT n, branch, service, (sum(extract(epoch FROM last - first)) / 60)::bigint AS minutes FROM (
            SELECT DISTINCT s.n, a.branch, a.service, c.visit, greatest(c.start_at, s.first) AS first,
                least(c.end_at, s.last) AS last
            FROM share s JOIN claim c ON c.provider = s.provider AND c.start_at > s.first - interval '3 days'
                AND c.start_at < s.last AND c.end_at > s.first
                JOIN appointment a ON a.id = c.appointment
            WHERE a.status <> 'open') AS taken GROUP BY n, branch, service",
        );
        let rows = query.build().fetch_all(&self.pool).await.map_err(failed)?;
        rows.iter().map(|row| read::taken(&Columns(row))).collect()
    }

    /// The documents of a day lie side by side, whoever's they are: each day is read once.
    async fn invoiced(&self, company: CompanyId, shares: &[Share]) -> Result<Vec<(usize, Figure)>, Error> {
        let dated = Dated::of(shares);
        let mut query = Query::new(
            "WITH made AS MATERIALIZED (
            SELECT days.day, a.provider, a.branch, a.service, q.currency, q.net,
                CASE q.kind WHEN 'credit_note' THEN -1 ELSE 1 END AS sign
            FROM unnest(",
        );
        query.push_bind(dated.days()).push(
            "::text[]) AS days (day) JOIN delivery d ON d.posting ->> 'date' = days.day
                JOIN appointment a ON a.id = d.appointment
                CROSS JOIN LATERAL json_to_record(d.document) AS q (kind text, state text, currency text, net numeric)
            WHERE d.state = 'done' AND d.document ->> 'kind' IN ('sales_invoice', 'credit_note')
                AND q.state <> 'cancelled' AND d.company = ",
        );
        query.push_bind(company.0).push(") SELECT day, provider, branch, service, currency, ").push(SUMS);
        query.push(" FROM made GROUP BY day, provider, branch, service, currency");
        let rows = query.build().fetch_all(&self.pool).await.map_err(failed)?;
        dated.shared(rows.iter().map(|row| read::invoiced(&Columns(row))))
    }
}

/// A statement that begins with the shares as moments.
fn moments(shares: &[Share]) -> Query {
    let first: Vec<DateTime<Utc>> = shares.iter().map(|share| share.time.0).collect();
    let last: Vec<DateTime<Utc>> = shares.iter().map(|share| share.time.1).collect();
    let mut query =
        Query::new("WITH share AS MATERIALIZED (SELECT provider, first, last, n - 1 AS n FROM unnest(");
    query.push_bind(providers(shares)).push("::uuid[], ").push_bind(first).push("::timestamptz[], ");
    query.push_bind(last).push("::timestamptz[]) WITH ORDINALITY AS s (provider, first, last, n))");
    query
}

fn providers(shares: &[Share]) -> Vec<Uuid> {
    ids(shares.iter().map(|share| share.provider))
}

/// What became of a visit, as a column.
fn became(query: &mut Query) {
    query
        .push(BECAME)
        .push(LATE)
        .push_bind(CANCEL_CUTOFF)
        .push(") THEN 'late' ELSE 'cancelled' END AS became");
}
