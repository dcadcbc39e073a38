//! Accounts and keys as administrators look through them: who there is, and how each stands.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::super::{App, Error, Result};
use super::sessions::attempts_of;
use crate::model::{Account, AccountId, ApiKey, ProviderId};
use crate::store::{AccountFilter, Means, Page};

/// How an account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is switched off.
    Off,
    /// Its owner logs in.
    Active,
    /// There were too many tries: nobody logs in with its password before this.
    Locked(DateTime<Utc>),
    /// It has no password yet, and a link that sets one holds until then.
    Invited(DateTime<Utc>),
    /// It has no password, and no link that sets one holds.
    Uninvited,
}

/// An account, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountView {
    /// It.
    pub account: Account,
    /// How it stands.
    pub standing: Standing,
    /// Whether it has a password.
    pub has_password: bool,
    /// Whether a provider of OpenID Connect knows its owner.
    pub is_known: bool,
    /// When its owner logged in last.
    pub came_at: Option<DateTime<Utc>>,
}

impl App {
    /// Accounts by name, and how each stands.
    pub async fn roster(&self, filter: &AccountFilter, page: Page) -> Result<Vec<AccountView>> {
        let accounts = self.ports.store.roster(filter, page).await?;
        self.stand(accounts).await
    }

    /// One account, and how it stands.
    pub async fn account_view(&self, id: AccountId) -> Result<AccountView> {
        let account = self.account(id).await?;
        self.stand(vec![account]).await?.pop().ok_or_else(|| Error::missing("account", id))
    }

    /// The accounts with which these providers log in; of several the one that was made first.
    pub async fn accounts_of(&self, providers: &[ProviderId]) -> Result<HashMap<ProviderId, AccountId>> {
        let mut found = HashMap::new();
        for (provider, account) in self.ports.store.accounts_of(providers).await? {
            found.entry(provider).or_insert(account);
        }
        Ok(found)
    }

    /// One API key, revoked or not.
    pub async fn api_key(&self, id: Uuid) -> Result<ApiKey> {
        self.ports.store.key_called(id).await?.ok_or_else(|| Error::missing("API key", id))
    }

    async fn stand(&self, accounts: Vec<Account>) -> Result<Vec<AccountView>> {
        let now = self.ports.clock.now();
        let ids: Vec<AccountId> = accounts.iter().map(|account| account.id).collect();
        let subjects: Vec<String> = accounts.iter().map(|account| attempts_of(&account.login)).collect();
        let means = self.ports.store.means(&ids, now).await?;
        let means: HashMap<AccountId, Means> = means.into_iter().map(|one| (one.account, one)).collect();
        let blocked: HashMap<String, DateTime<Utc>> =
            self.ports.store.blocked(&subjects, now).await?.into_iter().collect();
        let view = |(account, subject): (Account, String)| {
            let known = means.get(&account.id);
            AccountView {
                standing: standing(&account, known, blocked.get(&subject).copied()),
                has_password: known.is_some_and(|known| known.has_password),
                is_known: known.is_some_and(|known| known.is_known),
                came_at: known.and_then(|known| known.came_at),
                account,
            }
        };
        Ok(accounts.into_iter().zip(subjects).map(view).collect())
    }
}

fn standing(account: &Account, means: Option<&Means>, blocked: Option<DateTime<Utc>>) -> Standing {
    let comes_in = means.is_some_and(|means| means.has_password || means.is_known);
    match (blocked, means.and_then(|means| means.invited_until)) {
        _ if !account.active => Standing::Off,
        (Some(until), _) if comes_in => Standing::Locked(until),
        _ if comes_in => Standing::Active,
        (_, Some(until)) => Standing::Invited(until),
        _ => Standing::Uninvited,
    }
}
