//! The small files that an administrator keeps beside the configuration: TOML of a known form.
//!
//! Invariant: a file is written whole or not at all, and one that says anything unknown is refused.

use std::path::Path;
use std::{fs, io};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The form that this version writes, and the only one it reads.
pub(super) const VERSION: u32 = 1;

/// What such a file holds.
pub(super) trait Record: Default + Serialize + DeserializeOwned {
    /// The form that the file says it has.
    fn version(&self) -> u32;
}

/// Reads a file; none is an empty one. An error says why it cannot be used.
pub(super) fn read<T: Record>(path: &Path) -> Result<T, String> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(T::default()),
        Err(error) => return Err(error.to_string()),
    };
    let record: T = toml::from_str(&text).map_err(|error| error.message().to_owned())?;
    match record.version() {
        VERSION => Ok(record),
        other => Err(format!("its version is {other}, and {VERSION} is known")),
    }
}

/// Writes a file. Others see all of it or none.
pub(super) fn write<T: Record>(path: &Path, record: &T) -> Result<(), String> {
    let text = toml::to_string(record).map_err(|error| error.to_string())?;
    let draft = path.with_extension(format!("{}.draft", std::process::id()));
    let written = fs::write(&draft, text).and_then(|()| fs::rename(&draft, path));
    if written.is_err() {
        // What matters is the error above; a draft is never read.
        let _ = fs::remove_file(&draft);
    }
    written.map_err(|error| error.to_string())
}
