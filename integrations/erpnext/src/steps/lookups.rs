//! What documents refer to: the company, parties, taxes.
//!
//! Invariant: a customer is made once. It carries our code in a unique field, because ERPNext takes a second customer of
//! the same name without a word.

use std::sync::Arc;

use chrono_tz::Tz;
use serde::Deserialize;
use serde_json::json;
use slotledger_erp::{Class, Failure, Party, Reason};

use super::{Books, FOUND};
use crate::{
    classify::Trouble,
    client::{Client, Slice},
    mapping::{self, Company, Customer, Named, SalesPerson, Tax},
};

const TEMPLATE: &str = "Sales Taxes and Charges Template";
/// Its label, in ERPNext's words about a second customer with its value.
const CODE_LABEL: &str = "Slotledger Code";

/// Whom the token belongs to.
pub(crate) async fn logged_in(client: &Client) -> Result<String, Failure> {
    Ok(client.ask("frappe.auth.get_logged_user", &[]).await?)
}

#[derive(Deserialize)]
struct Versions {
    erpnext: Option<App>,
}

#[derive(Deserialize)]
struct App {
    version: String,
}

/// The version of ERPNext on the site.
pub(crate) async fn version(client: &Client) -> Result<String, Failure> {
    let versions: Versions = client.ask("frappe.utils.change_log.get_versions", &[]).await?;
    let app = versions.erpnext.ok_or_else(|| {
        Failure::refused(
            "the site has Frappe, but not ERPNext",
            "install ERPNext on that site, or correct the address",
        )
        .because(Reason::Setup)
    })?;
    Ok(app.version)
}

/// The company documents are made in: the one named, or the only one.
pub(crate) async fn company(client: &Client, named: Option<&str>) -> Result<Arc<Company>, Failure> {
    let name = match named {
        Some(name) => name.to_owned(),
        None => {
            let slice = Slice { order_by: "name asc", limit: 2 };
            let found: Vec<Named> = client.list("Company", &[], &["name"], slice).await?;
            match <[Named; 1]>::try_from(found) {
                Ok([only]) => only.name,
                Err(found) if found.is_empty() => return Err(no_company("the site has no company")),
                Err(_) => return Err(no_company("the site has several companies")),
            }
        }
    };
    let found: Option<Company> = client.document("Company", &name).await?;
    found.map(Arc::new).ok_or_else(|| no_company(&format!("the site has no company `{name}`")))
}

fn no_company(message: &str) -> Failure {
    Failure::refused(message, "name the company in the settings as ERPNext writes it")
        .because(Reason::WrongCompany)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct System {
    time_zone: Option<String>,
}

/// The site's own zone, if the user may see it.
pub(crate) async fn site_zone(client: &Client) -> Result<Option<String>, Failure> {
    let arguments = [("doctype", "System Settings"), ("filters", "{}"), ("fieldname", "[\"time_zone\"]")];
    match client.ask::<System>("frappe.client.get_value", &arguments).await.map_err(Failure::from) {
        Ok(system) => Ok(system.time_zone.filter(|zone| !zone.is_empty())),
        Err(Failure { class: Class::Refused { .. } | Class::Bug, .. }) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// The zone in which visits have their day: the one named, the site's own, or UTC where the site keeps its to itself.
pub(crate) async fn zone(client: &Client, named: Option<Tz>) -> Result<Tz, Failure> {
    if let Some(named) = named {
        return Ok(named);
    }
    let site = site_zone(client).await?;
    Ok(site.and_then(|zone| zone.parse().ok()).unwrap_or(Tz::UTC))
}

impl Books<'_> {
    /// The name of a customer's record. A customer nobody knows is made.
    pub(super) async fn customer(&self, party: &Party, currency: &str) -> Result<String, Failure> {
        if let Some(name) = self.known_customer(&party.code).await? {
            return Ok(name);
        }
        let account = self.own_account(currency).await?;
        let foreign = account.as_deref().map(|account| (currency, account));
        let body = mapping::customer(party, &self.company.name, foreign);
        match self.client.create::<Named>("Customer", &body).await {
            Ok(made) => Ok(made.name),
            Err(Trouble::Duplicate(failure)) if failure.message.contains(CODE_LABEL) => {
                let found = self.known_customer(&party.code).await?;
                found.ok_or_else(|| Failure::busy(failure.message, None))
            }
            // The posting itself was not sent yet, and its customer is looked up by its code.
            Err(Trouble::Failed(failure)) if matches!(failure.class, Class::Ambiguous) => {
                Err(Failure::retry(failure.message))
            }
            Err(trouble) => Err(trouble.into()),
        }
    }

    /// By our code, or by a record that is named like it.
    pub(crate) async fn known_customer(&self, code: &str) -> Result<Option<String>, Failure> {
        let filters = [("slotledger_code", "=", json!(code))];
        let found: Vec<Named> = self.client.list("Customer", &filters, &["name"], FOUND).await?;
        if let Some(found) = found.into_iter().next() {
            return Ok(Some(found.name));
        }
        let named: Option<Customer> = self.client.document("Customer", code).await?;
        Ok(named.filter(|customer| customer.slotledger_code.is_none()).map(|customer| customer.name))
    }

    /// Our code of a customer, as ERPNext has it.
    pub(crate) async fn code(&self, customer: &str) -> Result<Option<String>, Failure> {
        let filters = [("name", "=", json!(customer))];
        let fields = ["name", "slotledger_code"];
        let found: Vec<Customer> = self.client.list("Customer", &filters, &fields, FOUND).await?;
        Ok(found.into_iter().next().map(|found| found.slotledger_code.unwrap_or(found.name)))
    }

    /// A receivable account in another currency than the company's; none is needed in its own.
    async fn own_account(&self, currency: &str) -> Result<Option<String>, Failure> {
        if currency == self.company.default_currency {
            return Ok(None);
        }
        let filters = [
            ("company", "=", json!(self.company.name)),
            ("account_type", "=", json!("Receivable")),
            ("account_currency", "=", json!(currency)),
            ("is_group", "=", json!(0)),
        ];
        let found: Vec<Named> = self.client.list("Account", &filters, &["name"], FOUND).await?;
        let account = found.into_iter().next().ok_or_else(|| {
            let message = format!("ERPNext has no receivable account in {currency}");
            let fix =
                format!("create a receivable account in {currency} for {} in ERPNext", self.company.name);
            Failure::refused(message, fix).because(Reason::MissingAccount)
        })?;
        Ok(Some(account.name))
    }

    /// The Sales Person of a provider: named like the code, or else like the provider. ERPNext takes one that does not
    /// exist, and pays nobody.
    pub(crate) async fn sales_person(&self, provider: &Party) -> Result<Option<String>, Failure> {
        let filters = [("name", "in", json!([provider.code, provider.name]))];
        let fields = ["name", "enabled"];
        let found: Vec<SalesPerson> = self.client.list("Sales Person", &filters, &fields, FOUND).await?;
        let usable = found.iter().filter(|person| person.enabled == 1);
        let best = usable.min_by_key(|person| person.name != provider.code);
        Ok(best.map(|person| person.name.clone()))
    }

    /// The taxes that are put on documents: of the template in the settings, or of the company's default one.
    pub(super) async fn taxes(&self) -> Result<Vec<Tax>, Failure> {
        let name = match &self.settings.tax_template {
            Some(name) => name.clone(),
            None => {
                let filters = [
                    ("company", "=", json!(self.company.name)),
                    ("is_default", "=", json!(1)),
                    ("disabled", "=", json!(0)),
                ];
                let found: Vec<Named> = self.client.list(TEMPLATE, &filters, &["name"], FOUND).await?;
                match found.into_iter().next() {
                    Some(found) => found.name,
                    None => return Ok(Vec::new()),
                }
            }
        };
        let found: Option<Template> = self.client.document(TEMPLATE, &name).await?;
        found.map(|template| template.taxes).ok_or_else(|| {
            let message = format!("ERPNext has no {TEMPLATE} `{name}`");
            Failure::refused(message, "correct the tax template's name in the settings")
                .because(Reason::MissingAccount)
        })
    }
}

#[derive(Deserialize)]
struct Template {
    taxes: Vec<Tax>,
}
