//! The preflight, and the fields that `connect` makes.
//!
//! Invariant: without [`Mode::Apply`] nothing is stored. Whether a document may be made is found out with one that cannot
//! be: without the right it is refused for that, with it for what it lacks.

use std::time::SystemTime;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use serde_json::json;
use slotledger_erp::{Check, Checks, Class, Failure, Mode, Reason, Standing, Tell};

use super::{periods, site};
use crate::{
    Settings,
    classify::Trouble,
    client::{Client, Slice},
    mapping::{Company, Named},
    steps,
};

/// A field that a connection needs on a document type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Field {
    of: &'static str,
    name: &'static str,
    label: &'static str,
    kind: &'static str,
    unique: bool,
    after: &'static str,
}

const fn field(
    of: &'static str,
    name: &'static str,
    label: &'static str,
    kind: &'static str,
    unique: bool,
    after: &'static str,
) -> Field {
    Field { of, name, label, kind, unique, after }
}

/// All that are made. The key's are unique: ERPNext itself refuses a second document.
const FIELDS: &[Field] = &[
    field("Sales Order", "slotledger_key", "Slotledger Key", "Data", true, "customer"),
    field("Sales Order", "slotledger_visit", "Slotledger Visit", "Small Text", false, "slotledger_key"),
    field(
        "Sales Order",
        "slotledger_amendments",
        "Slotledger Amendments",
        "Small Text",
        false,
        "slotledger_visit",
    ),
    field(
        "Sales Order",
        "slotledger_discounts",
        "Slotledger Discounts",
        "Data",
        false,
        "slotledger_amendments",
    ),
    field("Sales Invoice", "slotledger_key", "Slotledger Key", "Data", true, "customer"),
    field("Stock Entry", "slotledger_key", "Slotledger Key", "Data", true, "stock_entry_type"),
    field("Stock Entry", "slotledger_issue", "Slotledger Issue", "Data", false, "slotledger_key"),
    field("Payment Entry", "slotledger_key", "Slotledger Key", "Data", true, "party_name"),
    field("Payment Entry", "slotledger_advance", "Slotledger Advance", "Data", false, "slotledger_key"),
    field("Sales Team", "slotledger_key", "Slotledger Key", "Data", false, "incentives"),
    field("Customer", "slotledger_code", "Slotledger Code", "Data", true, "customer_name"),
];

/// What is written by a connection every day.
const WRITTEN: [&str; 5] = ["Sales Order", "Sales Invoice", "Stock Entry", "Payment Entry", "Customer"];
/// What is only read.
const READ: [&str; 6] =
    ["Item", "Warehouse", "Sales Person", "Account", "GL Entry", "Sales Taxes and Charges Template"];

const MANAGER: &str = "run this once with the API key of a System Manager";
const ROLES: &str = "give the connector's user in ERPNext the roles Sales User, Accounts User and Stock User";

pub(crate) async fn prepare(
    client: &Client,
    settings: &Settings,
    mode: Mode,
    tell: Tell<'_>,
) -> Result<Vec<Check>, Failure> {
    let mut checks = Checks::told(tell);
    match wrong(steps::logged_in(client).await)? {
        Ok(user) => checks.push(Check::ready("login", user)),
        Err(failure) => {
            let fix = "generate an API key and secret for that user in ERPNext, and put both in the settings";
            checks.push(Check::wrong("login", failure.message, fix));
            return Ok(checks.all());
        }
    }
    checks.push(version(client).await?);
    let company = match wrong(steps::company(client, settings.company.as_deref()).await)? {
        Ok(company) => company,
        Err(failure) => {
            checks.push(Check::wrong("company", failure.message.clone(), fix_of(&failure)));
            return Ok(checks.all());
        }
    };
    checks.push(Check::ready("company", format!("{}, {}", company.name, company.default_currency)));
    for field in FIELDS {
        checks.push(look_at(client, field, mode).await?);
    }
    for doctype in WRITTEN {
        checks.push(may_write(client, doctype).await?);
    }
    for doctype in READ {
        checks.push(may_read(client, doctype).await?);
    }
    checks.push(taxes(client, settings, &company).await?);
    checks.push(deposits(settings, &company));
    checks.push(purposes(client).await?);
    checks.push(site::zone(client, settings).await?);
    checks.push(site::rounding(client).await?);
    let here = steps::zone(client, settings.time_zone).await?;
    checks.push(periods::check(client, &company, today(here)).await?);
    Ok(checks.all())
}

/// What is wrong in ERPNext is a finding; that it cannot be asked is an error.
fn wrong<T>(asked: Result<T, Failure>) -> Result<Result<T, Failure>, Failure> {
    match asked {
        Ok(answer) => Ok(Ok(answer)),
        Err(failure) => match failure.class {
            Class::Reauthenticate | Class::Refused { .. } | Class::Bug => Ok(Err(failure)),
            Class::Retry { .. } | Class::Throttled { .. } | Class::Busy { .. } | Class::Ambiguous => {
                Err(failure)
            }
        },
    }
}

fn fix_of(failure: &Failure) -> String {
    match &failure.class {
        Class::Refused { fix, .. } => fix.clone(),
        Class::Retry { .. }
        | Class::Throttled { .. }
        | Class::Busy { .. }
        | Class::Ambiguous
        | Class::Reauthenticate
        | Class::Bug => "see ERPNext's Error Log".into(),
    }
}

async fn version(client: &Client) -> Result<Check, Failure> {
    let name = "version";
    Ok(match wrong(steps::version(client).await)? {
        Ok(version) if version.starts_with("15.") => Check::ready(name, format!("ERPNext {version}")),
        Ok(version) => Check {
            name: name.into(),
            standing: Standing::Doubtful,
            detail: format!("ERPNext {version}; this connector is made for 15"),
            fix: Some("run `slotledger erp certify --erp erpnext` against a test company first".into()),
        },
        Err(failure) => Check::wrong(name, failure.message.clone(), fix_of(&failure)),
    })
}

/// A custom field as ERPNext has it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Found {
    unique: u8,
    allow_on_submit: u8,
    no_copy: u8,
}

#[derive(Debug, Serialize)]
struct NewField<'a> {
    dt: &'a str,
    fieldname: &'a str,
    label: &'a str,
    fieldtype: &'a str,
    insert_after: &'a str,
    unique: u8,
    no_copy: u8,
    read_only: u8,
    /// A key has to be written onto documents that are adopted, and moved aside by hand where need be.
    allow_on_submit: u8,
}

async fn look_at(client: &Client, field: &Field, mode: Mode) -> Result<Check, Failure> {
    let name = format!("field {} of {}", field.name, field.of);
    let of = format!("{}-{}", field.of, field.name);
    let found: Option<Found> = match wrong(client.document("Custom Field", &of).await)? {
        Ok(found) => found,
        Err(_) => return look_from_outside(client, field, name).await,
    };
    let right = |found: &Found| {
        found.unique == u8::from(field.unique) && found.allow_on_submit == 1 && found.no_copy == 1
    };
    match (found, mode) {
        (Some(found), _) if right(&found) => Ok(Check::ready(name, "there")),
        (Some(_), Mode::Look) => Ok(Check {
            name,
            standing: Standing::Missing,
            detail: format!("there, but not {}", wanted(field)),
            fix: None,
        }),
        (Some(_), Mode::Apply) => {
            let body = json!({"unique": u8::from(field.unique), "allow_on_submit": 1, "no_copy": 1});
            made(name, field, client.update::<Named>("Custom Field", &of, &body).await)
        }
        (None, Mode::Look) => Ok(Check {
            name,
            standing: Standing::Missing,
            detail: format!("would be made: {}, {}", field.kind, wanted(field)),
            fix: None,
        }),
        (None, Mode::Apply) => {
            let body = NewField {
                dt: field.of,
                fieldname: field.name,
                label: field.label,
                fieldtype: field.kind,
                insert_after: field.after,
                unique: u8::from(field.unique),
                no_copy: 1,
                read_only: 1,
                allow_on_submit: 1,
            };
            made(name, field, client.create::<Named>("Custom Field", &body).await)
        }
    }
}

fn wanted(field: &Field) -> &'static str {
    if field.unique {
        "unique, not copied, writable after submitting"
    } else {
        "not copied, writable after submitting"
    }
}

fn made(name: String, field: &Field, outcome: Result<Named, Trouble>) -> Result<Check, Failure> {
    match wrong(outcome.map_err(Failure::from))? {
        Ok(_) => Ok(Check { name, standing: Standing::Made, detail: wanted(field).into(), fix: None }),
        Err(failure) => Ok(Check::wrong(name, failure.message.clone(), fix_of(&failure))),
    }
}

/// Only a System Manager may read custom fields. Others see at least whether the field can be asked for.
async fn look_from_outside(client: &Client, field: &Field, name: String) -> Result<Check, Failure> {
    // A table's field is asked for through a document that has the table.
    let (doctype, column) = match field.of {
        "Sales Team" => ("Sales Invoice", format!("Sales Team.{}", field.name)),
        of => (of, field.name.to_owned()),
    };
    let slice = Slice { order_by: "name asc", limit: 1 };
    let filters = [(column.as_str(), "=", json!("none"))];
    Ok(match wrong(client.list::<Named>(doctype, &filters, &["name"], slice).await)? {
        Ok(_) => Check::ready(name, "there; only a System Manager sees whether it is unique"),
        Err(failure) if matches!(failure.class, Class::Refused { reason: Reason::Setup, .. }) => {
            Check::wrong(name, "missing", MANAGER)
        }
        Err(failure) => Check::wrong(name, failure.message.clone(), fix_of(&failure)),
    })
}

/// Whether documents may be made: one without anything in it can never be stored.
async fn may_write(client: &Client, doctype: &str) -> Result<Check, Failure> {
    let name = format!("right to make {doctype}");
    let tried = client.create::<Named>(doctype, &json!({"items": []})).await;
    Ok(match tried.map_err(Failure::from) {
        Err(failure) => match &failure.class {
            Class::Refused { reason: Reason::Permission, .. } => Check::wrong(name, failure.message, ROLES),
            Class::Retry { .. } | Class::Throttled { .. } | Class::Busy { .. } | Class::Reauthenticate => {
                return Err(failure);
            }
            Class::Ambiguous | Class::Refused { .. } | Class::Bug => Check::ready(name, "granted"),
        },
        Ok(named) => Check {
            name,
            standing: Standing::Doubtful,
            detail: format!("granted; an empty document was stored as {}", named.name),
            fix: Some(format!("delete the draft {} in ERPNext", named.name)),
        },
    })
}

async fn may_read(client: &Client, doctype: &str) -> Result<Check, Failure> {
    let name = format!("right to read {doctype}");
    let slice = Slice { order_by: "name asc", limit: 1 };
    Ok(match wrong(client.list::<Named>(doctype, &[], &["name"], slice).await)? {
        Ok(_) => Check::ready(name, "granted"),
        Err(failure) => Check::wrong(name, failure.message, ROLES),
    })
}

async fn taxes(client: &Client, settings: &Settings, company: &Company) -> Result<Check, Failure> {
    const TEMPLATE: &str = "Sales Taxes and Charges Template";
    let name = "tax template";
    let own = ("company", "=", json!(company.name));
    let filters = match &settings.tax_template {
        Some(template) => vec![own, ("name", "=", json!(template))],
        None => vec![own, ("is_default", "=", json!(1)), ("disabled", "=", json!(0))],
    };
    let slice = Slice { order_by: "name asc", limit: 1 };
    let found = wrong(client.list::<Named>(TEMPLATE, &filters, &["name"], slice).await)?;
    Ok(match (found, &settings.tax_template) {
        (Ok(found), named) => match (found.first(), named) {
            (Some(found), _) => Check::ready(name, found.name.clone()),
            (None, Some(template)) => {
                Check::wrong(name, format!("there is no `{template}`"), "correct its name in the settings")
            }
            (None, None) => Check {
                name: name.into(),
                standing: Standing::Doubtful,
                detail: "none is the default: documents will be without tax".into(),
                fix: Some("make one template the default in ERPNext, or name one in the settings".into()),
            },
        },
        (Err(failure), _) => Check::wrong(name, failure.message, ROLES),
    })
}

fn deposits(settings: &Settings, company: &Company) -> Check {
    let account = settings.deposit_account.as_ref().or(company.default_cash_account.as_ref());
    match account.or(company.default_bank_account.as_ref()) {
        Some(account) => Check::ready("account for deposits", account.clone()),
        None => Check {
            name: "account for deposits".into(),
            standing: Standing::Doubtful,
            detail: "none: deposits need a method of payment with an account".into(),
            fix: Some(
                "set a Default Cash Account for the company in ERPNext, or name one in the settings".into(),
            ),
        },
    }
}

/// ERPNext takes a purpose that does not exist, and moves stock all the same.
async fn purposes(client: &Client) -> Result<Check, Failure> {
    let name = "stock entry types";
    let wanted = ["Material Issue", "Material Receipt"];
    let filters = [("name", "in", json!(wanted))];
    let slice = Slice { order_by: "name asc", limit: wanted.len() };
    Ok(match wrong(client.list::<Named>("Stock Entry Type", &filters, &["name"], slice).await)? {
        Ok(found) if found.len() == wanted.len() => Check::ready(name, wanted.join(", ")),
        Ok(_) => {
            Check::wrong(name, "one is missing", "create Material Issue and Material Receipt in ERPNext")
        }
        Err(failure) => Check::wrong(name, failure.message, ROLES),
    })
}

#[expect(clippy::disallowed_methods, reason = "it is asked what this very day is like")]
fn today(zone: Tz) -> NaiveDate {
    DateTime::<Utc>::from(SystemTime::now()).with_timezone(&zone).date_naive()
}
