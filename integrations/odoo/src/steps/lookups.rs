//! Finding, by our codes, what a document refers to.
//!
//! Invariant: parties are made when they are missing, because bookings bring new customers. Everything else is
//! configuration and its absence is refused with what to create.

use std::collections::HashMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::json;
use slotledger_erp::{Failure, Line, Party as Asked, Reason};

use super::Books;
use crate::{
    classify::Effect,
    client::{Call, read},
    mapping::{self, Billed, Digits, Id, Journal, Party, PickingTypeRecord, Product, Stocked, Warehouse},
};

/// Numbers with so few digits after the point fit into every field, as Odoo is set up at first.
const USUAL_DIGITS: u32 = 2;

impl Books<'_> {
    /// A domain's condition that a record is the company's, or everybody's.
    pub(crate) fn ours_or_shared(&self) -> serde_json::Value {
        json!(["company_id", "in", [false, self.session.company.id]])
    }

    /// The party with a code, made if it is missing. Two bookings may bring the same new customer at once: the external
    /// identifier lets both find the same.
    pub(super) async fn party(&self, party: &Asked) -> Result<i64, Failure> {
        let domain = json!([["ref", "=", party.code], self.ours_or_shared()]);
        let found: Vec<Party> = self.search_archived(Party::MODEL, domain, Party::FIELDS).await?;
        if let Some(found) = found.iter().find(|found| found.active) {
            return Ok(found.id);
        }
        if let Some(archived) = found.first() {
            return Err(Failure::refused(
                format!(
                    "the contact {} with the reference {} is archived in Odoo",
                    archived.name, party.code
                ),
                format!("restore the contact with the reference {} in Odoo", party.code),
            )
            .because(Reason::DisabledParty));
        }
        self.load(Party::MODEL, &mapping::party_rows(party)).await
    }

    /// The products of lines, by their codes.
    pub(super) async fn products<'c>(
        &self,
        codes: impl Iterator<Item = &'c str>,
    ) -> Result<HashMap<String, Product>, Failure> {
        let mut codes: Vec<&str> = codes.collect();
        codes.sort_unstable();
        codes.dedup();
        let domain = json!([["default_code", "in", codes], self.ours_or_shared()]);
        let found: Vec<Product> =
            self.search_archived(Product::MODEL, domain, &self.product_fields()).await?;
        let mut products = HashMap::new();
        for product in found {
            let Some(code) = product.default_code.clone() else { continue };
            let better = products.get(&code).is_none_or(|known: &Product| !known.active && product.active);
            if better {
                products.insert(code, product);
            }
        }
        for code in codes {
            match products.get(code) {
                Some(product) if product.active => {}
                Some(_) => return Err(archived_product(code)),
                None => return Err(unknown_product(code)),
            }
        }
        Ok(products)
    }

    pub(crate) fn product_fields(&self) -> Vec<&'static str> {
        let mut fields = Product::FIELDS.to_vec();
        if self.session.fields.stocked == Stocked::Mark {
            fields.push("is_storable");
        }
        fields
    }

    /// Lines with their products.
    pub(super) async fn billed<'l>(&self, lines: &'l [Line]) -> Result<Vec<Billed<'l>>, Failure> {
        let products = self.products(lines.iter().map(|line| line.item.code.as_str())).await?;
        let billed = lines.iter().map(|line| {
            let product = products.get(&line.item.code).map_or(0, |product| product.id);
            Billed { line, product, order_line: None }
        });
        Ok(billed.collect())
    }

    /// Refuses numbers that Odoo would round in silence.
    pub(super) async fn fit(
        &self,
        model: &'static str,
        fields: &[(&'static str, &'static str)],
        numbers: impl Iterator<Item = (usize, Decimal)> + Clone,
    ) -> Result<(), Failure> {
        if numbers.clone().all(|(_, number)| number.normalize().scale() <= USUAL_DIGITS) {
            return Ok(());
        }
        let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
        let call = Call::of(model, "fields_get")
            .with("allfields", json!(names))
            .with("attributes", json!(["digits"]));
        let known: HashMap<String, Digits> = read(&self.call(call, &[], Effect::Reads).await?)?;
        for (field, number) in numbers {
            let Some((name, accuracy)) = fields.get(field) else { continue };
            let digits = known.get(*name).cloned().unwrap_or_default();
            if !digits.hold(number) {
                let after = digits.after_point();
                return Err(Failure::refused(
                    format!("Odoo keeps {after} digits after the point here, and would round {number}"),
                    format!("raise the digits of `{accuracy}` under Decimal Accuracy in Odoo, or send fewer"),
                )
                .because(Reason::Setup));
            }
        }
        Ok(())
    }

    /// A currency by its code. One besides the company's needs a rate: Odoo would take a missing one for one to one.
    pub(crate) async fn currency(&self, code: &str, date: NaiveDate) -> Result<i64, Failure> {
        let company = &self.session.company;
        if company.currency.code == code {
            return Ok(company.currency.id);
        }
        let found: Vec<Id> = self.search("res.currency", json!([["name", "=", code]]), &["id"]).await?;
        let Some(currency) = found.first() else {
            return Err(Failure::refused(
                format!("the currency {code} is not in use in Odoo"),
                format!("activate the currency {code} in Odoo, and give it a rate"),
            )
            .because(Reason::MissingRate));
        };
        let rates = json!([
            ["currency_id", "=", currency.id],
            ["name", "<=", date.to_string()],
            self.ours_or_shared(),
        ]);
        let rates: Vec<Id> = self.search("res.currency.rate", rates, &["id"]).await?;
        if rates.is_empty() {
            return Err(Failure::refused(
                format!("the currency {code} has no rate in Odoo for {date}"),
                format!("enter a rate of {code} in Odoo that holds on {date}"),
            )
            .because(Reason::MissingRate));
        }
        Ok(currency.id)
    }

    /// A list of prices in a currency: an order's currency follows it.
    pub(crate) async fn pricelist(&self, currency: i64, code: &str) -> Result<Option<i64>, Failure> {
        let domain = json!([["currency_id", "=", currency], self.ours_or_shared()]);
        let found: Vec<Id> = self.search("product.pricelist", domain, &["id"]).await?;
        let company = self.session.company.currency.id == currency;
        match found.first() {
            Some(list) => Ok(Some(list.id)),
            None if company && !self.session.fields.pricelist_required => Ok(None),
            None => Err(Failure::refused(
                format!("Odoo has no pricelist in {code}"),
                format!("create a pricelist in {code} in Odoo; it may be empty"),
            )
            .because(Reason::Setup)),
        }
    }

    /// The journal with a code, if the settings name one.
    pub(super) async fn journal(&self, code: Option<&str>, kind: &str) -> Result<Option<i64>, Failure> {
        let Some(code) = code else { return Ok(None) };
        let domain =
            json!([["code", "=", code], ["type", "=", kind], ["company_id", "=", self.session.company.id]]);
        let found: Vec<Journal> = self.search(Journal::MODEL, domain, Journal::FIELDS).await?;
        found.first().map(|journal| Some(journal.id)).ok_or_else(|| {
            Failure::refused(
                format!("Odoo has no {kind} journal with the code {code}"),
                format!("create a {kind} journal {code} in Odoo, or correct the connection's settings"),
            )
            .because(Reason::MissingAccount)
        })
    }

    /// Where money is paid to or from.
    pub(super) async fn payment_journal(&self, method: Option<&str>) -> Result<i64, Failure> {
        let wanted = method.or(self.settings.advance_journal.as_deref());
        let domain = json!([["type", "in", ["bank", "cash"]], ["company_id", "=", self.session.company.id]]);
        let found: Vec<Journal> = self.search(Journal::MODEL, domain, Journal::FIELDS).await?;
        let mut found = found.iter();
        let journal = match wanted {
            Some(wanted) => found.find(|journal| journal.name == wanted || journal.code == wanted),
            None => found.find(|journal| journal.kind == "bank"),
        };
        journal.map(|journal| journal.id).ok_or_else(|| {
            let name = wanted.unwrap_or("of any bank");
            Failure::refused(
                format!("Odoo has no bank or cash journal {name}"),
                format!("create a bank or cash journal {name} in Odoo, or name another one in the settings"),
            )
            .because(Reason::MissingAccount)
        })
    }

    pub(super) async fn unit(&self, name: &str) -> Result<i64, Failure> {
        let found: Vec<Id> = self.search("uom.uom", json!([["name", "=ilike", name]]), &["id"]).await?;
        found.first().map(|unit| unit.id).ok_or_else(|| {
            Failure::refused(
                format!("Odoo has no unit of measure {name}"),
                format!("create the unit of measure {name} in Odoo, or use the name of one that is there"),
            )
            .because(Reason::UnknownItem)
        })
    }

    /// A warehouse, by its name or its short name.
    pub(super) async fn warehouse(&self, name: &str) -> Result<Warehouse, Failure> {
        let domain = json!([
            ["company_id", "=", self.session.company.id],
            "|",
            ["name", "=", name],
            ["code", "=", name]
        ]);
        let found: Vec<Warehouse> = self.search(Warehouse::MODEL, domain, Warehouse::FIELDS).await?;
        found.into_iter().next().ok_or_else(|| {
            Failure::refused(
                format!("Odoo has no warehouse {name}"),
                format!(
                    "create the warehouse {name} in Odoo, or use the name or short name of one that is there"
                ),
            )
            .because(Reason::UnknownItem)
        })
    }

    /// The operation type that `slotledger connect` makes, and the location it leads to.
    pub(crate) async fn operation(&self) -> Result<Option<(PickingTypeRecord, i64)>, Failure> {
        let domain = json!([
            ["sequence_code", "=", PickingTypeRecord::SEQUENCE],
            ["company_id", "=", self.session.company.id],
        ]);
        let found: Vec<PickingTypeRecord> =
            self.search(PickingTypeRecord::MODEL, domain, PickingTypeRecord::FIELDS).await?;
        let found = found.into_iter().next();
        Ok(found.and_then(|operation| {
            let location = operation.default_location_dest_id.as_ref()?.id;
            Some((operation, location))
        }))
    }
}

fn unknown_product(code: &str) -> Failure {
    Failure::refused(
        format!("Odoo has no product {code}"),
        format!("create a product with the internal reference {code} in Odoo"),
    )
    .because(Reason::UnknownItem)
}

fn archived_product(code: &str) -> Failure {
    Failure::refused(
        format!("the product {code} is archived in Odoo"),
        format!("restore the product with the internal reference {code} in Odoo"),
    )
    .because(Reason::DisabledItem)
}
