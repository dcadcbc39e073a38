//! Accounts, API keys and what was done with them, for administrators.
//!
//! Invariant: every change is written down with who made it. Deliberately absent: who may do this, which the HTTP layer
//! checks before.

mod changes;
pub(super) mod links;
mod providers;
mod roster;
pub(super) mod secrets;
mod sessions;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

pub use changes::AccountChange;
pub use links::{LinkBody, LinkView, NewLink, Purpose};
pub use roster::{AccountView, Standing};
pub use secrets::fresh as fresh_secret;
pub use sessions::{LogIn, NewPassword, NewSession, Welcome};

use super::identity::{Identity, Target, key_hash};
use super::{App, Error, Result};
use crate::codes;
use crate::model::fields::{Fields, LINE};
use crate::model::{Account, AccountEvent, AccountId, ApiKey, FieldError, Grant, Invitation, Kind, Scope};
use crate::store::{self, NewAccountEvent, Page};

/// How long a link to set a password holds.
const INVITED: TimeDelta = TimeDelta::hours(24);

/// Most grants of an account or a key: more would be asked about with every request.
const GRANTS: usize = 50;

/// Characters of an e-mail address, RFC 5321.
const LOGIN: usize = 254;

/// An account to be made, or as it shall be.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    /// What they log in with: their e-mail address.
    #[schema(max_length = 254, example = "ana@example.org", pattern = r"^[^@\s]+@[^@\s]+$")]
    pub login: String,
    /// Their name, as trails show it.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// What they may do, and where.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub grants: Vec<Grant>,
    /// Whether they may log in.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub active: bool,
}

/// An API key to be made.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    /// What it is called, as trails show it.
    #[schema(min_length = 1, max_length = 200)]
    pub label: String,
    /// What it may do, and where.
    #[schema(min_items = 1, max_items = 50)]
    pub grants: Vec<Grant>,
    /// What of that it is limited to; left out, all of it.
    #[serde(default)]
    pub scopes: Option<Vec<Scope>>,
    /// When it ends by itself.
    #[serde(default)]
    pub expires_at: Option<DateTime<Utc>>,
}

const fn yes() -> bool {
    true
}

impl NewAccount {
    /// What is wrong with its shape.
    #[must_use]
    pub fn check(&self) -> Vec<FieldError> {
        let mut fields = Fields::default();
        fields.line("name", &self.name, LINE);
        let mut errors = fields.into_errors();
        if !is_address(&self.login) {
            errors.push(FieldError {
                field: "login".to_owned(),
                message: "must be an e-mail address".to_owned(),
            });
        }
        errors.extend(check_grants(&self.grants));
        errors
    }
}

impl NewKey {
    /// What is wrong with its shape.
    #[must_use]
    pub fn check(&self) -> Vec<FieldError> {
        let mut fields = Fields::default();
        fields.line("label", &self.label, LINE);
        if let Some(end) = self.expires_at {
            fields.instant("expires_at", end);
        }
        let mut errors = fields.into_errors();
        if self.grants.is_empty() {
            let message = "must name at least one role".to_owned();
            errors.push(FieldError { field: "grants".to_owned(), message });
        }
        errors.extend(check_grants(&self.grants));
        errors
    }
}

fn check_grants(grants: &[Grant]) -> Vec<FieldError> {
    if grants.len() > GRANTS {
        let message = format!("must have at most {GRANTS} entries");
        return vec![FieldError { field: "grants".to_owned(), message }];
    }
    grants.iter().enumerate().flat_map(|(n, grant)| grant.check(&format!("grants[{n}]"))).collect()
}

fn is_address(text: &str) -> bool {
    let plain = text.chars().count() <= LOGIN && !text.chars().any(|c| c.is_whitespace() || c.is_control());
    plain
        && text
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'))
}

/// A login as it is compared.
fn plain(login: &str) -> String {
    login.trim().to_lowercase()
}

impl App {
    /// Accounts, in the order they were made in.
    pub async fn accounts(&self, page: Page) -> Result<Vec<Account>> {
        Ok(self.ports.store.accounts(page).await?)
    }

    /// One account.
    pub async fn account(&self, id: AccountId) -> Result<Account> {
        self.ports.store.account(id).await?.ok_or_else(|| Error::missing("account", id))
    }

    /// Makes an account, and what its link to set a password carries.
    pub async fn add_account(&self, wanted: NewAccount, by: &str) -> Result<(Account, String)> {
        self.exist(&wanted.grants).await?;
        let now = self.ports.clock.now();
        let account = Account {
            id: AccountId(self.ports.clock.new_id()),
            login: plain(&wanted.login),
            name: wanted.name,
            grants: wanted.grants,
            active: wanted.active,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        self.ports.store.add_account(&account).await.map_err(taken)?;
        self.note(by, "account.made", Some(account.id.0), format!("{} was made.", account.login)).await?;
        let link = self.invite(Some(account.id), by).await?;
        Ok((account, link))
    }

    /// Changes an account at a version.
    pub async fn replace_account(
        &self,
        id: AccountId,
        expected: i64,
        wanted: NewAccount,
        by: &Identity,
    ) -> Result<Account> {
        self.exist(&wanted.grants).await?;
        let old = self.account(id).await?;
        if by.account() == Some(id) && (old.grants != wanted.grants || !wanted.active) {
            // Whoever takes their own rights away may be the last who could give them back.
            return Err(Error::field("grants", "nobody changes their own; ask another administrator"));
        }
        let now = self.ports.clock.now();
        let account = Account {
            login: plain(&wanted.login),
            name: wanted.name,
            grants: wanted.grants,
            active: wanted.active,
            version: expected + 1,
            updated_at: now,
            ..old.clone()
        };
        match self.ports.store.replace_account(&account, expected).await {
            Err(store::Error::Stale(_)) => {
                let current = self.account(id).await?.version.to_string();
                return Err(Error::Stale { current });
            }
            Err(store::Error::LastAdministrator) => {
                let message = "nobody else administers everything; give somebody that role first".to_owned();
                return Err(Error::Unfit { code: codes::OUT_OF_STATE, field: "grants", message });
            }
            done => done.map_err(taken)?,
        }
        self.note(&by.label, "account.changed", Some(id.0), changes::told(&old, &account)).await?;
        Ok(account)
    }

    /// What a link carries with which the password of an account is set, or the first administrator made.
    pub async fn invite(&self, account: Option<AccountId>, by: &str) -> Result<String> {
        if let Some(id) = account
            && !self.account(id).await?.active
        {
            let message = "the account is switched off, so that its link would let nobody in".to_owned();
            return Err(Error::Unfit { code: codes::OUT_OF_STATE, field: "active", message });
        }
        let (secret, now) = (secrets::fresh("sw_")?, self.ports.clock.now());
        let invitation =
            Invitation { hash: key_hash(&secret), account, created_at: now, expires_at: now + INVITED };
        self.ports.store.invite(&invitation).await?;
        let message = "A link to set a password was made.".to_owned();
        self.note(by, "invitation.made", account.map(Uuid::from), message).await?;
        Ok(secret)
    }

    /// Whether nobody can log in yet.
    pub async fn is_new(&self) -> Result<bool> {
        Ok(!self.ports.store.has_accounts().await?)
    }

    /// API keys, in the order they were made in.
    pub async fn api_keys(&self, page: Page) -> Result<Vec<ApiKey>> {
        Ok(self.ports.store.keys(page).await?)
    }

    /// Makes an API key. The key itself is not kept.
    pub async fn add_api_key(&self, wanted: NewKey, by: &str) -> Result<(ApiKey, String)> {
        self.exist(&wanted.grants).await?;
        let (secret, now) = (secrets::fresh("sl_")?, self.ports.clock.now());
        let key = ApiKey {
            grants: wanted.grants,
            scopes: wanted.scopes,
            expires_at: wanted.expires_at,
            ..ApiKey::administrators(self.ports.clock.new_id(), key_hash(&secret), &wanted.label, now)
        };
        self.ports.store.add_key(&key).await?;
        self.note(by, "key.made", Some(key.id), format!("The API key «{}» was made.", key.label)).await?;
        Ok((key, secret))
    }

    /// Has an API key let nobody in any longer. Doing so twice changes nothing more.
    pub async fn revoke_api_key(&self, id: Uuid, by: &str) -> Result<()> {
        let revoked = self.ports.store.revoke_key(id, self.ports.clock.now()).await?;
        self.known_keys.forget(id);
        if revoked {
            self.note(by, "key.revoked", Some(id), "The API key was revoked.".to_owned()).await?;
        }
        Ok(())
    }

    /// What was done with accounts and keys, the newest first.
    pub async fn account_events(
        &self,
        subject: Option<Uuid>,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<AccountEvent>> {
        Ok(self.ports.store.account_events(subject, before, limit).await?)
    }

    /// Writes down for good what was done to an installation, and who did it.
    pub(in crate::app) async fn note(
        &self,
        by: &str,
        name: &'static str,
        subject: Option<Uuid>,
        message: String,
    ) -> Result<()> {
        let (at, by) = (self.ports.clock.now(), by.to_owned());
        Ok(self.ports.store.note(&NewAccountEvent { at, by, name, subject, message }).await?)
    }

    /// Refuses grants that name what does not exist, or is another company's.
    async fn exist(&self, grants: &[Grant]) -> Result<()> {
        let mut errors = Vec::new();
        for (n, grant) in grants.iter().enumerate() {
            let named = [
                ("company", Kind::Company, grant.company.map(Uuid::from)),
                ("branch", Kind::Branch, grant.branch.map(Uuid::from)),
                ("provider", Kind::Provider, grant.provider.map(Uuid::from)),
                ("customer", Kind::Customer, grant.customer.map(Uuid::from)),
            ];
            for (field, kind, id) in named {
                let Some(id) = id else { continue };
                let places = self.places(Target::Record(kind, id)).await?;
                if places.first().is_none_or(|place| place.company != grant.company) {
                    let message = format!("the company has no {field} {id}");
                    errors.push(FieldError { field: format!("grants[{n}].{field}"), message });
                }
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
    }
}

fn taken(error: store::Error) -> Error {
    if matches!(error, store::Error::Exists(_)) {
        return Error::field("login", "is another account's");
    }
    error.into()
}
