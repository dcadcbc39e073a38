//! Lists of appointments that somebody keeps for themselves.
//!
//! Deliberately absent: what a view shows. It is the query of an address, and is read like any other when it is opened.

use uuid::Uuid;

use super::{App, Error, Result};
use crate::model::AccountId;
use crate::model::fields::Fields;
use crate::store::View;

/// Views of an account: as many as are found at a glance.
const VIEWS: usize = 20;

/// Characters of a view's name: it stands on a button.
pub(crate) const VIEW_NAME: usize = 60;

/// Characters of a view's query: every filter at its longest fits.
const VIEW_QUERY: usize = 4_000;

impl App {
    /// An account's views by name.
    pub async fn views(&self, account: AccountId) -> Result<Vec<View>> {
        Ok(self.ports.store.views(account).await?)
    }

    /// Keeps a list under a name; one that has it already is replaced.
    pub async fn keep_view(&self, account: AccountId, name: &str, query: &str) -> Result<()> {
        let mut fields = Fields::default();
        fields.line("name", name, VIEW_NAME);
        fields.text("query", query, VIEW_QUERY);
        let kept = self.views(account).await?;
        let is_new = kept.iter().all(|view| view.name != name);
        let message = format!("is one too many: {VIEWS} can be kept. Forget another one first");
        fields.require(!is_new || kept.len() < VIEWS, "name", message);
        let errors = fields.into_errors();
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        let clock = &self.ports.clock;
        let (name, query) = (name.to_owned(), query.to_owned());
        let view = View { id: clock.new_id(), account, name, query, created_at: clock.now() };
        Ok(self.ports.store.keep_view(&view).await?)
    }

    /// Forgets one of an account's views.
    pub async fn forget_view(&self, account: AccountId, id: Uuid) -> Result<()> {
        match self.ports.store.forget_view(account, id).await? {
            true => Ok(()),
            false => Err(Error::missing("view", id)),
        }
    }
}
