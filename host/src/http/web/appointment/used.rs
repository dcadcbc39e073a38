//! What the work of an appointment is planned to use up, what it did use up, and what that cost.
//!
//! Invariant: what was used is what the stock issue that stands in the outbox asks for; what it cost is what the books say it
//! is worth. Nothing is valued here.

use rust_decimal::Decimal;
use slotledger_erp::{Body, Material};

use super::papers::counter;
use crate::model::{Consumable, Delivery, DeliveryState};

/// Decimals of what one of something cost.
const FINE: u32 = 4;

/// The materials of an appointment.
pub(super) struct Materials {
    pub(super) lines: Vec<Line>,
    /// Whether it was said what was used.
    pub(super) is_said: bool,
    /// What all of it cost, for whoever may see the books, once it stands in them.
    pub(super) cost: Option<String>,
    /// Whether that can be said of each line too.
    pub(super) is_valued: bool,
}

/// A material.
pub(super) struct Line {
    pub(super) item: String,
    pub(super) unit: String,
    pub(super) warehouse: String,
    pub(super) planned: String,
    pub(super) used: String,
    pub(super) each: String,
    pub(super) cost: String,
}

/// So much of a material, planned and used.
struct Amount<'m> {
    item: &'m str,
    unit: &'m str,
    warehouse: &'m str,
    planned: Decimal,
    used: Decimal,
}

/// The materials; none where nothing is planned and nothing was used.
pub(super) fn materials(
    planned: &[Consumable],
    deliveries: &[Delivery],
    is_done: bool,
    sees_books: bool,
) -> Option<Materials> {
    let issues = issues(deliveries);
    let amounts = amounts(planned, &issues);
    let is_said = is_done || !issues.is_empty();
    let cost = if sees_books { cost(&issues) } else { None };
    // The books value an issue as a whole: of several materials nobody is told what each was worth.
    let valued =
        cost.clone().filter(|_| issues.iter().map(|issue| materials_of(issue).len()).sum::<usize>() == 1);
    let line = |amount: &Amount<'_>| {
        let worth = valued.as_ref().filter(|_| !amount.used.is_zero());
        let each = |(sum, currency): &(Decimal, String)| {
            let mut each = sum.checked_div(amount.used).unwrap_or_default().round_dp(FINE).normalize();
            each.rescale(each.scale().max(sum.scale()));
            format!("{each} {currency}")
        };
        Line {
            item: amount.item.to_owned(),
            unit: amount.unit.to_owned(),
            warehouse: amount.warehouse.to_owned(),
            planned: amount.planned.normalize().to_string(),
            used: amount.used.normalize().to_string(),
            each: worth.map(each).unwrap_or_default(),
            cost: worth.map(said).unwrap_or_default(),
        }
    };
    (!amounts.is_empty()).then(|| Materials {
        lines: amounts.iter().map(line).collect(),
        is_said,
        is_valued: valued.is_some(),
        cost: cost.as_ref().map(said),
    })
}

/// What was used up, as a form begins that says it anew; what was planned and not used stands in it with nothing.
pub(super) fn so_far(planned: &[Consumable], deliveries: &[Delivery]) -> Vec<Consumable> {
    let consumable = |amount: Amount<'_>| Consumable {
        item: amount.item.to_owned(),
        quantity: amount.used,
        unit: amount.unit.to_owned(),
        warehouse: amount.warehouse.to_owned(),
    };
    amounts(planned, &issues(deliveries)).into_iter().map(consumable).collect()
}

/// The stock issues that stand: asked for, and not taken back.
fn issues(deliveries: &[Delivery]) -> Vec<&Delivery> {
    let stands = |one: &&Delivery| {
        matches!(one.posting.body, Body::StockIssue(_))
            && one.state != DeliveryState::Skipped
            && counter(&one.posting, deliveries).is_none()
    };
    deliveries.iter().filter(stands).collect()
}

fn materials_of(issue: &Delivery) -> &[Material] {
    issue.posting.materials()
}

fn amounts<'m>(planned: &'m [Consumable], issues: &[&'m Delivery]) -> Vec<Amount<'m>> {
    let planned = planned.iter().map(|one| Amount {
        item: &one.item,
        unit: &one.unit,
        warehouse: &one.warehouse,
        planned: one.quantity,
        used: Decimal::ZERO,
    });
    let used = issues.iter().flat_map(|issue| materials_of(issue)).map(|one| Amount {
        item: &one.item.code,
        unit: &one.unit,
        warehouse: &one.warehouse,
        planned: Decimal::ZERO,
        used: one.quantity,
    });
    let mut amounts: Vec<Amount<'m>> = Vec::new();
    for one in planned.chain(used) {
        let same = |known: &&mut Amount<'_>| {
            (known.item, known.unit, known.warehouse) == (one.item, one.unit, one.warehouse)
        };
        match amounts.iter_mut().find(same) {
            Some(known) => {
                known.planned += one.planned;
                known.used += one.used;
            }
            None => amounts.push(one),
        }
    }
    amounts
}

/// What the books say that all of it is worth; none before all of it stands in them.
fn cost(issues: &[&Delivery]) -> Option<(Decimal, String)> {
    let currency = issues.first()?.document.as_ref()?.currency.clone();
    let mut sum = Decimal::ZERO;
    for issue in issues {
        let document = issue.document.as_ref().filter(|document| document.currency == currency)?;
        sum += document.net;
    }
    Some((sum, currency))
}

fn said((sum, currency): &(Decimal, String)) -> String {
    format!("{sum} {currency}")
}
