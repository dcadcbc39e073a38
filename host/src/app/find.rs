//! Customers, found by what somebody at a desk remembers of them, and what became of their visits. What records are called.

use std::collections::HashMap;

use uuid::Uuid;

use super::catalog::typed;
use super::{App, Result};
use crate::model::{AppointmentId, BranchId, CompanyId, Customer, CustomerId, Master, Stored};
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

    /// What these records are called, in any order; those that do not exist are left out.
    pub async fn names(&self, ids: &[Uuid]) -> Result<Vec<(Uuid, String)>> {
        Ok(self.ports.store.names(ids).await?)
    }

    /// The addresses of these customers, of those that have one.
    pub async fn homes(&self, customers: &[CustomerId]) -> Result<HashMap<CustomerId, String>> {
        let homes = self.ports.store.homes(customers).await?;
        Ok(homes.into_iter().map(|(id, address)| (CustomerId(id), address)).collect())
    }

    /// What the customers of these appointments are called, by appointment.
    pub async fn customer_names(
        &self,
        appointments: &[AppointmentId],
    ) -> Result<HashMap<AppointmentId, String>> {
        let names = self.ports.store.customer_names(appointments).await?;
        Ok(names.into_iter().map(|(id, name)| (AppointmentId(id), name)).collect())
    }

    /// What the first records of a kind that are active are called, by identifier.
    pub async fn choices<T: Master>(
        &self,
        company: Option<CompanyId>,
        limit: u32,
    ) -> Result<Vec<(Uuid, String)>> {
        Ok(self.ports.store.choices(T::KIND, company, limit).await?)
    }
}
