//! Taking back a document that carries the key of another one: the surplus of a doubled one.
//!
//! Invariants: it is told apart first, under a key that follows from the document's own, and countered under that: an invoice by
//! a credit note, an order by its withdrawal, materials by their return, a commission by its reversal. So the one that stays is
//! touched by nothing, and whatever breaks off in between is found again and finished under the same keys. A draft of an entry
//! has no effect to counter, and is withdrawn.
//!
//! Deliberately absent: a row of the outbox. The document is nobody's appointment's; what is asked for there is the other one.

use serde_json::Value;
use slotledger_erp::{
    Body, CommissionReversal, CreditNote, Document, Key, Kind, OrderCancellation, Posting, State, StockReturn,
};

use super::counter::{self, send};
use super::{App, Error, Result};
use crate::app::Voice;
use crate::model::reconcile::{BooksFinding, FindingKind};
use crate::model::{Company, Delivery, DeliveryState};

/// Why it is taken back, where the person does not say it.
const WHY: &str = "It carries the key of another document.";

/// What of a finding shall be taken back.
pub(super) struct Surplus {
    /// What the key is meant for, in the codes of its books.
    posting: Posting,
    /// What the books know the others by.
    references: Vec<String>,
}

/// Those of several documents with one key that are too many: all but the one that the books answered with when it was
/// posted. None where that one is not among them.
pub(super) fn of<'a>(stood: &Document, found: &'a [Document]) -> Vec<&'a Document> {
    if !found.iter().any(|document| document.reference == stood.reference) {
        return Vec::new();
    }
    found.iter().filter(|document| in_effect(document) && document.reference != stood.reference).collect()
}

/// Whether a document was not withdrawn.
pub(super) const fn in_effect(document: &Document) -> bool {
    !matches!(document.state, State::Cancelled | State::Closed)
}

/// What such a finding says besides, and what the books know the surplus by if they let it be taken back.
pub(super) fn told(stood: &Document, found: &[Document], sets_apart: &[Kind]) -> (String, Vec<String>) {
    let surplus = of(stood, found);
    let numbers: Vec<&str> = surplus.iter().map(|document| document.number.as_str()).collect();
    let numbers = numbers.join(", ");
    if surplus.is_empty() {
        return (format!("{} is none of them, so a person has to see to it there", stood.number), Vec::new());
    }
    if !sets_apart.contains(&stood.kind) {
        return (format!("from here these books do not let {numbers} be taken back"), Vec::new());
    }
    let references = surplus.iter().map(|document| document.reference.clone()).collect();
    (format!("{numbers} can be taken back from here"), references)
}

/// The document whose key the subject of a finding was, before it was told apart.
pub(super) fn set_apart(finding: &BooksFinding) -> Option<Key> {
    Key::parse(&finding.found.subject)?.surplus_of().map(|(key, _)| key)
}

impl App {
    /// What would be taken back, as long as it is to: all that is too many, or the one that a person names.
    pub(super) async fn surplus(&self, finding: &BooksFinding, named: Option<&str>) -> Result<Surplus> {
        let wrong = |why: &str| Error::NotRepairable(why.to_owned());
        if finding.found.kind == FindingKind::Stranger {
            return self.stranded(finding).await;
        }
        let id = finding.found.delivery.ok_or_else(|| wrong("no delivery asked for it"))?;
        let delivery = self.delivery(id).await?;
        let Some(stood) = delivery.document.as_ref().filter(|_| delivery.state == DeliveryState::Done) else {
            return Err(Error::NotRepairable(format!("its delivery is {}", delivery.state.as_str())));
        };
        let (_, link, mapping) = self.mapped_connection(delivery.company).await?;
        let posting = mapping.applied(&delivery.posting).into_owned();
        let found = link.books.find_by_key(&posting).await.map_err(Error::Books)?;
        if found.iter().filter(|document| in_effect(document)).count() < 2 {
            return self.half_done(finding, posting).await;
        }
        let chosen = match named {
            None => of(stood, &found),
            Some(named) => vec![chosen(stood, &found, named)?],
        };
        if chosen.is_empty() {
            return Err(wrong("the one that was posted is not among them: name the one to take back"));
        }
        if matches!(posting.body, Body::StockIssue(_)) {
            // What brings it back says so item by item: it has to have moved the same.
            for document in &chosen {
                link.books.candidate(&posting, &document.reference).await.map_err(Error::Books)?;
            }
        }
        let references = chosen.into_iter().map(|document| document.reference.clone()).collect();
        Ok(Surplus { posting, references })
    }

    /// What was told apart when this finding was to be put right before, and may not be countered.
    async fn half_done(&self, finding: &BooksFinding, posting: Posting) -> Result<Surplus> {
        let (_, link) = self.connection(finding.found.company).await?;
        let known = finding.found.details.pointer("/surplus").and_then(Value::as_array);
        let mut references = Vec::new();
        for reference in known.into_iter().flatten().filter_map(Value::as_str) {
            let Some(key) = posting.key.surplus(reference) else { continue };
            let apart = Posting { key, ..posting.clone() };
            if !link.books.find_by_key(&apart).await.map_err(Error::Books)?.is_empty() {
                references.push(reference.to_owned());
            }
        }
        if references.is_empty() {
            return Err(Error::NotRepairable("only one document carries the key any more".to_owned()));
        }
        Ok(Surplus { posting, references })
    }

    /// What was told apart, and not countered.
    async fn stranded(&self, finding: &BooksFinding) -> Result<Surplus> {
        let wrong = || Error::NotRepairable("its key cannot be used".to_owned());
        let key = Key::parse(&finding.found.subject).ok_or_else(wrong)?;
        let (key, reference) = key.surplus_of().ok_or_else(wrong)?;
        let delivery = self.ports.store.delivery_of(&key).await?;
        let delivery = delivery.ok_or_else(|| Error::NotRepairable("no delivery asked for it".to_owned()))?;
        let (_, _, mapping) = self.mapped_connection(delivery.company).await?;
        let posting = mapping.applied(&delivery.posting).into_owned();
        Ok(Surplus { posting, references: vec![reference.to_owned()] })
    }

    /// Takes back what is too many, of a finding that was just closed for it.
    pub(super) async fn take_back(
        &self,
        finding: &BooksFinding,
        surplus: &Surplus,
        voice: Voice<'_>,
    ) -> Result<()> {
        let company = self.get::<Company>(finding.found.company.0).await?.data;
        let date = counter::day(&company, self.ports.clock.now());
        let reason = if voice.reason.is_empty() { WHY } else { voice.reason };
        let (_, link) = self.connection(finding.found.company).await?;
        for reference in &surplus.references {
            let posting = &surplus.posting;
            let counter = counters(posting, reference, reason).map(|counter| Posting { date, ..counter });
            let counter = counter.ok_or_else(|| Error::NotRepairable("its key cannot be used".to_owned()))?;
            let apart = counter::within(link.books.set_apart(posting, reference)).await;
            let done = match apart {
                Ok(State::Cancelled) => Ok(()),
                Ok(State::Draft | State::Submitted | State::Posted | State::Closed) => {
                    send(&*link.books, &counter).await
                }
                Err(failure) => Err(failure),
            };
            if let Err(failure) = done {
                return self.failed(finding, "was not taken back", failure).await;
            }
        }
        Ok(())
    }

    /// Whether what was told apart of a delivery's document was countered, and that stands.
    pub(super) async fn is_taken_back(&self, delivery: &Delivery, reference: &str) -> Result<bool> {
        let (_, link, mapping) = self.mapped_connection(delivery.company).await?;
        let posting = mapping.applied(&delivery.posting);
        let Some(counter) = counters(&posting, reference, WHY) else { return Ok(false) };
        let found = link.books.find_by_key(&counter).await.map_err(Error::Books)?;
        Ok(found.iter().any(|document| document.state != State::Draft))
    }
}

/// The document that a person names, by its number or by what the books know it by.
fn chosen<'a>(stood: &Document, found: &'a [Document], named: &str) -> Result<&'a Document> {
    let is = |document: &&Document| document.reference == named || document.number == named;
    let mut fitting = found.iter().filter(|document| in_effect(document) && is(document));
    let (Some(only), None) = (fitting.next(), fitting.next()) else {
        return Err(Error::field("reference", "must name one of the documents with the key"));
    };
    // Its invoice was made from it: it cannot be withdrawn any more.
    if stood.kind == Kind::SalesOrder && only.reference == stood.reference {
        return Err(Error::field("reference", "must not name the order that later documents build on"));
    }
    Ok(only)
}

/// What counters the document that was told apart; none for kinds that nothing counters.
fn counters(posting: &Posting, reference: &str, reason: &str) -> Option<Posting> {
    let apart = posting.key.surplus(reference)?;
    let key = counter::counter_of(&apart)?;
    let reason = reason.to_owned();
    let body = match &posting.body {
        Body::SalesInvoice(_) => Body::CreditNote(CreditNote { invoice: apart, reason }),
        Body::SalesOrder(_) => Body::OrderCancellation(OrderCancellation { order: apart, reason }),
        Body::StockIssue(issue) => {
            Body::StockReturn(StockReturn { issue: apart, lines: issue.lines.clone() })
        }
        Body::Commission(_) => Body::CommissionReversal(CommissionReversal { commission: apart, reason }),
        Body::OrderCancellation(_)
        | Body::OrderAmendment(_)
        | Body::CreditNote(_)
        | Body::StockReturn(_)
        | Body::CommissionReversal(_)
        | Body::Advance(_)
        | Body::AdvanceRefund(_) => return None,
    };
    Some(Posting { key, body, ..posting.clone() })
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use rust_decimal::Decimal;
    use slotledger_erp::{Item, Material, StockIssue};

    use super::*;

    fn document(kind: Kind, reference: &str, state: State) -> Document {
        Document {
            kind,
            key: Key::parse("a/1/step").expect("a key"),
            reference: reference.to_owned(),
            number: format!("N-{reference}"),
            state,
            currency: "EUR".to_owned(),
            net: Decimal::TEN,
            tax: Decimal::ZERO,
            total: Decimal::TEN,
            settled: None,
            date: None,
            party: None,
            quantity: None,
        }
    }

    #[test]
    fn what_is_too_many_is_named_if_it_can_be_taken_back() {
        let of = |reference, state| document(Kind::SalesInvoice, reference, state);
        let stood = of("7", State::Posted);
        let found = [of("9", State::Draft), stood.clone(), of("8", State::Posted), of("6", State::Cancelled)];
        let (words, references) = told(&stood, &found, &[Kind::SalesInvoice]);
        assert_eq!(words, "N-9, N-8 can be taken back from here");
        assert_eq!(references, ["9", "8"]);
        let (words, references) = told(&stood, &found, &[Kind::SalesOrder]);
        assert_eq!(words, "from here these books do not let N-9, N-8 be taken back");
        assert!(references.is_empty());
        let (words, references) = told(&of("5", State::Posted), &found, &[Kind::SalesInvoice]);
        assert_eq!(words, "N-5 is none of them, so a person has to see to it there");
        assert!(references.is_empty());
    }

    #[test]
    fn an_order_that_others_were_made_from_is_not_taken_back() {
        let of = |reference| document(Kind::SalesOrder, reference, State::Submitted);
        let (stood, found) = (of("7"), [of("7"), of("8")]);
        assert_eq!(chosen(&stood, &found, "N-8").map(|one| one.reference.as_str()).ok(), Some("8"));
        for named in ["7", "N-7", "9"] {
            assert!(matches!(chosen(&stood, &found, named), Err(Error::Invalid(_))), "{named}");
        }
        let of = |reference| document(Kind::SalesInvoice, reference, State::Posted);
        assert!(chosen(&of("7"), &[of("7"), of("8")], "7").is_ok(), "nothing was made from its lines");
    }

    #[test]
    fn each_kind_is_countered_by_its_own_under_keys_that_follow() {
        let key = Key::parse("a/1/issue").expect("a key");
        let item = Item { code: "F".to_owned(), name: "F".to_owned() };
        let line =
            Material { item, quantity: Decimal::TWO, unit: "Unit".to_owned(), warehouse: "W".to_owned() };
        let body = Body::StockIssue(StockIssue { lines: vec![line] });
        let issue = Posting { key, subject: "A".to_owned(), date: NaiveDate::default(), body };
        let back = counters(&issue, "42", WHY).expect("it is countered");
        assert_eq!(back.key.as_str(), "a/1/issue/surplus_42/counter");
        assert_eq!(back.materials(), issue.materials());
        assert_eq!(crate::app::undoes(&back.body).map(Key::as_str), Some("a/1/issue/surplus_42"));
        let refund = Body::CreditNote(CreditNote { invoice: issue.key.clone(), reason: String::new() });
        assert_eq!(counters(&Posting { body: refund, ..issue }, "42", WHY), None);
    }
}
