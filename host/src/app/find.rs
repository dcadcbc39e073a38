//! Customers, found by what somebody at a desk remembers of them, and what became of their visits.

use super::catalog::typed;
use super::{App, Result};
use crate::model::{BranchId, Customer, CustomerId, Stored};
use crate::store::{CustomerFilter, Page, VisitCounts};

impl App {
    /// Customers by name.
    pub async fn customers(&self, filter: &CustomerFilter, page: Page) -> Result<Vec<Stored<Customer>>> {
        self.ports.store.customers(filter, page).await?.into_iter().map(typed).collect()
    }

    /// What became of a customer's visits: of those at these branches; none of them means at any.
    pub async fn customer_counts(&self, customer: CustomerId, branches: &[BranchId]) -> Result<VisitCounts> {
        Ok(self.ports.store.customer_counts(customer, branches).await?)
    }
}
