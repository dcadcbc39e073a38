//! The database defends the books against whoever opens the file.

use slotledger_erp::Finish;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

use crate::fixtures::*;

async fn filled() -> (Books, SqliteConnection) {
    let books = Books::new().await;
    books.receive("filter", "10", "7.50").await;
    books.post(&order("order", lines(&[("1", "100.00")]))).await;
    books.post(&invoice("invoice", Some("order"), lines(&[("1", "100.00")]))).await;
    books.post(&issue("issue", vec![material("filter", "2")])).await;
    books.post(&order("open", lines(&[("1", "100.00")]))).await;
    books.post(&advance("advance", None, "10.00")).await;
    let draft = with(invoice("draft", None, lines(&[("1", "100.00")])), |invoice| {
        invoice.finish = Finish::Draft;
    });
    books.post(&draft).await;
    let url = format!("sqlite://{}", books.path().display());
    (books, SqliteConnection::connect(&url).await.expect("a connection"))
}

async fn refusal(connection: &mut SqliteConnection, statement: &str) -> String {
    let done = sqlx::raw_sql(AssertSqlSafe(statement)).execute(connection).await;
    done.map(|_| ()).expect_err(statement).to_string()
}

#[tokio::test]
async fn filed_rows_are_not_changed_or_deleted() {
    let (books, mut file) = filled().await;
    let before = books.ledger.filed(0, 500).await.expect("documents");
    for (statement, reason) in [
        ("UPDATE documents SET total = total", "never changed"),
        ("UPDATE documents SET state = 'cancelled' WHERE key = 'order'", "never changed"),
        ("UPDATE documents SET state = 'cancelled', subject = 'x' WHERE key = 'open'", "never changed"),
        ("UPDATE documents SET party = 'x' WHERE key = 'open'", "never changed"),
        ("DELETE FROM documents WHERE key = 'open'", "never deleted"),
        ("UPDATE document_lines SET amount = amount + 1", "never changed"),
        ("DELETE FROM document_lines", "never deleted"),
        ("UPDATE journal_lines SET account = '4100'", "never changed"),
        ("DELETE FROM journal_lines", "never deleted"),
        ("UPDATE company SET currency = 'USD'", "never changes"),
        (
            "INSERT OR REPLACE INTO documents SELECT id, kind, key, series, serial, number, state, date, subject, party,
                 party_name, source, net, tax, total, body FROM documents WHERE key = 'invoice'",
            "never replaced",
        ),
        ("INSERT INTO journal_lines VALUES (3, 9, '1100', 5, 0, 1)", "no further lines"),
        (
            "INSERT OR REPLACE INTO document_lines SELECT * FROM document_lines WHERE document = 3",
            "no further lines",
        ),
    ] {
        let refusal = refusal(&mut file, statement).await;
        assert!(refusal.contains(reason), "{statement}: {refusal}");
    }
    assert_eq!(books.ledger.filed(0, 500).await.expect("documents"), before);
}

/// A document of three coins as a stranger would write it, with `{…}` standing for what is wrong with it.
fn stranger(serial: u32, line: i64, credit: i64) -> String {
    format!(
        "BEGIN;
         INSERT INTO document_lines VALUES (99, 1, 'visit', 'x', 1000000, 30000, NULL, {line}, 0, NULL);
         INSERT INTO journal_lines VALUES (99, 1, '1100', 3, 0, 1), (99, 2, '4100', 0, {credit}, 1);
         INSERT INTO documents VALUES (99, 'sales_invoice', 'stranger', 'INV-2026', {serial}, 'INV-2026-x', 'posted',
             '2026-11-22', 'x', NULL, NULL, NULL, 3, 0, 3, '{{}}');
         COMMIT;"
    )
}

#[tokio::test]
async fn a_document_that_does_not_add_up_is_not_taken() {
    for (statement, reason) in [
        (stranger(7, 3, 3), "no gaps"),
        (stranger(2, 4, 3), "add up to the net"),
        (stranger(2, 3, 2), "balances"),
    ] {
        let (_books, mut file) = filled().await;
        let refusal = refusal(&mut file, &statement).await;
        assert!(refusal.contains(reason), "{refusal}");
    }
    let (books, mut file) = filled().await;
    let sound = stranger(2, 3, 3);
    sqlx::raw_sql(AssertSqlSafe(sound.as_str())).execute(&mut file).await.expect("a sound document is taken");
    assert!(books.numbers().await.contains(&"INV-2026-x".to_owned()));
}

#[tokio::test]
async fn what_is_billed_and_settled_is_guarded_too() {
    let (books, mut file) = filled().await;
    let before = books.ledger.filed(0, 500).await.expect("documents");
    for (statement, reason) in [
        ("UPDATE billings SET ordered_line = 2", "never changed"),
        ("DELETE FROM billings", "never deleted"),
        ("INSERT INTO billings VALUES (99, 1, 2, 1)", "billed once"),
        ("INSERT INTO billings VALUES (99, 1, 5, 7)", "of a standing order"),
        ("INSERT INTO billings VALUES (3, 2, 5, 1)", "no further lines"),
        ("INSERT INTO settlements VALUES (99, 6, 1001, 1)", "as far as it is free"),
        ("INSERT INTO settlements VALUES (3, 6, 1, 1)", "no further advances"),
        ("INSERT INTO settlements VALUES (7, 6, 1, 0)", "CHECK"),
        ("UPDATE documents SET state = 'closed' WHERE key = 'open'", "never changed"),
        (
            "BEGIN;
             INSERT INTO journal_lines VALUES (99, 1, '2300', 1001, 0, 1), (99, 2, '1000', 0, 1001, 1);
             INSERT INTO documents VALUES (99, 'advance_refund', 'x', 'ADR', 1, 'ADR-x', 'posted', '2026-11-22', 'x',
                 NULL, NULL, 6, 1001, 0, 1001, '{}');
             COMMIT;",
            "paid back as far as it is free",
        ),
    ] {
        let refusal = refusal(&mut file, statement).await;
        assert!(refusal.contains(reason), "{statement}: {refusal}");
    }
    assert_eq!(books.ledger.filed(0, 500).await.expect("documents"), before);
}

#[tokio::test]
async fn a_draft_becomes_a_whole_document_or_stays_one() {
    let (_books, mut file) = filled().await;
    let numbered =
        "UPDATE documents SET state = 'posted', series = 'INV-2026', serial = 2, number = 'INV-2026-00002'";
    for (statement, reason) in [
        ("UPDATE documents SET state = 'posted' WHERE key = 'draft'".to_owned(), "no gaps"),
        (format!("{numbered} WHERE key = 'draft'"), "balances"),
        (format!("{numbered}, net = 0, tax = 0, total = 0 WHERE key = 'draft'"), "never changed"),
        ("UPDATE documents SET subject = 'x' WHERE key = 'draft'".to_owned(), "never changed"),
        (
            "BEGIN; INSERT INTO journal_lines VALUES (7, 1, '1100', 3, 0, 1); COMMIT;".to_owned(),
            "FOREIGN KEY",
        ),
    ] {
        let refusal = refusal(&mut file, &statement).await;
        assert!(refusal.contains(reason), "{statement}: {refusal}");
    }
}

#[tokio::test]
async fn a_closed_period_holds_for_a_stranger() {
    let (books, mut file) = filled().await;
    books.ledger.close_period(day()).await.expect("a closed period");
    assert!(refusal(&mut file, &stranger(2, 3, 3)).await.contains("the period is closed"));
}

#[tokio::test]
async fn lines_without_a_document_do_not_last() {
    let (books, mut file) = filled().await;
    let orphan = "BEGIN; INSERT INTO journal_lines VALUES (99, 1, '1100', 3, 0, 1); COMMIT;";
    assert!(refusal(&mut file, orphan).await.contains("FOREIGN KEY"));
    let trial = books.ledger.trial_balance().await.expect("a trial balance");
    assert_eq!(trial.debit, trial.credit);
}

#[tokio::test]
async fn stock_never_falls_below_nothing() {
    let (_books, mut file) = filled().await;
    let taken =
        "INSERT INTO document_lines VALUES (99, 1, 'filter', 'x', 9000000, NULL, NULL, 6750, -1, 'Main')";
    assert!(refusal(&mut file, taken).await.contains("CHECK"));
}
