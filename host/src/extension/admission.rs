//! Whether a component that was fetched is taken.
//!
//! Invariant: an [`Admitted`] component was signed by a key that this installation trusts, or an administrator named its
//! SHA-256. There is no other way to make one, and nothing else can be installed.

use super::source::Fetched;
use super::trust::{Error, Standing, TrustedKeys};

/// A component that may be installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admitted {
    fetched: Fetched,
    standing: Standing,
}

impl Admitted {
    /// Judges what was fetched by its signature. `allowed` is the SHA-256 that the administrator takes without one.
    pub fn judge(fetched: Fetched, keys: &TrustedKeys, allowed: Option<&str>) -> Result<Self, Error> {
        let signature = fetched.signature.as_deref();
        let standing = keys.judge(&fetched.bytes, &fetched.digest, signature, allowed)?;
        Ok(Self { fetched, standing })
    }

    /// The component.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.fetched.bytes
    }

    /// Its SHA-256, hexadecimal.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.fetched.digest
    }

    /// Where exactly it was.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.fetched.origin
    }

    /// Why it is taken.
    #[must_use]
    pub const fn standing(&self) -> &Standing {
        &self.standing
    }

    /// The id of the key that signed it; none if it was allowed by name.
    #[must_use]
    pub fn signer(&self) -> Option<&str> {
        match &self.standing {
            Standing::Signed { key, .. } => Some(key),
            Standing::Allowed => None,
        }
    }
}
