//! Master data: what documents have named so far, and what the books bring with them.

use rust_decimal::Decimal;
use slotledger_erp::{MAX_PAGE, Page, Record, RecordKind};
use sqlx::SqliteConnection;

use crate::Error;
use crate::amounts::from_fine;
use crate::books::Books;
use crate::reading::PAGE_AND_ONE;

/// The only set of taxes these books have.
const TAX: &str = "sales-tax";

/// Code, name and unit.
type Row = (String, String, Option<String>);

const ITEMS: &str = "SELECT code, name, unit FROM items WHERE code > ? ORDER BY code LIMIT ?";

const WAREHOUSES: &str = "
    SELECT DISTINCT warehouse, warehouse, NULL FROM stock_levels WHERE warehouse > ? ORDER BY warehouse LIMIT ?";

const CUSTOMERS: &str =
    "SELECT code, name, NULL FROM parties WHERE role = 'customer' AND code > ? ORDER BY code LIMIT ?";

const PROVIDERS: &str =
    "SELECT code, name, NULL FROM parties WHERE role = 'provider' AND code > ? ORDER BY code LIMIT ?";

pub(crate) async fn page(
    connection: &mut SqliteConnection,
    books: &Books,
    kind: RecordKind,
    after: Option<&str>,
) -> Result<Page<Record>, Error> {
    let query = match kind {
        RecordKind::Item => ITEMS,
        RecordKind::Customer => CUSTOMERS,
        RecordKind::Provider => PROVIDERS,
        RecordKind::Warehouse => WAREHOUSES,
        RecordKind::TaxTemplate => {
            let entries = if after.is_some() { Vec::new() } else { vec![tax(books.tax_percent)] };
            return Ok(Page { entries, next: None });
        }
    };
    let rows: Vec<Row> = sqlx::query_as(query)
        .bind(after.unwrap_or_default())
        .bind(PAGE_AND_ONE)
        .fetch_all(connection)
        .await?;
    let more = rows.len() > MAX_PAGE;
    let entries: Vec<Record> = rows.into_iter().take(MAX_PAGE).map(record).collect();
    let next = entries.last().filter(|_| more).map(|last| last.code.clone());
    Ok(Page { entries, next })
}

fn record((code, name, unit): Row) -> Record {
    let stocked = unit.is_some();
    Record { code, name, unit, stocked, price: None, active: true }
}

fn tax(percent: i64) -> Record {
    let percent: Decimal = from_fine(percent);
    let name = format!("{percent} % on every sale");
    Record { code: TAX.to_owned(), name, unit: None, stocked: false, price: None, active: true }
}
