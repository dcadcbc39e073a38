//! Whatever is posted in whatever order: the books agree with themselves, and with a reckoning of their own.

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use rust_decimal::Decimal;
use slotledger_erp::{Class, Connector, Document, Finish, Kind, Posting, State};

use crate::fixtures::*;

/// Names are drawn from a few, so that requests meet, repeat and contradict each other.
const NAMES: u8 = 4;

#[derive(Debug, Clone)]
enum Step {
    Receive { name: u8, quantity: i64, cost: i64 },
    Order { name: u8, quantity: i64, price: i64 },
    Cancel { name: u8 },
    Invoice { name: u8, quantity: i64, price: i64 },
    Credit { name: u8 },
    Issue { name: u8, quantity: i64 },
    Return { name: u8, quantity: i64 },
    Commission { name: u8 },
    Reverse { name: u8 },
    Amend { name: u8, quantity: i64, price: i64 },
    Advance { name: u8, price: i64 },
    Refund { name: u8, price: i64 },
    Draft { name: u8, quantity: i64, price: i64 },
    PostDraft { name: u8 },
}

fn step() -> impl Strategy<Value = Step> {
    let (name, quantity, price) = (0..NAMES, 1_i64..9_999, 0_i64..99_999);
    prop_oneof![
        (name.clone(), quantity.clone(), price.clone()).prop_map(|(name, quantity, cost)| Step::Receive {
            name,
            quantity,
            cost
        }),
        (name.clone(), quantity.clone(), price.clone()).prop_map(|(name, quantity, price)| Step::Order {
            name,
            quantity,
            price
        }),
        name.clone().prop_map(|name| Step::Cancel { name }),
        (name.clone(), quantity.clone(), price.clone()).prop_map(|(name, quantity, price)| Step::Invoice {
            name,
            quantity,
            price
        }),
        name.clone().prop_map(|name| Step::Credit { name }),
        (name.clone(), quantity.clone()).prop_map(|(name, quantity)| Step::Issue { name, quantity }),
        (name.clone(), quantity.clone()).prop_map(|(name, quantity)| Step::Return { name, quantity }),
        name.clone().prop_map(|name| Step::Commission { name }),
        name.clone().prop_map(|name| Step::Reverse { name }),
        (name.clone(), quantity.clone(), price.clone()).prop_map(|(name, quantity, price)| Step::Amend {
            name,
            quantity,
            price
        }),
        (name.clone(), price.clone()).prop_map(|(name, price)| Step::Advance { name, price }),
        (name.clone(), price.clone()).prop_map(|(name, price)| Step::Refund { name, price }),
        (name.clone(), quantity, price).prop_map(|(name, quantity, price)| Step::Draft {
            name,
            quantity,
            price
        }),
        name.prop_map(|name| Step::PostDraft { name }),
    ]
}

fn thousandths(value: i64) -> String {
    Decimal::new(value, 3).to_string()
}

fn cents(value: i64) -> String {
    Decimal::new(value, 2).to_string()
}

/// A deposit that another invoice is settled with too.
fn settling(posting: Posting, name: u8) -> Posting {
    with(posting, |invoice| invoice.advances = vec![key(&format!("advance/{}", name % 2))])
}

fn request(step: &Step) -> Option<Posting> {
    let sold = |quantity: i64, price: i64| lines(&[(&thousandths(quantity), &thousandths(price))]);
    let used = |quantity: i64| vec![material("filter", &thousandths(quantity))];
    let request = match *step {
        Step::Receive { .. } | Step::PostDraft { .. } => return None,
        Step::Order { name, quantity, price } => order(&format!("order/{name}"), sold(quantity, price)),
        Step::Cancel { name } => cancellation(&format!("cancel/{name}"), &format!("order/{name}")),
        Step::Invoice { name, quantity, price } => {
            let order = format!("order/{name}");
            let asked = invoice(&format!("invoice/{name}"), Some(&order), sold(quantity, price));
            if quantity % 2 == 0 { settling(asked, name) } else { asked }
        }
        Step::Amend { name, quantity, price } => {
            amendment(&format!("amend/{name}/{quantity}"), &format!("order/{name}"), sold(quantity, price))
        }
        Step::Advance { name, price } => advance(&format!("advance/{name}"), None, &cents(price)),
        Step::Refund { name, price } => {
            refund(&format!("refund/{name}/{price}"), &format!("advance/{name}"), &cents(price))
        }
        Step::Draft { name, quantity, price } => {
            let asked =
                invoice(&format!("invoice/{name}"), Some(&format!("order/{name}")), sold(quantity, price));
            with(settling(asked, name), |invoice| invoice.finish = Finish::Draft)
        }
        Step::Credit { name } => credit(&format!("credit/{name}"), &format!("invoice/{name}")),
        Step::Issue { name, quantity } => issue(&format!("issue/{name}"), used(quantity)),
        Step::Return { name, quantity } => {
            stock_return(&format!("return/{name}"), &format!("issue/{name}"), used(quantity))
        }
        Step::Commission { name } => {
            commission(&format!("commission/{name}"), &format!("invoice/{name}"), "123.40", "12.34")
        }
        Step::Reverse { name } => reversal(&format!("reverse/{name}"), &format!("commission/{name}")),
    };
    Some(request)
}

/// Carries a step out: done or refused, and nothing in between.
async fn carry_out(books: &Books, step: &Step) -> Result<(), TestCaseError> {
    let Some(posting) = request(step) else {
        if let Step::PostDraft { name } = step {
            let posted = books.ledger.post_draft(&key(&format!("invoice/{name}"))).await;
            let fine = matches!(posted, Ok(_) | Err(slotledger_ledger::Error::Refused { .. }));
            prop_assert!(fine, "{posted:?}");
        }
        if let Step::Receive { name, quantity, cost } = step {
            let name = format!("receipt/{name}");
            let goods = receipt(&name, "filter", &thousandths(*quantity), &thousandths(*cost));
            let received = books.ledger.receive(&goods).await;
            let fine = matches!(received, Ok(_) | Err(slotledger_ledger::Error::Refused { .. }));
            prop_assert!(fine, "{received:?}");
        }
        return Ok(());
    };
    match books.ledger.post(&posting).await {
        Ok(posted) => prop_assert_eq!(books.post(&posting).await, posted.document),
        Err(failure) => {
            prop_assert!(matches!(failure.class, Class::Refused { .. } | Class::Busy { .. }), "{failure:?}");
        }
    }
    Ok(())
}

async fn judge(books: &Books) -> Result<(), TestCaseError> {
    let trial = books.ledger.trial_balance().await.expect("a trial balance");
    prop_assert_eq!(trial.debit, trial.credit);
    let records = books.ledger.filed(0, 500).await.expect("documents");
    let all = records.into_iter().map(|record| record.document);
    let documents: Vec<Document> = all.filter(|document| document.state != State::Draft).collect();
    let sum = |kind: Kind, what: fn(&Document) -> Decimal| -> Decimal {
        documents.iter().filter(|document| document.kind == kind).map(what).sum()
    };
    let net = |kind| sum(kind, |document| document.net);
    let tax = |kind| sum(kind, |document| document.tax);
    let total = |kind| sum(kind, |document| document.total);
    let settled = |kind| sum(kind, |document| document.settled.unwrap_or_default());
    prop_assert_eq!(
        settled(Kind::Advance),
        settled(Kind::SalesInvoice) + total(Kind::AdvanceRefund),
        "what was used of advances"
    );
    for document in &documents {
        let used = document.settled.unwrap_or_default();
        prop_assert!(used >= Decimal::ZERO && used <= document.total, "{} settles {used}", document.number);
    }
    for (account, expected) in [
        ("1000", total(Kind::Advance) - total(Kind::AdvanceRefund)),
        ("1100", total(Kind::SalesInvoice) - total(Kind::CreditNote) - settled(Kind::SalesInvoice)),
        ("2300", settled(Kind::Advance) - total(Kind::Advance)),
        ("2100", tax(Kind::CreditNote) - tax(Kind::SalesInvoice)),
        ("2200", net(Kind::CommissionReversal) - net(Kind::Commission)),
        ("4100", net(Kind::CreditNote) - net(Kind::SalesInvoice)),
        ("5100", net(Kind::StockIssue) - net(Kind::StockReturn)),
        ("5200", net(Kind::Commission) - net(Kind::CommissionReversal)),
    ] {
        prop_assert_eq!(trial.balance(account), Some(expected), "account {}", account);
    }
    let levels = books.ledger.stock_on_hand("filter").await.expect("levels");
    let worth: Decimal = levels.iter().map(|level| level.value).sum();
    prop_assert_eq!(trial.balance("1300"), Some(worth));
    gapless(&documents)
}

fn gapless(documents: &[Document]) -> Result<(), TestCaseError> {
    for kind in [
        Kind::SalesOrder,
        Kind::SalesInvoice,
        Kind::CreditNote,
        Kind::StockIssue,
        Kind::Commission,
        Kind::Advance,
    ] {
        let mut numbers: Vec<&String> = documents
            .iter()
            .filter(|document| document.kind == kind)
            .map(|document| &document.number)
            .collect();
        // A draft gets its number later than its place.
        numbers.sort();
        for (expected, number) in (1_u32..).zip(numbers) {
            prop_assert!(number.ends_with(&format!("-{expected:05}")), "{} is out of turn", number);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 200, failure_persistence: None, ..Default::default() })]

    #[test]
    fn the_books_always_agree(steps in prop::collection::vec(step(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let books = Books::new().await;
            for step in &steps {
                carry_out(&books, step).await?;
            }
            judge(&books).await
        })?;
    }
}
