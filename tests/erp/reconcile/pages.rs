//! What an accountant does about findings on the pages.

use super::{around, books, by_others, invoice, visit};
use crate::browser::{account, browse};
use crate::support::Host;

#[tokio::test]
async fn an_accountant_has_the_books_compared_and_takes_an_invoice_back() {
    let host = Host::on_ledger();
    visit(&host).await;
    by_others(&books(&host).await, "lost/1/invoice", around().0, invoice()).await;
    let login = account(&host, "accountant").await;
    browse(&host, &login, &["reconciliation"]).await;
}
