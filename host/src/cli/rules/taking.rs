//! From a source to a component that may be installed: fetched, held against the lock file, judged by its signature.

use std::fs;
use std::path::Path;

use clap::Args;

use super::account::{Account, unfetched, untrusted};
use crate::config;
use crate::extension::admission::Admitted;
use crate::extension::source::{self, Limits, Lock, Source};
use crate::extension::trust;
use crate::extension::trust::keys::Keyring;

/// What is taken, and on which conditions.
#[derive(Debug, Args)]
pub(super) struct Taking {
    /// A file, `https://…`, or `oci://REGISTRY/REPOSITORY:TAG` or `…@sha256:DIGEST`.
    source: Source,
    /// The SHA-256 that the component has to have.
    #[arg(long, value_name = "SHA256", value_parser = trust::digest)]
    digest: Option<String>,
    /// Takes a component with this SHA-256, and no other, although no trusted key signed it.
    #[arg(long, value_name = "SHA256", value_parser = trust::digest)]
    allow_unsigned: Option<String>,
    /// Takes a component with this SHA-256, and no other, in place of the one that the source had before.
    #[arg(long, value_name = "SHA256", value_parser = trust::digest)]
    accept_moved: Option<String>,
    #[command(flatten)]
    account: Account,
}

/// What was taken, and what is to be written down of it.
pub(super) struct Taken {
    pub(super) admitted: Admitted,
    source: Source,
    lock: Lock,
}

impl Taking {
    pub(super) async fn take(self, rules: &config::Rules) -> anyhow::Result<Taken> {
        let keys = Keyring::read(&rules.keys).and_then(|keyring| keyring.trusted()).map_err(untrusted)?;
        let lock = Lock::read(&rules.lock).map_err(unfetched)?;
        let source = settled(self.source);
        let locked = match &self.accept_moved {
            Some(_) => self.accept_moved.as_deref(),
            None => lock.expected(&source),
        };
        let expected = match (self.digest.as_deref(), locked) {
            (Some(named), Some(locked)) if named != locked => {
                let (what, expected, found) = (source.to_string(), locked.to_owned(), named.to_owned());
                return Err(unfetched(source::Error::Moved { what, expected, found }));
            }
            (named, locked) => named.or(locked),
        };
        let credentials = self.account.credentials()?;
        let fetched = source::fetch(&source, expected, credentials.as_ref(), &Limits::default()).await;
        let fetched = fetched.map_err(unfetched)?;
        let admitted = Admitted::judge(fetched, &keys, self.allow_unsigned.as_deref()).map_err(untrusted)?;
        Ok(Taken { admitted, source, lock })
    }
}

impl Taken {
    /// Has the source give this component and no other from now on.
    pub(super) fn keep(mut self, lock: &Path) -> anyhow::Result<()> {
        self.lock.accept(&self.source, &self.admitted);
        self.lock.write(lock).map_err(unfetched)
    }
}

/// A file by its whole path: the lock file says the same wherever one stands.
fn settled(source: Source) -> Source {
    match source {
        Source::File(path) => Source::File(fs::canonicalize(&path).unwrap_or(path)),
        Source::Url(_) | Source::Oci(_) => source,
    }
}
