//! The lock file: which digest each source had when an administrator accepted it.
//!
//! Invariant: a source that is in the file is never taken with another digest; changing that is an act of its own.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

use serde::{Deserialize, Serialize};

use super::{Error, Fetched, Source};

/// The form of the file that this version writes, and the only one it reads.
const VERSION: u32 = 1;

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

impl Lock {
    /// Reads the file; none is an empty one.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(Error::away(path.display(), error)),
        };
        let lock: Self = toml::from_str(&text)
            .map_err(|error| Error::unusable(path.display(), error.message().to_owned()))?;
        if lock.version != VERSION {
            return Err(Error::unusable(path.display(), format!("its version is {}", lock.version)));
        }
        Ok(lock)
    }

    /// Writes the file. Others see all of it or none.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        let failed = |error: io::Error| Error::away(path.display(), error);
        let text =
            toml::to_string(self).map_err(|error| Error::unusable(path.display(), error.to_string()))?;
        let draft = path.with_extension(format!("{}.draft", std::process::id()));
        let written = fs::write(&draft, text).and_then(|()| fs::rename(&draft, path));
        if written.is_err() {
            // What matters is the error above; a draft is never read.
            let _ = fs::remove_file(&draft);
        }
        written.map_err(failed)
    }

    /// The digest that this source has to have; none if it was never accepted.
    #[must_use]
    pub fn expected(&self, source: &Source) -> Option<&str> {
        self.extensions.get(&source.to_string()).map(|locked| locked.digest.as_str())
    }

    /// Accepts what was fetched from this source, in place of whatever was accepted before.
    pub fn accept(&mut self, source: &Source, fetched: &Fetched, signed_by: Option<String>) {
        let locked = Locked { digest: fetched.digest.clone(), origin: fetched.origin.clone(), signed_by };
        self.extensions.insert(source.to_string(), locked);
    }

    /// Forgets a source. Says whether it was there.
    pub fn forget(&mut self, source: &Source) -> bool {
        self.extensions.remove(&source.to_string()).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let mut lock = Lock::read(&path).unwrap();
        assert_eq!(lock.expected(&source), None);
        lock.accept(&source, &fetched, Some("0123456789ABCDEF".to_owned()));
        lock.write(&path).unwrap();
        let mut read = Lock::read(&path).unwrap();
        assert_eq!(read, lock);
        assert_eq!(read.expected(&source), Some(digest.as_str()));
        assert!(read.forget(&source) && !read.forget(&source));
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
