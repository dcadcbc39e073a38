//! The author's side: a pair of keys, and signatures.
//!
//! Invariant: whatever is written here is read by the `minisign` command, and the other way round. A secret key is never
//! printed or logged.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use minisign::{KeyPair, SecretKey, SecretKeyBox};
use secrecy::{ExposeSecret, SecretString};

use super::{Error, SHA256, key_id};

/// How minisign marks a secret key that a password protects, after the two bytes that name the algorithm.
const PROTECTED: &[u8] = b"Sc";

/// What a public key takes.
const PUBLIC_BYTES: usize = 2 + 8 + 32;

/// What protects a secret key in its file.
#[derive(Debug, Clone)]
pub enum Password {
    /// Nothing but the file's permissions.
    None,
    /// This one.
    Given(SecretString),
    /// One that is asked for at the terminal.
    Asked,
}

/// A new pair of keys, as files hold them.
#[derive(Debug)]
pub struct NewKeys {
    /// The secret key's file.
    pub secret: SecretString,
    /// The public key's file.
    pub public: String,
    /// The public key as a configuration names it.
    pub trusted: String,
}

/// A secret key, ready to sign with.
pub struct SigningKey(SecretKey);

impl NewKeys {
    /// Makes a pair. Deriving a key from the password takes some seconds and 32 MiB.
    pub fn generate(password: &Password) -> Result<Self, Error> {
        let pair = match password {
            Password::None => KeyPair::generate_unencrypted_keypair(),
            Password::Given(password) => {
                KeyPair::generate_encrypted_keypair(Some(password.expose_secret().to_owned()))
            }
            Password::Asked => KeyPair::generate_encrypted_keypair(None),
        }
        .map_err(|error| Error::NoKeys { reason: error.to_string() })?;
        let secret = pair.sk.to_box(Some("slotledger secret key")).map_err(Error::secret)?.into_string();
        let public = pair.pk.to_box().map_err(Error::secret)?.into_string();
        Ok(Self { secret: secret.into(), public, trusted: pair.pk.to_base64() })
    }
}

/// Whether this file holds a public key: the algorithm, the id, and 32 bytes.
fn is_public(file: &str) -> bool {
    let line = file.lines().nth(1).unwrap_or(file);
    STANDARD.decode(line.trim()).is_ok_and(|bytes| bytes.len() == PUBLIC_BYTES)
}

/// Whether a password protects the secret key in this file.
pub(super) fn is_protected(file: &str) -> bool {
    let bytes = file.lines().nth(1).and_then(|line| STANDARD.decode(line.trim()).ok()).unwrap_or_default();
    bytes.get(2..4) == Some(PROTECTED)
}

impl SigningKey {
    /// Opens the secret key in this file. One that nothing protects needs no password, whatever is given.
    pub fn open(file: &str, password: &Password) -> Result<Self, Error> {
        if is_public(file) {
            return Err(Error::secret("it is the public key; the secret one is in the file without `.pub`"));
        }
        let boxed = SecretKeyBox::from_string(file).map_err(Error::secret)?;
        let key = match (is_protected(file), password) {
            (false, _) => boxed.into_unencrypted_secret_key(),
            (true, Password::Given(password)) => {
                boxed.into_secret_key(Some(password.expose_secret().to_owned()))
            }
            (true, Password::Asked) => boxed.into_secret_key(None),
            (true, Password::None) => return Err(Error::secret("it is protected by a password")),
        };
        key.map(Self).map_err(Error::secret)
    }

    /// Signs `bytes`, which have this SHA-256 and are called `name`, and gives what the `.minisig` file holds.
    pub fn sign(&self, bytes: &[u8], digest: &str, name: &str) -> Result<String, Error> {
        // A line break in the name would end the comment.
        let name: String = name.chars().filter(|letter| !letter.is_control()).collect();
        let comment = format!("{SHA256}{digest} file:{name}");
        let signature = minisign::sign(None, &self.0, bytes, Some(&comment), Some("signed with slotledger"));
        Ok(signature.map_err(Error::secret)?.into_string())
    }

    /// The public key as a configuration names it.
    pub fn trusted(&self) -> Result<String, Error> {
        Ok(minisign::PublicKey::from_secret_key(&self.0).map_err(Error::secret)?.to_base64())
    }

    /// The key's id, as minisign writes it.
    pub fn id(&self) -> Result<String, Error> {
        Ok(key_id(&self.trusted()?).unwrap_or_default())
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKey(…)")
    }
}
