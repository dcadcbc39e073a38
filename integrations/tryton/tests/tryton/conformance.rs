//! The suite every connector passes.

use rust_decimal::Decimal;
use slotledger_erp::conformance::{self, Setup};

use crate::support::{connect, postings, server};

#[tokio::test]
async fn the_conformance_suite_holds() {
    let server = server();
    let setup = Setup {
        run: "conformance".into(),
        date: postings::day(),
        currency: "EUR".into(),
        currency_digits: 2,
        customer: postings::party("CUST-NEW", "Nobody knows her yet"),
        provider: postings::sam(),
        second_provider: postings::sam(),
        service_item: postings::line("SVC-MAINT", 1, "120.00").item,
        unit_price: postings::decimal("119.99"),
        fraction: None,
        coupon_item: postings::line("SVC-MAINT", 1, "120.00").item,
        commission_percent: Decimal::TEN,
        material: postings::material("MAT-FILTER", 3),
        scarce: Some(postings::material("MAT-RARE", 5)),
        payment_method: None,
        foreign: None,
    };
    let report = conformance::run(&connect(&server), &setup).await;
    assert!(report.held(), "\n{report}");
}
