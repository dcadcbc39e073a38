//! `slotledger rules sign`: a signature beside a component.

use std::fs;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use super::account::{failed, signing_password, unfetched, untrusted};
use crate::extension::limits;
use crate::extension::source::{self, Limits, SIGNATURE_SUFFIX, Source};
use crate::extension::trust;
use crate::extension::trust::signing::SigningKey;
use crate::wasm::component;

#[derive(Debug, Args)]
pub(super) struct Sign {
    /// The component.
    file: PathBuf,
    /// The secret key's file. Its password is asked for, or taken from SLOTLEDGER_SIGNING_PASSWORD.
    #[arg(long, value_name = "KEYFILE")]
    key: PathBuf,
}

pub(super) async fn run(sign: &Sign) -> anyhow::Result<()> {
    let source = Source::File(sign.file.clone());
    let fetched = source::fetch(&source, None, None, &Limits::default()).await.map_err(unfetched)?;
    // What no host would take has no use for a signature.
    component::check_shape(&source.to_string(), &fetched.bytes, limits::COMPONENT_BYTES)
        .map_err(|error| failed(&error.into()))?;
    let key = fs::read_to_string(&sign.key)
        .map_err(|error| untrusted(trust::Error::secret(format!("{}: {error}", sign.key.display()))))?;
    let key = SigningKey::open(&key, &signing_password()).map_err(untrusted)?;
    let name = sign.file.file_name().unwrap_or_default().to_string_lossy();
    let signature = key.sign(&fetched.bytes, &fetched.digest, &name).map_err(untrusted)?;
    let mut beside = sign.file.clone().into_os_string();
    beside.push(SIGNATURE_SUFFIX);
    let beside = PathBuf::from(beside);
    fs::write(&beside, signature).with_context(|| format!("cannot write {}", beside.display()))?;
    println!("signed   {}", beside.display());
    println!("sha256   {}", fetched.digest);
    println!("key      {}", key.id().map_err(untrusted)?);
    Ok(())
}
