//! Documents that a transition asks the books for, as data.
//!
//! Role: a sale is what one order is about: an appointment, or all appointments of a booking. A transition says how its
//! parts stand from now on; what is asked for is the difference between that and what was asked for before.
//!
//! Invariant: an effect's key is known before anything is sent and never used twice; a document that the company or the
//! service switched off is not drafted, and nothing waits for it. Drafts stand in the order of delivery. Deliberately
//! absent: sending, tax, and document numbers.

mod collective;
mod deposits;
mod invoices;
pub(crate) mod links;
mod orders;
mod part;
mod stock;

pub(crate) use deposits::is_refunded;

use std::collections::BTreeMap;

use crate::lifecycle::Case;
use crate::wit::{
    Consumable, DocumentKind, DocumentLink, DocumentPart, Effect, EffectBody, Finding, Instant, Plan,
    PostingDate, PostingPolicy, Snapshot, Status,
};
use part::Part;

/// The step of an order.
pub(crate) const ORDER: &str = "sales_order";
/// The step of an order's invoice.
pub(crate) const INVOICE: &str = "sales_invoice";
/// The step of a fee's invoice.
pub(crate) const FEE: &str = "fee_invoice";

/// A sale as a command leaves it, and the documents drafted for that so far.
pub(crate) struct Sale<'a> {
    snapshot: &'a Snapshot,
    terms: PostingPolicy,
    /// Whether this decision asks for what the whole sale needs; see `booking.leads`.
    leads: bool,
    /// Whose documents they are: the first part of their keys.
    appointment: &'a str,
    revision: u32,
    /// The appointment that the command is about comes first.
    parts: Vec<Part<'a>>,
    /// What was asked for, the drafts included.
    documents: Vec<DocumentLink>,
    effects: Vec<Effect>,
    /// How many drafts each step has.
    steps: BTreeMap<String, u32>,
}

/// What a command does to a sale, besides what the statuses tell.
pub(crate) struct Turn<'a> {
    /// Why; it stands on counter-documents.
    pub reason: &'a str,
    /// Whether the order has another time, provider or price now.
    pub moved: bool,
    /// What was used up, where work is done.
    pub materials: &'a [Consumable],
}

impl<'a> Turn<'a> {
    /// Something that changes statuses alone.
    pub(crate) const fn of(reason: &'a str) -> Self {
        Self { reason, moved: false, materials: &[] }
    }
}

impl<'a> Sale<'a> {
    /// The sale with the appointment in its next status, and as the plan has it if there is one.
    pub(crate) fn of(case: &Case<'a>, plan: Option<&'a Plan>) -> Self {
        let own = Part::own(case, plan);
        Self::with(case, own, &case.appointment.id, case.revision)
    }

    /// The sale with the appointment that takes the place of the present one.
    pub(crate) fn moved(case: &Case<'a>, plan: &'a Plan, status: Status) -> Self {
        Self::with(case, Part::moved(case, plan, status), case.new_id, crate::lifecycle::FIRST_REVISION)
    }

    fn with(case: &Case<'a>, own: Part<'a>, appointment: &'a str, revision: u32) -> Self {
        let booking = case.snapshot.booking.as_ref();
        let others = booking.map_or(&[][..], |booking| &booking.others);
        let mut parts = vec![own];
        parts.extend(part::others(others));
        Self {
            snapshot: case.snapshot,
            terms: case.terms(),
            leads: booking.is_none_or(|booking| booking.leads),
            appointment,
            revision,
            parts,
            documents: case.appointment.documents.clone(),
            effects: Vec::new(),
            steps: BTreeMap::new(),
        }
    }

    /// Goes on from what another draft of the same decision has asked for.
    pub(crate) fn after(mut self, earlier: &Self) -> Self {
        self.documents.clone_from(&earlier.documents);
        self
    }

    /// Drafts everything that is missing, and undoes everything that is too much.
    pub(crate) fn settle(&mut self, turn: &Turn<'_>) -> Result<(), Finding> {
        let credited = if self.leads { self.credit(turn.reason) } else { Vec::new() };
        self.return_stock();
        if self.leads {
            self.reverse_commissions(turn.reason);
            self.change_orders(turn)?;
        }
        let groups = if self.leads { self.to_invoice(&credited) } else { Vec::new() };
        let invoices = self.invoice(groups)?;
        self.issue_stock(turn.materials)?;
        for (invoice, earners) in &invoices {
            self.commissions(invoice, earners)?;
        }
        Ok(())
    }

    /// The drafts, in order of delivery.
    pub(crate) fn finish(self) -> Vec<Effect> {
        self.effects
    }

    /// The appointment that the command is about.
    fn own(&self) -> &Part<'a> {
        &self.parts[0]
    }

    /// The part of the sale that a document's part is about.
    fn part_of(&self, of: &DocumentPart) -> Option<&Part<'a>> {
        self.parts.iter().find(|part| part.is(&of.appointment))
    }

    /// Whether the company and one of these parts want such documents.
    fn wants(&self, kind: DocumentKind, parts: &[DocumentPart]) -> bool {
        let of_service = |of: &DocumentPart| self.part_of(of).is_none_or(|part| part.wants(kind));
        !self.snapshot.company.switched_off.contains(&kind) && parts.iter().any(of_service)
    }

    /// Adds a document that builds on others, and gives its key; none if nobody wants it.
    fn add(
        &mut self,
        step: &str,
        after: Vec<String>,
        parts: Vec<DocumentPart>,
        body: EffectBody,
    ) -> Option<String> {
        if !self.wants(links::kind(&body), &parts) {
            return None;
        }
        let key = self.key(step);
        let effect = Effect { key: key.clone(), after, dated: self.dated(), parts, body };
        links::record(&mut self.documents, &effect);
        self.effects.push(effect);
        Some(key)
    }

    /// A key that no other draft has: from the second document of a step on, the step has a number.
    fn key(&mut self, step: &str) -> String {
        let number = self.steps.entry(step.to_owned()).or_default();
        *number = number.saturating_add(1);
        match *number {
            1 => format!("{}/{}/{step}", self.appointment, self.revision),
            number => format!("{}/{}/{step}_{number}", self.appointment, self.revision),
        }
    }

    /// The moment that dates documents: now, or the first day that the books are open for.
    fn dated(&self) -> Instant {
        let now = self.snapshot.now;
        match self.terms.posting_date {
            PostingDate::DayOfEvent => now,
            PostingDate::NextOpenDay => {
                self.snapshot.company.books_open_from.map_or(now, |open| open.max(now))
            }
        }
    }
}
