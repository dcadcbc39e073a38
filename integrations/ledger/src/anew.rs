//! Beginning anew: books that were only ever tried out are emptied as a whole.
//!
//! Invariant: all documents go, or none; a document that is not among those to be given up keeps all of them. No single
//! document ever leaves the books, and no series gets a gap: the first document after it has the first number.

use sqlx::{AssertSqlSafe, Sqlite, Transaction};

use crate::{Error, Ledger};

/// What is emptied, each after those that refer to it. Accounts and the company stay.
const TABLES: [&str; 9] = [
    "settlements",
    "billings",
    "journal_lines",
    "stock_levels",
    "document_lines",
    "documents",
    "items",
    "parties",
    "closings",
];

impl Ledger {
    /// Empties the books, if each of their documents is given up. Answers with a key that is not, and then nothing was
    /// changed. Repeating it changes nothing more.
    ///
    /// # Errors
    /// When the database fails; nothing was changed then, either.
    pub async fn begin_anew(
        &self,
        given_up: &(dyn Fn(&str) -> bool + Send + Sync),
    ) -> Result<Option<String>, Error> {
        let mut transaction = self.begin().await?;
        let keys: Vec<String> =
            sqlx::query_scalar("SELECT key FROM documents ORDER BY id").fetch_all(&mut *transaction).await?;
        if let Some(kept) = keys.into_iter().find(|key| !given_up(key)) {
            return Ok(Some(kept));
        }
        let triggers = put_aside(&mut transaction).await?;
        for table in TABLES {
            run(&mut transaction, format!("DELETE FROM {table}")).await?;
        }
        for trigger in triggers {
            run(&mut transaction, trigger).await?;
        }
        transaction.commit().await.map_err(Error::Commit)?;
        Ok(None)
    }
}

/// Takes the triggers out, which guard documents one by one, and gives the statements that put them back.
async fn put_aside(transaction: &mut Transaction<'static, Sqlite>) -> Result<Vec<String>, Error> {
    let found: Vec<(String, String)> =
        sqlx::query_as("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY rowid")
            .fetch_all(&mut **transaction)
            .await?;
    let mut statements = Vec::new();
    for (name, statement) in found {
        run(transaction, format!("DROP TRIGGER {name}")).await?;
        statements.push(statement);
    }
    Ok(statements)
}

async fn run(transaction: &mut Transaction<'static, Sqlite>, statement: String) -> Result<(), Error> {
    sqlx::query(AssertSqlSafe(statement)).execute(&mut **transaction).await?;
    Ok(())
}
