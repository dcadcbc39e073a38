//! The lock file: which digest each source had when an administrator accepted it.
//!
//! Invariant: a source that is in the file is never taken with another digest, unless the administrator names that.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Error, Source};
use crate::extension::admission::Admitted;
use crate::extension::record::{self, Record, VERSION};

/// What a lock file says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    version: u32,
    #[serde(default)]
    extensions: BTreeMap<String, Locked>,
}

/// One source, as it was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Locked {
    /// SHA-256 of the component, hexadecimal.
    pub digest: String,
    /// Where exactly it was.
    pub origin: String,
    /// The id of the key that signed it; none if it was allowed by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_by: Option<String>,
}

impl Default for Lock {
    fn default() -> Self {
        Self { version: VERSION, extensions: BTreeMap::new() }
    }
}

impl Record for Lock {
    fn version(&self) -> u32 {
        self.version
    }
}

impl Lock {
    /// Reads the file; none is an empty one.
    pub fn read(path: &Path) -> Result<Self, Error> {
        record::read(path).map_err(|reason| Error::unusable(path.display(), reason))
    }

    /// Writes the file. Others see all of it or none.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        record::write(path, self).map_err(|reason| Error::unusable(path.display(), reason))
    }

    /// The digest that this source has to have; none if it was never accepted.
    #[must_use]
    pub fn expected(&self, source: &Source) -> Option<&str> {
        self.extensions.get(&source.to_string()).map(|locked| locked.digest.as_str())
    }

    /// Accepts what was fetched from this source, in place of whatever was accepted before.
    pub fn accept(&mut self, source: &Source, admitted: &Admitted) {
        let signed_by = admitted.signer().map(str::to_owned);
        let (digest, origin) = (admitted.digest().to_owned(), admitted.origin().to_owned());
        self.extensions.insert(source.to_string(), Locked { digest, origin, signed_by });
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::Fetched;
    use super::*;
    use crate::extension::trust::TrustedKeys;

    #[test]
    fn what_is_accepted_is_expected_from_then_on() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("rules.lock");
        let source: Source = "oci://registry.example/rules/fee:1.0".parse().unwrap();
        let digest = super::super::digest(b"component");
        let fetched = Fetched {
            bytes: b"component".to_vec(),
            signature: None,
            digest: digest.clone(),
            origin: "oci://registry.example/rules/fee@sha256:00".to_owned(),
        };
        let admitted = Admitted::judge(fetched, &TrustedKeys::default(), Some(&digest)).unwrap();
        let mut lock = Lock::read(&path).unwrap();
        assert_eq!(lock.expected(&source), None);
        lock.accept(&source, &admitted);
        lock.write(&path).unwrap();
        let read = Lock::read(&path).unwrap();
        assert_eq!(read, lock);
        assert_eq!(read.expected(&source), Some(digest.as_str()));
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "no draft stays behind");
    }

    #[test]
    fn a_file_of_another_form_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("rules.lock");
        for text in ["version = 2\n", "extensions = 1\n", "version = 1\nsurprise = true\n", "{"] {
            fs::write(&path, text).unwrap();
            assert_eq!(Lock::read(&path).unwrap_err().code(), "SL0439", "{text}");
        }
    }
}
