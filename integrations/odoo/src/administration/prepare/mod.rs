//! The look at everything that postings will need, before the first one.
//!
//! Invariant: only what Odoo has no counterpart of is made: the operation type and the location of what services
//! consume, and the product of commissions. Accounts, journals and rights are the administrator's.

mod access;
mod missing;

use std::time::SystemTime;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};
use slotledger_erp::{Check, Checks, Class, Failure, Mode, Standing, Tell};

use crate::{
    Odoo, Protocol,
    classify::Effect,
    client::{Call, read},
    mapping::{Id, Journal, Rows, Stocked, Warehouse},
    steps::{Books, Side},
};

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
    checks.extend(access::user(&books).await?);
    checks.extend(access::key(&books).await?);
    let rights = access::rights(&books).await?;
    let lacking = rights.iter().any(|check| check.standing == Standing::Wrong);
    checks.extend(rights);
    if lacking {
        // Without them nothing below can be looked at.
        return Ok(checks.all());
    }
    checks.extend(journals(&books).await?);
    checks.push(order_sequence(&books).await?);
    checks.push(rounding(&books).await?);
    checks.push(pricelist(&books).await?);
    checks.push(warehouse(&books).await?);
    checks.push(missing::operation(&books, mode).await?);
    checks.push(missing::commission_product(&books, mode).await?);
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
