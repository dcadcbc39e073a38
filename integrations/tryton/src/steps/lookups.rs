//! Finding, by our codes, what a document refers to.
//!
//! Invariant: parties are made when they are missing, because bookings bring new customers. Everything else is
//! configuration and its absence is refused with what to create.

use chrono::NaiveDate;
use serde_json::json;
use slotledger_erp::{Failure, Key, Line, Party, Reason};

use super::{Books, MAX_FOUND, is_refusal};
use crate::{
    classify::Effect,
    client,
    mapping::{
        self, Agent, Buyer, Currency, Id, LineDefaults, Location, PartyDefaults, PaymentMethod, Period,
        Product, Record, SaleLine,
    },
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
            )
            .because(Reason::UnknownParty));
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
            completed.push(SaleLine { line, product, defaults, bills: None });
        }
        Ok(completed)
    }

    /// Two bookings may bring the same new customer at once; the code is unique, and the one that came late finds it.
    pub(crate) async fn party(&self, party: &Party) -> Result<i64, Failure> {
        if let Some(found) = self.party_by_code(&party.code).await? {
            return Ok(found);
        }
        self.refuse_disabled_party(&party.code).await?;
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

    /// Tryton finds only active records unless it is asked for the others.
    async fn refuse_disabled_party(&self, code: &str) -> Result<(), Failure> {
        let found: Vec<mapping::Party> =
            self.search(json!([["code", "=", code], ["active", "=", false]])).await?;
        match found.is_empty() {
            true => Ok(()),
            false => Err(Failure::refused(
                format!("party {code} is deactivated in Tryton"),
                format!("activate party {code} in Tryton, or book for another customer"),
            )
            .because(Reason::DisabledParty)),
        }
    }

    async fn party_by_code(&self, code: &str) -> Result<Option<i64>, Failure> {
        let found: Vec<mapping::Party> = self.search(json!([["code", "=", code]])).await?;
        Ok(found.first().map(|party| party.id))
    }

    pub(crate) async fn product(&self, code: &str) -> Result<i64, Failure> {
        let found: Vec<Product> = self.search(json!([["code", "=", code]])).await?;
        if let Some(product) = found.iter().find(|product| product.code == code) {
            return Ok(product.id);
        }
        let disabled: Vec<Product> =
            self.search(json!([["code", "=", code], ["active", "=", false]])).await?;
        Err(match disabled.is_empty() {
            true => Failure::refused(
                format!("Tryton has no product {code}"),
                format!("create a product with the code {code} in Tryton"),
            )
            .because(Reason::UnknownItem),
            false => Failure::refused(
                format!("product {code} is deactivated in Tryton"),
                format!("activate product {code} in Tryton, or sell another one"),
            )
            .because(Reason::DisabledItem),
        })
    }

    /// The commission agent of a provider, if there is one.
    pub(crate) async fn agent(&self, provider: &str) -> Result<Option<Agent>, Failure> {
        let domain = json!([
            ["party.code", "=", provider],
            ["type_", "=", "agent"],
            ["company", "=", self.company.id],
        ]);
        let found: Vec<Agent> = self.search(domain).await?;
        Ok(found.into_iter().next())
    }

    /// A currency with the rate of a day.
    pub(crate) async fn rate(&self, code: &str, day: NaiveDate) -> Result<Currency, Failure> {
        let found: Vec<Currency> =
            self.list(json!([["code", "=", code]]), MAX_FOUND, json!({"date": mapping::date(day)})).await?;
        let found = found.into_iter().next().ok_or_else(|| unknown_currency(code))?;
        match found.rate.is_zero() {
            false => Ok(found),
            true => Err(Failure::refused(
                format!("Tryton has no rate of {code} for {day}"),
                format!("enter a rate of {code} that holds on {day} in Tryton"),
            )
            .because(Reason::MissingRate)),
        }
    }

    /// The period that a day's entries are posted in.
    pub(crate) async fn period(&self, day: NaiveDate) -> Result<i64, Failure> {
        let (date, company) = (mapping::date(day), self.company.id);
        let found: Vec<Period> = self
            .search(json!([
                ["start_date", "<=", date],
                ["end_date", ">=", date],
                ["type", "=", "standard"],
                ["company", "=", company],
            ]))
            .await?;
        match found.first() {
            Some(period) if period.state == "open" => Ok(period.id),
            Some(period) => Err(Failure::refused(
                format!("the period {} is {} in Tryton", period.name, period.state),
                format!("reopen the period {} in Tryton, or post on a later day", period.name),
            )
            .because(Reason::ClosedPeriod)),
            None => Err(Failure::refused(
                format!("Tryton has no accounting period for {day}"),
                "create a fiscal year with its periods for that date in Tryton",
            )
            .because(Reason::ClosedPeriod)),
        }
    }

    /// The day an invoice gets: the one asked for if it is over and no later document has been posted, because Tryton's
    /// numbers follow its dates. Otherwise Tryton takes the day it posts on. With it comes that of today, from which the
    /// customer's time to pay runs all the same: Tryton asks before it posts what was due yesterday.
    pub(super) async fn invoice_day(
        &self,
        day: NaiveDate,
    ) -> Result<Option<(NaiveDate, NaiveDate)>, Failure> {
        let today = self.today().await?;
        if day >= today {
            return Ok(None);
        }
        let later = json!([
            ["type", "=", "out"],
            ["company", "=", self.company.id],
            ["number", "!=", null],
            ["invoice_date", ">", mapping::date(day)],
        ]);
        let params = vec![later, json!(0), json!(1)];
        let found = self.client.call("model.account.invoice.search", params, Effect::Reads).await?;
        Ok(client::read::<Vec<i64>>(found)?.is_empty().then_some((day, today)))
    }

    /// A day that is over; none for one that Tryton takes by itself, or warns of.
    pub(super) async fn past_day(&self, day: NaiveDate) -> Result<Option<NaiveDate>, Failure> {
        Ok((day < self.today().await?).then_some(day))
    }

    /// How a deposit was paid: by the name given, or the connection's usual one, or the only one there is.
    pub(crate) async fn payment_method(&self, name: Option<&str>) -> Result<PaymentMethod, Failure> {
        let name = name.or(self.habits.payment_method.as_deref());
        let mut domain = vec![json!(["company", "=", self.company.id])];
        domain.extend(name.map(|name| json!(["name", "=", name])));
        let mut found: Vec<PaymentMethod> = self.search(json!(domain)).await?;
        match (found.pop(), found.is_empty(), name) {
            (Some(only), true, _) | (Some(only), false, Some(_)) => Ok(only),
            (Some(_), false, None) => Err(Failure::refused(
                "Tryton has several payment methods, and none was named",
                "name the usual payment method in the connection's settings",
            )
            .because(Reason::Setup)),
            (None, ..) => {
                let name = name.unwrap_or_default();
                Err(Failure::refused(
                    format!("Tryton has no payment method {name}"),
                    format!("create the payment method {name} in Tryton, with its journal and accounts"),
                )
                .because(Reason::MissingAccount))
            }
        }
    }

    async fn currency(&self, code: &str) -> Result<i64, Failure> {
        let domain = json!([["code", "=", code]]);
        let fields = json!(["code"]);
        let params = vec![domain, json!(0), json!(1), serde_json::Value::Null, fields];
        let method = "model.currency.currency.search_read";
        let found: Vec<Id> = client::read(self.client.call(method, params, Effect::Reads).await?)?;
        found.first().map(|currency| currency.id).ok_or_else(|| unknown_currency(code))
    }

    pub(crate) async fn unit(&self, name: &str) -> Result<i64, Failure> {
        let found: Vec<Id> = self.search(json!(["OR", ["name", "=", name], ["symbol", "=", name]])).await?;
        found.first().map(|unit| unit.id).ok_or_else(|| {
            Failure::refused(
                format!("Tryton has no unit of measure {name}"),
                format!("create the unit of measure {name} in Tryton, or use the name of one that is there"),
            )
            .because(Reason::UnknownItem)
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
            .because(Reason::UnknownItem)
        })
    }

    /// Where materials go that a service used up.
    pub(crate) async fn consumption(&self) -> Result<i64, Failure> {
        let name = self.habits.consumption_location.as_str();
        let found = self.location("lost_found", name).await?;
        found.map(|location| location.id).ok_or_else(|| {
            Failure::refused(
                format!("Tryton has no location {name}"),
                format!("create a location {name} of the type Lost and Found in Tryton"),
            )
            .because(Reason::Setup)
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
            )
            .because(Reason::Conflict));
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

fn unknown_currency(code: &str) -> Failure {
    Failure::refused(
        format!("Tryton has no currency {code}"),
        format!("create the currency {code} in Tryton, with its rates"),
    )
    .because(Reason::MissingRate)
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
