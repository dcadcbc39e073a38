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
pub(super) struct Wanted {
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
                wanted.add(&name, proposal, asked)?;
            }
        }
        Ok(wanted)
    }

    fn add(&mut self, name: &str, proposal: Proposal, asked: &mut Asked<'_>) -> Result<()> {
        let owner = name.to_owned();
        match proposal {
            Proposal::PriceLine(line) => self.lines.push(line),
            Proposal::LeadTime(minutes) => match &self.lead_time {
                Some((first, known)) if *known != minutes => {
                    asked.conflict(first, name, "lead time".to_owned())?;
                    self.lead_time = None;
                }
                Some(_) => {}
                None => self.lead_time = Some((owner, minutes)),
            },
            Proposal::Fee(fee) => match &self.fee {
                Some((first, known)) if *known != fee => {
                    asked.conflict(first, name, "fee".to_owned())?;
                    self.fee = None;
                }
                Some(_) => {}
                None => self.fee = Some((owner, fee)),
            },
            Proposal::DocumentText(text) => {
                let place = (text.document, text.line);
                match self.texts.get(&place) {
                    Some((first, known)) if *known != text.text => {
                        asked.conflict(first, name, format!("text on line {} of {}", place.1, place.0))?;
                        self.texts.remove(&place);
                    }
                    Some(_) => {}
                    None => {
                        self.texts.insert(place, (owner, text.text));
                    }
                }
            }
            // Nothing sends messages yet that an extension could word.
            Proposal::MessageText(_) => {}
        }
        Ok(())
    }

    /// Changes what the rules are shown, and says whether anything is different.
    pub(super) fn change(&self, snapshot: &mut Snapshot) -> bool {
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
