//! What will not work in the books, seen before the first document is sent there.
//!
//! Invariant: a warning stands in nobody's way. What the last import found is a copy; the books may have learnt more
//! since.
//!
//! Deliberately absent: warnings about kinds of records that were never imported.

use std::time::Duration;

use serde_json::Value;
use slotledger_erp::{Connector, SystemInfo};
use tokio::time::timeout;

use super::{App, Error, Result};
use crate::codes;
use crate::model::master::{Kind, Master};
use crate::model::{CodeKind, Company, CompanyId, FieldError, Provider, Service, Stored};
use crate::store::Page;

/// How long the saving of a company waits for its books to say what currency they are kept in.
const PATIENCE: Duration = Duration::from_secs(3);

/// How many records are read at a time.
const BATCH: u32 = 500;

/// A code that a record names, and the field that names it.
struct Named {
    field: String,
    kind: CodeKind,
    code: String,
    /// Whether it is of something kept in stock.
    stocked: bool,
}

impl App {
    /// What the books of its company do not know of a record.
    pub(super) async fn warnings<T: Master>(&self, company: CompanyId, data: &T) -> Result<Vec<FieldError>> {
        let value = serde_json::to_value(data).unwrap_or_default();
        let mut named = named(T::KIND, &value);
        let erp = if T::KIND == Kind::Company {
            let erp = value.get("erp").and_then(Value::as_str).unwrap_or_default().to_owned();
            if self.ports.books.get(&erp).is_none() {
                let message = format!("no connection «{erp}» is configured; documents wait until one is");
                return Ok(vec![FieldError { field: "erp".to_owned(), message }]);
            }
            erp
        } else if named.is_empty() {
            return Ok(Vec::new());
        } else {
            self.get::<Company>(company.0).await?.data.erp
        };
        if self.ports.books.get(&erp).is_some_and(|link| link.makes_records) {
            named.retain(|named| named.stocked);
        }
        let mut warnings = Vec::new();
        for kind in [CodeKind::Item, CodeKind::Provider, CodeKind::Warehouse] {
            let of_kind: Vec<Named> = named.extract_if(.., |named| named.kind == kind).collect();
            warnings.extend(self.unknown_codes(&erp, kind, of_kind).await?);
        }
        Ok(warnings)
    }

    /// Those of these codes that the last import did not find, or that may not be used.
    async fn unknown_codes(&self, erp: &str, kind: CodeKind, named: Vec<Named>) -> Result<Vec<FieldError>> {
        let Some(records) = kind.records().filter(|_| !named.is_empty()) else { return Ok(Vec::new()) };
        if self.ports.store.imported(erp, records, "", 1).await?.is_empty() {
            return Ok(Vec::new());
        }
        let mapping = self.mapping(erp).await?;
        let theirs: Vec<String> =
            named.iter().map(|named| mapping.theirs(kind, &named.code).to_owned()).collect();
        let found = self.ports.store.imported_among(erp, records, &theirs).await?;
        let mut warnings = Vec::new();
        for (named, theirs) in named.into_iter().zip(theirs) {
            let wrong = match found.iter().find(|found| found.record.code == theirs) {
                Some(found) if found.record.active => continue,
                Some(_) => "may not be used any more",
                None => "was not there",
            };
            let message =
                format!("{} {theirs} {wrong} when the records of «{erp}» were last imported", kind.as_str());
            warnings.push(FieldError { field: named.field, message });
        }
        Ok(warnings)
    }

    /// Refuses a company whose documents its books cannot hold.
    pub(super) async fn check_currency<T: Master>(&self, data: &T) -> Result<()> {
        if T::KIND != Kind::Company {
            return Ok(());
        }
        let value = serde_json::to_value(data).unwrap_or_default();
        let text = |field: &str| value.get(field).and_then(Value::as_str).unwrap_or_default();
        match self.currency_trouble(text("erp"), text("currency")).await? {
            Some(message) => Err(Error::Unfit { code: codes::BOOKS_CURRENCY, field: "currency", message }),
            None => Ok(()),
        }
    }

    /// Why documents in this currency cannot be kept in the books of a connection, if that is known.
    pub(super) async fn currency_trouble(&self, erp: &str, currency: &str) -> Result<Option<String>> {
        let Some(link) = self.ports.books.get(erp) else { return Ok(None) };
        if link.books.capabilities().foreign_currency {
            return Ok(None);
        }
        let Some(system) = self.system_now_or_before(erp, &*link.books).await? else { return Ok(None) };
        let differs = system.currency != currency;
        Ok(differs
            .then(|| format!("the books of «{erp}» are kept in {}, not in {currency}", system.currency)))
    }

    async fn system_now_or_before(&self, erp: &str, connector: &dyn Connector) -> Result<Option<SystemInfo>> {
        if let Ok(Ok(system)) = timeout(PATIENCE, connector.check()).await {
            return Ok(Some(system));
        }
        let known = self.ports.store.known_connections().await?.into_iter().find(|known| known.name == erp);
        Ok(known.and_then(|known| known.system).map(|(system, _)| system))
    }

    /// Everything about a company that its books will not take, for a person.
    pub async fn audit(&self, company: &Stored<Company>) -> Result<Vec<String>> {
        let Stored { id, data, .. } = company;
        let mut troubles: Vec<String> =
            self.currency_trouble(&data.erp, &data.currency).await?.into_iter().collect();
        let told = |name: &str, warnings: Vec<FieldError>| {
            warnings
                .into_iter()
                .map(|warning| format!("{name}: {}: {}", warning.field, warning.message))
                .collect::<Vec<_>>()
        };
        let company = CompanyId(*id);
        troubles.extend(told(&data.name, self.warnings(company, data).await?));
        for service in self.all::<Service>(company).await? {
            troubles.extend(told(&service.data.name, self.warnings(company, &service.data).await?));
        }
        for provider in self.all::<Provider>(company).await? {
            troubles.extend(told(&provider.data.name, self.warnings(company, &provider.data).await?));
        }
        Ok(troubles)
    }

    /// Everything about every company that its books will not take, by the companies' names.
    pub async fn audit_all(&self) -> Result<Vec<(String, Vec<String>)>> {
        let mut all = Vec::new();
        for company in self.companies().await? {
            let troubles = self.audit(&company).await?;
            all.push((company.data.name, troubles));
        }
        Ok(all)
    }

    async fn all<T: Master>(&self, company: CompanyId) -> Result<Vec<Stored<T>>> {
        let mut all: Vec<Stored<T>> = Vec::new();
        loop {
            let after = all.last().map(|record| record.id);
            let page = self.list::<T>(Some(company), Page { after, limit: BATCH }).await?;
            let complete = page.len() < BATCH as usize;
            all.extend(page);
            if complete {
                return Ok(all);
            }
        }
    }
}

/// The codes that a record of this kind names.
fn named(kind: Kind, data: &Value) -> Vec<Named> {
    let text = |value: &Value, field: &str| value.get(field).and_then(Value::as_str).map(str::to_owned);
    let one = |field: &str, kind| {
        text(data, field)
            .map(|code| Named { field: field.to_owned(), kind, code, stocked: false })
            .into_iter()
            .collect()
    };
    match kind {
        Kind::Company => one("fee_item", CodeKind::Item),
        Kind::Provider => one("party_code", CodeKind::Provider),
        Kind::Service => {
            let mut all: Vec<Named> = one("item", CodeKind::Item);
            let consumables = data.get("consumables").and_then(Value::as_array).into_iter().flatten();
            for (n, consumable) in consumables.enumerate() {
                for (field, kind) in [("item", CodeKind::Item), ("warehouse", CodeKind::Warehouse)] {
                    let field_of_it = format!("consumables[{n}].{field}");
                    let code = text(consumable, field);
                    all.extend(code.map(|code| Named { field: field_of_it, kind, code, stocked: true }));
                }
            }
            all
        }
        Kind::Branch | Kind::Unit | Kind::Customer | Kind::Case | Kind::Extension => Vec::new(),
    }
}
