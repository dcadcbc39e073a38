//! What every connector must be able to do, as a suite that runs against real books.
//!
//! Role: [`run`] posts documents of its own under keys that start with [`Setup::run`], reads them back and reports what
//! held; [`administered`] asks for what an administrator does as well. A connector's tests demand that all of it holds;
//! `slotledger erp certify` runs the same suite against a live system's test company.
//!
//! Invariant: a row judges only what the port promises, never how an ERP keeps it. A row that does not hold never
//! stops the ones after it, because each row makes the documents it needs. The last rows take everything back.
//!
//! Deliberately absent: deleting, and documents made by hand, which no port can make.

mod administration;
mod advances;
mod amendments;
mod apart;
mod billing;
mod commissions;
mod invoices;
mod judgement;
mod keys;
mod orders;
mod refusals;
mod report;
mod requests;
mod sales;
mod session;
mod setup;
mod stock;
mod tidy;

pub use report::{LeftOut, Report, Row};
pub use sales::{Rounding, Sale};
pub use setup::{Foreign, Setup};

use crate::{Administration, Connector, Kind, RecordKind};
use administration::Desk;
use report::{Fault, Running};
use session::Session;

/// The row that comes last but for a look at the result.
const TIDY: &str = "everything that was made is taken back";

/// Runs every row that applies to these books, and takes back what was made. That is some two hundred documents.
pub async fn run(books: &dyn Connector, setup: &Setup) -> Report {
    let session = Session::new(books, setup);
    let mut running = Running { report: Report::default(), watch: &|_| {} };
    documents(&session, &mut running).await;
    running.add(TIDY, tidy::all(&session).await);
    running.report
}

/// As [`run`], and what an administrator does with the connection.
pub async fn administered(books: &dyn Administration, setup: &Setup) -> Report {
    watched(books, setup, &|_| {}).await
}

/// As [`administered`], told of each row as soon as it was tried: on a slow system the suite takes minutes.
pub async fn watched(
    books: &dyn Administration,
    setup: &Setup,
    watch: &(dyn Fn(&Row) + Send + Sync),
) -> Report {
    let session = Session::new(books, setup);
    let desk = Desk { s: &session, books };
    let mut running = Running { report: Report::default(), watch };
    running.add("looking at the connection changes nothing", desk.looks().await);
    // Before the row with a shortage: its transfer may wait for whatever comes back.
    apart(&desk, &mut running).await;
    documents(&session, &mut running).await;
    records(&desk, &mut running).await;
    running.add("documents are listed with their keys", desk.documents().await);
    running.add("a document is read for adoption as it is found", desk.candidate().await);
    running.add("a document with a key is not adopted under another", desk.not_adopted().await);
    running.add(TIDY, tidy::all(&session).await);
    running.add("the accounts balance", desk.balanced().await);
    running.report
}

async fn documents(s: &Session<'_>, report: &mut Running<'_>) {
    report.add("the books answer for the company's currency", s.check().await);
    report.add("a key nobody used finds nothing", keys::unknown(s).await);
    sales(s, report).await;
    amended(s, report).await;
    invoiced(s, report).await;
    deposits(s, report).await;
    stock_and_commissions(s, report).await;
    refused(s, report).await;
    raced(s, report).await;
}

async fn sales(s: &Session<'_>, report: &mut Running<'_>) {
    report.add("an order stands with the exact amounts", orders::made(s).await);
    report.add("awkward decimals are exact to the smallest coin", orders::awkward(s).await);
    report.add("an order has a line for each visit", orders::several_lines(s).await);
    report.add("a coupon is a line that takes something off", orders::coupon(s).await);
    report.add("a line below its list price counts at its own", orders::discounted(s).await);
    report.add("a repeated order is adopted", orders::repeated(s).await);
    report.add("an order is cancelled", orders::cancelled(s).await);
    report.add("an invoiced order is not cancelled", orders::not_cancelled(s).await);
    report.add("an order whose invoice was credited is withdrawn", orders::closed(s).await);
}

async fn amended(s: &Session<'_>, report: &mut Running<'_>) {
    report.add("an order is moved to another day", amendments::moved(s).await);
    report.add("an order gets other lines and is invoiced with them", amendments::other_lines(s).await);
    report.add("an order gets another provider, and the first one back", amendments::other_provider(s).await);
    report.add("a cancelled order is not amended", amendments::withdrawn(s).await);
}

async fn invoiced(s: &Session<'_>, report: &mut Running<'_>) {
    report.add("an invoice is posted from its order", invoices::from_order(s).await);
    report.add("an order, its invoice and its credit agree on the tax", invoices::taxed(s).await);
    report.add("an invoice follows what was delivered", invoices::more_delivered(s).await);
    report.add("a fee is invoiced without an order", invoices::fee(s).await);
    report.add("an invoice can wait as a draft", invoices::draft(s).await);
    report.add("visits of one order are invoiced one by one", billing::in_parts(s).await);
    report.add("a line of an order is not invoiced twice", billing::line_twice(s).await);
    report.add("an order is not invoiced twice", billing::order_twice(s).await);
    report.add("a credit note counters its invoice", invoices::credited(s).await);
    let name = "one invoice bills several orders";
    if s.books.capabilities().grouped_invoices {
        report.add(name, billing::grouped(s).await);
    } else {
        report.add(name, Err(Fault::Unsupported("these books make an invoice for each order".into())));
    }
    let name = "documents in another currency are exact too";
    match &s.setup.foreign {
        Some(foreign) if s.books.capabilities().foreign_currency => {
            report.add(name, invoices::foreign(s, foreign).await);
        }
        Some(_) => report.add(name, Err(Fault::Unsupported("these books have one currency".into()))),
        None => report.add(name, Err(Fault::Unsupported("the set-up names no other currency".into()))),
    }
}

async fn deposits(s: &Session<'_>, report: &mut Running<'_>) {
    report.add("a deposit is taken", advances::taken(s).await);
    report.add("deposits are settled with the invoice", advances::settled(s).await);
    report.add("a deposit above the invoice stays the customer's", advances::larger(s).await);
    report.add("a deposit is paid back once", advances::paid_back(s).await);
    report.add("crediting an invoice frees its deposit", advances::freed(s).await);
}

async fn stock_and_commissions(s: &Session<'_>, report: &mut Running<'_>) {
    report.add("materials leave the stock", stock::issued(s).await);
    report.add("materials come back", stock::returned(s).await);
    report.add("materials come back in parts, and not more than left", stock::returned_in_part(s).await);
    let name = "a shortage is refused";
    match &s.setup.scarce {
        Some(scarce) => report.add(name, stock::shortage(s, scarce).await),
        None => report.add(name, Err(Fault::Unsupported("these books issue it all the same".into()))),
    }
    report.add("a commission is owed", commissions::earned(s).await);
    report.add("two providers earn with one invoice", commissions::two_earners(s).await);
    report.add("a commission is taken back", commissions::reversed(s).await);
}

async fn refused(s: &Session<'_>, report: &mut Running<'_>) {
    report.add("an unknown material is refused", stock::unknown(s).await);
    report.add("an invoice without its order is refused", refusals::invoice(s).await);
    report.add("an invoice without its deposit is refused", advances::missing(s).await);
    report.add("a cancellation without its order is refused", refusals::cancellation(s).await);
    report.add("an amendment without its order is refused", amendments::missing(s).await);
    report.add("a credit note without its invoice is refused", refusals::credit(s).await);
    report.add("a commission without its invoice is refused", refusals::commission(s).await);
    report.add("a reversal without its commission is refused", refusals::reversal(s).await);
    report.add("a return without its issue is refused", refusals::material_back(s).await);
    report.add("a refund without its deposit is refused", refusals::refund(s).await);
}

async fn raced(s: &Session<'_>, report: &mut Running<'_>) {
    report.add("posts of one key make one order", keys::order(s).await);
    report.add("posts of one key make one invoice", keys::invoice(s).await);
    report.add("posts of one key make one credit note", keys::credit(s).await);
    report.add("posts of one key make one stock issue", keys::issue(s).await);
    report.add("posts of one key make one deposit", keys::advance(s).await);
    report.add("posts of one key amend an order once", keys::amendment(s).await);
    report.add("posts of one key cancel an order once", keys::cancellation(s).await);
    report.add("posts of one key make one commission", keys::commission(s).await);
    report.add("posts of one key take a commission back once", keys::reversal(s).await);
    report.add("posts of one key bring materials back once", keys::material_back(s).await);
    report.add("posts of one key pay a deposit back once", keys::refund(s).await);
}

async fn apart(desk: &Desk<'_>, report: &mut Running<'_>) {
    let can = desk.books.capabilities().sets_apart;
    if can.is_empty() {
        report.add("a document is not told apart where keys are unique", desk.not_apart().await);
    }
    for (kind, name) in [
        (Kind::SalesOrder, "an order is set apart from another with its key, and withdrawn"),
        (Kind::SalesInvoice, "an invoice is set apart from another with its key, and credited"),
        (Kind::StockIssue, "materials are set apart from others with their key, and brought back"),
        (Kind::Commission, "a commission is set apart from another with its key, and taken back"),
    ] {
        if can.contains(&kind) {
            report.add(name, desk.apart(kind).await);
        }
    }
    if can.contains(&Kind::SalesInvoice) {
        report.add("a draft is set apart by withdrawing it", desk.draft_apart().await);
    }
}

async fn records(desk: &Desk<'_>, report: &mut Running<'_>) {
    report.add("items are listed, each once", desk.records(RecordKind::Item).await);
    report.add("customers are listed, each once", desk.records(RecordKind::Customer).await);
    report.add("providers are listed, each once", desk.records(RecordKind::Provider).await);
    report.add("warehouses are listed, each once", desk.records(RecordKind::Warehouse).await);
    report.add("sets of taxes are listed, each once", desk.records(RecordKind::TaxTemplate).await);
}
