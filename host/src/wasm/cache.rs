//! Compiled code kept on disk between two runs of the host.
//!
//! Invariant: an entry is read only if nobody but its owner may write to it, and only if its seal holds: a checksum
//! over the component's digest, the engine's compatibility hash and the code. Anything else counts as not there.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::thread;

use sha2::{Digest, Sha256, digest::Output};

const SEAL_BYTES: usize = 32;

type Sum = Output<Sha256>;

/// Parts of the code that are summed up side by side: of a hundred megabytes one after the other takes longer than all else.
const SEAL_PARTS: u64 = 4;

/// Bytes of a part that are in hand at once.
const BUFFER: usize = 256 << 10;

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

    /// The file of the code, if it is there and its seal holds. The seal is what the file ends with.
    pub(super) fn sealed(&self) -> Option<PathBuf> {
        let path = self.dir.join(&self.name);
        if !private(&self.dir) || !private(&path) {
            return None;
        }
        self.holds(&path).unwrap_or(false).then_some(path)
    }

    /// Keeps the code. Other processes see the whole entry or none; one that is in use is not written to, but replaced.
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
        let part = |start, bytes| {
            let start = usize::try_from(start).unwrap_or(usize::MAX);
            Ok(code.get(start..).unwrap_or_default().take(bytes))
        };
        file.write_all(&self.seal(code.len() as u64, part)?)?;
        file.sync_all()
    }

    /// Whether a file's seal is that of the code before it. The code, which may be a hundred megabytes, is not kept in memory.
    fn holds(&self, path: &Path) -> io::Result<bool> {
        let mut file = File::open(path)?;
        let Some(length) = file.metadata()?.len().checked_sub(SEAL_BYTES as u64) else { return Ok(false) };
        let mut seal = [0; SEAL_BYTES];
        file.seek(SeekFrom::Start(length))?;
        file.read_exact(&mut seal)?;
        let part = |start, bytes| {
            let mut file = File::open(path)?;
            file.seek(SeekFrom::Start(start))?;
            Ok(file.take(bytes))
        };
        Ok(*self.seal(length, part)? == seal)
    }

    /// The checksum of so many bytes, of which `part` gives so many from a place on.
    fn seal<R: Read>(&self, length: u64, part: impl Fn(u64, u64) -> io::Result<R> + Sync) -> io::Result<Sum> {
        let size = length.div_ceil(SEAL_PARTS).max(1);
        let parts = (0..SEAL_PARTS).map(|n| n * size).filter(|start| *start < length);
        let part = &part;
        let sums = thread::scope(|scope| {
            let begun = parts.map(|start| {
                let sum = move || sum(part(start, size.min(length - start))?);
                // Where there is no thread to be had, it is summed up in its turn.
                (sum, thread::Builder::new().spawn_scoped(scope, sum).ok())
            });
            let begun: Vec<_> = begun.collect();
            let ended = |(sum, aside): (_, Option<thread::ScopedJoinHandle<'_, io::Result<Sum>>>)| {
                aside.and_then(|aside| aside.join().ok()).unwrap_or_else(sum)
            };
            begun.into_iter().map(ended).collect::<io::Result<Vec<_>>>()
        })?;
        let mut hasher = Sha256::new();
        hasher.update(self.name.as_bytes());
        hasher.update(length.to_le_bytes());
        sums.iter().for_each(|sum| hasher.update(sum));
        Ok(hasher.finalize())
    }
}

fn sum(part: impl Read) -> io::Result<Sum> {
    let mut hasher = Sha256::new();
    io::copy(&mut io::BufReader::with_capacity(BUFFER, part), &mut hasher)?;
    Ok(hasher.finalize())
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
        let kept = fs::read(entry(dir.path()).sealed().expect("it is there")).expect("a file");
        assert_eq!(&kept[..kept.len() - SEAL_BYTES], b"code");
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
        assert_eq!(Entry::new(dir.path(), "d1", "e2").sealed(), None);

        let mut bytes = fs::read(&path).expect("the entry");
        bytes[0] ^= 1;
        fs::write(&path, &bytes).expect("the entry is damaged");
        assert_eq!(entry(dir.path()).sealed(), None);
        fs::write(&path, &bytes[..SEAL_BYTES - 1]).expect("the entry is cut");
        assert_eq!(entry(dir.path()).sealed(), None);
    }

    #[cfg(unix)]
    #[test]
    fn an_entry_that_others_may_write_to_is_not_there() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().expect("a directory");
        entry(dir.path()).write(b"code").expect("it is written");
        let path = dir.path().join("rules-d1-e1.cwasm");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).expect("permissions");
        assert_eq!(entry(dir.path()).sealed(), None);
    }
}
