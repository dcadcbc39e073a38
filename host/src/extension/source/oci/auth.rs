//! How a registry lets somebody in: with a name and a password, or with a token that another server gives for them.

use std::collections::BTreeMap;

use reqwest::{RequestBuilder, StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::super::http::body;
use super::super::limits::MANIFEST_BYTES;
use super::super::{Credentials, Error, shown};
use super::reference::is_loopback;

/// What a request says of who sends it.
#[derive(Debug, Clone)]
pub(super) enum Pass {
    Nobody,
    Password(Credentials),
    Token(SecretString),
}

/// What a registry asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Challenge {
    Password,
    Token { realm: String, service: Option<String>, scope: Option<String> },
}

#[derive(Deserialize)]
struct Granted {
    token: Option<String>,
    access_token: Option<String>,
}

impl Pass {
    pub(super) fn show(&self, request: RequestBuilder) -> RequestBuilder {
        match self {
            Self::Nobody => request,
            Self::Password(account) => {
                request.basic_auth(&account.user, Some(account.password.expose_secret()))
            }
            Self::Token(token) => request.bearer_auth(token.expose_secret()),
        }
    }
}

impl Challenge {
    /// Reads the header `WWW-Authenticate`.
    pub(super) fn read(header: &str) -> Option<Self> {
        let (scheme, rest) = header.trim().split_once(' ').unwrap_or((header.trim(), ""));
        if scheme.eq_ignore_ascii_case("basic") {
            return Some(Self::Password);
        }
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        let mut parameters = parameters(rest);
        Some(Self::Token {
            realm: parameters.remove("realm")?,
            service: parameters.remove("service"),
            scope: parameters.remove("scope"),
        })
    }

    /// What answers the challenge.
    pub(super) async fn answer(
        self,
        http: &reqwest::Client,
        account: Option<&Credentials>,
        what: &str,
    ) -> Result<Pass, Error> {
        let (realm, service, scope) = match self {
            Self::Password => {
                let locked = || Error::Locked { what: what.to_owned() };
                return account.cloned().map(Pass::Password).ok_or_else(locked);
            }
            Self::Token { realm, service, scope } => (realm, service, scope),
        };
        let realm = Url::parse(&realm).map_err(|error| Error::unusable(what, error.to_string()))?;
        if realm.scheme() != "https" && !is_loopback(&realm) {
            return Err(Error::unusable(what, "it sends passwords to an address that is not encrypted"));
        }
        let name = shown(&realm);
        let query = [("service", service), ("scope", scope)];
        let mut request = http
            .get(realm)
            .query(&query.into_iter().filter(|(_, value)| value.is_some()).collect::<Vec<_>>());
        if let Some(account) = account {
            request = Pass::Password(account.clone()).show(request);
        }
        let answer = request.send().await.map_err(|error| Error::http(&name, error))?;
        match answer.status() {
            StatusCode::OK => {}
            status if status.is_client_error() => return Err(Error::Locked { what: what.to_owned() }),
            status => return Err(Error::away(name, status)),
        }
        let granted = body(answer, &name, MANIFEST_BYTES).await?;
        let granted: Granted =
            serde_json::from_slice(&granted).map_err(|_| Error::unusable(&name, "it gives no token"))?;
        let token = granted.token.or(granted.access_token);
        token
            .map(|token| Pass::Token(token.into()))
            .ok_or_else(|| Error::unusable(&name, "it gives no token"))
    }
}

/// `a="1",b="x,y"` as a map. What has another form ends it.
fn parameters(text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut rest = text;
    while let Some((name, after)) = rest.split_once('=') {
        let name = name.trim_matches([' ', ',']).to_ascii_lowercase();
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => after.split_once(',').unwrap_or((after, "")),
        };
        found.insert(name, value.to_owned());
        rest = after;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_are_read_as_registries_write_them() {
        let header = "Bearer realm=\"https://auth.example/token\",service=\"registry.example\",scope=\"repository:fee:pull,push\"";
        assert_eq!(
            Challenge::read(header),
            Some(Challenge::Token {
                realm: "https://auth.example/token".to_owned(),
                service: Some("registry.example".to_owned()),
                scope: Some("repository:fee:pull,push".to_owned()),
            })
        );
        assert_eq!(Challenge::read("Basic realm=\"registry\""), Some(Challenge::Password));
        for header in
            ["", "Bearer", "Bearer service=\"x\"", "Bearer realm", "Digest realm=\"x\"", "Bearer =\"\",=,\""]
        {
            assert_eq!(Challenge::read(header), None, "{header}");
        }
    }
}
