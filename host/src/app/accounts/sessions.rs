//! Logging in and out, and setting passwords.
//!
//! Invariants: whether an account exists shows neither in an answer nor in the time it takes. A try is counted before it is
//! made. A session is kept as a hash, ends by itself, and is looked up with every request, so that one that is revoked lets
//! nobody in from then on.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::identity::{Identity, USED_TO, key_hash};
use super::super::{App, Error, Result};
use super::{is_address, plain, secrets};
use crate::model::fields::{Fields, LINE};
use crate::model::{Account, AccountId, FieldError, Grant, Role, Session};
use crate::store::Patience;

/// How long a session may lie idle: a working day, with the break in it.
const IDLE: TimeDelta = TimeDelta::hours(12);

/// How long a session lasts at most.
const LASTS: TimeDelta = TimeDelta::days(7);

/// How long what has ended is kept: no longer than an attempt is remembered.
const KEPT: TimeDelta = TimeDelta::days(1);

/// Characters of a password; the hash takes as long for any of them.
const SHORTEST: usize = 12;
const LONGEST: usize = 200;

/// Characters that are kept of what a browser calls itself.
const AGENT: usize = 200;

/// Five failures cost nothing; then every further try waits twice as long, up to a quarter of an hour: long enough to make
/// guessing hopeless, short enough that nobody can lock somebody else out for a day.
const OF_AN_ACCOUNT: Patience = Patience { memory: TimeDelta::hours(6), delay: |tries| delay(tries, 5) };

/// An office may share an address: fifty tries in a quarter of an hour, successful ones included.
pub(super) const OF_AN_ADDRESS: Patience =
    Patience { memory: TimeDelta::minutes(15), delay: |tries| delay(tries, 50) };

fn delay(tries: u32, free: u32) -> TimeDelta {
    if tries < free {
        return TimeDelta::zero();
    }
    let doubled = (tries - free).min(6);
    TimeDelta::seconds((15_i64 << doubled).min(900))
}

/// Who wants to log in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LogIn {
    /// Their e-mail address.
    #[schema(max_length = 254)]
    pub login: String,
    /// Their password.
    #[schema(max_length = 200)]
    pub password: String,
}

/// Whoever follows a link that sets a password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Welcome {
    /// What the link carries.
    #[schema(min_length = 1, max_length = 200)]
    pub token: String,
    /// The password it shall be.
    #[schema(min_length = 12, max_length = 200)]
    pub password: String,
    /// Of the first administrator, their e-mail address.
    #[serde(default)]
    #[schema(max_length = 254)]
    pub login: Option<String>,
    /// Of the first administrator, their name.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub name: Option<String>,
}

/// A password to be changed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPassword {
    /// As it is.
    #[schema(max_length = 200)]
    pub old: String,
    /// As it shall be.
    #[schema(min_length = 12, max_length = 200)]
    pub new: String,
}

/// A session that has begun. The secret is nowhere else.
pub struct NewSession {
    /// What the cookie carries.
    pub secret: String,
    /// Whose it is.
    pub account: Account,
    /// When it began.
    pub began_at: DateTime<Utc>,
    /// When it ends at the latest.
    pub expires_at: DateTime<Utc>,
}

impl Welcome {
    /// What is wrong with its shape.
    #[must_use]
    pub fn check(&self) -> Vec<FieldError> {
        let mut errors = check_password("password", &self.password);
        let mut fields = Fields::default();
        fields.optional_line("name", self.name.as_deref(), LINE);
        errors.extend(fields.into_errors());
        if self.login.as_deref().is_some_and(|login| !is_address(login)) {
            errors.push(FieldError {
                field: "login".to_owned(),
                message: "must be an e-mail address".to_owned(),
            });
        }
        errors
    }
}

impl NewPassword {
    /// What is wrong with its shape.
    #[must_use]
    pub fn check(&self) -> Vec<FieldError> {
        check_password("new", &self.new)
    }
}

fn check_password(field: &str, password: &str) -> Vec<FieldError> {
    if (SHORTEST..=LONGEST).contains(&password.chars().count()) {
        return Vec::new();
    }
    let message = format!("must have {SHORTEST} to {LONGEST} characters");
    vec![FieldError { field: field.to_owned(), message }]
}

/// Under what tries to log in with an address are counted, whether or not it is an account's.
pub(super) fn attempts_of(login: &str) -> String {
    format!("account:{}", key_hash(login))
}

impl App {
    /// Lets somebody in by their password.
    pub async fn log_in(&self, wanted: &LogIn, address: &str, agent: &str) -> Result<NewSession> {
        let store = &self.ports.store;
        let login = plain(&wanted.login);
        self.may_try(&format!("address:{address}"), OF_AN_ADDRESS).await?;
        let subject = attempts_of(&login);
        self.may_try(&subject, OF_AN_ACCOUNT).await?;
        // A password that nobody can have set is not hashed: its length is the attacker's choice.
        let possible = wanted.password.chars().count() <= LONGEST;
        let password = if possible { wanted.password.as_str() } else { "" };
        let (account, hash) = store.account_by_login(&login).await?.unzip();
        let right = self.passwords.is(password, hash.flatten()).await? && possible;
        match account.clone().filter(|account| right && account.active) {
            Some(account) => {
                store.forget_attempts(&subject).await?;
                self.begin(account, agent).await
            }
            None => {
                let about = account.map(|account| account.id.0);
                self.note("somebody", "session.refused", about, format!("Logging in failed from {address}."))
                    .await?;
                Err(Error::LogInRefused)
            }
        }
    }

    /// Counts a try before it is made, and refuses it where there were too many.
    pub(in crate::app) async fn may_try(&self, subject: &str, patience: Patience) -> Result<()> {
        let now = self.ports.clock.now();
        match self.ports.store.attempt(subject, now, patience).await? {
            None => Ok(()),
            Some(until) => {
                Err(Error::TooOften { seconds: (until - now).num_seconds().max(0).unsigned_abs() + 1 })
            }
        }
    }

    pub(super) async fn begin(&self, account: Account, agent: &str) -> Result<NewSession> {
        let (secret, now) = (secrets::fresh("ss_")?, self.ports.clock.now());
        let session = Session {
            id: self.ports.clock.new_id(),
            account: account.id,
            hash: key_hash(&secret),
            agent: agent.chars().filter(|c| !c.is_control()).take(AGENT).collect(),
            created_at: now,
            used_at: now,
            expires_at: now + LASTS,
        };
        self.ports.store.forget_ended(now - KEPT).await?;
        self.ports.store.begin_session(&session).await?;
        self.note(&account.name, "session.begun", Some(account.id.0), "A session began.".to_owned()).await?;
        Ok(NewSession { secret, account, began_at: now, expires_at: session.expires_at })
    }

    /// Whose session this is; none if nobody's, or if it has ended.
    pub async fn identify_session(&self, secret: &str) -> Result<Option<Identity>> {
        let now = self.ports.clock.now();
        let Some((session, account)) = self.ports.store.session(&key_hash(secret)).await? else {
            return Ok(None);
        };
        if !account.active || now >= session.expires_at || now - session.used_at >= IDLE {
            return Ok(None);
        }
        if now - session.used_at >= USED_TO {
            self.ports.store.use_session(session.id, now).await?;
        }
        Ok(Some(Identity {
            id: account.id.0,
            label: account.name.clone(),
            grants: account.grants.clone(),
            scopes: None,
            session: Some((account, session.id)),
        }))
    }

    /// An account's sessions that have not ended.
    pub async fn account_sessions(&self, account: AccountId) -> Result<Vec<Session>> {
        let now = self.ports.clock.now();
        let all = self.ports.store.logged_in(account).await?;
        Ok(all
            .into_iter()
            .filter(|session| now < session.expires_at && now - session.used_at < IDLE)
            .collect())
    }

    /// Ends a session of an account, or all of them. Doing so twice changes nothing more.
    pub async fn end_sessions(&self, account: AccountId, one: Option<Uuid>, by: &str) -> Result<()> {
        let ended = self.ports.store.end_sessions(account, one).await?;
        if ended > 0 {
            self.note(by, "session.ended", Some(account.0), format!("{ended} sessions were ended.")).await?;
        }
        Ok(())
    }

    /// Sets the password of whoever follows a link, once, and lets them in.
    pub async fn welcome(&self, wanted: &Welcome, agent: &str) -> Result<NewSession> {
        let now = self.ports.clock.now();
        let hash = key_hash(&wanted.token);
        // Nothing is hashed for a link that does not hold: strangers have no share in that.
        let Some(invitation) = self.ports.store.invitation(&hash, now).await? else {
            return Err(Error::LinkOver);
        };
        let first = match (invitation.account, &wanted.login, &wanted.name) {
            (Some(_), ..) => None,
            (None, Some(login), Some(name)) => Some(Account {
                id: AccountId(self.ports.clock.new_id()),
                login: plain(login),
                name: name.clone(),
                grants: vec![Grant::everywhere(Role::Administrator)],
                active: true,
                version: 1,
                created_at: now,
                updated_at: now,
            }),
            (None, ..) => {
                return Err(Error::field("login", "the first administrator needs an address and a name"));
            }
        };
        let password = self.passwords.hash(&wanted.password).await?;
        let redeemed = self.ports.store.redeem(&hash, &password, first.as_ref(), now).await?;
        let account = redeemed.ok_or(Error::LinkOver)?;
        let message = "The password was set with a link.".to_owned();
        self.note(&account.name, "password.set", Some(account.id.0), message).await?;
        self.begin(account, agent).await
    }

    /// Whether a link that sets a password holds, and whether it makes the first administrator.
    pub async fn is_welcome(&self, token: &str) -> Result<Option<bool>> {
        let found = self.ports.store.invitation(&key_hash(token), self.ports.clock.now()).await?;
        Ok(found.map(|invitation| invitation.account.is_none()))
    }

    /// Changes the password of somebody who is logged in, and ends their other sessions.
    pub async fn change_password(
        &self,
        account: &Account,
        session: Uuid,
        wanted: &NewPassword,
    ) -> Result<()> {
        let subject = attempts_of(&account.login);
        self.may_try(&subject, OF_AN_ACCOUNT).await?;
        let known = self.ports.store.account_by_login(&account.login).await?;
        let possible = wanted.old.chars().count() <= LONGEST;
        let hash = known.and_then(|(_, hash)| hash).filter(|_| possible);
        if !self.passwords.is(if possible { &wanted.old } else { "" }, hash).await? {
            return Err(Error::LogInRefused);
        }
        self.ports.store.forget_attempts(&subject).await?;
        let hash = self.passwords.hash(&wanted.new).await?;
        self.ports.store.set_password(account.id, &hash, Some(session)).await?;
        let message = "The password was changed.".to_owned();
        self.note(&account.name, "password.set", Some(account.id.0), message).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_grows_and_has_an_end() {
        let seconds = |tries| (OF_AN_ACCOUNT.delay)(tries).num_seconds();
        assert_eq!([1, 4, 5, 6, 7, 11, 12, u32::MAX].map(seconds), [0, 0, 15, 30, 60, 900, 900, 900]);
        assert_eq!((OF_AN_ADDRESS.delay)(49), TimeDelta::zero());
    }
}
