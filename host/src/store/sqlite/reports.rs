//! What became of the work of a period.
//!
//! The joins are crossed, so that the weeks come first, then the company's providers, whose visits an index has by their
//! start: what is read is what is counted.

use async_trait::async_trait;
use slotledger_erp::Days;
use sqlx::QueryBuilder;

use super::Sqlite;
use super::error::failed;
use super::rows::{Columns, micros, text};
use crate::model::{BranchId, CustomerId, ProviderId};
use crate::store::Error;
use crate::store::days::LONGEST_CLAIM_US;
use crate::store::read;
use crate::store::reports::{
    BECAME, By, CANCEL_CUTOFF, COUNTS, ReportFilter, Reports, Stretch, VisitCounts, WeekAmount,
};
use crate::store::words::to_json;

type Query = QueryBuilder<sqlx::Sqlite>;

const VISITS: &str = "
    FROM week w CROSS JOIN record p CROSS JOIN appointment a
    WHERE a.provider = p.id AND a.start_us >= w.first AND a.start_us < w.last
        AND p.kind = 'provider' AND p.company = ";

/// Of what was called off: whether it was booked before, and whether that was too late.
const BOOKED: &str = " AND a.status <> 'open' AND (a.status <> 'cancelled' OR EXISTS (
        SELECT 1 FROM event e WHERE e.appointment = a.id AND e.to_status NOT IN ('open', 'cancelled')))";
const LATE: &str = "EXISTS (
        SELECT 1 FROM event e, json_each(e.attributes) said
        WHERE e.appointment = a.id AND e.name = 'appointment.exception_made'
            AND said.value ->> 0 = 'rule' AND said.value ->> 1 = ";

/// Sums of decimals that are kept as text: what stands before the point and the twelve digits behind it are added apart,
/// so that no float is made of either.
const SUMS: &str = " SELECT week, currency, sum(sign * abs(CAST(net AS INTEGER))) AS whole,
    sum(sign * CASE WHEN point = 0 THEN 0 ELSE CAST(substr(substr(net, point + 1) || '000000000000', 1, 12) AS INTEGER) END)
        AS fraction,
    max(CASE WHEN point = 0 THEN 0 ELSE length(net) - point END) AS digits
    FROM (SELECT week, currency, net, instr(net, '.') AS point, CASE WHEN net LIKE '-%' THEN -sign ELSE sign END AS sign
          FROM amount)
    GROUP BY week, currency ORDER BY currency, week";

#[async_trait]
impl Reports for Sqlite {
    async fn visit_counts(
        &self,
        filter: &ReportFilter,
        weeks: &[Stretch],
    ) -> Result<Vec<(By, VisitCounts)>, Error> {
        let mut query = moments(weeks)?;
        query.push(", visit AS MATERIALIZED (SELECT w.n AS week, a.branch, a.provider, a.service, ");
        became(&mut query);
        query.push(VISITS).push_bind(text(filter.company));
        narrow(&mut query, filter, "p.id");
        query
            .push(BOOKED)
            .push(") SELECT 'week' AS facet, week, NULL AS about, ")
            .push(COUNTS)
            .push(" GROUP BY week");
        for facet in ["branch", "provider", "service"] {
            query.push(" UNION ALL SELECT '").push(facet).push("', NULL, ").push(facet).push(", ");
            query.push(COUNTS).push(" GROUP BY ").push(facet);
        }
        let rows = query.build().fetch_all(&self.readers).await.map_err(failed)?;
        rows.iter().map(|row| read::visit_counts(&Columns(row))).collect()
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

    async fn booked_amounts(
        &self,
        filter: &ReportFilter,
        weeks: &[Stretch],
    ) -> Result<Vec<WeekAmount>, Error> {
        let mut query = moments(weeks)?;
        query.push(
            ", amount AS (SELECT w.n AS week, a.details ->> '$.quote.currency' AS currency,
            a.details ->> '$.quote.net' AS net, 1 AS sign",
        );
        query.push(VISITS).push_bind(text(filter.company));
        narrow(&mut query, filter, "p.id");
        query.push(" AND a.status NOT IN ('open', 'cancelled', 'no_show'))").push(SUMS);
        let rows = query.build().fetch_all(&self.readers).await.map_err(failed)?;
        rows.iter().map(|row| read::week_amount(&Columns(row))).collect()
    }

    async fn invoiced_amounts(
        &self,
        filter: &ReportFilter,
        weeks: &[Days],
    ) -> Result<Vec<WeekAmount>, Error> {
        let days: Vec<_> = weeks.iter().map(|days| [days.from.to_string(), days.to.to_string()]).collect();
        let mut query = table(&to_json("week", &days)?);
        query.push(", amount AS (SELECT w.n AS week, d.document ->> '$.currency' AS currency, d.document ->> '$.net' AS net,
                CASE d.document ->> '$.kind' WHEN 'credit_note' THEN -1 ELSE 1 END AS sign
            FROM week w CROSS JOIN delivery d CROSS JOIN appointment a
            WHERE a.id = d.appointment AND d.state = 'done' AND json_extract(d.posting, '$.date') >= w.first
                AND json_extract(d.posting, '$.date') <= w.last
                AND d.document ->> '$.kind' IN ('sales_invoice', 'credit_note') AND d.document ->> '$.state' <> 'cancelled'
                AND d.company = ");
        query.push_bind(text(filter.company));
        narrow(&mut query, filter, "a.provider");
        query.push(")").push(SUMS);
        let rows = query.build().fetch_all(&self.readers).await.map_err(failed)?;
        rows.iter().map(|row| read::week_amount(&Columns(row))).collect()
    }

    async fn taken_minutes(
        &self,
        filter: &ReportFilter,
        (start, end): Stretch,
    ) -> Result<Vec<(ProviderId, u32)>, Error> {
        let mut query = Query::new(
            "SELECT provider, sum(last - first) / 60000000 AS minutes FROM (
            SELECT DISTINCT c.provider, c.visit, max(c.start_us, ",
        );
        query.push_bind(micros(start)).push(") AS first, min(c.end_us, ").push_bind(micros(end));
        query.push(
            ") AS last FROM record p CROSS JOIN claim c CROSS JOIN appointment a
            WHERE c.provider = p.id AND a.id = c.appointment AND a.status <> 'open' AND c.start_us > ",
        );
        query.push_bind(micros(start) - LONGEST_CLAIM_US).push(" AND c.start_us < ").push_bind(micros(end));
        query.push(" AND c.end_us > ").push_bind(micros(start));
        query.push(" AND p.kind = 'provider' AND p.company = ").push_bind(text(filter.company));
        narrow(&mut query, filter, "p.id");
        query.push(") GROUP BY provider ORDER BY provider");
        let rows = query.build().fetch_all(&self.readers).await.map_err(failed)?;
        rows.iter().map(|row| read::taken_minutes(&Columns(row))).collect()
    }
}

/// A statement that begins with the weeks as moments.
fn moments(weeks: &[Stretch]) -> Result<Query, Error> {
    let weeks: Vec<_> = weeks.iter().map(|(first, last)| [micros(*first), micros(*last)]).collect();
    Ok(table(&to_json("week", &weeks)?))
}

fn table(weeks: &str) -> Query {
    let mut query = Query::new(
        "WITH week (n, first, last) AS MATERIALIZED (SELECT key, value ->> 0, value ->> 1 FROM json_each(",
    );
    query.push_bind(weeks.to_owned()).push("))");
    query
}

/// What became of a visit, as a column.
fn became(query: &mut Query) {
    query
        .push(BECAME)
        .push(LATE)
        .push_bind(CANCEL_CUTOFF)
        .push(") THEN 'late' ELSE 'cancelled' END AS became");
}

/// Only the conditions that are asked for; `provider` is the column that says who performs it.
fn narrow(query: &mut Query, filter: &ReportFilter, provider: &'static str) {
    let conditions = [
        ("a.branch", filter.branch.map(text)),
        (provider, filter.provider.map(text)),
        ("a.service", filter.service.map(text)),
    ];
    for (column, id) in conditions {
        if let Some(id) = id {
            query.push(" AND ").push(column).push(" = ").push_bind(id);
        }
    }
}
