//! Looking for a text: in the names of appointments, and in what people remember of customers.

use sqlx::QueryBuilder;
use uuid::Uuid;

use super::Postgres;
use super::error::failed;
use crate::store::words::{SEPARATORS, any_case_regex, dialled, grams};
use crate::store::{AppointmentFilter, Error, FEW};

type Query = QueryBuilder<sqlx::Postgres>;

/// The appointments that a text is found at, where they are few. None where they are not, and where only looking at all of
/// them tells.
pub(super) async fn few(store: &Postgres, filter: &AppointmentFilter) -> Result<Option<Vec<Uuid>>, Error> {
    let Some(wanted) = &filter.find else { return Ok(None) };
    let grams = grams(wanted);
    if grams.is_empty() {
        return Ok(None);
    }
    let mut query = Query::new("(SELECT appointment FROM appointment_gram WHERE grams(name) @> ");
    query.push_bind(grams).push(" AND name ~ ").push_bind(any_case_regex(wanted));
    if let Some(company) = filter.company {
        query.push(" AND company = ").push_bind(company.0);
    }
    // Each part has a limit of its own: the planner expects each to be over early.
    query.push(" LIMIT ").push_bind(FEW + 1);
    query.push(") UNION ALL (SELECT id FROM appointment WHERE ");
    theirs(&mut query, filter, wanted);
    query.push(" LIMIT ").push_bind(FEW + 1).push(")");
    let found: Vec<Uuid> = query.build_query_scalar().fetch_all(&store.pool).await.map_err(failed)?;
    let is_few = i64::try_from(found.len()).is_ok_and(|found| found <= FEW);
    Ok(Some(found).filter(|_| is_few))
}

/// Whether an appointment's name contains a text, or its customer is found by it.
pub(super) fn matches(query: &mut Query, filter: &AppointmentFilter, wanted: &str) {
    query.push("(name ~ ").push_bind(any_case_regex(wanted)).push(" OR ");
    theirs(query, filter, wanted);
    query.push(")");
}

/// Whether an appointment is that of a customer who is found by a text.
fn theirs(query: &mut Query, filter: &AppointmentFilter, wanted: &str) {
    query.push("customer IN (SELECT id FROM record WHERE kind = 'customer'");
    if let Some(company) = filter.company {
        query.push(" AND company = ").push_bind(company.0);
    }
    query.push(" AND ");
    found(query, wanted);
    query.push(")");
}

/// Whether a customer's record contains a text in what people remember of them.
pub(super) fn found(query: &mut Query, wanted: &str) {
    let pattern = any_case_regex(wanted);
    query.push("(name ~ ").push_bind(pattern.clone());
    for field in ["email", "phone", "party_code"] {
        query.push(" OR data ->> '").push(field).push("' ~ ").push_bind(pattern.clone());
    }
    if let Some(number) = dialled(wanted) {
        query.push(" OR translate(data ->> 'phone', ").push_bind(String::from_iter(SEPARATORS));
        query.push(", '') ~ ").push_bind(any_case_regex(&number));
    }
    query.push(")");
}
