//! Documents in the books, whatever happens on the way.

mod certificates;
mod connect;
mod drain;
mod elsewhere;
mod erpnext;
mod faults;
mod kill;
mod ledger;
mod odoo;
mod reconcile;
mod reissued;
mod repair;
mod scenarios;
mod story;
mod tryton;

use std::time::Duration;

use crate::support::Host;

/// Waits until the order was tried once, and so is known to wait for its books.
async fn tried(host: &Host, id: &str) {
    loop {
        let deliveries = host.get(&format!("/api/v1/deliveries?appointment={id}")).await.expect(200);
        let order = &deliveries["items"][0];
        assert_ne!(order["state"], "done", "{order}");
        if order["state"] == "pending" && order["failure"].is_object() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
