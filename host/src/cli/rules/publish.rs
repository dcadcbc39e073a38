//! `slotledger rules publish`: a component and its signature into a registry.

use std::path::PathBuf;

use clap::Args;

use super::account::{Account, unfetched, untrusted};
use crate::clock::{Clock, SystemClock};
use crate::extension::source::{self, Artefact, Fetched, Limits, Source};
use crate::extension::trust;

#[derive(Debug, Args)]
pub(super) struct Publish {
    /// The component; its signature is FILE.minisig.
    file: PathBuf,
    /// Where it goes: `oci://REGISTRY/REPOSITORY:TAG`.
    to: Source,
    /// Publishes it without a signature, if there is none. Nobody takes it unless they name its SHA-256.
    #[arg(long)]
    unsigned: bool,
    #[command(flatten)]
    account: Account,
}

pub(super) async fn run(publish: Publish) -> anyhow::Result<()> {
    let Source::Oci(to) = &publish.to else {
        anyhow::bail!("{} is no registry: name oci://REGISTRY/REPOSITORY:TAG", publish.to);
    };
    let limits = Limits::default();
    let source = Source::File(publish.file.clone());
    let fetched = source::fetch(&source, None, None, &limits).await.map_err(unfetched)?;
    check(&fetched, publish.unsigned).map_err(untrusted)?;
    let Fetched { bytes, signature, digest, .. } = fetched;
    let artefact = Artefact { component: bytes, signature, created: SystemClock.now() };
    let credentials = publish.account.credentials()?;
    let pinned = source::publish(to, &artefact, credentials.as_ref(), &limits).await.map_err(unfetched)?;
    println!("published  {to}");
    println!("as         {pinned}");
    println!("sha256     {digest}");
    Ok(())
}

/// Whether the signature, if there is one, was made since the component was built last.
fn check(fetched: &Fetched, unsigned: bool) -> Result<(), trust::Error> {
    let Some(signature) = &fetched.signature else {
        let digest = fetched.digest.clone();
        return if unsigned { Ok(()) } else { Err(trust::Error::Unsigned { digest }) };
    };
    match trust::stated_digest(signature) {
        Some(stated) if stated != fetched.digest => Err(trust::Error::Wrong {
            reason: format!("it was made of SHA-256 {stated}; sign the component again"),
        }),
        _ => Ok(()),
    }
}
