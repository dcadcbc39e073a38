//! What every connector must be able to do, as a suite that runs against real books.
//!
//! Role: [`run`] posts documents of its own under keys that start with [`Setup::run`], reads them back and reports what
//! held. A connector's tests demand that all of it holds; an administrator can run the same suite against a live
//! system's test company.
//!
//! Invariant: a row judges only what the port promises, never how an ERP keeps it. A row that does not hold never
//! stops the ones after it, because each row makes the documents it needs.
//!
//! Deliberately absent: tidying up. Posted documents cannot be deleted in any books worth the name.

mod commissions;
mod invoices;
mod keys;
mod orders;
mod session;
mod stock;

use std::fmt;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Serialize;

use crate::{Connector, Item, KeyGuard, Material, Party};
use session::Session;

/// What the books must already hold, and what the suite may use of it.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Starts every key of this run. It must be new to the books, and made of the characters a key may have.
    pub run: String,
    /// The day the documents belong to; its accounting period is open.
    pub date: NaiveDate,
    /// ISO 4217 code of the company's currency.
    pub currency: String,
    /// How many decimal places that currency has.
    pub currency_digits: u32,
    /// A customer. Books that can make a party by themselves need not know it.
    pub customer: Party,
    /// A provider who earns [`Setup::commission_percent`].
    pub provider: Party,
    /// A service that is sold by the piece.
    pub service_item: Item,
    /// The service's net price.
    pub unit_price: Decimal,
    /// A quantity of the service that is not whole; none where its unit of measure allows only whole ones.
    pub fraction: Option<Decimal>,
    /// The provider's commission, in percent of the net amount.
    pub commission_percent: Decimal,
    /// Some of a stocked item. The stock holds at least three times as much.
    pub material: Material,
    /// More of a stocked item than the warehouse has; none where the books issue it all the same.
    pub scarce: Option<Material>,
}

/// One thing that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// What should hold, as a sentence.
    pub name: &'static str,
    /// Whether it did.
    pub held: bool,
    /// The numbers of the documents made, or what was wrong.
    pub detail: String,
}

/// All that was tried.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// In the order they ran.
    pub rows: Vec<Row>,
}

impl Report {
    /// Whether every row held, and there was one.
    #[must_use]
    pub fn held(&self) -> bool {
        !self.rows.is_empty() && self.rows.iter().all(|row| row.held)
    }

    fn add(&mut self, name: &'static str, outcome: Outcome) {
        let held = outcome.is_ok();
        let detail = outcome.unwrap_or_else(|wrong| wrong);
        self.rows.push(Row { name, held, detail });
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for row in &self.rows {
            let mark = if row.held { "held  " } else { "BROKEN" };
            writeln!(f, "{mark}  {}: {}", row.name, row.detail)?;
        }
        Ok(())
    }
}

/// A row's detail, or what was wrong.
type Outcome = Result<String, String>;

/// Runs every row that applies to these books. It makes a few dozen documents.
pub async fn run(books: &dyn Connector, setup: &Setup) -> Report {
    let session = Session { books, setup };
    let s = &session;
    let mut report = Report::default();

    report.add("the books answer for the company's currency", s.check().await);
    report.add("a key nobody used finds nothing", keys::unknown(s).await);

    report.add("an order stands with the exact amounts", orders::made(s).await);
    report.add("awkward decimals are exact to the smallest coin", orders::awkward(s).await);
    report.add("a repeated order is adopted", orders::repeated(s).await);
    report.add("an order is cancelled", orders::cancelled(s).await);
    report.add("an invoiced order is not cancelled", orders::not_cancelled(s).await);

    report.add("an invoice is posted from its order", invoices::from_order(s).await);
    report.add("an invoice follows what was delivered", invoices::more_delivered(s).await);
    report.add("a fee is invoiced without an order", invoices::fee(s).await);
    report.add("an invoice without its order is refused", invoices::order_missing(s).await);
    report.add("a credit note counters its invoice", invoices::credited(s).await);

    report.add("materials leave the stock", stock::issued(s).await);
    report.add("materials come back", stock::returned(s).await);
    if let Some(scarce) = &setup.scarce {
        report.add("a shortage is refused", stock::shortage(s, scarce).await);
    }

    report.add("a commission is owed", commissions::earned(s).await);
    report.add("a commission is taken back", commissions::reversed(s).await);

    if books.capabilities().key_guard == KeyGuard::Unique {
        report.add("posts of one key at once make one document", keys::at_once(s).await);
    }
    report
}
