//! `slotledger rules verify`: would this installation take an extension?

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;

use super::super::{ConfigFile, load};
use super::account::{Account, unfetched, untrusted};
use crate::extension::source::{self, Limits, Lock, Source};
use crate::extension::trust::{self, Standing, TrustedKeys};

#[derive(Debug, Args)]
pub(super) struct Verify {
    #[command(flatten)]
    file: ConfigFile,
    /// A file, `https://…`, or `oci://REGISTRY/REPOSITORY:TAG` or `…@sha256:DIGEST`.
    source: Source,
    /// The SHA-256 that the component has to have.
    #[arg(long, value_name = "SHA256", value_parser = trust::digest)]
    digest: Option<String>,
    /// A lock file that may say which SHA-256 the source had before.
    #[arg(long, value_name = "FILE")]
    lock: Option<PathBuf>,
    /// Takes a component with this SHA-256, and no other, although no trusted key signed it.
    #[arg(long, value_name = "SHA256", value_parser = trust::digest)]
    allow_unsigned: Option<String>,
    #[command(flatten)]
    account: Account,
}

pub(super) async fn run(verify: Verify) -> anyhow::Result<()> {
    let config = load(&verify.file)?;
    let keys = TrustedKeys::parse(&config.rules.trusted_keys).map_err(untrusted)?;
    let lock = verify.lock.as_deref().map(Lock::read).transpose().map_err(unfetched)?;
    let locked = lock.as_ref().and_then(|lock| lock.expected(&verify.source));
    let expected = match (verify.digest.as_deref(), locked) {
        (Some(named), Some(locked)) if named != locked => {
            bail!("--digest names {named}, the lock file {locked}")
        }
        (named, locked) => named.or(locked),
    };
    let credentials = verify.account.credentials()?;
    let fetched = source::fetch(&verify.source, expected, credentials.as_ref(), &Limits::default())
        .await
        .map_err(unfetched)?;
    let allowed = verify.allow_unsigned.as_deref();
    let standing = keys
        .judge(&fetched.bytes, &fetched.digest, fetched.signature.as_deref(), allowed)
        .map_err(untrusted)?;
    println!("origin   {}", fetched.origin);
    println!("sha256   {}", fetched.digest);
    match standing {
        Standing::Signed { key, comment } => println!("signed   by {key}: {comment}"),
        Standing::Allowed => println!("signed   by no trusted key, allowed by name"),
    }
    Ok(())
}
