//! What extensions propose, done to the input of the rules. Pure.

use std::collections::HashMap;

use super::ask::{Asked, Voice};
use crate::app::Result;
use crate::extension::words::{self, Proposal};
use crate::model::Mode;
use crate::wasm::bindings::slotledger::rules::decisions::{Effect, EffectBody, Snapshot};
use crate::wasm::bindings::slotledger::types::catalog::{PriceBasis, PriceRow};
use crate::wasm::bindings::slotledger::types::values::Decimal;

/// What is to be done, with who asked for it first.
#[derive(Debug, Default)]
pub(in crate::app) struct Wanted {
    lines: Vec<words::PriceLine>,
    lead_time: Option<(String, u32)>,
    fee: Option<(String, words::Decimal)>,
    texts: HashMap<(String, u32), (String, String)>,
}

impl Wanted {
    /// What those who enforce propose together.
    pub(super) fn of(voices: Vec<Voice<Vec<Proposal>>>, asked: &mut Asked<'_>) -> Result<Self> {
        let mut wanted = Self::default();
        for Voice { name, value, .. } in voices.into_iter().filter(|voice| voice.mode == Mode::Enforce) {
            for proposal in value {
                if let Some((first, what)) = wanted.add(&name, proposal) {
                    asked.conflict(&first, &name, what)?;
                }
            }
        }
        Ok(wanted)
    }

    /// Adds what somebody proposes. Where somebody else wants it to be different, neither has it: who, and what it is.
    pub(in crate::app) fn add(&mut self, name: &str, proposal: Proposal) -> Option<(String, String)> {
        let owner = name.to_owned();
        match proposal {
            Proposal::PriceLine(line) => {
                self.lines.push(line);
                None
            }
            Proposal::LeadTime(minutes) => {
                let first = unless_agreed(&mut self.lead_time, owner, minutes)?;
                Some((first, "lead time".to_owned()))
            }
            Proposal::Fee(fee) => Some((unless_agreed(&mut self.fee, owner, fee)?, "fee".to_owned())),
            Proposal::DocumentText(text) => {
                let place = (text.document, text.line);
                let what = format!("text on line {} of {}", place.1, place.0);
                let mut known = self.texts.remove(&place);
                let clash = unless_agreed(&mut known, owner, text.text);
                if let Some(known) = known {
                    self.texts.insert(place, known);
                }
                Some((clash?, what))
            }
            // Nothing sends messages yet that an extension could word.
            Proposal::MessageText(_) => None,
        }
    }

    /// Changes what the rules are shown, and says whether anything is different.
    pub(in crate::app) fn change(&self, snapshot: &mut Snapshot) -> bool {
        if let Some((_, minutes)) = self.lead_time {
            snapshot.service.lead_time = minutes;
        }
        if let Some((_, fee)) = &self.fee {
            snapshot.company.late_cancel_fee = Some(number(fee));
        }
        snapshot.service.prices.extend(self.lines.iter().map(row));
        self.lead_time.is_some() || self.fee.is_some() || !self.lines.is_empty()
    }

    /// Puts other words on documents.
    pub(super) fn reword(&self, effects: &mut [Effect]) {
        for effect in effects {
            let lines = match &mut effect.body {
                EffectBody::SalesOrder(draft) => &mut draft.lines,
                EffectBody::OrderAmendment(draft) => &mut draft.lines,
                EffectBody::SalesInvoice(draft) => &mut draft.lines,
                EffectBody::OrderCancellation(_)
                | EffectBody::StockIssue(_)
                | EffectBody::Commission(_)
                | EffectBody::CreditNote(_)
                | EffectBody::StockReturn(_)
                | EffectBody::CommissionReversal(_)
                | EffectBody::Advance(_)
                | EffectBody::AdvanceRefund(_) => continue,
            };
            for (n, line) in (0u32..).zip(lines.iter_mut()) {
                if let Some((_, text)) = self.texts.get(&(effect.key.clone(), n)) {
                    line.description.clone_from(text);
                }
            }
        }
    }
}

/// Keeps what is wanted if nobody wants anything else. Else nobody has it: who wanted the other.
fn unless_agreed<T: PartialEq>(known: &mut Option<(String, T)>, owner: String, wanted: T) -> Option<String> {
    match known.take() {
        Some((first, other)) if other != wanted => Some(first),
        Some(agreed) => {
            *known = Some(agreed);
            None
        }
        None => {
            *known = Some((owner, wanted));
            None
        }
    }
}

fn row(line: &words::PriceLine) -> PriceRow {
    PriceRow {
        description: line.description.clone(),
        basis: PriceBasis::PerBooking,
        from_guests: 0,
        to_guests: None,
        unit_price: number(&line.amount),
        list_price: None,
        item: Some(line.item.clone()),
    }
}

const fn number(value: &words::Decimal) -> Decimal {
    Decimal { units: value.units, scale: value.scale }
}
