//! The look at everything that postings will need, before the first one.
//!
//! Invariant: only what Odoo has no counterpart of is made: the operation type and the location of what services
//! consume, and the product of commissions. Accounts, journals and rights are the administrator's.

use std::time::SystemTime;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};
use slotledger_erp::{Check, Checks, Class, Failure, Mode, Standing, Tell};

use crate::{
    Odoo, Protocol,
    classify::Effect,
    client::{Call, read},
    mapping::{Access, Cost, Id, Journal, PickingTypeRecord, Product, Rows, Stocked, Warehouse, optional},
    steps::{Books, Side},
};

/// A model, what has to be possible with it, and who gets the right to it.
const RIGHTS: [(&str, &[&str], &str, &str); 7] = [
    ("sale.order", &["read", "create", "write"], "orders", "Sales / User: All Documents"),
    ("account.move", &["read", "create", "write"], "invoices, credit notes and commissions", "Invoicing"),
    ("account.payment", &["read", "create", "write"], "deposits", "Invoicing"),
    ("account.partial.reconcile", &["read"], "what invoices are settled with", "Invoicing"),
    ("stock.picking", &["read", "create", "write"], "materials", "Inventory / User"),
    ("res.partner", &["read", "create"], "customers and providers", "Contact / Creation"),
    ("product.product", &["read"], "products", "Sales / User: All Documents"),
];

/// Besides those, where the cost of materials stands in records of its own.
const RIGHT_TO_COSTS: (&str, &[&str], &str, &str) =
    ("stock.valuation.layer", &["read"], "what materials cost", "Inventory / Administrator");

/// An API key that ends sooner is worth a word.
const KEY_DAYS: u32 = 21;

pub(super) async fn run(odoo: &Odoo, mode: Mode, tell: Tell<'_>) -> Result<Vec<Check>, Failure> {
    let mut checks = Checks::told(tell);
    let books = match odoo.books().await {
        Ok(books) => books,
        Err(failure) => {
            checks.push(unreachable(failure)?);
            return Ok(checks.all());
        }
    };
    checks.extend([version(&books), company(&books)]);
    checks.extend(user(&books).await?);
    checks.extend(key(&books).await?);
    let rights = rights(&books).await?;
    let missing = rights.iter().any(|check| check.standing == Standing::Wrong);
    checks.extend(rights);
    if missing {
        // Without them nothing below can be looked at.
        return Ok(checks.all());
    }
    checks.extend(journals(&books).await?);
    checks.push(order_sequence(&books).await?);
    checks.push(rounding(&books).await?);
    checks.push(pricelist(&books).await?);
    checks.push(warehouse(&books).await?);
    checks.push(operation(&books, mode).await?);
    checks.push(commission_product(&books, mode).await?);
    checks.extend(closed(&books).await?);
    Ok(checks.all())
}

/// What keeps us from looking at all is a failure, what an administrator can mend is a check.
fn unreachable(failure: Failure) -> Result<Check, Failure> {
    match &failure.class {
        Class::Reauthenticate => Ok(Check::wrong(
            "credentials",
            failure.message.clone(),
            "make an API key for the connector's user in Odoo, and put it into the connection's settings",
        )),
        Class::Refused { fix, .. } => Ok(Check::wrong("connection", failure.message.clone(), fix.clone())),
        Class::Retry { .. }
        | Class::Throttled { .. }
        | Class::Busy { .. }
        | Class::Ambiguous
        | Class::Bug => Err(failure),
    }
}

fn version(books: &Books<'_>) -> Check {
    let version = &books.session.version;
    let by = match version.protocol() {
        Protocol::Json2 => "JSON-2",
        Protocol::JsonRpc => "JSON-RPC",
    };
    Check::ready("version", format!("Odoo {} by {by}", version.text))
}

fn company(books: &Books<'_>) -> Check {
    let company = &books.session.company;
    Check::ready("company", format!("{}, in {}", company.name, company.currency.code))
}

#[derive(Deserialize)]
struct User {
    login: String,
    #[serde(deserialize_with = "optional")]
    email: Option<String>,
    #[serde(deserialize_with = "optional")]
    tz: Option<String>,
}

async fn user(books: &Books<'_>) -> Result<Vec<Check>, Failure> {
    let call =
        Call::on("res.users", "read", &[books.session.user]).with("fields", json!(["login", "email", "tz"]));
    let users: Vec<User> = read(&books.call(call, &[], Effect::Reads).await?)?;
    let Some(user) = users.into_iter().next() else { return Ok(Vec::new()) };
    let email = match user.email {
        Some(email) => Check::ready("user", format!("{}, {email}", user.login)),
        None => Check::wrong(
            "user",
            format!("{} has no e-mail address, without which Odoo makes no credit notes", user.login),
            format!("give the user {} an e-mail address in Odoo", user.login),
        ),
    };
    let zone = Check::ready(
        "zone",
        format!("UTC; the user's own zone {} is not used", user.tz.as_deref().unwrap_or("is not set and")),
    );
    Ok(vec![email, zone])
}

#[derive(Deserialize)]
struct ApiKey {
    name: String,
    #[serde(deserialize_with = "optional")]
    expiration_date: Option<String>,
}

/// Keys of people who are no administrators last three months at most. Which of several is in use Odoo does not say.
async fn key(books: &Books<'_>) -> Result<Option<Check>, Failure> {
    if !books.session.fields.keys_expire {
        return Ok(None);
    }
    let fields = &["name", "expiration_date"];
    let domain = json!([["user_id", "=", books.session.user]]);
    let keys: Vec<ApiKey> = books.search("res.users.apikeys", domain, fields).await?;
    // Odoo knows the time; we do not look at ours.
    let soon = json!([["user_id", "=", books.session.user], ["expiration_date", "!=", false]]);
    let ends: Vec<ApiKey> = books.search("res.users.apikeys", soon, fields).await?;
    if keys.is_empty() || ends.is_empty() {
        return Ok(Some(Check::ready("API key", "does not end")));
    }
    let said: Vec<String> = ends
        .iter()
        .filter_map(|key| Some(format!("`{}` ends on {}", key.name, key.expiration_date.as_ref()?)))
        .collect();
    Ok(Some(Check {
        name: "API key".to_owned(),
        standing: Standing::Doubtful,
        detail: said.join(", "),
        fix: Some(format!(
            "replace the key before that day: Odoo does not renew it ({KEY_DAYS} days are a good lead)"
        )),
    }))
}

async fn rights(books: &Books<'_>) -> Result<Vec<Check>, Failure> {
    let mut checks = Vec::new();
    let costs = (books.session.fields.cost == Cost::InLayers).then_some(RIGHT_TO_COSTS);
    for (model, operations, what, group) in RIGHTS.into_iter().chain(costs) {
        let name = format!("right to {what}");
        let mut lacking = Vec::new();
        for operation in operations {
            match may(books, model, operation).await {
                Ok(true) => {}
                Ok(false) => lacking.push(*operation),
                Err(Failure { class: Class::Refused { fix, .. }, message }) => {
                    checks.push(Check::wrong(name.clone(), message, fix));
                    lacking.clear();
                    break;
                }
                Err(failure) => return Err(failure),
            }
        }
        if lacking.is_empty() {
            if checks.last().is_none_or(|check: &Check| check.name != name) {
                checks.push(Check::ready(name, operations.join(", ")));
            }
        } else {
            let detail = format!("the user may not {} {model}", lacking.join(" or "));
            checks.push(Check::wrong(
                name,
                detail,
                format!("give the connector's user in Odoo the group {group}"),
            ));
        }
    }
    Ok(checks)
}

async fn may(books: &Books<'_>, model: &'static str, operation: &str) -> Result<bool, Failure> {
    let call = match books.session.fields.access {
        Access::HasAccess => Call::on(model, "has_access", &[]).with("operation", json!(operation)),
        Access::CheckAccessRights => Call::of(model, "check_access_rights")
            .with("operation", json!(operation))
            .with("raise_exception", json!(false)),
    };
    read(&books.call(call, &[], Effect::Reads).await?)
}

async fn journals(books: &Books<'_>) -> Result<Vec<Check>, Failure> {
    let domain = json!([["company_id", "=", books.session.company.id]]);
    let found: Vec<Journal> = books.search(Journal::MODEL, domain, Journal::FIELDS).await?;
    let settings = books.settings;
    let wanted = [
        ("invoices", "sale", &settings.sales_journal),
        ("commissions", "purchase", &settings.purchase_journal),
        ("deposits", "bank", &settings.advance_journal),
    ];
    let check = |(what, kind, named): (&str, &str, &Option<String>)| {
        let fits = |journal: &&Journal| match named {
            Some(name) => journal.code == *name || journal.name == *name,
            None => journal.kind == kind,
        };
        let name = format!("journal of {what}");
        match found.iter().find(fits) {
            Some(journal) => Check::ready(name, format!("{} {}", journal.code, journal.name)),
            None => {
                let wanted = named.as_deref().unwrap_or("of any name");
                let detail = format!("there is no {kind} journal {wanted}");
                Check::wrong(name, detail, format!("create a {kind} journal {wanted} in Odoo"))
            }
        }
    };
    Ok(wanted.into_iter().map(check).collect())
}

async fn pricelist(books: &Books<'_>) -> Result<Check, Failure> {
    let currency = &books.session.company.currency;
    let name = "pricelist";
    Ok(match books.pricelist(currency.id, &currency.code).await {
        Ok(Some(_)) => Check::ready(name, format!("there is one in {}", currency.code)),
        Ok(None) => Check::ready(name, format!("none is needed for {}", currency.code)),
        Err(Failure { class: Class::Refused { fix, .. }, message }) => Check::wrong(name, message, fix),
        Err(failure) => return Err(failure),
    })
}

async fn warehouse(books: &Books<'_>) -> Result<Check, Failure> {
    let domain = json!([["company_id", "=", books.session.company.id]]);
    let found: Vec<Warehouse> = books.search(Warehouse::MODEL, domain, Warehouse::FIELDS).await?;
    let names: Vec<String> = found.iter().map(|place| format!("{} ({})", place.name, place.code)).collect();
    Ok(match names.as_slice() {
        [] => Check::wrong("warehouse", "the company has none", "create a warehouse for the company in Odoo"),
        names => Check::ready("warehouse", names.join(", ")),
    })
}

/// A thing that is made where it is missing.
async fn made<F>(name: &str, what: &str, mode: Mode, rights: &str, make: F) -> Result<Check, Failure>
where
    F: AsyncFnOnce() -> Result<(), Failure>,
{
    let check = |standing, detail: String, fix| Check { name: name.to_owned(), standing, detail, fix };
    if mode == Mode::Look {
        return Ok(check(Standing::Missing, format!("would make {what}"), None));
    }
    match make().await {
        Ok(()) => Ok(check(Standing::Made, format!("made {what}"), None)),
        Err(Failure { class: Class::Refused { .. }, message }) => Ok(Check::wrong(
            name,
            message,
            format!(
                "give the connector's user {rights} in Odoo until this has run once, or make {what} yourself"
            ),
        )),
        Err(failure) => Err(failure),
    }
}

/// What marks our location among others.
const LOCATION: &str = "Consumed by services";

async fn operation(books: &Books<'_>, mode: Mode) -> Result<Check, Failure> {
    let name = "operation type";
    if books.operation().await?.is_some() {
        return Ok(Check::ready(name, format!("{} leads to {LOCATION}", PickingTypeRecord::SEQUENCE)));
    }
    let what = format!(
        "an operation type with the prefix {} and the location {LOCATION}",
        PickingTypeRecord::SEQUENCE
    );
    made(name, &what, mode, "the group Inventory / Administrator", async || make_operation(books).await).await
}

async fn make_operation(books: &Books<'_>) -> Result<(), Failure> {
    let company = books.session.company.id;
    let location = Rows::new(format!("slotledger.consumption_{company}"))
        .set("name", LOCATION)
        .set("usage", "production")
        .link("company_id", company);
    let location = books.load("stock.location", &location).await?;
    let domain = json!([["company_id", "=", company]]);
    let warehouses: Vec<Warehouse> = books.search(Warehouse::MODEL, domain, Warehouse::FIELDS).await?;
    let Some(warehouse) = warehouses.into_iter().next() else {
        return Err(Failure::refused("the company has no warehouse", "create a warehouse in Odoo"));
    };
    let operation = Rows::new(format!("slotledger.operation_{company}"))
        .set("name", "Consumption by services")
        .set("code", "internal")
        .set("sequence_code", PickingTypeRecord::SEQUENCE)
        .link("warehouse_id", warehouse.id)
        .link("default_location_src_id", warehouse.lot_stock_id.id)
        .link("default_location_dest_id", location)
        .link("company_id", company);
    books.load(PickingTypeRecord::MODEL, &operation).await.map(drop)
}

async fn commission_product(books: &Books<'_>, mode: Mode) -> Result<Check, Failure> {
    let code = books.settings.commission_item.as_str();
    let name = "product of commissions";
    let domain = json!([["default_code", "=", code], books.ours_or_shared()]);
    let found: Vec<Id> = books.search(Product::MODEL, domain, &["id"]).await?;
    if !found.is_empty() {
        return Ok(Check::ready(name, code));
    }
    let what = format!("the product {code}, a service that is bought");
    let rights = "the group Products / Create";
    made(name, &what, mode, rights, async || {
        let rows = Rows::new(format!("slotledger.commission_{}", books.session.company.id))
            .set("name", "Commission")
            .set("default_code", code)
            .set("type", "service")
            .set("sale_ok", "0")
            .set("supplier_taxes_id/.id", "");
        books.load(Product::MODEL, &rows).await.map(drop)
    })
    .await
}

/// Lines are rounded one by one here. Odoo may round the whole, which makes a difference where a line's amount has
/// fractions of the smallest coin.
async fn rounding(books: &Books<'_>) -> Result<Check, Failure> {
    #[derive(Deserialize)]
    struct Company {
        tax_calculation_rounding_method: String,
    }
    let call = Call::on("res.company", "read", &[books.session.company.id])
        .with("fields", json!(["tax_calculation_rounding_method"]));
    let found: Vec<Company> = read(&books.call(call, &[], Effect::Reads).await?)?;
    let by_line = found.iter().all(|company| company.tax_calculation_rounding_method == "round_per_line");
    Ok(match by_line {
        true => Check::ready("rounding", "each line by itself, as here"),
        false => Check {
            name: "rounding".into(),
            standing: Standing::Doubtful,
            detail: "of the whole: an invoice with fractions of a cent may come to a cent less or more, and is parked"
                .into(),
            fix: Some("set the rounding method of taxes in Odoo's accounting settings to Round per Line".into()),
        },
    })
}

/// Odoo numbers entries by itself, but orders by a sequence: without it every order is called "New".
async fn order_sequence(books: &Books<'_>) -> Result<Check, Failure> {
    let name = "sequence of orders";
    let domain = json!([["code", "=", "sale.order"], books.ours_or_shared()]);
    Ok(match books.search::<Id>("ir.sequence", domain, &["id"]).await {
        Ok(found) if found.is_empty() => Check::wrong(
            name,
            "there is none",
            "create a sequence with the code sale.order for the company in Odoo, or restore the archived one",
        ),
        Ok(_) => Check::ready(name, "there"),
        Err(Failure { class: Class::Refused { .. }, .. }) => Check::ready(name, "the user may not see it"),
        Err(failure) => return Err(failure),
    })
}

#[expect(clippy::disallowed_methods, reason = "it is asked what this very day is like")]
async fn closed(books: &Books<'_>) -> Result<Vec<Check>, Failure> {
    let today = DateTime::<Utc>::from(SystemTime::now()).date_naive();
    let mut checks = Vec::new();
    for (side, what) in [(Side::Sales, "sales"), (Side::Purchases, "purchases")] {
        let name = format!("periods of {what}");
        checks.push(match books.closed_until(side).await? {
            Some(day) if today <= day => {
                let fix = "move the lock date in Odoo to before today: nothing can be posted";
                Check::wrong(name, format!("closed until {day}"), fix)
            }
            Some(day) => Check::ready(name, format!("closed until {day}")),
            None => Check::ready(name, "nothing is closed"),
        });
    }
    Ok(checks)
}

/// How a product that is kept in stock says so.
pub(super) fn stocked(books: &Books<'_>, rows: Rows) -> Rows {
    match books.session.fields.stocked {
        Stocked::Mark => rows.set("type", "consu").set("is_storable", Value::from("1")),
        Stocked::Type => rows.set("type", "product"),
    }
}
