//! Sees to it that both sides wrote as much.

use std::path::Path;

use anyhow::{Result, ensure};

use super::bare::open;

/// What is counted in both files, table by table: rows and characters.
const CONTENTS: &str = "
    SELECT 'appointment', count(*), sum(length(name) + length(details)) FROM appointment
    UNION ALL SELECT 'claim', count(*), 0 FROM claim
    UNION ALL SELECT 'busy', count(*), sum(length(layers)) + sum(minutes) FROM busy
    UNION ALL SELECT 'event', count(*), sum(length(name) + length(message) + length(attributes)) FROM event
    UNION ALL SELECT 'delivery', count(*), sum(length(posting) + length(key)) FROM delivery
    UNION ALL SELECT 'decision', count(*), sum(length(record)) FROM decision
    UNION ALL SELECT 'answer', count(*), sum(length(body)) FROM answer";

/// Fails unless both files hold as many rows, and texts of nearly the same length, in each table.
pub(super) async fn compare(hosted: &Path, bare: &Path) -> Result<()> {
    let (ours, theirs) = (contents(hosted).await?, contents(bare).await?);
    for ((table, rows, length), (_, other_rows, other_length)) in ours.into_iter().zip(theirs) {
        ensure!(rows == other_rows, "{table}: the host wrote {rows} rows, the bare program {other_rows}");
        let close = (length - other_length).abs() * 20 <= length;
        ensure!(close, "{table}: the host wrote {length} characters, the bare program {other_length}");
    }
    Ok(())
}

async fn contents(file: &Path) -> Result<Vec<(String, i64, i64)>> {
    let pool = open(file).await?;
    let rows = sqlx::query_as(CONTENTS).fetch_all(&pool).await?;
    pool.close().await;
    Ok(rows)
}
