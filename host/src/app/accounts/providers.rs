//! Logging in with a provider of OpenID Connect.
//!
//! Invariant: a provider says who somebody is, and never what they may do: an account is made by an administrator. The first time
//! it is found by the address that the provider has verified; from then on by what the provider calls them, so that an address
//! that moves on to somebody else there lets nobody in here.

use url::Url;

use super::super::{App, Error, Result};
use super::sessions::{NewSession, OF_AN_ADDRESS};
use super::{is_address, plain};
use crate::model::{Account, AccountId};
use crate::openid::{Brought, Errand, OpenId, Person, WayIn};

impl App {
    /// The same use cases, with providers that people may log in with.
    #[must_use]
    pub fn letting_in(self, openid: OpenId) -> Self {
        Self { openid, ..self }
    }

    /// The providers that people may log in with.
    #[must_use]
    pub fn ways_in(&self) -> Vec<WayIn> {
        self.openid.ways_in()
    }

    /// Sends a browser to a provider, which sends it to `back`; in the end it shall be at the path `to`. Gives where to send it,
    /// and what it keeps meanwhile.
    pub async fn send_to_provider(
        &self,
        name: &str,
        back: &str,
        to: &str,
        address: &str,
    ) -> Result<(Url, Errand)> {
        self.may_try(&format!("address:{address}"), OF_AN_ADDRESS).await?;
        Ok(self.openid.begin(name, back, to, self.ports.clock.now()).await?)
    }

    /// Lets somebody in who comes back from their provider.
    pub async fn log_in_with_provider(
        &self,
        errand: &Errand,
        brought: &Brought,
        back: &str,
        address: &str,
        agent: &str,
    ) -> Result<NewSession> {
        // What a browser brings may be made up, and the provider is asked about it all the same.
        self.may_try(&format!("address:{address}"), OF_AN_ADDRESS).await?;
        let person = self.openid.finish(errand, brought, back, self.ports.clock.now()).await?;
        let account = self.account_of(&person).await?;
        let account = account.filter(|account| account.active);
        match account {
            Some(account) => self.begin(account, agent).await,
            None => {
                let message = format!("{} let in somebody without an account here.", errand.provider);
                self.note("somebody", "session.refused", None, message).await?;
                Err(Error::NoAccount(why_none(&person)))
            }
        }
    }

    async fn account_of(&self, person: &Person) -> Result<Option<Account>> {
        let Person { issuer, subject, email } = person;
        let store = &self.ports.store;
        if let Some(account) = store.account_known_as(issuer, subject).await? {
            return Ok(Some(account));
        }
        let Some(login) = email.as_deref().map(plain).filter(|login| is_address(login)) else {
            return Ok(None);
        };
        let Some((account, _)) = store.account_by_login(&login).await? else { return Ok(None) };
        if !account.active || !store.know_as(account.id, issuer, subject, self.ports.clock.now()).await? {
            return Ok(None);
        }
        let message = format!("{issuer} knows them as {subject} from now on.");
        self.note(&account.name, "account.known", Some(account.id.0), message).await?;
        Ok(Some(account))
    }

    /// Forgets what providers call an account's owner: the next time it is found by the address. Doing so twice changes nothing
    /// more.
    pub async fn forget_identities(&self, account: AccountId, by: &str) -> Result<u64> {
        let forgotten = self.ports.store.forget_identities(account).await?;
        if forgotten > 0 {
            let message = format!("What {forgotten} providers call them was forgotten.");
            self.note(by, "account.unknown", Some(account.0), message).await?;
        }
        Ok(forgotten)
    }
}

/// Whoever comes from their provider has shown whose address it is, and may know whether it is known here.
fn why_none(person: &Person) -> String {
    match &person.email {
        Some(email) => format!("nobody with the address {email} may log in here this way"),
        None => "your provider names no address of yours that it has verified".to_owned(),
    }
}
