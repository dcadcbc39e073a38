//! Records and documents, a page at a time, whoever made them.

use rust_decimal::Decimal;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use slotledger_erp::{Days, Document, Failure, Key, Kind, Listed, MAX_PAGE, Page, Record, RecordKind};

use crate::{
    classify::Effect,
    client::{self, Client},
    mapping::{self, Entry, Invoice, Sale, Shipment, Word},
    steps::Books,
};

/// A page as Tryton answers it: each entry with its identifier, for the next one.
async fn page<T: DeserializeOwned, E>(
    client: &Client,
    model: &str,
    mut domain: Vec<Value>,
    fields: Value,
    after: Option<&str>,
    entry: impl Fn(T) -> (i64, Option<E>),
) -> Result<Page<E>, Failure> {
    if let Some(after) = after {
        let after: i64 =
            after.parse().map_err(|_| Failure::bug(format!("`{after}` is no place in a list")))?;
        domain.push(json!(["id", ">", after]));
    }
    let params = vec![json!(domain), json!(0), json!(MAX_PAGE), json!([["id", "ASC"]]), fields];
    let answer = client.call(&format!("model.{model}.search_read"), params, Effect::Reads).await?;
    let found: Vec<T> = client::read(answer)?;
    let full = found.len() == MAX_PAGE;
    let mut last = None;
    let mut entries = Vec::with_capacity(found.len());
    for record in found {
        let (id, listed) = entry(record);
        last = Some(id.to_string());
        entries.extend(listed);
    }
    Ok(Page { entries, next: last.filter(|_| full) })
}

pub(super) async fn records(
    client: &Client,
    kind: RecordKind,
    after: Option<&str>,
) -> Result<Page<Record>, Failure> {
    let company = client.company().await?.id;
    match kind {
        RecordKind::Item => items(client, after).await,
        RecordKind::Customer => {
            let domain = vec![json!(["code", "!=", null])];
            named(client, "party.party", domain, json!(["code", "name", "active"]), after).await
        }
        RecordKind::Provider => {
            let domain = vec![json!(["type_", "=", "agent"]), json!(["company", "=", company])];
            let fields = json!(["party.code", "party.name", "active"]);
            page(client, "commission.agent", domain, fields, after, |agent: OfParty| {
                let active = truthy(&agent.active);
                (agent.id, agent.party.code.map(|code| plain(code, agent.party.name, active)))
            })
            .await
        }
        RecordKind::Warehouse => {
            let domain = vec![json!(["type", "=", "warehouse"])];
            named(client, "stock.location", domain, json!(["code", "name", "active"]), after).await
        }
        RecordKind::TaxTemplate => {
            let domain = vec![json!(["kind", "in", ["sale", "both"]]), json!(["company", "=", company])];
            named(client, "account.tax.rule", domain, json!(["name"]), after).await
        }
    }
}

#[derive(Deserialize)]
struct Named {
    id: i64,
    code: Option<String>,
    name: Option<String>,
    #[serde(default = "yes")]
    active: Value,
}

fn yes() -> Value {
    json!(true)
}

/// SQLite answers some booleans as numbers.
pub(super) fn truthy(value: &Value) -> bool {
    value.as_bool().unwrap_or_else(|| value.as_i64().is_some_and(|number| number != 0))
}

#[derive(Deserialize)]
struct OfParty {
    id: i64,
    active: Value,
    #[serde(rename = "party.")]
    party: CodeAndName,
}

#[derive(Deserialize)]
struct CodeAndName {
    code: Option<String>,
    name: Option<String>,
}

fn plain(code: String, name: Option<String>, active: bool) -> Record {
    let name = name.unwrap_or_else(|| code.clone());
    Record { code, name, unit: None, stocked: false, price: None, active }
}

/// Records that need a name only. What has no code is referred to by its name.
async fn named(
    client: &Client,
    model: &str,
    domain: Vec<Value>,
    fields: Value,
    after: Option<&str>,
) -> Result<Page<Record>, Failure> {
    page(client, model, domain, fields, after, |record: Named| {
        let active = truthy(&record.active);
        let code = record.code.filter(|code| !code.is_empty()).or_else(|| record.name.clone());
        (record.id, code.map(|code| plain(code, record.name, active)))
    })
    .await
}

async fn items(client: &Client, after: Option<&str>) -> Result<Page<Record>, Failure> {
    #[derive(Deserialize)]
    struct Product {
        id: i64,
        code: Option<String>,
        name: Option<String>,
        #[serde(rename = "type")]
        kind: Option<String>,
        #[serde(deserialize_with = "mapping::optional_amount")]
        list_price: Option<Decimal>,
        active: Value,
        #[serde(rename = "default_uom.")]
        unit: Option<Named>,
    }
    let domain = vec![json!(["code", "!=", null]), json!(["active", "in", [true, false]])];
    let fields = json!(["code", "name", "type", "list_price", "active", "default_uom.name"]);
    page(client, "product.product", domain, fields, after, |product: Product| {
        let active = truthy(&product.active);
        let item = product.code.filter(|code| !code.is_empty()).map(|code| Record {
            unit: product.unit.and_then(|unit| unit.name),
            stocked: product.kind.as_deref() == Some("goods"),
            price: product.list_price,
            ..plain(code, product.name, active)
        });
        (product.id, item)
    })
    .await
}

pub(super) async fn documents(
    books: &Books<'_>,
    kind: Kind,
    days: Days,
    after: Option<&str>,
) -> Result<Page<Listed>, Failure> {
    match kind {
        Kind::SalesOrder => {
            list::<Sale>(books, within("sale_date", days), after, |sale| {
                let key = key_in(sale.reference.as_deref());
                Some(listed(mapping::order(&sale, &placeholder()?), key))
            })
            .await
        }
        Kind::SalesInvoice | Kind::CreditNote => invoices(books, kind, days, after).await,
        Kind::StockIssue | Kind::StockReturn => {
            let place = books.consumption().await?;
            let end = if kind == Kind::StockIssue { "to_location" } else { "from_location" };
            let mut domain = within("effective_date", days);
            domain.push(json!([end, "=", place]));
            let company = books.company();
            list::<Shipment>(books, domain, after, |shipment| {
                let key = key_in(shipment.reference.as_deref());
                Some(listed(mapping::stock_movement(&shipment, kind, &placeholder()?, company), key))
            })
            .await
        }
        Kind::Advance | Kind::AdvanceRefund => deposits(books, kind, days, after).await,
        // A cancelled or an amended order is the order; a commission is rows of its invoice.
        Kind::OrderCancellation | Kind::OrderAmendment | Kind::Commission | Kind::CommissionReversal => {
            Ok(Page { entries: Vec::new(), next: None })
        }
    }
}

async fn invoices(
    books: &Books<'_>,
    kind: Kind,
    days: Days,
    after: Option<&str>,
) -> Result<Page<Listed>, Failure> {
    // A draft gets its day when it is posted.
    let undated = json!([
        ["invoice_date", "=", null],
        ["create_date", ">=", mapping::midnight(days.from)],
        ["create_date", "<", mapping::midnight(days.to.succ_opt().unwrap_or(days.to))],
    ]);
    let domain = vec![json!(["type", "=", "out"]), json!(["OR", within("invoice_date", days), undated])];
    list::<Invoice>(books, domain, after, |invoice| {
        let credit = invoice.untaxed_amount < Decimal::ZERO;
        if credit != (kind == Kind::CreditNote) {
            return None;
        }
        let noted = mapping::marks(invoice.lines.iter().map(|line| line.note.as_deref()));
        let noted = noted.into_iter().find(|mark| mark.word == Word::Credit).map(|mark| mark.key);
        let key = mapping::apart(&invoice).or_else(|| key_in(invoice.reference.as_deref())).or(noted);
        let mut document = match credit {
            true => mapping::credit_note(&invoice, &placeholder()?),
            false => mapping::invoice(&invoice, &placeholder()?),
        };
        document.date = document.date.or(invoice.create_date);
        Some(listed(document, key))
    })
    .await
}

/// Entries of payment methods with the customer's account, unless an invoice is what they pay.
async fn deposits(
    books: &Books<'_>,
    kind: Kind,
    days: Days,
    after: Option<&str>,
) -> Result<Page<Listed>, Failure> {
    let mut domain = within("date", days);
    domain.push(json!(["journal.type", "=", "cash"]));
    domain.push(json!(["OR", ["origin", "=", null], ["origin", "like", "account.move,%"]]));
    let company = books.company();
    list::<Entry>(books, domain, after, |entry| {
        let taken = entry.till()?.money().own < Decimal::ZERO;
        mapping::customer(&entry)?;
        if taken != (kind == Kind::Advance) {
            return None;
        }
        let key = key_in(entry.description.as_deref());
        Some(listed(mapping::refund(&entry, &placeholder()?, company), key))
    })
    .await
}

/// The fields of a list are the document's; its key stands apart.
fn placeholder() -> Option<Key> {
    Key::parse("listed")
}

fn within(field: &str, days: Days) -> Vec<Value> {
    vec![json!([field, ">=", mapping::date(days.from)]), json!([field, "<=", mapping::date(days.to)])]
}

async fn list<T: mapping::Record + DeserializeOwned + Identified>(
    books: &Books<'_>,
    mut domain: Vec<Value>,
    after: Option<&str>,
    entry: impl Fn(T) -> Option<Listed>,
) -> Result<Page<Listed>, Failure> {
    domain.push(json!(["company", "=", books.company().id]));
    let read = |record: T| (record.id(), entry(record));
    page(books.client(), T::MODEL, domain, json!(T::FIELDS), after, read).await
}

trait Identified {
    fn id(&self) -> i64;
}

macro_rules! identified {
    ($($record:ty),*) => {$(
        impl Identified for $record {
            fn id(&self) -> i64 {
                self.id
            }
        }
    )*};
}

identified!(Sale, Invoice, Shipment, Entry);

/// A key of ours in a field that people write in as well.
fn key_in(text: Option<&str>) -> Option<Key> {
    text.and_then(Key::parse).filter(|key| key.as_str().contains('/'))
}

fn listed(document: Document, key: Option<Key>) -> Listed {
    Listed {
        key,
        reference: document.reference,
        number: document.number,
        state: document.state,
        currency: document.currency,
        total: document.total,
        date: document.date.unwrap_or_default(),
        party: document.party,
    }
}
