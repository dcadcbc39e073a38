//! Orders: made and submitted at once, amended, cancelled, or closed where ERPNext does not cancel any more.

use serde::Serialize;
use serde_json::json;
use slotledger_erp::{
    Document, Failure, Key, Kind, Line, Order as Asked, OrderAmendment, OrderCancellation, Party, Posted,
    Posting, Reason, State,
};

use super::{Books, Made};
use crate::mapping::{self, ChangedRow, Order, TeamShare};

const UPDATE_ROWS: &str = "erpnext.controllers.accounts_controller.update_child_qty_rate";
const UPDATE_STATUS: &str = "erpnext.selling.doctype.sales_order.sales_order.update_status";

pub(super) async fn find(books: &Books<'_>, key: &Key) -> Result<Vec<Document>, Failure> {
    let order = books.by_key(key).await?;
    documents(books, order, Kind::SalesOrder, key).await
}

pub(super) async fn find_withdrawn(
    books: &Books<'_>,
    key: &Key,
    withdrawal: &OrderCancellation,
) -> Result<Vec<Document>, Failure> {
    let order = books.by_key::<Order>(&withdrawal.order).await?;
    let withdrawn = order.filter(|order| matches!(order.state(), State::Cancelled | State::Closed));
    documents(books, withdrawn, Kind::OrderCancellation, key).await
}

pub(super) async fn find_amended(
    books: &Books<'_>,
    key: &Key,
    amendment: &OrderAmendment,
) -> Result<Vec<Document>, Failure> {
    let order = books.by_key::<Order>(&amendment.order).await?;
    let amended = order.filter(|order| order.was_amended(key.as_str()));
    documents(books, amended, Kind::OrderAmendment, key).await
}

pub(super) async fn read_as(books: &Books<'_>, posting: &Posting, name: &str) -> Result<Document, Failure> {
    let order: Order = books.read(name).await?;
    let party = books.code(&order.customer).await?;
    Ok(mapping::order(&order, posting.kind(), &posting.key, party))
}

async fn documents(
    books: &Books<'_>,
    order: Option<Order>,
    kind: Kind,
    key: &Key,
) -> Result<Vec<Document>, Failure> {
    let Some(order) = order else { return Ok(Vec::new()) };
    let party = books.code(&order.customer).await?;
    Ok(vec![mapping::order(&order, kind, key, party)])
}

async fn posted(books: &Books<'_>, made: Made<Order>, kind: Kind, key: &Key) -> Result<Posted, Failure> {
    let party = books.code(&made.record.customer).await?;
    Ok(made.posted(|order| mapping::order(order, kind, key, party)))
}

pub(super) async fn post(books: &Books<'_>, posting: &Posting, asked: &Asked) -> Result<Posted, Failure> {
    let made = match books.by_key::<Order>(&posting.key).await? {
        Some(order) if order.docstatus == 0 => Made::now(books.submit(&order).await?),
        Some(order) => Made::adopted(order),
        None => create(books, posting, asked).await?,
    };
    posted(books, made, Kind::SalesOrder, &posting.key).await
}

async fn create(books: &Books<'_>, posting: &Posting, asked: &Asked) -> Result<Made<Order>, Failure> {
    let earns = !asked.commission_percent.is_zero();
    let person = async {
        match earns {
            true => books.sales_person(&asked.provider).await,
            false => Ok(None),
        }
    };
    let customer = books.customer(&asked.customer, &asked.currency);
    let (customer, taxes, person) = tokio::try_join!(customer, books.taxes(), person)?;
    let terms = mapping::Terms {
        company: &books.company.name,
        customer: &customer,
        taxes: &taxes,
        sales_person: person.as_deref(),
        zone: books.zone,
    };
    books.make(&posting.key, &mapping::new_order(posting, asked, &terms)).await
}

pub(super) async fn withdraw(
    books: &Books<'_>,
    posting: &Posting,
    withdrawal: &OrderCancellation,
) -> Result<Posted, Failure> {
    let order: Option<Order> = books.by_key(&withdrawal.order).await?;
    let Some(order) = order else { return Err(missing(&withdrawal.order)) };
    let made = match order.state() {
        State::Cancelled | State::Closed => Made::adopted(order),
        // Cancelling works on what was submitted only.
        State::Draft => Made::now(cancel(books, &books.submit(&order).await?).await?),
        State::Submitted | State::Posted => Made::now(cancel(books, &order).await?),
    };
    posted(books, made, Kind::OrderCancellation, &posting.key).await
}

/// Cancels an order. One whose invoices were all credited stays linked with them, and is closed.
async fn cancel(books: &Books<'_>, order: &Order) -> Result<Order, Failure> {
    if !order.per_billed.0.is_zero() {
        let message = format!(
            "the order {} was invoiced in ERPNext ({} %)",
            order.name,
            order.per_billed.0.normalize()
        );
        return Err(Failure::refused(message, "credit its invoice first").because(Reason::Conflict));
    }
    match books.change(&order.name, &json!({"docstatus": 2})).await {
        Err(failure) if failure.message.contains("is linked with") => {
            books.command(UPDATE_STATUS, &json!({"name": order.name, "status": "Closed"})).await?;
            books.read(&order.name).await
        }
        cancelled => cancelled,
    }
}

fn missing(key: &Key) -> Failure {
    let message = format!("ERPNext has no Sales Order with the key {key}");
    Failure::refused(message, format!("deliver the order {key} first")).because(Reason::MissingDocument)
}

/// What of a submitted order may be written over.
#[derive(Serialize)]
struct Amended<'a> {
    modified: &'a str,
    slotledger_visit: String,
    slotledger_amendments: String,
    slotledger_discounts: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sales_team: Option<Vec<TeamShare>>,
}

/// First the rows, then the header with the amendment's key: a key that stands there says that the rows are done.
pub(super) async fn amend(
    books: &Books<'_>,
    posting: &Posting,
    amendment: &OrderAmendment,
) -> Result<Posted, Failure> {
    let key = &posting.key;
    let order: Order = books.standing(&amendment.order).await?;
    if order.was_amended(key.as_str()) {
        return posted(books, Made::adopted(order), Kind::OrderAmendment, key).await;
    }
    if order.state() == State::Closed {
        let message = format!("the order {} is closed in ERPNext", order.name);
        return Err(Failure::refused(message, "reopen the order in ERPNext").because(Reason::Conflict));
    }
    if mapping::taken_off(&amendment.lines) != order.discount_amount.0 {
        let message = format!(
            "the order {} has another discount, which ERPNext keeps once it is submitted",
            order.name
        );
        let fix = "have moved visits replace their orders, or cancel the order and make it anew";
        return Err(Failure::refused(message, fix).because(Reason::Unsupported));
    }
    let ordered = order.transaction_date.unwrap_or(posting.date);
    let day = mapping::visit_day(ordered, amendment.start, books.zone);
    let wanted = mapping::amended_rows(&order.items, &amendment.lines, day);
    let order = match mapping::same_rows(&order.items, &wanted) {
        true => order,
        false => change_rows(books, &order, &wanted).await?,
    };
    // ERPNext compares no time stamp when rows change: somebody faster may have finished while we changed them.
    if order.was_amended(key.as_str()) {
        return posted(books, Made::adopted(order), Kind::OrderAmendment, key).await;
    }
    let order = write_header(books, posting, amendment, &order).await?;
    posted(books, Made::now(order), Kind::OrderAmendment, key).await
}

async fn write_header(
    books: &Books<'_>,
    posting: &Posting,
    amendment: &OrderAmendment,
    order: &Order,
) -> Result<Order, Failure> {
    let team = team_of(books, &amendment.provider, order).await?;
    let mut amendments = order.slotledger_amendments.clone().unwrap_or_default();
    if !amendments.is_empty() {
        amendments.push('\n');
    }
    amendments.push_str(posting.key.as_str());
    let header = Amended {
        modified: &order.modified,
        slotledger_visit: mapping::visit(
            &posting.subject,
            &amendment.provider,
            (amendment.start, amendment.end),
            books.zone,
        ),
        slotledger_amendments: amendments,
        slotledger_discounts: mapping::discounts(&amendment.lines),
        sales_team: team,
    };
    books.change(&order.name, &header).await
}

/// The team with another provider at the same rate; none where nothing changes.
async fn team_of(
    books: &Books<'_>,
    provider: &Party,
    order: &Order,
) -> Result<Option<Vec<TeamShare>>, Failure> {
    let [row] = order.sales_team.as_slice() else { return Ok(None) };
    let Some(person) = books.sales_person(provider).await? else { return Ok(None) };
    let other = person != row.sales_person;
    Ok(other.then(|| vec![mapping::share(&person, row.allocated_percentage.0, row.commission_rate.0)]))
}

#[derive(Serialize)]
struct RowChange<'a> {
    parent_doctype: &'static str,
    parent_doctype_name: &'a str,
    /// JSON in JSON.
    trans_items: String,
}

/// Gives a submitted order other rows. Those left out would be deleted: all are sent.
pub(super) async fn change_rows(
    books: &Books<'_>,
    order: &Order,
    rows: &[ChangedRow],
) -> Result<Order, Failure> {
    let trans_items = serde_json::to_string(rows).map_err(|error| Failure::bug(error.to_string()))?;
    let change = RowChange { parent_doctype: "Sales Order", parent_doctype_name: &order.name, trans_items };
    books.command(UPDATE_ROWS, &change).await?;
    books.read(&order.name).await
}

/// The rows of an order as they are.
pub(super) fn rows_as_they_are(order: &Order) -> Vec<ChangedRow> {
    let row = |row: &mapping::OrderRow| ChangedRow {
        docname: Some(row.name.clone()),
        item_code: row.item_code.clone(),
        qty: row.qty,
        rate: row.rate,
        delivery_date: row.delivery_date,
    };
    order.items.iter().map(row).collect()
}

/// Whether a row has to become larger for a line to be billed from it. Only one of which nothing was billed does: else the
/// same would be billed twice.
pub(super) fn too_small(row: &mapping::OrderRow, line: &Line, order: &Order) -> Result<bool, Failure> {
    let amount = mapping::money(line.quantity * line.unit_price);
    if row.billed_amt.0 + amount <= row.amount.0 {
        return Ok(false);
    }
    if row.billed_amt.0.is_zero() {
        return Ok(true);
    }
    let message = format!("{} of the order {} was invoiced in ERPNext already", row.item_code, order.name);
    Err(Failure::refused(message, "see in ERPNext which invoice billed it").because(Reason::Conflict))
}
