//! `slotledger rules keys new`: a pair of keys to sign with.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use secrecy::ExposeSecret;

use super::super::account::{signing_password, untrusted};
use crate::extension::trust;
use crate::extension::trust::signing::{NewKeys, Password};

#[derive(Debug, Args)]
pub(super) struct New {
    /// The secret key's file; the public key's has the ending `.pub` instead. Neither is ever overwritten.
    #[arg(long, value_name = "FILE", default_value = "slotledger.key")]
    key: PathBuf,
    /// Has the secret key protected by nothing but its file's permissions. Unless this is given, a password is asked for,
    /// or taken from SLOTLEDGER_SIGNING_PASSWORD.
    #[arg(long)]
    without_password: bool,
}

pub(super) fn run(command: &New) -> anyhow::Result<()> {
    let public = command.key.with_extension("pub");
    for path in [&command.key, &public] {
        if path.exists() {
            let reason =
                format!("{} exists and is not overwritten; name another file with --key", path.display());
            return Err(untrusted(trust::Error::NoKeys { reason }));
        }
    }
    let password = if command.without_password { Password::None } else { signing_password() };
    let keys = NewKeys::generate(&password).map_err(untrusted)?;
    write_new(&command.key, keys.secret.expose_secret(), 0o600)?;
    write_new(&public, &keys.public, 0o644)?;
    println!("secret key  {} (keep it to yourself)", command.key.display());
    println!("public key  {}", public.display());
    println!("Who takes what you sign trusts it:");
    println!("  slotledger rules keys trust {}", keys.trusted);
    Ok(())
}

fn write_new(path: &Path, text: &str, mode: u32) -> anyhow::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    let written = options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.with_context(|| format!("cannot write {}", path.display()))
}
