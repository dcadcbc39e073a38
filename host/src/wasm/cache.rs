//! Compiled code kept on disk between two runs of the host.
//!
//! Invariant: an entry is read only if nobody but its owner may write to it, and only if its seal holds: a checksum
//! over the component's digest, the engine's compatibility hash and the code. Anything else counts as not there.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::thread::{self, Scope, ScopedJoinHandle};

use sha2::{Digest, Sha256, digest::Output};

const SEAL_BYTES: usize = 32;

type Sum = Output<Sha256>;

/// Parts of the code that are summed up side by side.
const SEAL_PARTS: usize = 4;

/// Where the code of one component for one engine is kept.
#[derive(Debug)]
pub(super) struct Entry {
    dir: PathBuf,
    name: String,
}

impl Entry {
    pub(super) fn new(dir: &Path, digest: &str, compatibility: &str) -> Self {
        Self { dir: dir.to_owned(), name: format!("rules-{digest}-{compatibility}.cwasm") }
    }

    /// The code, if it is there and its seal holds.
    pub(super) fn read(&self) -> Option<Vec<u8>> {
        let path = self.dir.join(&self.name);
        if !private(&self.dir) || !private(&path) {
            return None;
        }
        let mut code = fs::read(&path).ok()?;
        // At the end, so that the code, which may be a hundred megabytes, is not copied.
        let seal = code.split_off(code.len().checked_sub(SEAL_BYTES)?);
        (seal == self.seal(&code)).then_some(code)
    }

    /// Keeps the code. Other processes see the whole entry or none.
    pub(super) fn write(&self, code: &[u8]) -> io::Result<()> {
        make_private_dir(&self.dir)?;
        let path = self.dir.join(&self.name);
        let draft =
            self.dir.join(format!(".{}.{}.{:?}", self.name, std::process::id(), thread::current().id()));
        let written = self.write_to(&draft, code).and_then(|()| fs::rename(&draft, &path));
        if written.is_err() {
            // What matters is the error above; a draft that stays behind is never read.
            let _ = fs::remove_file(&draft);
        }
        written
    }

    fn write_to(&self, path: &Path, code: &[u8]) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        file.write_all(code)?;
        file.write_all(&self.seal(code))?;
        file.sync_all()
    }

    /// The checksum. Parts are summed up side by side: of a hundred megabytes one after the other takes longer than all else.
    fn seal(&self, code: &[u8]) -> Vec<u8> {
        let part = code.len().div_ceil(SEAL_PARTS).max(1);
        let sums = thread::scope(|scope| {
            let begun: Vec<_> = code.chunks(part).map(|part| (part, sum_aside(scope, part))).collect();
            let sum = |(part, aside): (&[u8], Option<ScopedJoinHandle<'_, Sum>>)| {
                aside.and_then(|aside| aside.join().ok()).unwrap_or_else(|| Sha256::digest(part))
            };
            begun.into_iter().map(sum).collect::<Vec<_>>()
        });
        let mut hasher = Sha256::new();
        hasher.update(self.name.as_bytes());
        hasher.update(code.len().to_le_bytes());
        sums.iter().for_each(|sum| hasher.update(sum));
        hasher.finalize().to_vec()
    }
}

/// Begins to sum up a part in a thread of its own; none where there is no thread to be had.
fn sum_aside<'scope>(
    scope: &'scope Scope<'scope, '_>,
    part: &'scope [u8],
) -> Option<ScopedJoinHandle<'scope, Sum>> {
    thread::Builder::new().spawn_scoped(scope, move || Sha256::digest(part)).ok()
}

fn make_private_dir(dir: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

/// Whether nobody but its owner may write to it.
#[cfg(unix)]
fn private(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::symlink_metadata(path)
        .is_ok_and(|meta| !meta.file_type().is_symlink() && meta.permissions().mode() & 0o022 == 0)
}

/// Elsewhere the directory's own access list is what protects it.
#[cfg(not(unix))]
fn private(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|meta| !meta.file_type().is_symlink())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(dir: &Path) -> Entry {
        Entry::new(dir, "d1", "e1")
    }

    #[test]
    fn what_is_written_is_read_and_belongs_to_its_owner_alone() {
        let dir = tempfile::tempdir().expect("a directory");
        entry(dir.path()).write(b"code").expect("it is written");
        assert_eq!(entry(dir.path()).read().as_deref(), Some(&b"code"[..]));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let meta = fs::metadata(dir.path().join("rules-d1-e1.cwasm")).expect("the entry");
            assert_eq!(meta.permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(fs::read_dir(dir.path()).expect("the directory").count(), 1, "no draft stays behind");
    }

    #[test]
    fn an_entry_of_another_engine_or_with_a_changed_byte_is_not_there() {
        let dir = tempfile::tempdir().expect("a directory");
        entry(dir.path()).write(b"code").expect("it is written");
        let path = dir.path().join("rules-d1-e1.cwasm");
        fs::copy(&path, dir.path().join("rules-d1-e2.cwasm")).expect("a copy");
        assert_eq!(Entry::new(dir.path(), "d1", "e2").read(), None);

        let mut bytes = fs::read(&path).expect("the entry");
        bytes[0] ^= 1;
        fs::write(&path, &bytes).expect("the entry is damaged");
        assert_eq!(entry(dir.path()).read(), None);
        fs::write(&path, &bytes[..SEAL_BYTES - 1]).expect("the entry is cut");
        assert_eq!(entry(dir.path()).read(), None);
    }

    #[cfg(unix)]
    #[test]
    fn an_entry_that_others_may_write_to_is_not_there() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().expect("a directory");
        entry(dir.path()).write(b"code").expect("it is written");
        let path = dir.path().join("rules-d1-e1.cwasm");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).expect("permissions");
        assert_eq!(entry(dir.path()).read(), None);
    }
}
