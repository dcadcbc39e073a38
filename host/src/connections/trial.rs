//! The built-in books of a company that is only tried out.

use async_trait::async_trait;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use slotledger_erp::{Item, Key, Receipt};
use slotledger_ledger::Ledger;

use crate::app::sample::{STOCK, TrialBooks};

/// A ledger that can be emptied.
pub(super) struct Trial {
    pub(super) ledger: Ledger,
    pub(super) currency: String,
}

#[async_trait]
impl TrialBooks for Trial {
    fn currency(&self) -> &str {
        &self.currency
    }

    async fn stock_up(&self, date: NaiveDate) -> Result<(), String> {
        let receipt = Receipt {
            key: Key::parse(STOCK).ok_or("the key of the opening stock is none")?,
            date,
            item: Item { code: "MAT-FILTER".to_owned(), name: "Filter cartridge".to_owned() },
            quantity: Decimal::from(1000),
            unit: "Unit".to_owned(),
            unit_cost: Decimal::new(750, 2),
            warehouse: "WH".to_owned(),
            reference: None,
        };
        self.ledger.receive(&receipt).await.map(drop).map_err(|error| error.to_string())
    }

    async fn empty(
        &self,
        is_theirs: &(dyn for<'k> Fn(&'k Key) -> bool + Send + Sync),
    ) -> Result<Option<String>, String> {
        let given_up = |key: &str| key == STOCK || Key::parse(key).is_some_and(|key| is_theirs(&key));
        self.ledger.begin_anew(&given_up).await.map_err(|error| error.to_string())
    }
}
