//! Books in a directory of their own, and postings to fill them with.

use std::path::PathBuf;

use chrono::{NaiveDate, NaiveTime};
use rust_decimal::Decimal;
use slotledger_erp::{
    Advance, AdvanceRefund, Body, Class, CommissionEarned, CommissionReversal, Connector, CreditNote,
    Document, Finish, Invoice, Item, Key, Line, Material, Order, OrderAmendment, OrderCancellation,
    OrderLine, Party, Posting, Reason, Receipt, StockIssue, StockReturn,
};
use slotledger_ledger::{Ledger, Settings};
use tempfile::TempDir;

/// A ledger and the directory that goes with it.
pub(crate) struct Books {
    pub(crate) ledger: Ledger,
    directory: TempDir,
}

impl Books {
    pub(crate) async fn new() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let ledger = Ledger::open(&directory.path().join("books.db"), settings()).await.expect("books");
        Self { ledger, directory }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().join("books.db")
    }

    pub(crate) async fn post(&self, posting: &Posting) -> Document {
        let posted = self.ledger.post(posting).await;
        posted.unwrap_or_else(|failure| panic!("{}: {failure:?}", posting.key)).document
    }

    /// Posts what must be refused, and answers with the reason in words.
    pub(crate) async fn refusal(&self, posting: &Posting) -> String {
        self.refused(posting).await.1
    }

    /// Posts what must be refused, and answers with the reason.
    pub(crate) async fn refused(&self, posting: &Posting) -> (Reason, String) {
        let failure = self.ledger.post(posting).await.expect_err("a refusal");
        let Class::Refused { reason, fix } = failure.class else { panic!("not refused: {failure:?}") };
        assert!(!fix.is_empty());
        (reason, failure.message)
    }

    /// The document as it stands now.
    pub(crate) async fn standing(&self, posting: &Posting) -> Document {
        let mut found = self.ledger.find_by_key(posting).await.expect("a look-up");
        assert_eq!(found.len(), 1, "{}", posting.key);
        found.remove(0)
    }

    pub(crate) async fn receive(&self, item: &str, quantity: &str, unit_cost: &str) {
        let receipt = receipt(&format!("receipt/{item}/{quantity}/{unit_cost}"), item, quantity, unit_cost);
        self.ledger.receive(&receipt).await.expect("a receipt");
    }

    /// Debit less credit of an account.
    pub(crate) async fn balance(&self, account: &str) -> Decimal {
        let trial = self.ledger.trial_balance().await.expect("a trial balance");
        assert_eq!(trial.debit, trial.credit, "the trial balance agrees");
        trial.balance(account).expect("an account of the chart")
    }

    pub(crate) async fn numbers(&self) -> Vec<String> {
        let records = self.ledger.filed(0, 500).await.expect("documents");
        records.into_iter().map(|record| record.document.number).collect()
    }
}

pub(crate) fn settings() -> Settings {
    Settings {
        company: "Fjord Cooling".into(),
        currency: "EUR".into(),
        currency_digits: 2,
        tax_percent: decimal("20"),
    }
}

pub(crate) fn decimal(text: &str) -> Decimal {
    text.parse().expect("a decimal")
}

pub(crate) fn key(text: &str) -> Key {
    Key::parse(text).expect("a plain key")
}

pub(crate) fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 22).expect("a date")
}

pub(crate) fn party(code: &str) -> Party {
    Party { code: code.into(), name: format!("Party {code}"), email: None, phone: None, address: None }
}

pub(crate) fn item(code: &str) -> Item {
    Item { code: code.into(), name: format!("Item {code}") }
}

pub(crate) fn receipt(name: &str, code: &str, quantity: &str, unit_cost: &str) -> Receipt {
    Receipt {
        key: key(name),
        date: day(),
        item: item(code),
        quantity: decimal(quantity),
        unit: "Unit".into(),
        unit_cost: decimal(unit_cost),
        warehouse: "Main".into(),
        reference: None,
    }
}

pub(crate) fn lines(prices: &[(&str, &str)]) -> Vec<Line> {
    let line = |(quantity, price): &(&str, &str)| {
        Line::new(item("visit"), "Maintenance visit", decimal(quantity), decimal(price))
    };
    prices.iter().map(line).collect()
}

pub(crate) fn material(code: &str, quantity: &str) -> Material {
    Material { item: item(code), quantity: decimal(quantity), unit: "Unit".into(), warehouse: "Main".into() }
}

pub(crate) fn posting(name: &str, body: Body) -> Posting {
    Posting { key: key(name), subject: "APT-0042".into(), date: day(), body }
}

pub(crate) fn order(name: &str, lines: Vec<Line>) -> Posting {
    let start = day().and_time(NaiveTime::MIN).and_utc();
    let order = Order {
        customer: party("ana"),
        provider: party("sam"),
        currency: "EUR".into(),
        lines,
        start,
        end: start + chrono::Duration::hours(2),
        commission_percent: decimal("10"),
    };
    posting(name, Body::SalesOrder(order))
}

pub(crate) fn cancellation(name: &str, order: &str) -> Posting {
    posting(
        name,
        Body::OrderCancellation(OrderCancellation { order: key(order), reason: "withdrawn".into() }),
    )
}

pub(crate) fn invoice(name: &str, order: Option<&str>, lines: Vec<Line>) -> Posting {
    let order = order.map(key);
    posting(
        name,
        Body::SalesInvoice(Invoice {
            order,
            customer: party("ana"),
            currency: "EUR".into(),
            lines,
            finish: Finish::Posted,
            earners: Vec::new(),
            advances: Vec::new(),
        }),
    )
}

/// Changes what an invoice asks for.
pub(crate) fn with(mut posting: Posting, change: impl FnOnce(&mut Invoice)) -> Posting {
    if let Body::SalesInvoice(invoice) = &mut posting.body {
        change(invoice);
    }
    posting
}

/// The line, billing one line of an order, counted from 0.
pub(crate) fn billing(mut line: Line, order: &str, position: u32) -> Line {
    line.bills = Some(OrderLine { order: key(order), line: position });
    line
}

pub(crate) fn amendment(name: &str, order: &str, lines: Vec<Line>) -> Posting {
    let start = day().and_time(NaiveTime::MIN).and_utc() + chrono::Duration::days(1);
    let amendment = OrderAmendment {
        order: key(order),
        provider: party("kim"),
        lines,
        start,
        end: start + chrono::Duration::hours(2),
        reason: "moved".into(),
    };
    posting(name, Body::OrderAmendment(amendment))
}

pub(crate) fn advance(name: &str, order: Option<&str>, amount: &str) -> Posting {
    let advance = Advance {
        order: order.map(key),
        customer: party("ana"),
        currency: "EUR".into(),
        amount: decimal(amount),
        method: None,
        receipt: Some("R-17".into()),
    };
    posting(name, Body::Advance(advance))
}

pub(crate) fn refund(name: &str, advance: &str, amount: &str) -> Posting {
    let refund = AdvanceRefund { advance: key(advance), amount: decimal(amount), reason: "withdrawn".into() };
    posting(name, Body::AdvanceRefund(refund))
}

pub(crate) fn credit(name: &str, invoice: &str) -> Posting {
    posting(name, Body::CreditNote(CreditNote { invoice: key(invoice), reason: "cancelled".into() }))
}

pub(crate) fn issue(name: &str, lines: Vec<Material>) -> Posting {
    posting(name, Body::StockIssue(StockIssue { lines }))
}

pub(crate) fn stock_return(name: &str, issue: &str, lines: Vec<Material>) -> Posting {
    posting(name, Body::StockReturn(StockReturn { issue: key(issue), lines }))
}

pub(crate) fn commission(name: &str, invoice: &str, base: &str, amount: &str) -> Posting {
    let earned = CommissionEarned {
        invoice: key(invoice),
        provider: party("sam"),
        currency: "EUR".into(),
        base: decimal(base),
        percent: decimal("10"),
        amount: decimal(amount),
    };
    posting(name, Body::Commission(earned))
}

pub(crate) fn reversal(name: &str, commission: &str) -> Posting {
    let reversal = CommissionReversal { commission: key(commission), reason: "credited".into() };
    posting(name, Body::CommissionReversal(reversal))
}
