//! The file of the keys that an installation trusts: whose each is, and who trusted it when.
//!
//! Invariant: each key stands under its own id, and no two under one.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Error, Key, TrustedKeys};
use crate::extension::record::{self, Record, VERSION};

/// What the file says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keyring {
    version: u32,
    #[serde(default)]
    keys: BTreeMap<String, Trusted>,
}

/// A key that is trusted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trusted {
    /// The key itself: the second line of its `.pub` file.
    pub key: String,
    /// Whose it is.
    pub owner: String,
    /// Who trusted it.
    pub by: String,
    /// When.
    pub since: DateTime<Utc>,
}

impl Default for Keyring {
    fn default() -> Self {
        Self { version: VERSION, keys: BTreeMap::new() }
    }
}

impl Record for Keyring {
    fn version(&self) -> u32 {
        self.version
    }
}

impl Keyring {
    /// Reads the file; none trusts nobody.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let unusable = |reason: String| Error::Keyring { path: path.to_owned(), reason };
        let keyring: Self = record::read(path).map_err(unusable)?;
        for (id, trusted) in &keyring.keys {
            if Key::parse(&trusted.key)?.id != *id {
                return Err(unusable(format!("the key under {id} is another one")));
            }
        }
        Ok(keyring)
    }

    /// Writes the file. Others see all of it or none.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        record::write(path, self).map_err(|reason| Error::Keyring { path: path.to_owned(), reason })
    }

    /// Trusts a key, and gives its id. One that is trusted already stays as it is.
    pub fn trust(&mut self, trusted: Trusted) -> Result<String, Error> {
        let id = Key::parse(&trusted.key)?.id;
        match self.keys.get(&id) {
            // Eight bytes chosen by whoever makes the key: they can be anybody's.
            Some(known) if known.key != trusted.key => Err(Error::SameId { id, owner: known.owner.clone() }),
            Some(_) => Ok(id),
            None => {
                self.keys.insert(id.clone(), trusted);
                Ok(id)
            }
        }
    }

    /// Trusts a key no longer. Gives what stood there.
    pub fn revoke(&mut self, id: &str) -> Option<Trusted> {
        self.keys.remove(&id.to_ascii_uppercase())
    }

    /// The keys by their ids.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Trusted)> {
        self.keys.iter().map(|(id, trusted)| (id.as_str(), trusted))
    }

    /// The keys to judge signatures by.
    pub fn trusted(&self) -> Result<TrustedKeys, Error> {
        let keys: Vec<&str> = self.keys.values().map(|trusted| trusted.key.as_str()).collect();
        TrustedKeys::parse(&keys)
    }
}

/// The key in a text: alone, or in the second line, as a `.pub` file has it.
#[must_use]
pub fn public_key(text: &str) -> &str {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    lines.next().unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use super::super::signing::{NewKeys, Password};
    use super::*;

    fn trusted(key: &str, owner: &str) -> Trusted {
        let (key, owner) = (public_key(key).to_owned(), owner.to_owned());
        Trusted { key, owner, by: "root".to_owned(), since: DateTime::UNIX_EPOCH }
    }

    #[test]
    fn keys_are_trusted_until_they_are_revoked() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("rules.keys");
        let keys = NewKeys::generate(&Password::None).unwrap();
        let mut keyring = Keyring::read(&path).unwrap();
        let id = keyring.trust(trusted(&keys.public, "Ada")).unwrap();
        assert_eq!(keyring.trust(trusted(&keys.trusted, "Eve")).unwrap(), id);
        keyring.write(&path).unwrap();
        let mut read = Keyring::read(&path).unwrap();
        assert_eq!(read, keyring);
        assert_eq!(read.iter().map(|(_, key)| key.owner.as_str()).collect::<Vec<_>>(), ["Ada"]);
        assert_eq!(read.revoke(&id.to_lowercase()).map(|key| key.owner).as_deref(), Some("Ada"));
        assert_eq!(read.revoke(&id), None);
    }

    #[test]
    fn a_key_under_anothers_id_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("rules.keys");
        let keys = NewKeys::generate(&Password::None).unwrap();
        let mut forged = keys.trusted.clone();
        // The last letters are the key's own, the first ones its id.
        let end = if forged.ends_with("AAA") { "BBB" } else { "AAA" };
        forged.replace_range(forged.len() - 3.., end);
        let mut keyring = Keyring::default();
        let id = keyring.trust(trusted(&keys.trusted, "Ada")).unwrap();
        let error = keyring.trust(trusted(&forged, "Eve")).unwrap_err();
        assert!(error.to_string().contains("Ada"), "{error}");
        keyring.write(&path).unwrap();
        let text = std::fs::read_to_string(&path).unwrap().replace(&id, "0123456789ABCDEF");
        std::fs::write(&path, text).unwrap();
        assert_eq!(Keyring::read(&path).unwrap_err().code(), "SL0440");
    }
}
