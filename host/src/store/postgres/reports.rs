//! What became of the work of a period.
//!
//! Which week something lies in, `width_bucket` finds among the beginnings of all of them; so visits are read once, by the
//! index of providers and starts.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use slotledger_erp::Days;
use sqlx::QueryBuilder;

use super::Postgres;
use super::error::failed;
use super::occupancy::look_back;
use super::rows::{Columns, ids};
use crate::model::{BranchId, CustomerId, ProviderId};
use crate::store::Error;
use crate::store::read;
use crate::store::reports::{
    BECAME, By, CANCEL_CUTOFF, COUNTS, ReportFilter, Reports, Stretch, VisitCounts, WeekAmount,
};

type Query = QueryBuilder<sqlx::Postgres>;

const VISITS: &str = "
    FROM record p JOIN appointment a ON a.provider = p.id
    WHERE p.kind = 'provider' AND p.company = ";

/// The same with their prices.
const PRICED: &str = "
    FROM record p JOIN appointment a ON a.provider = p.id
        CROSS JOIN LATERAL json_to_record(a.details -> 'quote') AS q (currency text, net numeric)
    WHERE p.kind = 'provider' AND p.company = ";

/// Of what was called off: whether it was booked before, and whether that was too late.
const BOOKED: &str = " AND a.status <> 'open' AND (a.status <> 'cancelled' OR EXISTS (
        SELECT FROM event e WHERE e.appointment = a.id AND e.to_status NOT IN ('open', 'cancelled')))";
const LATE: &str = "EXISTS (
        SELECT FROM event e, json_array_elements(e.attributes) said
        WHERE e.appointment = a.id AND e.name = 'appointment.exception_made'
            AND said ->> 0 = 'rule' AND said ->> 1 = ";

/// Sums in two parts, as SQLite has them: what stands before the point, and twelve digits behind it.
const SUMS: &str = " SELECT week, currency, trunc(net)::bigint AS whole,
    ((net - trunc(net)) * 1000000000000)::bigint AS fraction, digits
    FROM (SELECT week, currency, sum(net) AS net, max(scale(net))::bigint AS digits FROM amount GROUP BY week, currency)
        AS total
    ORDER BY currency, week";

#[async_trait]
impl Reports for Postgres {
    async fn visit_counts(
        &self,
        filter: &ReportFilter,
        weeks: &[Stretch],
    ) -> Result<Vec<(By, VisitCounts)>, Error> {
        let mut query = week("WITH visit AS MATERIALIZED (SELECT ", weeks);
        query.push(", a.branch, a.provider, a.service, ");
        became(&mut query);
        visits(&mut query, VISITS, filter, weeks);
        query.push(BOOKED).push(") SELECT 'week' AS facet, week, NULL::uuid AS about, ");
        query.push(COUNTS).push(" GROUP BY week");
        for facet in ["branch", "provider", "service"] {
            query.push(" UNION ALL SELECT '").push(facet).push("', NULL, ").push(facet).push(", ");
            query.push(COUNTS).push(" GROUP BY ").push(facet);
        }
        let rows = query.build().fetch_all(&self.pool).await.map_err(failed)?;
        rows.iter().map(|row| read::visit_counts(&Columns(row))).collect()
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

    async fn booked_amounts(
        &self,
        filter: &ReportFilter,
        weeks: &[Stretch],
    ) -> Result<Vec<WeekAmount>, Error> {
        let mut query = week("WITH amount AS MATERIALIZED (SELECT ", weeks);
        query.push(", q.currency, q.net");
        visits(&mut query, PRICED, filter, weeks);
        query.push(" AND a.status NOT IN ('open', 'cancelled', 'no_show'))").push(SUMS);
        let rows = query.build().fetch_all(&self.pool).await.map_err(failed)?;
        rows.iter().map(|row| read::week_amount(&Columns(row))).collect()
    }

    async fn invoiced_amounts(
        &self,
        filter: &ReportFilter,
        weeks: &[Days],
    ) -> Result<Vec<WeekAmount>, Error> {
        let first: Vec<String> = weeks.iter().map(|days| days.from.to_string()).collect();
        let last = weeks.last().map(|days| days.to.to_string()).unwrap_or_default();
        let mut query = Query::new(
            "WITH amount AS MATERIALIZED (
            SELECT CASE q.kind WHEN 'credit_note' THEN - q.net ELSE q.net END AS net, q.currency,
                width_bucket(d.posting ->> 'date', ",
        );
        query.push_bind(first.clone()).push(
            ")::bigint - 1 AS week
            FROM delivery d JOIN appointment a ON a.id = d.appointment
                CROSS JOIN LATERAL json_to_record(d.document) AS q (kind text, state text, currency text, net numeric)
            WHERE d.state = 'done' AND q.kind IN ('sales_invoice', 'credit_note') AND q.state <> 'cancelled'
                AND d.posting ->> 'date' >= ",
        );
        query.push_bind(first.into_iter().next().unwrap_or_default());
        query.push(" AND d.posting ->> 'date' <= ").push_bind(last);
        query.push(" AND d.company = ").push_bind(filter.company.0);
        narrow(&mut query, filter, "a.provider");
        query.push(")").push(SUMS);
        let rows = query.build().fetch_all(&self.pool).await.map_err(failed)?;
        rows.iter().map(|row| read::week_amount(&Columns(row))).collect()
    }

    async fn taken_minutes(
        &self,
        filter: &ReportFilter,
        (start, end): Stretch,
    ) -> Result<Vec<(ProviderId, u32)>, Error> {
        let mut query = Query::new(
            "SELECT provider, (sum(extract(epoch FROM last - first)) / 60)::bigint AS minutes FROM (
            SELECT DISTINCT c.provider, c.visit, greatest(c.start_at, ",
        );
        query.push_bind(start).push(") AS first, least(c.end_at, ").push_bind(end);
        query.push(") AS last FROM record p JOIN claim c ON c.provider = p.id JOIN appointment a ON a.id = c.appointment
            WHERE a.status <> 'open' AND c.start_at > ");
        query.push_bind(look_back(start)).push(" AND c.start_at < ").push_bind(end);
        query.push(" AND c.end_at > ").push_bind(start);
        query.push(" AND p.kind = 'provider' AND p.company = ").push_bind(filter.company.0);
        narrow(&mut query, filter, "p.id");
        query.push(") AS taken GROUP BY provider ORDER BY provider");
        let rows = query.build().fetch_all(&self.pool).await.map_err(failed)?;
        rows.iter().map(|row| read::taken_minutes(&Columns(row))).collect()
    }
}

/// A statement that begins so, and goes on with the week that a visit lies in.
fn week(beginning: &str, weeks: &[Stretch]) -> Query {
    let first: Vec<DateTime<Utc>> = weeks.iter().map(|week| week.0).collect();
    let mut query = Query::new(beginning);
    query.push("width_bucket(a.start_at, ").push_bind(first).push(")::bigint - 1 AS week");
    query
}

/// Where the visits of these weeks come from.
fn visits(query: &mut Query, from: &'static str, filter: &ReportFilter, weeks: &[Stretch]) {
    let (first, last) = (weeks.first().map(|week| week.0), weeks.last().map(|week| week.1));
    query.push(from).push_bind(filter.company.0);
    query.push(" AND a.start_at >= ").push_bind(first).push(" AND a.start_at < ").push_bind(last);
    narrow(query, filter, "p.id");
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
        ("a.branch", filter.branch.map(|id| id.0)),
        (provider, filter.provider.map(|id| id.0)),
        ("a.service", filter.service.map(|id| id.0)),
    ];
    for (column, id) in conditions {
        if let Some(id) = id {
            query.push(" AND ").push(column).push(" = ").push_bind(id);
        }
    }
}
