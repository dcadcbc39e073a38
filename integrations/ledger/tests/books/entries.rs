//! Which accounts a document touches, and which number it gets.

use rust_decimal::Decimal;
use slotledger_erp::{Administration, Connector, Days, State};

use crate::fixtures::*;

const RECEIVABLE: &str = "1100";
const STOCK: &str = "1300";
const TAX: &str = "2100";
const OWED: &str = "2200";
const OPENING: &str = "3100";
const REVENUE: &str = "4100";
const COST: &str = "5100";
const COMMISSIONS: &str = "5200";

/// A visit from its order to its commission.
async fn delivered() -> Books {
    let books = Books::new().await;
    books.receive("filter", "10", "7.50").await;
    books.post(&order("order", lines(&[("1", "100.00")]))).await;
    books.post(&invoice("invoice", Some("order"), lines(&[("1", "100.00")]))).await;
    books.post(&issue("issue", vec![material("filter", "2")])).await;
    books.post(&commission("commission", "invoice", "100.00", "10.00")).await;
    books
}

#[tokio::test]
async fn a_visit_touches_the_accounts_it_should() {
    let books = delivered().await;
    for (account, balance) in [
        (RECEIVABLE, "120.00"),
        (REVENUE, "-100.00"),
        (TAX, "-20.00"),
        (COST, "15.00"),
        (STOCK, "60.00"),
        (OPENING, "-75.00"),
        (COMMISSIONS, "10.00"),
        (OWED, "-10.00"),
    ] {
        assert_eq!(books.balance(account).await, decimal(balance), "{account}");
    }
    assert_eq!(books.numbers().await, ["SO-00001", "INV-2026-00001", "STI-00001", "COM-00001"]);
}

#[tokio::test]
async fn counter_documents_bring_every_account_back() {
    let books = delivered().await;
    books.post(&credit("credit", "invoice")).await;
    books.post(&stock_return("return", "issue", vec![material("filter", "2")])).await;
    books.post(&reversal("reversal", "commission")).await;
    for account in [RECEIVABLE, REVENUE, TAX, COST, COMMISSIONS, OWED] {
        assert_eq!(books.balance(account).await, Decimal::ZERO, "{account}");
    }
    assert_eq!(books.balance(STOCK).await, decimal("75.00"));
    assert_eq!(books.numbers().await[4..], ["CN-2026-00001", "STR-00001", "COR-00001"]);
}

#[tokio::test]
async fn the_journal_is_read_page_by_page() {
    let books = delivered().await;
    let all = books.ledger.journal(0, 500).await.expect("a journal");
    let documents: Vec<&str> = all.iter().map(|entry| entry.document.as_str()).collect();
    assert_eq!(documents, ["REC-00001", "INV-2026-00001", "STI-00001", "COM-00001"]);
    for entry in &all {
        let debit: Decimal = entry.lines.iter().map(|line| line.debit).sum();
        let credit: Decimal = entry.lines.iter().map(|line| line.credit).sum();
        assert_eq!(debit, credit, "{}", entry.document);
    }
    let first = books.ledger.journal(0, 3).await.expect("a page");
    let rest = books.ledger.journal(first[2].id, 3).await.expect("a page");
    assert_eq!([first, rest].concat(), all);
}

#[tokio::test]
async fn the_journal_and_the_balance_know_days() {
    let books = delivered().await;
    let all = books.ledger.journal(0, 500).await.expect("a journal");
    let journal = Administration::journal(&books.ledger).expect("built-in books show theirs");
    let before = day().pred_opt().expect("a day");
    let of = async |from, to| journal.entries(Days { from, to }, 0, 500).await.expect("entries");
    assert_eq!(of(day(), day()).await, all);
    assert_eq!(of(before, before).await, []);
    let now = journal.trial_balance(day()).await.expect("a balance");
    assert_eq!(now, books.ledger.trial_balance().await.expect("a balance"));
    assert!(journal.trial_balance(before).await.expect("a balance").debit.is_zero());
}

#[tokio::test]
async fn documents_name_what_they_were_made_from() {
    let books = delivered().await;
    let records = books.ledger.filed(0, 500).await.expect("documents");
    let sources: Vec<Option<&str>> =
        records.iter().map(|record| record.source.as_ref().map(|key| key.as_str())).collect();
    assert_eq!(sources, [None, Some("order"), None, Some("invoice")]);
    assert!(records.iter().all(|record| record.subject == "APT-0042" && record.date == day()));
    let page = books.ledger.filed(records[1].id, 1).await.expect("a page");
    assert_eq!(page, records[2..3]);
}

#[tokio::test]
async fn tax_is_reckoned_once_on_the_sum() {
    let books = Books::new().await;
    let prices = lines(&[("1", "0.02"), ("1", "0.02"), ("1", "0.02"), ("1", "0.02")]);
    let document = books.post(&order("order", prices)).await;
    assert_eq!((document.net, document.tax), (decimal("0.08"), decimal("0.02")));
}

#[tokio::test]
async fn a_visit_worth_nothing_is_filed_without_an_entry() {
    let books = Books::new().await;
    let free = || lines(&[("1", "50.00"), ("1", "-50.00")]);
    books.post(&order("order", free())).await;
    let document = books.post(&invoice("invoice", Some("order"), free())).await;
    assert_eq!((document.state, document.total), (State::Posted, Decimal::ZERO));
    assert!(books.ledger.journal(0, 500).await.expect("a journal").is_empty());
}

#[tokio::test]
async fn invoices_are_counted_anew_each_year_and_refusals_leave_no_gap() {
    let books = Books::new().await;
    for (name, date) in [("a", "2026-12-30"), ("b", "2027-01-02"), ("c", "2026-12-31"), ("d", "2027-01-02")] {
        let mut posting = invoice(name, None, lines(&[("1", "10.00")]));
        posting.date = date.parse().expect("a date");
        books.post(&posting).await;
        let mut broken = invoice(&format!("{name}/broken"), Some("nothing"), lines(&[("1", "10.00")]));
        broken.date = posting.date;
        books.refusal(&broken).await;
    }
    let numbers = books.numbers().await;
    assert_eq!(numbers, ["INV-2026-00001", "INV-2027-00001", "INV-2026-00002", "INV-2027-00002"]);
}

#[tokio::test]
async fn a_cancelled_order_stays_readable() {
    let books = Books::new().await;
    let order = order("order", lines(&[("1", "100.00")]));
    let ordered = books.post(&order).await;
    let cancelled = books.post(&cancellation("cancel", "order")).await;
    assert_eq!((cancelled.state, &cancelled.number), (State::Cancelled, &ordered.number));
    let found = books.ledger.find_by_key(&order).await.expect("a look-up");
    assert_eq!(found[0].state, State::Cancelled);
    assert_eq!(books.balance(RECEIVABLE).await, Decimal::ZERO);
}
