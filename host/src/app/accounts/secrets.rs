//! Secrets: made of random bytes, and passwords hashed.
//!
//! Invariant: what lets somebody in has 256 random bits from the operating system, or is a password hashed with Argon2id.
//! This is the one source of randomness that is no port: a seed that a simulation chooses would be a secret that somebody
//! knows.

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use tokio::sync::Semaphore;

use super::super::{Error, Result};

/// Passwords hashed at once. Each takes 19 MiB and tens of milliseconds; more would only let strangers take memory.
const AT_ONCE: usize = 2;

/// A new secret that begins so.
pub fn fresh(prefix: &str) -> Result<String> {
    Ok(format!("{prefix}{}", BASE64_URL_SAFE_NO_PAD.encode(random::<32>()?)))
}

/// Random bytes.
pub(super) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0_u8; N];
    getrandom::fill(&mut bytes).map_err(|error| Error::Inside(format!("no random bytes: {error}")))?;
    Ok(bytes)
}

/// Hashes passwords, a few at a time, apart from the threads that answer requests.
pub(in super::super) struct Passwords {
    turns: Semaphore,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { turns: Semaphore::new(AT_ONCE) }
    }
}

impl Passwords {
    /// The hash of a password, as PHC writes it. The parameters are the crate's defaults, which are OWASP's: 19 MiB, two
    /// passes, one lane.
    pub(super) async fn hash(&self, password: &str) -> Result<String> {
        let (password, salt) = (password.to_owned(), random::<16>()?);
        self.apart(move || {
            let salt = SaltString::encode_b64(&salt).map_err(unhashable)?;
            Ok(Argon2::default().hash_password(password.as_bytes(), &salt).map_err(unhashable)?.to_string())
        })
        .await
    }

    /// Whether a password has this hash. Without a hash it takes as long and is wrong.
    pub(super) async fn is(&self, password: &str, hash: Option<String>) -> Result<bool> {
        let password = password.to_owned();
        self.apart(move || {
            let Some(hash) = hash else {
                let salt = SaltString::encode_b64(&[0; 16]).map_err(unhashable)?;
                Argon2::default().hash_password(password.as_bytes(), &salt).map_err(unhashable)?;
                return Ok(false);
            };
            let hash = PasswordHash::new(&hash).map_err(unhashable)?;
            Ok(Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
        })
        .await
    }

    async fn apart<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let _turn = self.turns.acquire().await.map_err(|error| Error::Inside(error.to_string()))?;
        tokio::task::spawn_blocking(work).await.map_err(|error| Error::Inside(error.to_string()))?
    }
}

fn unhashable(error: argon2::password_hash::Error) -> Error {
    Error::Inside(format!("a password cannot be hashed: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_by_its_hash() {
        let passwords = Passwords::default();
        let hash = passwords.hash("correct horse battery").await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.is("correct horse battery", Some(hash.clone())).await.unwrap());
        assert!(!passwords.is("correct horse batterY", Some(hash)).await.unwrap());
        assert!(!passwords.is("anything", None).await.unwrap());
    }

    #[test]
    fn secrets_differ() {
        assert_ne!(fresh("x").unwrap(), fresh("x").unwrap());
    }
}
