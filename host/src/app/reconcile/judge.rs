//! A document as it stood against what the books hold now. Pure.
//!
//! Invariant: what is compared is what the books themselves answered when the document was posted, so that a change of
//! prices or codes on our side since is no difference. Amounts are compared to the last digit.
//!
//! Deliberately absent: what advances have settled of a document, which changes as it should; a new number, which some
//! ERPs give an amended order.

use slotledger_erp::{Document, State};

use super::surplus::in_effect;
use crate::model::reconcile::FindingKind;

/// What should stand in the books.
pub(super) struct Expected<'a> {
    /// As the books answered when it was posted, or when an amendment was.
    pub(super) document: &'a Document,
    /// Whether it was asked to be withdrawn since.
    pub(super) withdrawn: bool,
    /// What has countered it since, as the books answered.
    pub(super) countered: Option<&'a Document>,
}

/// What is wrong, if anything.
pub(super) fn judge(expected: &Expected<'_>, found: &[Document]) -> Option<(FindingKind, String)> {
    let was = expected.document;
    let standing: Vec<&Document> = found.iter().filter(|document| in_effect(document)).collect();
    match (found, standing.as_slice()) {
        ([], _) => {
            Some((FindingKind::Missing, format!("{} {} is not in the books any more", kind(was), was.number)))
        }
        ([now], _) => one(expected, now),
        // What was withdrawn beside it has no effect any more.
        (_, [now]) if !expected.withdrawn => one(expected, now),
        (several, _) => {
            let numbers: Vec<&str> = several.iter().map(|document| document.number.as_str()).collect();
            let words = format!(
                "{} documents carry the key of {}: {}",
                several.len(),
                was.number,
                numbers.join(", ")
            );
            Some((FindingKind::Doubled, words))
        }
    }
}

fn one(expected: &Expected<'_>, now: &Document) -> Option<(FindingKind, String)> {
    let was = expected.document;
    if fallen(was.state, now.state) && !expected.withdrawn {
        let words =
            format!("{} {} was {} and is {} in the books", kind(was), was.number, state(was), state(now));
        return Some((FindingKind::Withdrawn, words));
    }
    let differences = differences(was, now);
    if differences.is_empty() || expected.countered.is_some_and(|counter| undoes(counter, now)) {
        return None;
    }
    let words = format!("{} {} has changed in the books: {}", kind(was), was.number, differences.join("; "));
    Some((FindingKind::Drifted, words))
}

/// Whether the two add up to nothing, so that what the one says does not matter any more.
fn undoes(counter: &Document, now: &Document) -> bool {
    (counter.total, counter.tax, &counter.currency) == (now.total, now.tax, &now.currency)
}

/// Whether a document has lost its effect. One that gained it, a draft that was posted by hand, is as it should be.
fn fallen(was: State, now: State) -> bool {
    let rank = |state| match state {
        State::Cancelled | State::Closed => 0,
        State::Draft => 1,
        State::Submitted => 2,
        State::Posted => 3,
    };
    rank(now) < rank(was)
}

fn differences(was: &Document, now: &Document) -> Vec<String> {
    let mut all = Vec::new();
    let mut compare = |what: &str, was: String, now: String| {
        if was != now {
            all.push(format!("{what} {was} is {now} now"));
        }
    };
    compare("the currency", was.currency.clone(), now.currency.clone());
    for (what, was, now) in [
        ("the net amount", was.net, now.net),
        ("the tax", was.tax, now.tax),
        ("the total", was.total, now.total),
    ] {
        compare(what, was.normalize().to_string(), now.normalize().to_string());
    }
    // What the books did not tell then, or do not now, cannot be compared.
    if let (Some(was), Some(now)) = (was.quantity, now.quantity) {
        compare("the quantity", was.normalize().to_string(), now.normalize().to_string());
    }
    if let (Some(was), Some(now)) = (&was.party, &now.party) {
        compare("the party", was.clone(), now.clone());
    }
    // A draft gets its day when it is posted.
    if was.state != State::Draft
        && let (Some(was), Some(now)) = (was.date, now.date)
    {
        compare("the day", was.to_string(), now.to_string());
    }
    all
}

fn kind(document: &Document) -> String {
    document.kind.as_str().replace('_', " ")
}

const fn state(document: &Document) -> &'static str {
    match document.state {
        State::Draft => "a draft",
        State::Submitted => "submitted",
        State::Posted => "posted",
        State::Cancelled => "cancelled",
        State::Closed => "closed",
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use rust_decimal::Decimal;
    use slotledger_erp::{Key, Kind};

    use super::*;

    fn document(state: State) -> Document {
        Document {
            kind: Kind::SalesInvoice,
            key: Key::parse("a/1/invoice").expect("a key"),
            reference: "7".to_owned(),
            number: "INV-7".to_owned(),
            state,
            currency: "EUR".to_owned(),
            net: Decimal::new(8000, 2),
            tax: Decimal::new(1600, 2),
            total: Decimal::new(9600, 2),
            settled: None,
            date: NaiveDate::from_ymd_opt(2027, 1, 15),
            party: Some("C-1".to_owned()),
            quantity: Some(Decimal::ONE),
        }
    }

    fn judged(was: &Document, withdrawn: bool, found: &[Document]) -> Option<(FindingKind, String)> {
        judge(&Expected { document: was, withdrawn, countered: None }, found)
    }

    #[test]
    fn what_stands_as_it_stood_is_no_finding() {
        let was = document(State::Posted);
        let now = Document { net: Decimal::from(80), settled: Some(Decimal::ONE), ..was.clone() };
        assert_eq!(judged(&was, false, &[now]), None);
        let untold = Document { party: None, quantity: None, date: None, ..was.clone() };
        assert_eq!(judged(&untold, false, std::slice::from_ref(&was)), None);
        assert_eq!(judged(&was, false, &[untold]), None);
    }

    #[test]
    fn what_was_countered_as_it_stands_may_differ() {
        let was = document(State::Posted);
        let now = Document { tax: Decimal::ZERO, total: Decimal::from(80), ..was.clone() };
        let judged = |counter: &Document| {
            let expected = Expected { document: &was, withdrawn: false, countered: Some(counter) };
            judge(&expected, std::slice::from_ref(&now)).map(|(kind, _)| kind)
        };
        assert_eq!(judged(&now), None);
        assert_eq!(judged(&was), Some(FindingKind::Drifted), "it took back something else");
    }

    #[test]
    fn none_and_several_are_told_apart() {
        let was = document(State::Posted);
        let (kind, words) = judged(&was, false, &[]).expect("it is gone");
        assert_eq!(
            (kind, words.as_str()),
            (FindingKind::Missing, "sales invoice INV-7 is not in the books any more")
        );
        let twin = Document { number: "INV-8".to_owned(), ..was.clone() };
        let (kind, words) = judged(&was, false, &[was.clone(), twin]).expect("there are two");
        assert_eq!(kind, FindingKind::Doubled);
        assert!(words.contains("INV-7, INV-8"), "{words}");
    }

    #[test]
    fn a_second_one_that_was_withdrawn_is_no_finding_unless_the_first_one_was_to_be() {
        let was = document(State::Submitted);
        for state in [State::Cancelled, State::Closed] {
            let both = [was.clone(), document(state)];
            assert_eq!(judged(&was, false, &both), None);
            let (kind, _) = judged(&was, true, &both).expect("one stands that was to fall");
            assert_eq!(kind, FindingKind::Doubled);
        }
        let (kind, _) = judged(&was, false, &[document(State::Cancelled), document(State::Closed)])
            .expect("neither stands");
        assert_eq!(kind, FindingKind::Doubled);
    }

    #[test]
    fn every_kind_of_drift_is_named() {
        let was = document(State::Posted);
        let cases = [
            (Document { net: Decimal::from(81), ..was.clone() }, "the net amount 80 is 81 now"),
            (Document { tax: Decimal::from(15), ..was.clone() }, "the tax 16 is 15 now"),
            (Document { total: Decimal::from(97), ..was.clone() }, "the total 96 is 97 now"),
            (Document { currency: "USD".to_owned(), ..was.clone() }, "the currency EUR is USD now"),
            (Document { quantity: Some(Decimal::TWO), ..was.clone() }, "the quantity 1 is 2 now"),
            (Document { party: Some("C-2".to_owned()), ..was.clone() }, "the party C-1 is C-2 now"),
            (
                Document { date: NaiveDate::from_ymd_opt(2027, 2, 1), ..was.clone() },
                "the day 2027-01-15 is 2027-02-01 now",
            ),
        ];
        for (now, expected) in cases {
            let (kind, words) = judged(&was, false, &[now]).expect("it differs");
            assert_eq!(kind, FindingKind::Drifted);
            assert!(words.ends_with(expected), "{words}");
        }
    }

    #[test]
    fn a_document_that_lost_its_effect_is_named_unless_it_was_to() {
        let order = document(State::Submitted);
        for state in [State::Cancelled, State::Closed, State::Draft] {
            let (kind, _) = judged(&order, false, &[document(state)]).expect("it differs");
            assert_eq!(kind, FindingKind::Withdrawn);
        }
        assert_eq!(judged(&order, true, &[document(State::Cancelled)]), None);
    }

    #[test]
    fn a_draft_that_was_posted_by_hand_is_as_it_should_be() {
        let now = Document { date: NaiveDate::from_ymd_opt(2027, 2, 1), ..document(State::Posted) };
        assert_eq!(judged(&document(State::Draft), false, &[now]), None);
    }
}
