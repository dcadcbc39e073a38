//! The suite every connector passes.

use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use slotledger_erp::conformance::{Row, Setup, administered, run, watched};
use slotledger_erp::{
    Administration, Capabilities, Connector, Document, Failure, Kind, Posted, Posting, Reason, SystemInfo,
};
use slotledger_ledger::{Ledger, Settings};

use crate::fixtures::{Books, day, decimal, item, material, party, settings};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_suite_passes() {
    let books = Books::new().await;
    books.receive("filter", "9", "7.13").await;
    books.receive("rare", "2", "99.99").await;
    let setup = setup();
    let report = run(&books.ledger, &setup).await;
    assert!(report.held(), "{report}");
    let left_out: Vec<&str> = report.left_out.iter().map(|left| left.name).collect();
    assert_eq!(left_out, ["documents in another currency are exact too"], "{report}");

    let again = run(&books.ledger, &setup).await;
    assert!(!again.held(), "a run's name can be used once");
}

fn setup() -> Setup {
    Setup {
        run: "run-1".into(),
        date: day(),
        currency: "EUR".into(),
        currency_digits: 2,
        customer: party("ana"),
        provider: party("sam"),
        second_provider: party("kim"),
        service_item: item("visit"),
        unit_price: decimal("120.00"),
        fraction: Some(decimal("0.333")),
        coupon_item: item("coupon"),
        commission_percent: decimal("12.5"),
        material: material("filter", "3"),
        scarce: Some(material("rare", "3")),
        payment_method: None,
        foreign: None,
    }
}

/// What the suite took back is back: only what cannot be taken back, the opening stock, is left on any account.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_can_certify_twice_and_nothing_is_left() {
    let books = Books::new().await;
    for name in ["certify-1", "certify-2"] {
        let setup = books.ledger.furnish(name, day()).await.expect("a set-up");
        let report = administered(&books.ledger, &setup).await;
        assert!(report.held(), "{report}");
        for account in ["1000", "1100", "2100", "2200", "2300", "4100", "5100", "5200"] {
            assert_eq!(books.balance(account).await, decimal("0.00"), "{account}");
        }
    }
    let receipts = books.ledger.journal(0, 500).await.expect("a journal");
    let receipts = receipts.iter().filter(|entry| entry.document.starts_with("REC-")).count();
    assert_eq!(receipts, 2, "the second run uses what the first one received");
    let drafts = books.ledger.filed(0, 500).await.expect("documents");
    assert!(drafts.iter().any(|record| record.document.kind == Kind::SalesInvoice));
}

/// Rounding is the currency's: yen have no smaller coin, dinars a thousandth.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_suite_passes_in_other_currencies() {
    for (currency, currency_digits, tax_percent) in [("JPY", 0, "10"), ("BHD", 3, "8.875")] {
        let directory = tempfile::tempdir().expect("a directory");
        let settings = Settings {
            currency: currency.into(),
            currency_digits,
            tax_percent: decimal(tax_percent),
            ..settings()
        };
        let ledger = Ledger::open(&directory.path().join("books.db"), settings).await.expect("books");
        let setup = ledger.furnish("certify", day()).await.expect("a set-up");
        let told = AtomicUsize::new(0);
        let watch = |_: &Row| {
            told.fetch_add(1, Ordering::Relaxed);
        };
        let report = watched(&ledger, &setup, &watch).await;
        assert!(report.held(), "{currency}: {report}");
        assert_eq!(told.into_inner(), report.rows.len());
    }
}

/// Sound books behind a connector that is wrong in one way.
struct Flawed {
    ledger: Ledger,
    flaw: Flaw,
}

#[derive(Clone, Copy)]
enum Flaw {
    Misreads(fn(&mut Document)),
    NeverAdopts,
    FindsTwice,
    GivesNoReason,
    ForgetsToLookUp,
}

impl Flawed {
    fn read(&self, mut document: Document) -> Document {
        if let Flaw::Misreads(change) = self.flaw {
            change(&mut document);
        }
        document
    }
}

#[async_trait]
impl Connector for Flawed {
    fn capabilities(&self) -> Capabilities {
        self.ledger.capabilities()
    }

    async fn check(&self) -> Result<SystemInfo, Failure> {
        self.ledger.check().await
    }

    async fn find_by_key(&self, posting: &Posting) -> Result<Vec<Document>, Failure> {
        let found = self.ledger.find_by_key(posting).await?;
        let times = if matches!(self.flaw, Flaw::FindsTwice) { 2 } else { 1 };
        if matches!(self.flaw, Flaw::ForgetsToLookUp) {
            return Ok(Vec::new());
        }
        Ok(found.into_iter().flat_map(|document| vec![self.read(document); times]).collect())
    }

    async fn post(&self, posting: &Posting) -> Result<Posted, Failure> {
        let posted = self.ledger.post(posting).await.map_err(|failure| match self.flaw {
            Flaw::GivesNoReason => failure.because(Reason::Other),
            Flaw::Misreads(_) | Flaw::NeverAdopts | Flaw::FindsTwice | Flaw::ForgetsToLookUp => failure,
        })?;
        let adopted = posted.adopted && !matches!(self.flaw, Flaw::NeverAdopts);
        Ok(Posted { document: self.read(posted.document), adopted })
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_suite_finds_what_is_wrong() {
    let cent_off: fn(&mut Document) = |document| {
        if document.kind == Kind::SalesInvoice {
            document.net += decimal("0.01");
            document.total += decimal("0.01");
        }
    };
    for (what, flaw, row) in [
        ("a cent too much", Flaw::Misreads(cent_off), "an invoice is posted from its order"),
        (
            "no party",
            Flaw::Misreads(|document| document.party = None),
            "an order stands with the exact amounts",
        ),
        ("no quantity", Flaw::Misreads(|document| document.quantity = None), "materials leave the stock"),
        ("no day", Flaw::Misreads(|document| document.date = None), "a commission is owed"),
        (
            "no settlement",
            Flaw::Misreads(|document| document.settled = None),
            "deposits are settled with the invoice",
        ),
        (
            "another currency",
            Flaw::Misreads(|document| document.currency = "USD".into()),
            "a deposit is taken",
        ),
        ("always new", Flaw::NeverAdopts, "a repeated order is adopted"),
        ("found twice", Flaw::FindsTwice, "posts of one key make one invoice"),
        ("not found", Flaw::ForgetsToLookUp, "a credit note counters its invoice"),
        ("no reason", Flaw::GivesNoReason, "a shortage is refused"),
    ] {
        let books = Books::new().await;
        books.receive("filter", "9", "7.13").await;
        books.receive("rare", "2", "99.99").await;
        let flawed = Flawed { ledger: books.ledger.clone(), flaw };
        let report = run(&flawed, &setup()).await;
        let found = report.rows.iter().find(|tried| tried.name == row).expect("a row of that name");
        assert!(!found.held, "{what}: {report}");
    }
}
