//! The stock of books that show it nowhere else, and goods that come into it.
//!
//! Deliberately absent: what is used up. Completed work says that, and asks for a stock issue.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use slotledger_erp::{Class, Failure, Item, Key, OnHand, Page, Reason, Receipt, RecordKind, Stock};
use utoipa::ToSchema;

use super::journal::OwnBooks;
use super::{App, Error, Result};
use crate::model::fields::{CODE, Fields, LINE};
use crate::model::{CompanyId, FieldError};

/// Goods that came in, as somebody says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Goods {
    /// A key of the sender's own: with the same key it is taken in once, however often it is sent.
    #[schema(min_length = 1, max_length = 140, pattern = "^[a-z0-9/._-]+$")]
    pub key: String,
    /// The item's code, as services name it.
    #[schema(min_length = 1, max_length = 100)]
    pub item: String,
    /// What it is called, where the books do not know it yet; none takes the code.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// How much came in.
    #[schema(value_type = String, pattern = r"^\d+(\.\d+)?$")]
    pub quantity: Decimal,
    /// The unit it is counted in; none means the one that the item is kept in.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    pub unit: Option<String>,
    /// What one of them cost, in the currency of the books.
    #[schema(value_type = String, pattern = r"^\d+(\.\d+)?$")]
    pub unit_cost: Decimal,
    /// Where it lies.
    #[schema(min_length = 1, max_length = 100)]
    pub warehouse: String,
    /// What it came in with, as the number of a delivery note.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200)]
    pub reference: Option<String>,
    /// The day it came in; none means today.
    #[serde(default)]
    pub date: Option<NaiveDate>,
}

impl Goods {
    /// What is wrong with its values.
    #[must_use]
    pub fn check(&self) -> Vec<FieldError> {
        let mut fields = Fields::default();
        let plain = "must have 1 to 140 characters out of a-z, 0-9 and -_/.";
        fields.require(Key::parse(&self.key).is_some(), "key", plain);
        fields.line("item", &self.item, CODE);
        fields.optional_line("name", self.name.as_deref(), LINE);
        fields.quantity("quantity", self.quantity);
        fields.optional_line("unit", self.unit.as_deref(), CODE);
        fields.money("unit_cost", self.unit_cost);
        fields.line("warehouse", &self.warehouse, CODE);
        fields.optional_line("reference", self.reference.as_deref(), LINE);
        if let Some(date) = self.date {
            fields.date("date", date);
        }
        fields.into_errors()
    }
}

/// What the keys of receipts begin with that are entered for a company on its pages.
pub(super) fn receipts_of(company: CompanyId) -> String {
    format!("receipt/{company}/")
}

impl App {
    /// Takes goods into the stock of a connection's books, and gives the receipt's number. The same goods under the same key
    /// change nothing more.
    pub async fn receive(&self, connection: &str, goods: Goods, by: &str) -> Result<String> {
        let errors = goods.check();
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        let books = self.own_books(connection)?;
        let Goods { key, item: code, name, quantity, unit, unit_cost, warehouse, reference, date } = goods;
        let key = Key::parse(&key).ok_or_else(|| Error::field("key", "is no key"))?;
        let date = match date {
            Some(date) => date,
            None => self.today_in(connection).await?,
        };
        let item = Item { name: name.unwrap_or_else(|| code.clone()), code };
        let unit = unit.unwrap_or_default();
        let receipt = Receipt { key, date, item, quantity, unit, unit_cost, warehouse, reference };
        let number = books.stock()?.receive(&receipt).await.map_err(refused)?;
        tracing::info!(document.number = number, document.key = %receipt.key, by, "Goods were received.");
        Ok(number)
    }

    /// The key of a receipt that is entered on a company's page; `form` tells one form from every other.
    #[must_use]
    pub fn receipt_key(company: CompanyId, form: &str) -> String {
        // Keys know small letters only.
        format!("{}{}", receipts_of(company), &super::key_hash(form)[..32])
    }

    /// The day it is where the companies of a connection are.
    async fn today_in(&self, connection: &str) -> Result<NaiveDate> {
        let company = self.companies_of(connection).await?.into_iter().next();
        let zone = match company {
            Some(company) => self.get::<crate::model::Company>(company.0).await?.data.time_zone,
            None => chrono_tz::Tz::UTC,
        };
        Ok(self.ports.clock.now().with_timezone(&zone).date_naive())
    }
}

impl OwnBooks {
    /// ISO 4217 code of what the stock is worth.
    pub fn stock_currency(&self) -> Result<&str> {
        Ok(self.stock()?.currency())
    }

    /// What there is by item and warehouse, after a place in the list.
    pub async fn on_hand(&self, after: Option<&str>, limit: u32) -> Result<Page<OnHand>> {
        self.stock()?.on_hand(after, limit).await.map_err(Error::Books)
    }

    /// The items that are kept in stock, each with its name, and where anything lies: the first of them, to choose from.
    pub async fn stocked(&self) -> Result<(Vec<(String, String)>, BTreeSet<String>)> {
        let items = self.books.records(RecordKind::Item, None).await.map_err(Error::Books)?.entries;
        let items = items.into_iter().filter(|item| item.stocked).map(|item| (item.code, item.name));
        let places = self.books.records(RecordKind::Warehouse, None).await.map_err(Error::Books)?.entries;
        Ok((items.collect(), places.into_iter().map(|place| place.code).collect()))
    }

    fn stock(&self) -> Result<&dyn Stock> {
        self.books.stock().ok_or_else(|| Error::missing("stock", &self.connection))
    }
}

/// What the books refused, at the field that it is about.
fn refused(failure: Failure) -> Error {
    let Class::Refused { reason, fix } = &failure.class else { return Error::Books(failure) };
    let fields = [(Reason::UnknownItem, "unit"), (Reason::ClosedPeriod, "date"), (Reason::Conflict, "key")];
    match fields.into_iter().find(|(known, _)| known == reason) {
        Some((_, field)) => Error::field(field, format!("{}. {fix}", failure.message)),
        None => Error::Books(failure),
    }
}
