//! Finding, by our codes, what a document refers to.
//!
//! Invariant: parties are made when they are missing, because bookings bring new customers. Everything else is
//! configuration and its absence is refused with what to create.

use serde_json::json;
use slotledger_erp::{Failure, Key, Line, Party};

use super::{Books, is_refusal};
use crate::mapping::{
    self, Agent, Buyer, Id, LineDefaults, Location, PartyDefaults, Product, Record, SaleLine,
};

/// The document a line is for: Tryton's rules differ.
#[derive(Debug, Clone, Copy)]
pub(super) enum Target {
    Sale,
    Invoice,
}

impl Books<'_> {
    /// The customer with what Tryton proposes for the document.
    pub(super) async fn buyer(
        &self,
        target: Target,
        party: &Party,
        currency: &str,
    ) -> Result<Buyer, Failure> {
        let currency = self.currency(currency).await?;
        let id = self.party(party).await?;
        let company = self.company.id;
        let defaults: PartyDefaults = match target {
            Target::Sale => {
                self.proposal("sale.sale", mapping::sale_probe(company, currency, id), &["party"]).await?
            }
            Target::Invoice => {
                let probe = mapping::invoice_probe(company, currency, id);
                self.proposal("account.invoice", probe, &["type", "party"]).await?
            }
        };
        if defaults.invoice_address.is_none() {
            return Err(Failure::refused(
                format!("party {} has no address in Tryton", party.code),
                format!("add an address to party {} in Tryton", party.code),
            ));
        }
        Ok(Buyer { party: id, currency, defaults })
    }

    /// The lines with what Tryton proposes for their products: unit, taxes and account.
    pub(super) async fn lines<'l>(
        &self,
        target: Target,
        buyer: &Buyer,
        lines: &'l [Line],
    ) -> Result<Vec<SaleLine<'l>>, Failure> {
        let mut completed = Vec::with_capacity(lines.len());
        for line in lines {
            let product = self.product(&line.item.code).await?;
            let (company, currency, party) = (self.company.id, buyer.currency, buyer.party);
            let defaults: LineDefaults = match target {
                Target::Sale => {
                    let probe = mapping::sale_line_probe(company, currency, party, product, line.quantity);
                    self.proposal("sale.line", probe, &["product"]).await?
                }
                Target::Invoice => {
                    let probe = mapping::invoice_line_probe(company, currency, party, product, line.quantity);
                    self.proposal("account.invoice.line", probe, &["product"]).await?
                }
            };
            completed.push(SaleLine { line, product, defaults });
        }
        Ok(completed)
    }

    /// Two bookings may bring the same new customer at once; the code is unique, and the one that came late finds it.
    async fn party(&self, party: &Party) -> Result<i64, Failure> {
        if let Some(found) = self.party_by_code(&party.code).await? {
            return Ok(found);
        }
        let created = self.create(mapping::Party::MODEL, mapping::party_values(party)).await;
        match created {
            Err(failure) if !is_refusal(&failure) => return Err(failure),
            Ok(()) | Err(_) => {}
        }
        match (self.party_by_code(&party.code).await?, created) {
            (Some(found), _) => Ok(found),
            (None, Err(failure)) => Err(failure),
            (None, Ok(())) => Err(Failure::bug(format!("party {} was created and is not found", party.code))),
        }
    }

    async fn party_by_code(&self, code: &str) -> Result<Option<i64>, Failure> {
        let found: Vec<mapping::Party> = self.search(json!([["code", "=", code]])).await?;
        Ok(found.first().map(|party| party.id))
    }

    pub(super) async fn product(&self, code: &str) -> Result<i64, Failure> {
        let found: Vec<Product> = self.search(json!([["code", "=", code]])).await?;
        found.iter().find(|product| product.code == code).map(|product| product.id).ok_or_else(|| {
            Failure::refused(
                format!("Tryton has no product {code}"),
                format!("create a product with the code {code} in Tryton"),
            )
        })
    }

    /// The commission agent of a provider, if there is one.
    pub(super) async fn agent(&self, provider: &str) -> Result<Option<i64>, Failure> {
        let domain = json!([
            ["party.code", "=", provider],
            ["type_", "=", "agent"],
            ["company", "=", self.company.id],
        ]);
        let found: Vec<Agent> = self.search(domain).await?;
        Ok(found.first().map(|agent| agent.id))
    }

    async fn currency(&self, code: &str) -> Result<i64, Failure> {
        let domain = json!([["code", "=", code]]);
        let fields = json!(["code"]);
        let params = vec![domain, json!(0), json!(1), serde_json::Value::Null, fields];
        let method = "model.currency.currency.search_read";
        let found: Vec<Id> =
            crate::client::read(self.client.call(method, params, crate::classify::Effect::Reads).await?)?;
        found.first().map(|currency| currency.id).ok_or_else(|| {
            Failure::refused(
                format!("Tryton has no currency {code}"),
                format!("create the currency {code} in Tryton, with its rates"),
            )
        })
    }

    pub(super) async fn unit(&self, name: &str) -> Result<i64, Failure> {
        let found: Vec<Id> = self.search(json!(["OR", ["name", "=", name], ["symbol", "=", name]])).await?;
        found.first().map(|unit| unit.id).ok_or_else(|| {
            Failure::refused(
                format!("Tryton has no unit of measure {name}"),
                format!("create the unit of measure {name} in Tryton, or use the name of one that is there"),
            )
        })
    }

    /// Where a warehouse keeps its goods.
    pub(super) async fn storage(&self, warehouse: &str) -> Result<i64, Failure> {
        let found = self.location("warehouse", warehouse).await?;
        found.and_then(|location| location.storage_location).ok_or_else(|| {
            Failure::refused(
                format!("Tryton has no warehouse {warehouse}"),
                format!(
                    "create the warehouse {warehouse} in Tryton, or use the name or code of one that is there"
                ),
            )
        })
    }

    /// Where materials go that a service used up.
    pub(super) async fn consumption(&self) -> Result<i64, Failure> {
        let name = self.consumption_location;
        let found = self.location("lost_found", name).await?;
        found.map(|location| location.id).ok_or_else(|| {
            Failure::refused(
                format!("Tryton has no location {name}"),
                format!("create a location {name} of the type Lost and Found in Tryton"),
            )
        })
    }

    async fn location(&self, kind: &str, name: &str) -> Result<Option<Location>, Failure> {
        let named = json!(["OR", ["code", "=", name], ["name", "=", name]]);
        let found: Vec<Location> = self.search(json!([["type", "=", kind], named])).await?;
        Ok(found.into_iter().next())
    }

    /// Of several records with one key, the one that stands.
    ///
    /// A call that timed out may still have created a record after it was looked for. Such a twin is a draft without
    /// number and effect, and is deleted. Two that both went further are for a person to sort out.
    pub(super) async fn only<T: Record>(
        &self,
        key: &Key,
        found: Vec<T>,
        sort: impl Fn(&T) -> Sort,
    ) -> Result<Option<T>, Failure> {
        let (mut standing, mut drafts, mut withdrawn) = (Vec::new(), Vec::new(), Vec::new());
        for record in found {
            match sort(&record) {
                Sort::Standing => standing.push(record),
                Sort::Draft(id) => drafts.push((id, record)),
                Sort::Withdrawn => withdrawn.push(record),
            }
        }
        if standing.len() > 1 {
            return Err(Failure::refused(
                format!("{} records of {} carry the reference {key}", standing.len(), T::MODEL),
                format!("cancel all but one of the documents with the reference {key} in Tryton"),
            ));
        }
        let mut drafts = drafts.into_iter();
        let kept = standing.pop().or_else(|| drafts.next().map(|(_, record)| record));
        for (id, _) in drafts {
            tracing::warn!(%key, model = T::MODEL, id, "deleting a draft that was created twice");
            self.delete(T::MODEL, id).await?;
        }
        Ok(kept.or_else(|| withdrawn.pop()))
    }
}

/// How far a record went.
pub(super) enum Sort {
    /// It has a number or an effect.
    Standing,
    /// It has neither.
    Draft(i64),
    /// It was taken back.
    Withdrawn,
}
