//! Days on which ERPNext takes no more documents, as `connect` tells them.
//!
//! Role: ERPNext closes days in four places. What is closed is told whatever day it is; what closes today is wrong.
//!
//! Invariant: where the user may not look nothing is taken for open.

use chrono::NaiveDate;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::json;
use slotledger_erp::{Check, Class, Failure, Standing};

use crate::{
    client::{Client, Slice},
    mapping::Company,
};

const NAME: &str = "closed periods";
/// The latest are of interest.
const LATEST: Slice<'static> = Slice { order_by: "end_date desc", limit: 3 };
const LAST: Slice<'static> = Slice { order_by: "period_end_date desc", limit: 1 };

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Accounts {
    acc_frozen_upto: Option<NaiveDate>,
    /// The role that may write all the same.
    frozen_accounts_modifier: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Stock {
    stock_frozen_upto: Option<NaiveDate>,
}

#[derive(Debug, Deserialize)]
struct Period {
    name: String,
    start_date: NaiveDate,
    end_date: NaiveDate,
}

#[derive(Debug, Deserialize)]
struct Closing {
    name: String,
    period_end_date: Option<NaiveDate>,
}

/// What was found.
#[derive(Debug, Default)]
struct Found {
    closed: Vec<String>,
    /// What closes today, with what to do.
    today: Vec<String>,
    /// What closes today for all but those with a role.
    unless: Vec<String>,
    hidden: Vec<&'static str>,
}

pub(super) async fn check(client: &Client, company: &Company, today: NaiveDate) -> Result<Check, Failure> {
    let mut found = Found::default();
    accounts(client, today, &mut found).await?;
    stock(client, today, &mut found).await?;
    periods(client, company, today, &mut found).await?;
    closings(client, company, today, &mut found).await?;
    Ok(found.told())
}

/// What is there, unless the user may not see it.
fn seen<T>(asked: Result<T, Failure>, what: &'static str, found: &mut Found) -> Result<Option<T>, Failure> {
    match asked {
        Ok(answer) => Ok(Some(answer)),
        Err(Failure { class: Class::Refused { .. }, .. }) => {
            found.hidden.push(what);
            Ok(None)
        }
        Err(failure) => Err(failure),
    }
}

async fn single<T: DeserializeOwned>(
    client: &Client,
    doctype: &'static str,
    fields: &[&str],
    found: &mut Found,
) -> Result<Option<T>, Failure> {
    let fields = json!(fields).to_string();
    let arguments = [("doctype", doctype), ("filters", "{}"), ("fieldname", fields.as_str())];
    let asked = client.ask::<T>("frappe.client.get_value", &arguments).await;
    seen(asked.map_err(Failure::from), doctype, found)
}

async fn accounts(client: &Client, today: NaiveDate, found: &mut Found) -> Result<(), Failure> {
    let fields = ["acc_frozen_upto", "frozen_accounts_modifier"];
    let Some(settings) = single::<Accounts>(client, "Accounts Settings", &fields, found).await? else {
        return Ok(());
    };
    let Some(day) = settings.acc_frozen_upto else { return Ok(()) };
    match settings.frozen_accounts_modifier.filter(|role| !role.is_empty()) {
        Some(role) => {
            found.closed.push(format!("accounts are frozen until {day}, except for the role {role}"));
            if today <= day {
                found.unless.push(format!("give the user the role {role}, or move the freeze date"));
            }
        }
        None => {
            found.closed.push(format!("accounts are frozen until {day}"));
            if today <= day {
                found.today.push("move the freeze date in ERPNext's Accounts Settings".to_owned());
            }
        }
    }
    Ok(())
}

async fn stock(client: &Client, today: NaiveDate, found: &mut Found) -> Result<(), Failure> {
    let settings = single::<Stock>(client, "Stock Settings", &["stock_frozen_upto"], found).await?;
    let Some(day) = settings.and_then(|settings| settings.stock_frozen_upto) else { return Ok(()) };
    found.closed.push(format!("stock is frozen until {day}"));
    if today <= day {
        found.today.push("move the freeze date in ERPNext's Stock Settings".to_owned());
    }
    Ok(())
}

async fn periods(
    client: &Client,
    company: &Company,
    today: NaiveDate,
    found: &mut Found,
) -> Result<(), Failure> {
    const DOCTYPE: &str = "Accounting Period";
    let filters = [("company", "=", json!(company.name))];
    let fields = ["name", "start_date", "end_date"];
    let asked = client.list::<Period>(DOCTYPE, &filters, &fields, LATEST).await;
    for period in seen(asked, DOCTYPE, found)?.unwrap_or_default() {
        let Period { name, start_date, end_date } = period;
        found.closed.push(format!("the Accounting Period {name} closes {start_date} to {end_date}"));
        if (start_date..=end_date).contains(&today) {
            found.today.push(format!("reopen the Accounting Period {name} in ERPNext"));
        }
    }
    Ok(())
}

async fn closings(
    client: &Client,
    company: &Company,
    today: NaiveDate,
    found: &mut Found,
) -> Result<(), Failure> {
    const DOCTYPE: &str = "Period Closing Voucher";
    let filters = [("company", "=", json!(company.name)), ("docstatus", "=", json!(1))];
    let fields = ["name", "period_end_date"];
    let asked = client.list::<Closing>(DOCTYPE, &filters, &fields, LAST).await;
    for Closing { name, period_end_date } in seen(asked, DOCTYPE, found)?.unwrap_or_default() {
        let Some(day) = period_end_date else { continue };
        found.closed.push(format!("the Period Closing Voucher {name} closes everything until {day}"));
        if today <= day {
            found.today.push(format!("cancel the Period Closing Voucher {name} in ERPNext"));
        }
    }
    Ok(())
}

impl Found {
    fn told(self) -> Check {
        let mut detail = match self.closed.is_empty() {
            true => "nothing is closed".to_owned(),
            false => self.closed.join("; "),
        };
        if !self.hidden.is_empty() {
            detail = format!("{detail}; the user may not see: {}", self.hidden.join(", "));
        }
        let (standing, fixes) = match (self.today.is_empty(), self.unless.is_empty()) {
            (false, _) => (Standing::Wrong, self.today),
            (true, false) => (Standing::Doubtful, self.unless),
            (true, true) => (Standing::Ready, Vec::new()),
        };
        let fix = (!fixes.is_empty()).then(|| format!("{}: today is closed", fixes.join("; ")));
        Check { name: NAME.into(), standing, detail, fix }
    }
}
