//! What the books hold against what was asked for. Pure.
//!
//! Invariant: amounts are compared to the last digit of the currency. A difference is a person's to judge: it is never
//! rounded away, and the document is left as it is.
//!
//! Deliberately absent: tax and the value of stock, which are the books' own business; only that they add up is seen.

use rust_decimal::{Decimal, RoundingStrategy};
use slotledger_erp::{Body, Document, Failure, Finish, Key, Line, Posting, State};

use crate::model::master::currency_digits;

/// Finds what is not as it was asked for.
pub fn compare(posting: &Posting, document: &Document) -> Result<(), Failure> {
    let mut differences = Vec::new();
    if document.kind != posting.kind() {
        differences.push(format!("it is a {}, not a {}", document.kind.as_str(), posting.kind().as_str()));
    }
    if let Some((currency, net)) = asked_for(&posting.body) {
        if document.currency != currency {
            differences.push(format!("its currency is {}, not {currency}", document.currency));
        }
        if document.net != net {
            differences.push(format!("its net amount is {}, not {net}", document.net));
        }
    }
    if document.net.checked_add(document.tax) != Some(document.total) {
        differences.push(format!(
            "its total {} is not the sum of {} and {}",
            document.total, document.net, document.tax
        ));
    }
    let withdrawn = matches!(document.state, State::Cancelled | State::Closed);
    if withdrawn != matches!(posting.body, Body::OrderCancellation(_)) {
        differences.push(format!("its state is {:?}", document.state).to_lowercase());
    }
    if differences.is_empty() { Ok(()) } else { Err(difference(document, &differences)) }
}

/// As [`compare`], for a document that somebody made by hand. What the ERP would have seen to by itself is not taken for
/// granted: that materials are as many, that what is paid back is what was asked for, and that a counter-document takes back
/// all of `undone`, which stands for what the posting undoes.
pub(super) fn fits(posting: &Posting, document: &Document, undone: Option<&Document>) -> Result<(), Failure> {
    compare(posting, document)?;
    let mut differences = Vec::new();
    if document.state == State::Draft && !may_be_draft(&posting.body) {
        differences.push("it is a draft".to_owned());
    }
    if let (Some(asked), Some(moved)) = (moved(posting), document.quantity)
        && moved != asked
    {
        differences.push(format!("it moved {moved} in all, not {asked}"));
    }
    if let Some((currency, amount)) = taken_back(&posting.body, undone) {
        if document.currency != currency {
            differences.push(format!("its currency is {}, not {currency}", document.currency));
        }
        if document.total != amount {
            differences.push(format!("its total is {}, not {amount}", document.total));
        }
    }
    if let (Some(was), Some(is)) = (undone.and_then(|undone| undone.party.as_ref()), &document.party)
        && was != is
    {
        differences.push(format!("it is of {is}, not of {was}"));
    }
    if differences.is_empty() { Ok(()) } else { Err(difference(document, &differences)) }
}

fn may_be_draft(body: &Body) -> bool {
    matches!(body, Body::SalesInvoice(invoice) if invoice.finish == Finish::Draft)
}

/// How much moved in all, where stock moves. Item by item the connector has seen to it.
fn moved(posting: &Posting) -> Option<Decimal> {
    let lines = posting.materials();
    let all = lines.iter().map(|line| line.quantity).fold(Decimal::ZERO, Decimal::saturating_add);
    (!lines.is_empty()).then_some(all)
}

/// Currency and total of what takes something back, as far as it is known what is taken back.
fn taken_back<'a>(body: &Body, undone: Option<&'a Document>) -> Option<(&'a str, Decimal)> {
    let undone = undone?;
    match body {
        Body::CreditNote(_) | Body::CommissionReversal(_) => Some((&undone.currency, undone.total)),
        Body::AdvanceRefund(refund) => Some((&undone.currency, refund.amount)),
        Body::SalesOrder(_)
        | Body::OrderCancellation(_)
        | Body::OrderAmendment(_)
        | Body::SalesInvoice(_)
        | Body::StockIssue(_)
        | Body::StockReturn(_)
        | Body::Commission(_)
        | Body::Advance(_) => None,
    }
}

/// The key of what a posting undoes.
pub(super) const fn undoes(body: &Body) -> Option<&Key> {
    match body {
        Body::CreditNote(note) => Some(&note.invoice),
        Body::CommissionReversal(reversal) => Some(&reversal.commission),
        Body::AdvanceRefund(refund) => Some(&refund.advance),
        Body::StockReturn(back) => Some(&back.issue),
        Body::SalesOrder(_)
        | Body::OrderCancellation(_)
        | Body::OrderAmendment(_)
        | Body::SalesInvoice(_)
        | Body::StockIssue(_)
        | Body::Commission(_)
        | Body::Advance(_) => None,
    }
}

fn difference(document: &Document, differences: &[String]) -> Failure {
    let Document { kind, number, .. } = document;
    Failure::refused(
        format!("the books hold {} {number}, but {}", kind.as_str(), differences.join("; ")),
        "Compare the document with the appointment, correct prices, rounding or currency in the ERP, and retry.",
    )
}

/// Currency and net amount, where the posting settles them. Counter-documents take theirs from what they undo.
#[must_use]
pub fn asked_for(body: &Body) -> Option<(&str, Decimal)> {
    match body {
        Body::SalesOrder(order) => Some((&order.currency, net(&order.currency, &order.lines))),
        Body::SalesInvoice(invoice) => Some((&invoice.currency, net(&invoice.currency, &invoice.lines))),
        Body::Commission(earned) => Some((&earned.currency, earned.amount)),
        Body::Advance(advance) => Some((&advance.currency, advance.amount)),
        Body::OrderCancellation(_)
        | Body::StockIssue(_)
        | Body::CreditNote(_)
        | Body::StockReturn(_)
        | Body::CommissionReversal(_)
        | Body::OrderAmendment(_)
        | Body::AdvanceRefund(_) => None,
    }
}

/// The sum of the lines, each rounded by itself.
fn net(currency: &str, lines: &[Line]) -> Decimal {
    lines.iter().map(|line| line_amount(currency, line)).fold(Decimal::ZERO, Decimal::saturating_add)
}

/// The net amount of a line, rounded half away from zero, as an invoice prints it.
#[must_use]
pub fn line_amount(currency: &str, line: &Line) -> Decimal {
    let digits = currency_digits(currency).map_or(2, u32::from);
    let amount = line.quantity.saturating_mul(line.unit_price);
    let mut amount = amount.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero);
    amount.rescale(digits);
    amount
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, NaiveDate, Utc};
    use slotledger_erp::{
        AdvanceRefund, CommissionEarned, CreditNote, Item, Kind, Material, Order, OrderCancellation, Party,
        StockIssue,
    };

    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().expect("a number")
    }

    fn key() -> Key {
        Key::parse("a/1/b").expect("a key")
    }

    fn party() -> Party {
        Party { code: "P".to_owned(), name: "P".to_owned(), email: None, phone: None, address: None }
    }

    fn posting(body: Body) -> Posting {
        Posting { key: key(), subject: "APT-0001".to_owned(), date: NaiveDate::default(), body }
    }

    fn order(currency: &str, lines: &[(&str, &str)]) -> Posting {
        let item = || Item { code: "S".to_owned(), name: "S".to_owned() };
        let line =
            |&(quantity, price): &(&str, &str)| Line::new(item(), "S", decimal(quantity), decimal(price));
        posting(Body::SalesOrder(Order {
            customer: party(),
            provider: party(),
            currency: currency.to_owned(),
            lines: lines.iter().map(line).collect(),
            start: DateTime::<Utc>::UNIX_EPOCH,
            end: DateTime::<Utc>::UNIX_EPOCH,
            commission_percent: Decimal::TEN,
        }))
    }

    fn document(kind: Kind, currency: &str, net: &str, tax: &str, total: &str) -> Document {
        Document {
            kind,
            key: key(),
            reference: "1".to_owned(),
            number: "SO-7".to_owned(),
            state: State::Submitted,
            currency: currency.to_owned(),
            net: decimal(net),
            tax: decimal(tax),
            total: decimal(total),
            settled: None,
            date: None,
            party: None,
            quantity: None,
        }
    }

    #[test]
    fn lines_are_rounded_one_by_one_and_trailing_zeros_mean_nothing() {
        let asked = order("EUR", &[("0.5", "0.01"), ("0.5", "0.01"), ("2", "40")]);
        assert_eq!(compare(&asked, &document(Kind::SalesOrder, "EUR", "80.020", "16", "96.02")), Ok(()));
    }

    /// ERPNext, as it comes, and Tryton round half a cent to the even neighbour.
    #[test]
    fn half_a_cent_that_the_books_rounded_otherwise_is_a_difference() {
        let asked = order("EUR", &[("0.25", "0.50")]);
        assert_eq!(compare(&asked, &document(Kind::SalesOrder, "EUR", "0.13", "0.03", "0.16")), Ok(()));
        let even = document(Kind::SalesOrder, "EUR", "0.12", "0.02", "0.14");
        let failure = compare(&asked, &even).expect_err("it differs");
        assert!(failure.message.contains("its net amount is 0.12, not 0.13"), "{}", failure.message);
    }

    #[test]
    fn a_currency_without_decimals_is_rounded_to_whole_units() {
        let asked = order("JPY", &[("1.5", "333")]);
        assert_eq!(compare(&asked, &document(Kind::SalesOrder, "JPY", "500", "50", "550")), Ok(()));
    }

    #[test]
    fn every_difference_is_named() {
        let asked = order("EUR", &[("1", "80")]);
        for (books, words) in [
            (document(Kind::SalesOrder, "EUR", "80.01", "0", "80.01"), "its net amount is 80.01, not 80"),
            (document(Kind::SalesOrder, "USD", "80", "0", "80"), "its currency is USD, not EUR"),
            (document(Kind::SalesOrder, "EUR", "80", "1", "80"), "its total 80 is not the sum of 80 and 1"),
            (
                document(Kind::SalesInvoice, "EUR", "80", "0", "80"),
                "it is a sales_invoice, not a sales_order",
            ),
            (
                Document { state: State::Cancelled, ..document(Kind::SalesOrder, "EUR", "80", "0", "80") },
                "its state is cancelled",
            ),
        ] {
            let failure = compare(&asked, &books).expect_err("it differs");
            assert!(failure.message.contains(words), "{}", failure.message);
            assert!(failure.message.contains("SO-7"), "{}", failure.message);
        }
    }

    #[test]
    fn a_commission_is_compared_with_its_amount() {
        let asked = posting(Body::Commission(CommissionEarned {
            invoice: key(),
            provider: party(),
            currency: "EUR".to_owned(),
            base: decimal("80"),
            percent: decimal("10"),
            amount: decimal("8"),
        }));
        assert_eq!(compare(&asked, &document(Kind::Commission, "EUR", "8.00", "0", "8.00")), Ok(()));
        assert!(compare(&asked, &document(Kind::Commission, "EUR", "8.01", "0", "8.01")).is_err());
    }

    #[test]
    fn what_was_made_by_hand_has_to_say_all_of_it() {
        let asked = order("EUR", &[("1", "80")]);
        let made = Document { state: State::Submitted, ..document(Kind::SalesOrder, "EUR", "80", "0", "80") };
        assert_eq!(fits(&asked, &made, None), Ok(()));
        let refused = |posting: &Posting, document: &Document, undone: Option<&Document>| {
            fits(posting, document, undone).expect_err("it differs").message
        };
        let draft = Document { state: State::Draft, ..made.clone() };
        assert!(refused(&asked, &draft, None).contains("it is a draft"));
        let other = Document { net: decimal("81"), total: decimal("81"), ..made };
        assert!(refused(&asked, &other, None).contains("81, not 80"));

        let item = Item { code: "M".to_owned(), name: "M".to_owned() };
        let line =
            Material { item, quantity: decimal("3"), unit: "Unit".to_owned(), warehouse: "W".to_owned() };
        let issue = posting(Body::StockIssue(StockIssue { lines: vec![line] }));
        let mut moved = document(Kind::StockIssue, "EUR", "7", "0", "7");
        moved.quantity = Some(decimal("2"));
        assert!(refused(&issue, &moved, None).contains("it moved 2 in all, not 3"));
        moved.quantity = Some(decimal("3.000"));
        assert_eq!(fits(&issue, &moved, None), Ok(()));
    }

    #[test]
    fn what_takes_something_back_takes_back_that() {
        let of = |party: &str, document: Document| Document { party: Some(party.to_owned()), ..document };
        let invoice = of("ana", document(Kind::SalesInvoice, "EUR", "80", "16", "96"));
        let note = posting(Body::CreditNote(CreditNote { invoice: key(), reason: "moved".to_owned() }));
        let full = of("ana", document(Kind::CreditNote, "EUR", "80", "16", "96"));
        assert_eq!(fits(&note, &full, Some(&invoice)), Ok(()));
        for (differing, words) in [
            (of("ana", document(Kind::CreditNote, "EUR", "40", "8", "48")), "its total is 48, not 96"),
            (of("ana", document(Kind::CreditNote, "USD", "80", "16", "96")), "its currency is USD, not EUR"),
            (of("eve", full), "it is of eve, not of ana"),
        ] {
            let failure = fits(&note, &differing, Some(&invoice)).expect_err("it differs");
            assert!(failure.message.contains(words), "{}", failure.message);
        }
        let (advance, amount) = (key(), decimal("20"));
        let refund =
            posting(Body::AdvanceRefund(AdvanceRefund { advance, amount, reason: "moved".to_owned() }));
        let paid = document(Kind::Advance, "EUR", "50", "0", "50");
        let part = document(Kind::AdvanceRefund, "EUR", "20", "0", "20");
        assert_eq!(fits(&refund, &part, Some(&paid)), Ok(()));
        let whole = document(Kind::AdvanceRefund, "EUR", "50", "0", "50");
        assert!(fits(&refund, &whole, Some(&paid)).is_err());
        assert_eq!(undoes(&refund.body), Some(&key()));
    }

    #[test]
    fn an_order_that_should_be_cancelled_has_to_be() {
        let asked =
            posting(Body::OrderCancellation(OrderCancellation { order: key(), reason: "moved".to_owned() }));
        let open = document(Kind::OrderCancellation, "EUR", "80", "16", "96");
        assert!(compare(&asked, &open).is_err());
        assert_eq!(compare(&asked, &Document { state: State::Cancelled, ..open }), Ok(()));
    }
}
