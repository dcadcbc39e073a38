//! Deposits: what was paid is the customer's until an invoice settles it.

use rust_decimal::Decimal;
use slotledger_erp::Reason;

use crate::fixtures::*;

const BANK: &str = "1000";
const RECEIVABLE: &str = "1100";
const ADVANCES: &str = "2300";

fn ordered() -> [slotledger_erp::Posting; 2] {
    [order("order", lines(&[("1", "100.00")])), advance("advance", Some("order"), "50.00")]
}

async fn settled(advances: &[&str]) -> (Books, slotledger_erp::Posting) {
    let books = Books::new().await;
    for posting in ordered() {
        books.post(&posting).await;
    }
    let invoice = with(invoice("invoice", Some("order"), lines(&[("1", "100.00")])), |invoice| {
        invoice.advances = advances.iter().map(|name| key(name)).collect();
    });
    (books, invoice)
}

#[tokio::test]
async fn a_deposit_is_owed_until_it_is_settled() {
    let (books, invoice) = settled(&["advance"]).await;
    assert_eq!(books.balance(BANK).await, decimal("50.00"));
    assert_eq!(books.balance(ADVANCES).await, decimal("-50.00"));
    let invoiced = books.post(&invoice).await;
    assert_eq!((invoiced.total, invoiced.settled), (decimal("120.00"), Some(decimal("50.00"))));
    assert_eq!(books.balance(ADVANCES).await, Decimal::ZERO);
    assert_eq!(books.balance(RECEIVABLE).await, decimal("70.00"));
    let (reason, words) = books.refused(&refund("late", "advance", "0.01")).await;
    assert_eq!(
        (reason, words.as_str()),
        (Reason::Conflict, "0.00 is left of ADV-00001, and 0.01 should be paid back")
    );
}

#[tokio::test]
async fn a_credit_note_gives_the_deposit_back_to_the_customer() {
    let (books, invoice) = settled(&["advance"]).await;
    books.post(&invoice).await;
    books.post(&credit("credit", "invoice")).await;
    assert_eq!(books.balance(RECEIVABLE).await, Decimal::ZERO);
    assert_eq!(books.balance(ADVANCES).await, decimal("-50.00"));
    assert_eq!(books.standing(&invoice).await.settled, Some(Decimal::ZERO));
    books.post(&refund("refund", "advance", "20.00")).await;
    books.post(&refund("rest", "advance", "30.00")).await;
    assert_eq!(books.balance(BANK).await, Decimal::ZERO);
    assert_eq!(books.balance(ADVANCES).await, Decimal::ZERO);
    assert_eq!(books.standing(&ordered()[1]).await.settled, Some(decimal("50.00")));
}

#[tokio::test]
async fn a_freed_deposit_settles_the_next_invoice() {
    let (books, first) = settled(&["advance"]).await;
    books.post(&first).await;
    books.post(&credit("credit", "invoice")).await;
    let mut again = first;
    again.key = key("invoice-2");
    assert_eq!(books.post(&again).await.settled, Some(decimal("50.00")));
}

#[tokio::test]
async fn deposits_pay_in_their_order_and_no_more_than_the_total() {
    let (books, invoice) = settled(&["advance", "second", "third", "advance"]).await;
    books.post(&advance("second", None, "100.00")).await;
    books.post(&advance("third", None, "1.00")).await;
    assert_eq!(books.post(&invoice).await.settled, Some(decimal("120.00")));
    assert_eq!(books.standing(&advance("second", None, "100.00")).await.settled, Some(decimal("70.00")));
    assert_eq!(books.standing(&advance("third", None, "1.00")).await.settled, Some(Decimal::ZERO));
    assert_eq!(books.balance(RECEIVABLE).await, Decimal::ZERO);
    books.post(&refund("refund", "second", "30.00")).await;
}

#[tokio::test]
async fn deposits_that_cannot_be() {
    let (books, invoice) = settled(&["gone"]).await;
    for (posting, reason, part) in [
        (invoice, Reason::MissingDocument, "no advance has the key gone"),
        (
            advance("lost", Some("nothing"), "5.00"),
            Reason::MissingDocument,
            "no sales order has the key nothing",
        ),
        (advance("none", None, "0.00"), Reason::Other, "is not positive"),
        (advance("less", None, "-1.00"), Reason::Other, "is not positive"),
        (advance("fine", None, "0.001"), Reason::Unsupported, "cannot be written in EUR"),
        (refund("early", "gone", "1.00"), Reason::MissingDocument, "no advance has the key gone"),
        (refund("more", "advance", "50.01"), Reason::Conflict, "50.00 is left of ADV-00001"),
    ] {
        let (found, words) = books.refused(&posting).await;
        assert_eq!(found, reason, "{words}");
        assert!(words.contains(part), "{words}");
    }
    let mut foreign = with(self::invoice("theirs", None, lines(&[("1", "5.00")])), |invoice| {
        invoice.customer = party("bob");
        invoice.advances = vec![key("advance")];
    });
    assert!(books.refusal(&foreign).await.contains("was paid by ana, not by bob"));
    foreign = with(foreign, |invoice| invoice.customer = party("ana"));
    books.post(&foreign).await;
}
