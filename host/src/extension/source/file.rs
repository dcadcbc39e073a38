//! An extension in a file.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::limits::{Limits, SIGNATURE_BYTES};
use super::{Error, Fetched, SIGNATURE_SUFFIX, digest};

pub(super) async fn read(path: &Path, limits: &Limits) -> Result<Fetched, Error> {
    let (path, limit) = (path.to_owned(), limits.component);
    // A file may lie on a disk that is slow or away.
    let read = tokio::task::spawn_blocking(move || read_both(&path, limit));
    read.await.map_err(|error| Error::away("the file", error))?
}

fn read_both(path: &Path, limit: u64) -> Result<Fetched, Error> {
    let bytes = bounded(path, limit)?;
    let mut beside = path.as_os_str().to_owned();
    beside.push(SIGNATURE_SUFFIX);
    let signature = match bounded(&PathBuf::from(beside), SIGNATURE_BYTES) {
        Ok(text) => Some(String::from_utf8_lossy(&text).into_owned()),
        Err(Error::Missing { .. }) => None,
        Err(error) => return Err(error),
    };
    Ok(Fetched { digest: digest(&bytes), bytes, signature, origin: path.display().to_string() })
}

fn bounded(path: &Path, limit: u64) -> Result<Vec<u8>, Error> {
    let failed = |error: io::Error| {
        if error.kind() == io::ErrorKind::NotFound {
            return Error::Missing { what: path.display().to_string() };
        }
        Error::away(path.display(), error)
    };
    // Before it is opened: opening a pipe waits for somebody to write to it.
    if !path.metadata().map_err(failed)?.is_file() {
        return Err(Error::unusable(path.display(), "it is no file"));
    }
    let file = File::open(path).map_err(failed)?;
    let too_large = || Error::TooLarge { what: path.display().to_string(), limit };
    if file.metadata().map_err(failed)?.len() > limit {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    // It may grow meanwhile.
    file.take(limit + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > limit { Err(too_large()) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use super::super::{Source, fetch};
    use super::*;

    async fn code(path: &Path) -> &'static str {
        fetch(&Source::File(path.to_owned()), None, None, &Limits::default()).await.unwrap_err().code()
    }

    #[tokio::test]
    async fn a_file_is_read_with_the_signature_beside_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("fee.wasm");
        std::fs::write(&path, b"component").unwrap();
        let source = Source::File(path.clone());
        let limits = Limits::default();
        let plain = fetch(&source, None, None, &limits).await.unwrap();
        assert_eq!((plain.bytes.as_slice(), plain.signature), (&b"component"[..], None));
        std::fs::write(directory.path().join("fee.wasm.minisig"), "signature").unwrap();
        let signed = fetch(&source, Some(&plain.digest), None, &limits).await.unwrap();
        assert_eq!(signed.signature.as_deref(), Some("signature"));
        let moved = fetch(&source, Some(&digest(b"another")), None, &limits).await.unwrap_err();
        assert_eq!(moved.code(), "SL0434");
    }

    #[tokio::test]
    async fn what_is_no_file_or_too_large_is_refused_unread() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(code(&directory.path().join("none.wasm")).await, "SL0436");
        assert_eq!(code(directory.path()).await, "SL0439");
        let large = directory.path().join("large.wasm");
        File::create(&large).unwrap().set_len(500 << 20).unwrap();
        let start = std::time::Instant::now();
        assert_eq!(code(&large).await, "SL0435");
        assert!(start.elapsed().as_millis() < 100, "{:?}", start.elapsed());
        #[cfg(unix)]
        assert_eq!(code(Path::new("/dev/zero")).await, "SL0439");
    }
}
