//! Whose extensions are taken: minisign signatures, judged by the keys that the installation trusts.
//!
//! Invariant: bytes that no trusted key signed are taken only if the administrator names their SHA-256, and bytes whose
//! signature by a trusted key does not fit are never taken.
//!
//! Deliberately absent: keys that come with a component, expiry, and any network. A key that is no longer to be trusted
//! is revoked.

mod error;
pub mod keys;
pub mod signing;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use minisign_verify::{PublicKey, Signature};

pub use error::Error;

/// How a digest begins in a trusted comment, and in a registry.
pub(crate) const SHA256: &str = "sha256:";

/// The length of a SHA-256, written in hexadecimal digits.
const DIGEST_DIGITS: usize = 64;

/// Characters that are shown of what was taken for a key: what kind it is stands in them, and nothing secret.
const SHOWN: usize = 8;

/// The keys whose signatures an installation accepts.
#[derive(Debug, Clone, Default)]
pub struct TrustedKeys(Vec<Key>);

#[derive(Debug, Clone)]
struct Key {
    id: String,
    public: PublicKey,
}

/// Why an extension is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// A trusted key signed it.
    Signed {
        /// The key's id, as minisign writes it.
        key: String,
        /// The comment that the signature covers.
        comment: String,
    },
    /// The administrator named its digest.
    Allowed,
}

impl TrustedKeys {
    /// Reads the keys as they stand in the second line of a `.pub` file: 56 characters of Base64.
    pub fn parse<S: AsRef<str>>(keys: &[S]) -> Result<Self, Error> {
        keys.iter().map(|text| Key::parse(text.as_ref())).collect::<Result<_, _>>().map(Self)
    }

    /// Whether `bytes`, which have this SHA-256, may be taken: because of their signature, or because the administrator
    /// allows the digest `allowed` without one.
    pub fn judge(
        &self,
        bytes: &[u8],
        digest: &str,
        signature: Option<&str>,
        allowed: Option<&str>,
    ) -> Result<Standing, Error> {
        let Some(text) = signature else {
            return by_name(digest, allowed, Error::Unsigned { digest: digest.to_owned() });
        };
        let signature = Signature::decode(text).map_err(|_| Error::wrong("it is no minisign signature"))?;
        let mut fault = None;
        for key in &self.0 {
            match key.public.verify(bytes, &signature, false) {
                Ok(()) => return signed(key, signature.trusted_comment(), digest),
                Err(minisign_verify::Error::UnexpectedKeyId) => {}
                // Two keys may bear one id: another one may still fit.
                Err(_) => fault = Some(format!("key {} did not sign these bytes", key.id)),
            }
        }
        if let Some(reason) = fault {
            return Err(Error::Wrong { reason });
        }
        let key = text.lines().nth(1).and_then(key_id).unwrap_or_default();
        by_name(digest, allowed, Error::UnknownKey { key, digest: digest.to_owned() })
    }
}

impl Key {
    fn parse(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        let no_key = || Error::PublicKey { begins: text.chars().take(SHOWN).collect() };
        let public = PublicKey::from_base64(text).map_err(|_| no_key())?;
        Ok(Self { id: key_id(text).unwrap_or_default(), public })
    }
}

/// The digest that a signature's comment states, if it states one. Nothing is verified.
#[must_use]
pub fn stated_digest(signature: &str) -> Option<String> {
    let signature = Signature::decode(signature).ok()?;
    stated(signature.trusted_comment()).map(str::to_owned)
}

/// Reads a SHA-256 as people write it: with or without `sha256:`, in capitals or not.
pub fn digest(text: &str) -> Result<String, String> {
    let digits = text.trim().to_ascii_lowercase();
    let digits = digits.strip_prefix(SHA256).unwrap_or(&digits);
    if !is_digest(digits) {
        return Err("a SHA-256 has 64 hexadecimal digits".to_owned());
    }
    Ok(digits.to_owned())
}

pub(crate) fn is_digest(text: &str) -> bool {
    text.len() == DIGEST_DIGITS && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn signed(key: &Key, comment: &str, digest: &str) -> Result<Standing, Error> {
    if stated(comment).is_some_and(|stated| stated != digest) {
        return Err(Error::wrong("its comment states another SHA-256"));
    }
    Ok(Standing::Signed { key: key.id.clone(), comment: comment.to_owned() })
}

fn stated(comment: &str) -> Option<&str> {
    comment.split_whitespace().find_map(|word| word.strip_prefix(SHA256)).filter(|digest| is_digest(digest))
}

fn by_name(digest: &str, allowed: Option<&str>, refusal: Error) -> Result<Standing, Error> {
    match allowed {
        None => Err(refusal),
        Some(allowed) if allowed == digest => Ok(Standing::Allowed),
        Some(allowed) => Err(Error::AllowedAnother { allowed: allowed.to_owned(), found: digest.to_owned() }),
    }
}

/// The id of the key that a line of Base64 in a key or a signature names: two bytes of algorithm, then eight of the id,
/// the lowest first.
fn key_id(line: &str) -> Option<String> {
    let bytes = STANDARD.decode(line.trim()).ok()?;
    let id: [u8; 8] = bytes.get(2..10)?.try_into().ok()?;
    Some(format!("{:016X}", u64::from_le_bytes(id)))
}

#[cfg(test)]
mod tests;
