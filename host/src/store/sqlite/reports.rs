//! What became of the work of a period.
//!
//! The joins are crossed, so that the shares come first, then the provider's visits, which an index has by their start: what is
//! read is what is counted.

use async_trait::async_trait;
use sqlx::QueryBuilder;

use super::Sqlite;
use super::error::failed;
use super::rows::{Columns, micros, text};
use crate::model::{BranchId, CompanyId, CustomerId, ProviderId};
use crate::store::Error;
use crate::store::days::LONGEST_CLAIM_US;
use crate::store::read;
use crate::store::reports::{
    BECAME, CANCEL_CUTOFF, COUNTS, Counted, Dated, Figure, Reports, Share, VisitCounts,
};
use crate::store::words::to_json;

type Query = QueryBuilder<sqlx::Sqlite>;

/// Of what was called off: whether it was booked before, and whether that was too late.
const BOOKED: &str = " AND a.status <> 'open' AND (a.status <> 'cancelled' OR EXISTS (
        SELECT 1 FROM event e WHERE e.appointment = a.id AND e.to_status NOT IN ('open', 'cancelled')))";
const LATE: &str = "EXISTS (
        SELECT 1 FROM event e, json_each(e.attributes) said
        WHERE e.appointment = a.id AND e.name = 'appointment.exception_made'
            AND said.value ->> 0 = 'rule' AND said.value ->> 1 = ";

/// Sums of decimals that are kept as text: what stands before the point and the twelve digits behind it are added apart,
/// so that no float is made of either. What has no sign is not added.
const SUMS: &str = "count(*) FILTER (WHERE sign <> 0) AS priced, sum(sign * abs(CAST(net AS INTEGER))) AS whole,
    sum(sign * CASE WHEN instr(net, '.') = 0 THEN 0
        ELSE CAST(substr(substr(net, instr(net, '.') + 1) || '000000000000', 1, 12) AS INTEGER) END) AS fraction,
    max(CASE WHEN sign = 0 OR instr(net, '.') = 0 THEN 0 ELSE length(net) - instr(net, '.') END) AS digits";
const SIGN: &str = " * CASE WHEN net LIKE '-%' THEN -1 ELSE 1 END AS sign";

#[async_trait]
impl Reports for Sqlite {
    async fn changes(
        &self,
        company: CompanyId,
        counted: Counted,
        (first, last): (i64, i64),
    ) -> Result<Vec<(i64, i64)>, Error> {
        let rows = sqlx::query(
            "SELECT day, sum(changes) AS changes FROM report_change
             WHERE company = ? AND counted = ? AND day BETWEEN ? AND ? GROUP BY day",
        )
        .bind(text(company))
        .bind(counted.as_str())
        .bind(first)
        .bind(last)
        .fetch_all(&self.readers)
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
            "SELECT day, provider, changes FROM report_change
             WHERE company = ? AND counted = ? AND day IN (SELECT value FROM json_each(?))",
        )
        .bind(text(company))
        .bind(counted.as_str())
        .bind(to_json("day", &days)?)
        .fetch_all(&self.readers)
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
        query.push(" FROM appointment a WHERE a.customer = ").push_bind(text(customer));
        if !branches.is_empty() {
            query.push(" AND a.branch IN (SELECT value FROM json_each(");
            query.push_bind(to_json("branch", &branches)?).push("))");
        }
        query.push(BOOKED).push(") SELECT ").push(COUNTS);
        let row = query.build().fetch_one(&self.readers).await.map_err(failed)?;
        read::counts(&Columns(&row))
    }
}

impl Sqlite {
    async fn visits(&self, shares: &[Share]) -> Result<Vec<(usize, Figure)>, Error> {
        let mut query = moments(shares)?;
        query.push(
            ", found AS MATERIALIZED (SELECT s.n, a.branch, a.service, a.details ->> '$.quote.currency' AS currency,
            a.details ->> '$.quote.net' AS net, ",
        );
        became(&mut query);
        query.push(
            " FROM share s CROSS JOIN appointment a
            WHERE a.provider = s.provider AND a.start_us >= s.first AND a.start_us < s.last",
        );
        query.push(BOOKED).push("), visit AS (SELECT *, (became IN ('completed', 'standing'))").push(SIGN);
        query.push(" FROM found) SELECT n, branch, service, currency, ").push(SUMS).push(", ").push(COUNTS);
        query.push(" GROUP BY n, branch, service, currency");
        let rows = query.build().fetch_all(&self.readers).await.map_err(failed)?;
        rows.iter().map(|row| read::visits(&Columns(row))).collect()
    }

    async fn taken(&self, shares: &[Share]) -> Result<Vec<(usize, Figure)>, Error> {
        let mut query = moments(shares)?;
        query.push(
            " SELECT n, branch, service, sum(last - first) / 60000000 AS minutes FROM (
            SELECT DISTINCT s.n, a.branch, a.service, c.visit, max(c.start_us, s.first) AS first, min(c.end_us, s.last) AS last
            FROM share s CROSS JOIN claim c CROSS JOIN appointment a
            WHERE c.provider = s.provider AND a.id = c.appointment AND a.status <> 'open' AND c.start_us > s.first - ",
        );
        query
            .push_bind(LONGEST_CLAIM_US)
            .push(" AND c.start_us < s.last AND c.end_us > s.first) GROUP BY n, branch, service");
        let rows = query.build().fetch_all(&self.readers).await.map_err(failed)?;
        rows.iter().map(|row| read::taken(&Columns(row))).collect()
    }

    /// The documents of a day lie side by side, whoever's they are: each day is read once.
    async fn invoiced(&self, company: CompanyId, shares: &[Share]) -> Result<Vec<(usize, Figure)>, Error> {
        let dated = Dated::of(shares);
        let mut query = Query::new(
            "WITH found AS MATERIALIZED (
            SELECT days.value AS day, a.provider, a.branch, a.service, d.document ->> '$.currency' AS currency,
                d.document ->> '$.net' AS net,
                CASE d.document ->> '$.kind' WHEN 'credit_note' THEN -1 ELSE 1 END AS sold
            FROM json_each(",
        );
        query.push_bind(to_json("day", &dated.days())?).push(
            ") days CROSS JOIN delivery d INDEXED BY delivery_invoiced CROSS JOIN appointment a
            WHERE a.id = d.appointment AND d.state = 'done' AND json_extract(d.posting, '$.date') = days.value
                AND d.document ->> '$.kind' IN ('sales_invoice', 'credit_note') AND d.document ->> '$.state' <> 'cancelled'
                AND d.company = ",
        );
        query.push_bind(text(company)).push("), made AS (SELECT *, sold").push(SIGN);
        query.push(" FROM found) SELECT day, provider, branch, service, currency, ").push(SUMS);
        query.push(" FROM made GROUP BY day, provider, branch, service, currency");
        let rows = query.build().fetch_all(&self.readers).await.map_err(failed)?;
        dated.shared(rows.iter().map(|row| read::invoiced(&Columns(row))))
    }
}

/// A statement that begins with the shares as moments.
fn moments(shares: &[Share]) -> Result<Query, Error> {
    let moments: Vec<_> = shares
        .iter()
        .map(|share| (text(share.provider), micros(share.time.0), micros(share.time.1)))
        .collect();
    let mut query = Query::new(
        "WITH share (n, provider, first, last) AS MATERIALIZED (
        SELECT key, value ->> 0, value ->> 1, value ->> 2 FROM json_each(",
    );
    query.push_bind(to_json("share", &moments)?).push("))");
    Ok(query)
}

/// What became of a visit, as a column.
fn became(query: &mut Query) {
    query
        .push(BECAME)
        .push(LATE)
        .push_bind(CANCEL_CUTOFF)
        .push(") THEN 'late' ELSE 'cancelled' END AS became");
}
