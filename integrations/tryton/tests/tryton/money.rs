//! Amounts of any size, as Tryton reckons them, against our own.

use rust_decimal::Decimal;
use slotledger_erp::{
    Administration, Connector, State,
    conformance::{self, Rounding},
};
use slotledger_tryton::{Settings, Tryton};
use slotledger_tryton_server::PASSWORD;

use crate::support::{connect, postings, server, settings};

/// How many invoices are made.
const SALES: usize = 200;
/// One of so many is posted, which takes Tryton a second; the others stay drafts.
const ONE_IN: usize = 20;
const TAX_PERCENT: Decimal = Decimal::from_parts(20, 0, 0, false, 0);

/// The host parks a document with another net amount as a difference.
const ROUNDING: Rounding = Rounding { halves_even: true, tax_of_exact: true };

#[tokio::test]
async fn whatever_is_sold_comes_to_what_was_agreed() {
    let server = server();
    let administrator = Settings { user: "admin".into(), password: PASSWORD.into(), ..settings(&server) };
    let setup = Tryton::new(administrator).unwrap().furnish("money", postings::day()).await.unwrap();
    let books = connect(&server);
    for (number, sale) in conformance::Sale::seeded(&setup, 2026, SALES).enumerate() {
        let (sale, state) = match number % ONE_IN {
            0 => (sale, State::Posted),
            _ => (sale.draft(), State::Draft),
        };
        let document = books.post(&sale.posting).await.unwrap().document;
        assert_eq!(document.state, state);
        assert_eq!(sale.wrong(&document, TAX_PERCENT, ROUNDING), None);
    }
    let balance = books.balance().await.unwrap();
    assert_eq!(balance.debit, balance.credit);
}
