//! What records are called, each looked up once for a page.

use std::collections::{BTreeSet, HashMap};

use chrono_tz::Tz;
use uuid::Uuid;

use super::words::Choice;
use crate::app::{self, App};
use crate::http::limits;
use crate::model::{Branch, BranchId, CompanyId, CustomerId, Master};

/// Names of records.
pub(super) struct Names<'a> {
    app: &'a App,
    known: HashMap<Uuid, String>,
    zones: HashMap<BranchId, Tz>,
    homes: HashMap<CustomerId, String>,
}

impl<'a> Names<'a> {
    /// None yet.
    pub(super) fn new(app: &'a App) -> Self {
        Self { app, known: HashMap::new(), zones: HashMap::new(), homes: HashMap::new() }
    }

    /// Looks all of these up at once.
    pub(super) async fn learn(&mut self, ids: impl IntoIterator<Item = Uuid>) -> app::Result<()> {
        let unknown: BTreeSet<Uuid> = ids.into_iter().filter(|id| !self.known.contains_key(id)).collect();
        let unknown: Vec<Uuid> = unknown.into_iter().collect();
        self.known.extend(self.app.names(&unknown).await?);
        Ok(())
    }

    /// Looks the addresses of all these customers up at once.
    pub(super) async fn learn_homes(
        &mut self,
        customers: impl IntoIterator<Item = CustomerId>,
    ) -> app::Result<()> {
        let unknown: BTreeSet<CustomerId> =
            customers.into_iter().filter(|id| !self.homes.contains_key(id)).collect();
        self.homes.extend(self.app.homes(&unknown.into_iter().collect::<Vec<_>>()).await?);
        Ok(())
    }

    /// A customer's address; none where they have none, or where it was not looked up.
    pub(super) fn home(&self, customer: CustomerId) -> Option<&str> {
        self.homes.get(&customer).map(String::as_str)
    }

    /// What a record is called.
    pub(super) async fn of<T: Master>(&mut self, id: impl Into<Uuid>) -> app::Result<String> {
        let id = id.into();
        if let Some(name) = self.known.get(&id) {
            return Ok(name.clone());
        }
        let name = self.app.get::<T>(id).await?.data.name().to_owned();
        self.known.insert(id, name.clone());
        Ok(name)
    }

    /// The time zone of a branch.
    pub(super) async fn zone(&mut self, branch: BranchId) -> app::Result<Tz> {
        if let Some(zone) = self.zones.get(&branch) {
            return Ok(*zone);
        }
        let Branch { name, time_zone, .. } = self.app.get::<Branch>(branch.0).await?.data;
        self.known.insert(branch.0, name);
        self.zones.insert(branch, time_zone);
        Ok(time_zone)
    }
}

/// Records of a kind that are active, to choose from: the first two hundred.
pub(super) async fn choices<T: Master>(
    app: &App,
    company: Option<CompanyId>,
    chosen: &str,
) -> app::Result<Vec<Choice>> {
    let choice = |(id, label): (Uuid, String)| {
        let value = id.to_string();
        Choice { is_chosen: value == chosen, label, value }
    };
    let mut all: Vec<Choice> =
        app.choices::<T>(company, limits::MAX_PAGE).await?.into_iter().map(choice).collect();
    all.sort_by_cached_key(|choice| choice.label.to_lowercase());
    Ok(all)
}
