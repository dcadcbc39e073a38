//! `REGISTRY/REPOSITORY:TAG` and `REGISTRY/REPOSITORY@sha256:…`.
//!
//! Deliberately absent: a registry or a tag that is meant where none is named.

use std::fmt;
use std::str::FromStr;

use reqwest::Url;

use super::super::Error;
use crate::extension::trust::{SHA256, is_digest};

/// What a registry's specification allows.
const TAG_LETTERS: usize = 128;

/// The longest repository that registries take, host included.
const NAME_LETTERS: usize = 255;

/// Which artefact in which registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Host, and port where it is not the usual one.
    pub registry: String,
    /// The repository.
    pub repository: String,
    /// Which of the repository's artefacts.
    pub version: Version,
}

/// Which of a repository's artefacts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Version {
    /// The one that bears the tag now.
    Tag(String),
    /// The one with this manifest: SHA-256, hexadecimal.
    Digest(String),
}

impl Reference {
    /// The registry's address. One on this machine is spoken to without encryption, as all OCI tools do.
    pub(super) fn base(&self) -> Result<Url, Error> {
        let address = |scheme: &str| Url::parse(&format!("{scheme}://{}/v2/", self.registry));
        let unusable = |error: url::ParseError| Error::unusable(self, error.to_string());
        let plain = address("http").map_err(unusable)?;
        if is_loopback(&plain) { Ok(plain) } else { address("https").map_err(unusable) }
    }

    /// The same artefact by its manifest.
    pub(super) fn pinned(&self, digest: &str) -> Self {
        Self { version: Version::Digest(digest.to_owned()), ..self.clone() }
    }
}

/// Whether an address is on this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

impl FromStr for Reference {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = |reason: &str| Error::unusable(format!("oci://{text}"), reason);
        let (registry, path) = text.split_once('/').ok_or_else(|| wrong("it names no repository"))?;
        let (path, digest) = match path.split_once('@') {
            None => (path, None),
            Some((path, digest)) => (path, Some(digest)),
        };
        let (repository, tag) = match path.split_once(':') {
            None => (path, None),
            Some((repository, tag)) => (repository, Some(tag)),
        };
        if registry.is_empty()
            || !registry.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))
        {
            return Err(wrong("the registry is written as HOST or HOST:PORT"));
        }
        if !is_repository(repository) {
            return Err(wrong("a repository is written in small letters and digits, divided by / . _ -"));
        }
        if tag.is_some_and(|tag| !is_tag(tag)) {
            return Err(wrong("a tag has at most 128 letters, digits, dots, dashes and underscores"));
        }
        let version = match (digest, tag) {
            // Where both are named, the digest says more.
            (Some(digest), _) => {
                let digits = digest.strip_prefix(SHA256).filter(|digits| is_digest(digits));
                Version::Digest(
                    digits.ok_or_else(|| wrong("a digest is written as sha256: and 64 digits"))?.to_owned(),
                )
            }
            (None, Some(tag)) => Version::Tag(tag.to_owned()),
            (None, None) => {
                return Err(wrong("name a tag or a digest: REPOSITORY:TAG or REPOSITORY@sha256:…"));
            }
        };
        let reference = Self { registry: registry.to_owned(), repository: repository.to_owned(), version };
        reference.base()?;
        Ok(reference)
    }
}

fn is_repository(text: &str) -> bool {
    let is_part = |part: &str| {
        let ends = [part.bytes().next(), part.bytes().last()];
        ends.iter().all(|end| end.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()))
            && part.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-'))
            && !part.contains("..")
    };
    text.len() <= NAME_LETTERS && text.split('/').all(is_part)
}

fn is_tag(text: &str) -> bool {
    (1..=TAG_LETTERS).contains(&text.len())
        && !text.starts_with(['.', '-'])
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag(tag) => f.write_str(tag),
            Self::Digest(digest) => write!(f, "{SHA256}{digest}"),
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.version {
            Version::Tag(_) => ':',
            Version::Digest(_) => '@',
        };
        write!(f, "oci://{}/{}{mark}{}", self.registry, self.repository, self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_read_back_as_they_are_written() {
        let digest = "0f".repeat(32);
        for text in ["registry.example/fee:1.0", "localhost:5000/rules/no_show-list:V2", "[::1]:5000/fee:1"] {
            assert_eq!(text.parse::<Reference>().unwrap().to_string(), format!("oci://{text}"));
        }
        let both: Reference = format!("registry.example/fee:1.0@sha256:{digest}").parse().unwrap();
        assert_eq!(both.to_string(), format!("oci://registry.example/fee@sha256:{digest}"));
    }

    #[test]
    fn what_is_no_reference_is_refused() {
        let short = format!("registry.example/fee@sha256:{}", "0".repeat(63));
        let long = format!("registry.example/fee:{}", "1".repeat(129));
        for text in [
            "fee",
            "/fee:1",
            "registry.example/",
            "registry.example/fee",
            "registry.example/Fee:1",
            "registry.example/../fee:1",
            "registry.example/fee:1/2",
            "registry.example/fee:",
            "registry.example/fee:-1",
            "me:s3cret@registry.example/fee:1",
            "registry.example:port/fee:1",
            "registry.example/fee@sha512:00",
            &short,
            &long,
        ] {
            assert_eq!(text.parse::<Reference>().unwrap_err().code(), "SL0439", "{text}");
        }
    }

    #[test]
    fn only_a_registry_on_this_machine_is_spoken_to_without_encryption() {
        let scheme = |registry: &str| {
            format!("{registry}/fee:1").parse::<Reference>().unwrap().base().unwrap().scheme().to_owned()
        };
        for registry in ["localhost:5000", "127.0.0.1:5000", "[::1]:5000"] {
            assert_eq!(scheme(registry), "http");
        }
        for registry in ["registry.example", "10.0.0.1:5000", "localhost.example"] {
            assert_eq!(scheme(registry), "https");
        }
    }
}
