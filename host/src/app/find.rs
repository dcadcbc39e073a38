//! Finding customers by what somebody at a desk remembers of them.

use super::{App, Result};
use crate::model::{CompanyId, Customer, Stored};
use crate::store::Page;

/// Customers that are read at a time.
const BATCH: u32 = 500;
/// No more are looked through: a search takes a fraction of a second, and a longer text finds the rest.
const LOOKED_AT: u32 = 20_000;

impl App {
    /// Customers of a company whose name, address, telephone number or code in the books contains the text, in any case;
    /// `limit` of them at most. Those who are not active are left out.
    pub async fn find_customers(
        &self,
        company: Option<CompanyId>,
        text: &str,
        limit: usize,
    ) -> Result<Vec<Stored<Customer>>> {
        let wanted = text.trim().to_lowercase();
        let (mut found, mut after, mut seen) = (Vec::new(), None, 0);
        while seen < LOOKED_AT {
            let batch: Vec<Stored<Customer>> = self.list(company, Page { after, limit: BATCH }).await?;
            let read = u32::try_from(batch.len()).unwrap_or(BATCH);
            (seen, after) = (seen + read, batch.last().map(|last| last.id));
            found.extend(batch.into_iter().filter(|customer| is(&customer.data, &wanted)));
            if read < BATCH || found.len() >= limit {
                break;
            }
        }
        found.truncate(limit);
        Ok(found)
    }
}

fn is(customer: &Customer, wanted: &str) -> bool {
    let told = [&customer.email, &customer.phone, &customer.party_code];
    let mut texts = told.into_iter().flatten().chain([&customer.name]);
    customer.active && texts.any(|text| text.to_lowercase().contains(wanted))
}
