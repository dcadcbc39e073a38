//! Looking for a text: in the names of appointments, and in what people remember of customers.

use sqlx::QueryBuilder;

use super::Sqlite;
use super::error::failed;
use super::rows::text;
use crate::store::words::{any_case_glob, dialled, grams};
use crate::store::{AppointmentFilter, Error, FEW};

type Query = QueryBuilder<sqlx::Sqlite>;

/// A customer's telephone number as it is dialled. The index of customers has this expression, letter by letter.
const DIALLED: &str = "replace(replace(replace(replace(replace(replace(
        data ->> '$.phone', ' ', ''), '-', ''), '/', ''), '.', ''), '(', ''), ')', '')";

/// The appointments that a text is found at, where they are few. None where they are not, and where only looking at all of
/// them tells.
pub(super) async fn few(store: &Sqlite, filter: &AppointmentFilter) -> Result<Option<Vec<String>>, Error> {
    let Some(wanted) = &filter.find else { return Ok(None) };
    let grams = grams(wanted);
    if grams.is_empty() {
        return Ok(None);
    }
    let grams: Vec<String> = grams.iter().map(|gram| format!("\"{}\"", gram.replace('"', "\"\""))).collect();
    let mut query = Query::new("SELECT appointment FROM appointment_gram WHERE appointment_gram MATCH ");
    query.push_bind(grams.join(" AND ")).push(" AND name GLOB ").push_bind(any_case_glob(wanted));
    if let Some(company) = filter.company {
        query.push(" AND company = ").push_bind(text(company));
    }
    query.push(" UNION ALL SELECT id FROM appointment WHERE ");
    theirs(&mut query, filter, wanted);
    query.push(" LIMIT ").push(FEW + 1);
    let found: Vec<String> = query.build_query_scalar().fetch_all(&store.readers).await.map_err(failed)?;
    let is_few = i64::try_from(found.len()).is_ok_and(|found| found <= FEW);
    Ok(Some(found).filter(|_| is_few))
}

/// Whether an appointment's name contains a text, or its customer is found by it.
pub(super) fn matches(query: &mut Query, filter: &AppointmentFilter, wanted: &str) {
    query.push("(name GLOB ").push_bind(any_case_glob(wanted)).push(" OR ");
    theirs(query, filter, wanted);
    query.push(")");
}

/// Whether an appointment is that of a customer who is found by a text.
fn theirs(query: &mut Query, filter: &AppointmentFilter, wanted: &str) {
    query.push("customer IN (SELECT id FROM record INDEXED BY customer_by_name WHERE kind = 'customer'");
    if let Some(company) = filter.company {
        query.push(" AND company = ").push_bind(text(company));
    }
    query.push(" AND ");
    found(query, wanted);
    query.push(")");
}

/// Whether a customer's record contains a text in what people remember of them.
pub(super) fn found(query: &mut Query, wanted: &str) {
    let pattern = any_case_glob(wanted);
    query.push("(name GLOB ").push_bind(pattern.clone());
    for field in ["email", "phone", "party_code"] {
        query.push(" OR data ->> '$.").push(field).push("' GLOB ").push_bind(pattern.clone());
    }
    if let Some(number) = dialled(wanted) {
        query.push(" OR ").push(DIALLED).push(" GLOB ").push_bind(any_case_glob(&number));
    }
    query.push(")");
}
