//! Where extensions come from: a file, an address, or an OCI registry.
//!
//! Invariants: nothing larger than the limit is read to its end; what was fetched has the digest that was expected, or
//! there is an error; a server that is slow, endless or sends in circles costs no more than the limits say.
//!
//! Deliberately absent: trust. Whoever fetches has the signature judged by [`trust`](super::trust) before anything else.

mod error;
mod file;
mod http;
mod limits;
mod lock;
mod oci;

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use reqwest::Url;
use secrecy::SecretString;
use sha2::{Digest, Sha256};

pub use error::Error;
pub use limits::Limits;
pub use lock::{Lock, Locked};
pub use oci::{Artefact, Reference, Version};

/// What a signature's file is called beside the component's.
pub const SIGNATURE_SUFFIX: &str = ".minisig";

/// Where an extension is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// In a file, its signature beside it.
    File(PathBuf),
    /// At an address, its signature at the same with `.minisig`.
    Url(Url),
    /// In a registry, its signature an annotation.
    Oci(Reference),
}

/// A registry's account.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// Its name.
    pub user: String,
    /// Its password or token.
    pub password: SecretString,
}

/// An extension as it was fetched. Nobody has looked at its signature yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The component.
    pub bytes: Vec<u8>,
    /// The text of its signature, if there is one.
    pub signature: Option<String>,
    /// SHA-256 of the component, hexadecimal.
    pub digest: String,
    /// Where it came from, without secrets: for a registry with the manifest's digest, so that it can be fetched again.
    pub origin: String,
}

/// Fetches an extension. `expected` is the SHA-256 that it has to have, hexadecimal; the credentials are for a registry.
pub async fn fetch(
    source: &Source,
    expected: Option<&str>,
    credentials: Option<&Credentials>,
    limits: &Limits,
) -> Result<Fetched, Error> {
    let fetched = match source {
        Source::File(path) => file::read(path, limits).await,
        Source::Url(url) => http::Web::new(limits)?.fetch(url, limits).await,
        Source::Oci(reference) => oci::pull(reference, expected, credentials, limits).await,
    }?;
    match expected {
        Some(expected) if expected != fetched.digest => {
            Err(Error::Moved { what: fetched.origin, expected: expected.to_owned(), found: fetched.digest })
        }
        _ => Ok(fetched),
    }
}

/// Puts an artefact into a registry and gives the reference by which exactly this one can be fetched.
pub async fn publish(
    reference: &Reference,
    artefact: &Artefact,
    credentials: Option<&Credentials>,
    limits: &Limits,
) -> Result<Reference, Error> {
    oci::push(reference, artefact, credentials, limits).await
}

/// SHA-256, hexadecimal.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl FromStr for Source {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (scheme, rest) = match text.split_once("://") {
            None if text.trim().is_empty() => return Err(Error::unusable("the source", "it is empty")),
            None => return Ok(Self::File(PathBuf::from(text))),
            Some(parts) => parts,
        };
        match scheme {
            "oci" => rest.parse().map(Self::Oci),
            "http" | "https" => address(text).map(Self::Url),
            other => Err(Error::unusable(text, format!("{other}:// is neither https:// nor oci://"))),
        }
    }
}

fn address(text: &str) -> Result<Url, Error> {
    let url = Url::parse(text).map_err(|error| Error::unusable(text, error.to_string()))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Error::unusable(
            shown(&url),
            "an address with a user or a password in it is not kept secret",
        ));
    }
    Ok(url)
}

/// An address as it is written down: without what may be secret.
fn shown(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{}{port}{}", url.scheme(), url.host_str().unwrap_or_default(), url.path())
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Url(url) => f.write_str(&shown(url)),
            Self::Oci(reference) => write!(f, "{reference}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, &'static str> {
        text.parse::<Source>().map(|source| format!("{source} {source:?}")).map_err(|error| error.code())
    }

    #[test]
    fn sources_are_told_apart_by_their_schemes() {
        assert!(read("rules/fee.wasm").unwrap().contains("File"));
        assert!(read("https://rules.example/fee.wasm").unwrap().contains("Url"));
        assert!(read("oci://registry.example/rules/fee:1.0").unwrap().contains("Oci"));
        for text in ["", "  ", "ftp://rules.example/fee.wasm", "https://", "oci://", "file:///fee.wasm"] {
            assert_eq!(read(text), Err("SL0439"), "{text}");
        }
    }

    #[test]
    fn what_may_be_secret_in_an_address_is_not_shown() {
        let error = "https://me:s3cret@rules.example/fee.wasm".parse::<Source>().unwrap_err();
        assert!(!error.to_string().contains("s3cret"), "{error}");
        let source: Source = "https://rules.example:8443/fee.wasm?token=s3cret".parse().unwrap();
        assert_eq!(source.to_string(), "https://rules.example:8443/fee.wasm");
    }
}
