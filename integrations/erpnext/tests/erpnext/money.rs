//! Amounts of any size, as ERPNext reckons them, against our own.

use rust_decimal::Decimal;
use slotledger_erp::{
    Administration, Connector, Item, State,
    conformance::{self, Rounding},
};

use crate::support::{TODAY, connect, manager, ready};

/// How many invoices are posted for each item.
const SALES: usize = 200;
const TAX_PERCENT: Decimal = Decimal::from_parts(19, 0, 0, false, 0);

/// The host parks a document with another net amount as a difference.
const ROUNDING: Rounding = Rounding { halves_even: true, tax_of_exact: false };

#[tokio::test]
async fn whatever_is_sold_comes_to_what_was_agreed() {
    let server = ready().await;
    let setup = manager(&server).furnish("money", TODAY).await.unwrap();
    let books = connect(&server);
    let by_the_hour = conformance::Setup {
        run: "hours".into(),
        service_item: Item { code: "SVC-HOUR".into(), name: "Work by the hour".into() },
        fraction: Some(Decimal::new(25, 2)),
        ..setup.clone()
    };
    for setup in [setup, by_the_hour] {
        let mut halves = 0;
        for sale in conformance::Sale::seeded(&setup, 2026, SALES) {
            let document = books.post(&sale.posting).await.unwrap().document;
            assert_eq!(document.state, State::Posted);
            assert_eq!(sale.wrong(&document, TAX_PERCENT, ROUNDING), None);
            halves += sale.halves;
        }
        assert_eq!(halves > 0, setup.run == "hours", "{}: {halves}", setup.run);
    }
    let balance = books.balance().await.unwrap();
    assert_eq!(balance.debit, balance.credit);
}
