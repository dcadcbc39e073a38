//! The preflight: everything a posting of any kind will need, looked at one by one.
//!
//! Invariant: nothing is made but the consumption location, and that only when asked to. What else is missing is a
//! decision about the company's books, and is named with what to do.

use std::time::SystemTime;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::{Value, json};
use slotledger_erp::{Check, Checks, Class, Failure, Mode, Standing, Tell};

use super::listing::truthy;
use crate::{Tryton, classify::Effect, client, mapping, steps::Books};

/// The series that the connector is tested with.
const SERIES: &str = "8.2";
/// What the documents are made with.
const MODULES: [&str; 4] = ["account_invoice_stock", "commission", "sale", "stock"];
/// More than a request takes, less than what a signature or a session would suffer from.
const CLOCK_TOLERANCE: TimeDelta = TimeDelta::seconds(30);

/// For each model: what for, and which of its rights.
const RIGHTS: [(&str, &str, &[&str]); 11] = [
    ("orders", "sale.sale", &["read", "write", "create", "delete"]),
    ("invoices", "account.invoice", &["read", "write", "create", "delete"]),
    ("invoice lines", "account.invoice.line", &["read", "write", "create"]),
    ("deposits", "account.move", &["read", "write", "create", "delete"]),
    ("entry lines", "account.move.line", &["read", "create"]),
    ("reconciliations", "account.move.reconciliation", &["read", "create", "delete"]),
    ("stock issues", "stock.shipment.internal", &["read", "write", "create", "delete"]),
    ("stock moves", "stock.move", &["read", "create"]),
    ("commissions", "commission", &["read", "create"]),
    ("commission agents", "commission.agent", &["read"]),
    ("customers", "party.party", &["read", "write", "create"]),
];

/// Buttons that Tryton keeps for some groups.
const BUTTONS: [(&str, &str, &str); 1] = [("process orders", "sale.sale", "process")];

pub(super) async fn prepare(tryton: &Tryton, mode: Mode, tell: Tell<'_>) -> Result<Vec<Check>, Failure> {
    let mut checks = Checks::told(tell);
    checks.push(version(tryton).await?);
    let books = match tryton.books().await {
        Ok(books) => books,
        Err(Failure { class: Class::Refused { fix, .. }, message }) => {
            checks.push(Check::wrong("company", message, fix));
            return Ok(checks.all());
        }
        Err(Failure { class: Class::Reauthenticate, message }) => {
            checks.push(Check::wrong("credentials", message, "correct the user and the password"));
            return Ok(checks.all());
        }
        Err(failure) => return Err(failure),
    };
    let company = books.company();
    checks.push(Check::ready("credentials", "the user can log in"));
    checks.push(Check::ready("company", format!("{}, in {}", company.name, company.currency)));
    let modules = modules(&books).await?;
    let complete = modules.iter().all(|check| check.standing == Standing::Ready);
    checks.extend(modules);
    if !complete {
        return Ok(checks.all());
    }
    checks.extend(rights(&books).await?);
    checks.extend(buttons(&books).await?);
    checks.push(location(&books, tryton, mode).await?);
    checks.push(period(&books).await?);
    checks.extend(sequences(&books).await?);
    checks.extend(configuration(&books).await?);
    checks.push(payment_method(&books).await?);
    checks.push(agents(&books).await?);
    checks.push(zone(&books));
    checks.extend(clock(tryton).await?);
    Ok(checks.all())
}

async fn version(tryton: &Tryton) -> Result<Check, Failure> {
    let version = tryton.client.version().await?;
    Ok(match version.starts_with(SERIES) {
        true => Check::ready("version", format!("Tryton {version}")),
        false => Check::wrong(
            "version",
            format!("Tryton {version}; this connector is for {SERIES}"),
            format!("use a Tryton server of the series {SERIES}"),
        ),
    })
}

/// Rows of any model, in whatever shape is asked for.
async fn rows<T: serde::de::DeserializeOwned>(
    books: &Books<'_>,
    model: &str,
    domain: Value,
    fields: Value,
) -> Result<Vec<T>, Failure> {
    let params = vec![domain, json!(0), json!(100), Value::Null, fields];
    let answer = books.client().call(&format!("model.{model}.search_read"), params, Effect::Reads).await?;
    client::read(answer)
}

async fn modules(books: &Books<'_>) -> Result<Vec<Check>, Failure> {
    #[derive(Deserialize)]
    struct Module {
        name: String,
        state: String,
    }
    let domain = json!([["name", "in", MODULES]]);
    let found: Vec<Module> = rows(books, "ir.module", domain, json!(["name", "state"])).await?;
    Ok(MODULES
        .iter()
        .map(|name| {
            let activated = found.iter().any(|module| module.name == *name && module.state == "activated");
            match activated {
                true => Check::ready(format!("module {name}"), "activated"),
                false => Check::wrong(
                    format!("module {name}"),
                    "not activated",
                    format!("activate the module {name} in Tryton, under Administration"),
                ),
            }
        })
        .collect())
}

async fn rights(books: &Books<'_>) -> Result<Vec<Check>, Failure> {
    let models: Vec<&str> = RIGHTS.iter().map(|(_, model, _)| *model).collect();
    let params = vec![json!(models)];
    let access = books.client().call("model.ir.model.access.get_access", params, Effect::Reads).await?;
    Ok(RIGHTS
        .iter()
        .map(|(what, model, wanted)| {
            let lacking: Vec<&str> =
                wanted.iter().copied().filter(|right| !truthy(&access[model][right])).collect();
            let name = format!("right to {what}");
            match lacking.is_empty() {
                true => Check::ready(name, wanted.join(", ")),
                false => Check::wrong(
                    name,
                    format!("{} is missing", lacking.join(", ")),
                    format!("give the connector's group {} on {model} in Tryton", lacking.join(", ")),
                ),
            }
        })
        .collect())
}

/// A button without groups follows the rights on its model.
async fn buttons(books: &Books<'_>) -> Result<Vec<Check>, Failure> {
    #[derive(Deserialize)]
    struct Button {
        groups: Vec<i64>,
    }
    let params = vec![json!(true)];
    let preferences = books.client().call("model.res.user.get_preferences", params, Effect::Reads).await?;
    let mine: Vec<i64> = client::read(preferences["groups"].clone()).unwrap_or_default();
    let mut checks = Vec::new();
    for (what, model, button) in BUTTONS {
        let domain = json!([["model", "=", model], ["name", "=", button]]);
        let found: Vec<Button> = rows(books, "ir.model.button", domain, json!(["groups"])).await?;
        let groups: Vec<i64> = found.into_iter().flat_map(|button| button.groups).collect();
        let allowed = groups.is_empty() || groups.iter().any(|group| mine.contains(group));
        let name = format!("right to {what}");
        checks.push(match allowed {
            true => Check::ready(name, format!("button {button}")),
            false => Check::wrong(
                name,
                format!("the button {button} of {model} is kept for other groups"),
                format!("add the connector's group to the button {button} of {model} in Tryton"),
            ),
        });
    }
    Ok(checks)
}

async fn location(books: &Books<'_>, tryton: &Tryton, mode: Mode) -> Result<Check, Failure> {
    let place = tryton.habits.consumption_location.as_str();
    let name = "consumption location";
    match books.consumption().await {
        Ok(_) => return Ok(Check::ready(name, place)),
        Err(Failure { class: Class::Refused { .. }, .. }) => {}
        Err(failure) => return Err(failure),
    }
    let detail = format!("{place}, of the type Lost and Found");
    if mode == Mode::Look {
        return Ok(Check { name: name.into(), standing: Standing::Missing, detail, fix: None });
    }
    let values = json!([{"name": place, "type": "lost_found"}]);
    match books.client().call("model.stock.location.create", vec![values], Effect::Writes).await {
        Ok(_) => Ok(Check { name: name.into(), standing: Standing::Made, detail, fix: None }),
        Err(Failure { class: Class::Refused { .. }, message }) => {
            let fix = format!("create a location {place} of the type Lost and Found in Tryton");
            Ok(Check::wrong(name, message, fix))
        }
        Err(failure) => Err(failure),
    }
}

async fn period(books: &Books<'_>) -> Result<Check, Failure> {
    #[derive(Deserialize)]
    struct Closed {
        name: String,
    }
    let today = books.today().await?;
    let domain = json!([
        ["company", "=", books.company().id],
        ["type", "=", "standard"],
        ["state", "!=", "open"],
        ["start_date", "<=", mapping::date(today)],
    ]);
    let params = vec![domain, json!(0), json!(1), json!([["end_date", "DESC"]]), json!(["name"])];
    let last = books.client().call("model.account.period.search_read", params, Effect::Reads).await?;
    let last: Vec<Closed> = client::read(last)?;
    let closed = match last.into_iter().next() {
        Some(Closed { name }) => format!("{name} is the last that is closed"),
        None => "none before it is closed".to_owned(),
    };
    checked("accounting period", books.period(today).await.map(|_| format!("open on {today}; {closed}")))
}

async fn sequences(books: &Books<'_>) -> Result<Vec<Check>, Failure> {
    #[derive(Deserialize)]
    struct Year {
        name: String,
        move_sequence: Option<i64>,
        #[serde(rename = "invoice_sequences.")]
        invoices: Vec<InvoiceSequences>,
    }
    #[derive(Deserialize)]
    struct InvoiceSequences {
        out_invoice_sequence: Option<i64>,
        out_credit_note_sequence: Option<i64>,
    }
    let day = mapping::date(books.today().await?);
    let domain =
        json!([["company", "=", books.company().id], ["start_date", "<=", day], ["end_date", ">=", day],]);
    let fields = json!([
        "name",
        "move_sequence",
        "invoice_sequences.out_invoice_sequence",
        "invoice_sequences.out_credit_note_sequence",
    ]);
    let years: Vec<Year> = rows(books, "account.fiscalyear", domain, fields).await?;
    Ok(years
        .into_iter()
        .map(|year| {
            let name = format!("sequences of fiscal year {}", year.name);
            let numbered = |invoices: &InvoiceSequences| {
                invoices.out_invoice_sequence.is_some() && invoices.out_credit_note_sequence.is_some()
            };
            match year.move_sequence.is_some() && year.invoices.iter().any(numbered) {
                true => Check::ready(name, "entries, invoices and credit notes are numbered"),
                false => Check::wrong(
                    name,
                    "a sequence is missing",
                    "give the fiscal year its move and invoice sequences in Tryton",
                ),
            }
        })
        .collect())
}

/// What the accounting configuration has to say.
async fn configuration(books: &Books<'_>) -> Result<Vec<Check>, Failure> {
    let fields = [
        ("default receivable account", "default_account_receivable"),
        ("default payment term", "default_customer_payment_term"),
        ("currency exchange journal", "currency_exchange_journal"),
        ("currency exchange debit account", "currency_exchange_debit_account"),
        ("currency exchange credit account", "currency_exchange_credit_account"),
    ];
    let names: Vec<&str> = fields.iter().map(|(_, field)| *field).collect();
    let params = vec![json!([1]), json!(names)];
    let answer = books.client().call("model.account.configuration.read", params, Effect::Reads).await?;
    Ok(fields
        .iter()
        .map(|(name, field)| match answer[0][field].is_null() {
            false => Check::ready(*name, "set"),
            true => Check {
                name: (*name).to_owned(),
                standing: Standing::Doubtful,
                detail: "not set".into(),
                fix: Some(format!("set the {name} in Tryton's accounting configuration")),
            },
        })
        .collect())
}

async fn payment_method(books: &Books<'_>) -> Result<Check, Failure> {
    let found = books.payment_method(None).await.map(|_| "deposits can be taken".to_owned());
    let check = checked("payment method", found)?;
    // Companies that take no deposits need none.
    let standing = if check.standing == Standing::Ready { Standing::Ready } else { Standing::Doubtful };
    Ok(Check { standing, ..check })
}

async fn agents(books: &Books<'_>) -> Result<Check, Failure> {
    let params = vec![json!([["type_", "=", "agent"], ["company", "=", books.company().id]])];
    let count = books.client().call("model.commission.agent.search_count", params, Effect::Reads).await?;
    let count: u64 = client::read(count)?;
    Ok(match count {
        0 => Check {
            name: "commission agents".into(),
            standing: Standing::Doubtful,
            detail: "none".into(),
            fix: Some("create an agent with a plan for each provider who earns commissions".into()),
        },
        count => Check::ready("commission agents", count.to_string()),
    })
}

fn zone(books: &Books<'_>) -> Check {
    match &books.company().zone {
        Some(zone) => Check::ready("time zone", zone.clone()),
        None => Check {
            name: "time zone".into(),
            standing: Standing::Doubtful,
            detail: "the company has none, so Tryton dates documents by its server's".into(),
            fix: Some("set the company's time zone in Tryton to that of its branches".into()),
        },
    }
}

#[expect(clippy::disallowed_methods, reason = "what is compared is this machine's clock itself")]
async fn clock(tryton: &Tryton) -> Result<Option<Check>, Failure> {
    let Some(theirs) = tryton.client.clock().await? else { return Ok(None) };
    let ours = DateTime::<Utc>::from(SystemTime::now());
    let apart = (theirs - ours).abs();
    let detail = format!("the server's clock shows {}", theirs.format("%Y-%m-%d %H:%M:%S UTC"));
    Ok(Some(match apart <= CLOCK_TOLERANCE {
        true => Check::ready("clock", detail),
        false => Check {
            name: "clock".into(),
            standing: Standing::Doubtful,
            detail: format!("{detail}, {} seconds from ours", apart.num_seconds()),
            fix: Some("let both machines follow a time server".into()),
        },
    }))
}

/// A refusal as a check. Other failures mean that Tryton cannot be asked.
fn checked(name: &str, found: Result<String, Failure>) -> Result<Check, Failure> {
    match found {
        Ok(detail) => Ok(Check::ready(name, detail)),
        Err(Failure { class: Class::Refused { fix, .. }, message }) => Ok(Check::wrong(name, message, fix)),
        Err(failure) => Err(failure),
    }
}
