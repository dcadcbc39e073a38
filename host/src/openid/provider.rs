//! One provider: what it publishes about itself, and the two steps of the authorization code flow with PKCE.

use std::fmt::Display;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreIdTokenClaims, CoreProviderMetadata,
    CoreTokenResponse, CoreUserInfoClaims,
};
use openidconnect::{
    AccessToken, AuthType, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, Scope, TokenResponse,
};
use secrecy::ExposeSecret;
use tokio::sync::Mutex;
use url::{Host, Url};

use super::wire::Wire;
use super::{Errand, Error, Person, Settings};

/// How long what a provider publishes is believed without asking again. Its keys are asked for sooner where one is missing.
const KNOWN_FOR: TimeDelta = TimeDelta::minutes(10);

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

#[derive(Debug)]
pub(super) struct Provider {
    settings: Settings,
    issuer: IssuerUrl,
    wire: Wire,
    known: Mutex<Option<(DateTime<Utc>, Arc<CoreProviderMetadata>)>>,
}

impl Provider {
    pub(super) fn new(settings: Settings) -> Result<Self, String> {
        let url = &settings.issuer;
        let here = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            None => false,
        };
        if url.scheme() != "https" && !here {
            return Err(format!("its issuer {url} has to begin with https://"));
        }
        // An issuer is compared letter by letter, and a provider at the root of a host names itself without a slash.
        let text = if url.path() == "/" { url.as_str().trim_end_matches('/') } else { url.as_str() };
        let issuer = IssuerUrl::new(text.to_owned()).map_err(|error| error.to_string())?;
        let wire = Wire::new().map_err(|error| error.to_string())?;
        Ok(Self { settings, issuer, wire, known: Mutex::default() })
    }

    pub(super) fn label(&self) -> &str {
        &self.settings.label
    }

    pub(super) async fn look(&self, now: DateTime<Utc>) -> Result<(), Error> {
        self.published(now, true).await.map(drop)
    }

    pub(super) async fn begin(
        &self,
        back: &str,
        now: DateTime<Utc>,
    ) -> Result<(Url, CsrfToken, Nonce, String), Error> {
        let client = self.client(&*self.published(now, false).await?, back)?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state, nonce) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .add_scope(Scope::new("email".to_owned()))
            .set_pkce_challenge(challenge)
            .url();
        Ok((url, state, nonce, verifier.into_secret()))
    }

    pub(super) async fn finish(
        &self,
        errand: &Errand,
        code: &str,
        back: &str,
        now: DateTime<Utc>,
    ) -> Result<Person, Error> {
        let client = self.client(&*self.published(now, false).await?, back)?;
        let tokens = self.exchange(&client, errand, code).await?;
        let claims = match self.read(&client, &tokens, &errand.nonce, now) {
            Ok(claims) => claims,
            // It may sign with a key that it did not have when it was asked last.
            Err(_) => {
                let client = self.client(&*self.published(now, true).await?, back)?;
                self.read(&client, &tokens, &errand.nonce, now)?
            }
        };
        let email = match self.address_in(&claims) {
            Some(email) => Some(email),
            None => self.asked_address(&client, tokens.access_token(), &claims).await,
        };
        Ok(Person { issuer: claims.issuer().to_string(), subject: claims.subject().to_string(), email })
    }

    /// What the provider publishes about itself.
    async fn published(&self, now: DateTime<Utc>, anew: bool) -> Result<Arc<CoreProviderMetadata>, Error> {
        let mut known = self.known.lock().await;
        if let Some((since, metadata)) = known.as_ref()
            && !anew
            && (now - *since).abs() < KNOWN_FOR
        {
            return Ok(metadata.clone());
        }
        let asked = CoreProviderMetadata::discover_async(self.issuer.clone(), &self.wire).await;
        let metadata = Arc::new(asked.map_err(|error| self.away(&error))?);
        *known = Some((now, metadata.clone()));
        Ok(metadata)
    }

    fn client(&self, published: &CoreProviderMetadata, back: &str) -> Result<Client, Error> {
        let back = RedirectUrl::new(back.to_owned()).map_err(|error| self.unbelieved(&error))?;
        let secret = self.settings.secret.as_ref();
        let secret = secret.map(|secret| ClientSecret::new(secret.expose_secret().to_owned()));
        let id = ClientId::new(self.settings.client.clone());
        let takes = published.token_endpoint_auth_methods_supported();
        let takes = |method| takes.is_none_or(|methods| methods.contains(&method));
        let client = CoreClient::from_provider_metadata(published.clone(), id, secret).set_redirect_uri(back);
        Ok(if takes(CoreClientAuthMethod::ClientSecretBasic) {
            client
        } else {
            client.set_auth_type(AuthType::RequestBody)
        })
    }

    async fn exchange(
        &self,
        client: &Client,
        errand: &Errand,
        code: &str,
    ) -> Result<CoreTokenResponse, Error> {
        let verifier = PkceCodeVerifier::new(errand.verifier.clone());
        let code = AuthorizationCode::new(code.to_owned());
        let asked = client.exchange_code(code).map_err(|error| self.unbelieved(&error))?;
        let answered = asked.set_pkce_verifier(verifier).request_async(&self.wire).await;
        answered.map_err(|error| match error {
            openidconnect::RequestTokenError::ServerResponse(refusal) => {
                // Codes are good once: whoever goes back in their browser brings a used one.
                tracing::info!(issuer = %self.issuer, %refusal, "A provider took a code back.");
                Error::Foreign
            }
            openidconnect::RequestTokenError::Request(_) => self.away(&error),
            openidconnect::RequestTokenError::Parse(..) | openidconnect::RequestTokenError::Other(_) => {
                self.unbelieved(&error)
            }
        })
    }

    fn read(
        &self,
        client: &Client,
        tokens: &CoreTokenResponse,
        nonce: &Nonce,
        now: DateTime<Utc>,
    ) -> Result<CoreIdTokenClaims, Error> {
        let verifier = client.id_token_verifier().set_time_fn(move || now);
        let token = tokens.id_token().ok_or_else(|| self.unbelieved(&"there is no ID token"))?;
        token.claims(&verifier, nonce).cloned().map_err(|error| self.unbelieved(&error))
    }

    fn address_in(&self, claims: &CoreIdTokenClaims) -> Option<String> {
        self.believed(claims.email().map(|email| email.as_str()), claims.email_verified())
    }

    /// Their address from where many providers have it instead of in the token.
    async fn asked_address(
        &self,
        client: &Client,
        token: &AccessToken,
        claims: &CoreIdTokenClaims,
    ) -> Option<String> {
        let asked = client.user_info(token.clone(), Some(claims.subject().clone())).ok()?;
        let told: Result<CoreUserInfoClaims, _> = asked.request_async(&self.wire).await;
        let told = told.inspect_err(|error| {
            tracing::warn!(issuer = %self.issuer, %error, "A provider tells nothing of somebody.");
        });
        let told = told.ok()?;
        self.believed(told.email().map(|email| email.as_str()), told.email_verified())
    }

    fn believed(&self, email: Option<&str>, verified: Option<bool>) -> Option<String> {
        let counts = self.settings.trust_email || verified == Some(true);
        email.filter(|email| counts && !email.is_empty()).map(str::to_owned)
    }

    fn away(&self, error: &impl Display) -> Error {
        tracing::warn!(issuer = %self.issuer, %error, "A provider does not answer.");
        Error::Away(self.settings.label.clone())
    }

    fn unbelieved(&self, error: &impl Display) -> Error {
        tracing::warn!(issuer = %self.issuer, %error, "A provider is not believed.");
        Error::Unbelieved(self.settings.label.clone())
    }
}
