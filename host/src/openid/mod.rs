//! Logging in with a provider of OpenID Connect: where a browser is sent, and what is believed of what it brings back.
//!
//! Invariants: somebody is believed to be whom a provider names only by an ID token that the provider signed for this
//! installation, in exchange for a code that this very browser asked for: what it keeps in a cookie ([`Errand`]) has the state,
//! the nonce and the verifier that belong to the code. An address of theirs counts only where the provider has verified it.
//!
//! Deliberately absent: who has an account, and what they may do.

mod error;
mod provider;
mod wire;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use openidconnect::{CsrfToken, Nonce};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use url::Url;

pub use error::Error;
use provider::Provider;

/// What a provider is told and believed.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What people call it.
    pub label: String,
    /// Its address, as its tokens name it.
    pub issuer: Url,
    /// What it calls this installation.
    pub client: String,
    /// What this installation shows it; none where it wants none.
    pub secret: Option<SecretString>,
    /// Whether addresses count that it does not call verified, because it gives them out itself.
    pub trust_email: bool,
}

/// The providers that people may log in with, by the names that the configuration gives them.
#[derive(Debug, Default)]
pub struct OpenId {
    providers: BTreeMap<String, Provider>,
}

/// A way to log in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WayIn {
    /// Its name in the configuration.
    pub name: String,
    /// What people call it.
    pub label: String,
}

/// What a browser keeps while somebody is at their provider. It is of no use to anybody else: the code that belongs to it is not
/// in it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Errand {
    /// The provider.
    pub provider: String,
    state: CsrfToken,
    nonce: Nonce,
    verifier: String,
    /// The path that they wanted to go to.
    pub to: String,
}

/// What a browser brings back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Brought {
    /// Good once for an ID token.
    pub code: String,
    /// Proof that this browser was sent.
    pub state: String,
    /// Why the provider lets nobody in; empty where it does.
    pub refusal: String,
}

/// Somebody, in the words of their provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The provider, as its tokens name it.
    pub issuer: String,
    /// What the provider calls them, for ever.
    pub subject: String,
    /// Their e-mail address; none where there is no reason to believe it.
    pub email: Option<String>,
}

impl OpenId {
    /// These providers. The error names the one that is set up wrongly, and why.
    pub fn new(settings: BTreeMap<String, Settings>) -> Result<Self, (String, String)> {
        let mut providers = BTreeMap::new();
        for (name, settings) in settings {
            let provider = Provider::new(settings).map_err(|reason| (name.clone(), reason))?;
            providers.insert(name, provider);
        }
        Ok(Self { providers })
    }

    /// All of them.
    #[must_use]
    pub fn ways_in(&self) -> Vec<WayIn> {
        let way = |(name, provider): (&String, &Provider)| WayIn {
            name: name.clone(),
            label: provider.label().to_owned(),
        };
        self.providers.iter().map(way).collect()
    }

    /// Whether a provider answers, and names itself as it is named here.
    pub async fn look(&self, name: &str, now: DateTime<Utc>) -> Result<(), Error> {
        self.provider(name)?.look(now).await
    }

    /// Where a browser is to be sent, and what it keeps meanwhile. `back` is the address that it is sent back to.
    pub async fn begin(
        &self,
        name: &str,
        back: &str,
        to: &str,
        now: DateTime<Utc>,
    ) -> Result<(Url, Errand), Error> {
        let (url, state, nonce, verifier) = self.provider(name)?.begin(back, now).await?;
        Ok((url, Errand { provider: name.to_owned(), state, nonce, verifier, to: to.to_owned() }))
    }

    /// Who somebody is that comes back from their provider at a moment.
    pub async fn finish(
        &self,
        errand: &Errand,
        brought: &Brought,
        back: &str,
        now: DateTime<Utc>,
    ) -> Result<Person, Error> {
        let provider = self.provider(&errand.provider)?;
        // Compared before anything else that it brings is looked at: whoever was sent by another page knows no state of ours.
        if brought.state != *errand.state.secret() {
            return Err(Error::Foreign);
        }
        if !brought.refusal.is_empty() {
            return Err(Error::Refused {
                label: provider.label().to_owned(),
                reason: brought.refusal.clone(),
            });
        }
        provider.finish(errand, &brought.code, back, now).await
    }

    fn provider(&self, name: &str) -> Result<&Provider, Error> {
        self.providers.get(name).ok_or_else(|| Error::Unknown(name.to_owned()))
    }
}
