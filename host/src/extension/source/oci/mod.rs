//! Extensions in an OCI registry, over the few calls of the distribution specification that this takes.
//!
//! Deliberately absent: a library for registries. Those there are read manifests and messages to their end, whatever
//! their size, and follow wherever they are sent.

mod auth;
mod manifest;
mod reference;
mod registry;

pub use manifest::Artefact;
pub use reference::{Reference, Version};

use self::manifest::Manifest;
use self::registry::Registry;
use super::{Credentials, Error, Fetched, Limits};

/// Fetches an artefact. One whose component is not the expected one is refused before that is read.
pub(super) async fn pull(
    reference: &Reference,
    expected: Option<&str>,
    account: Option<&Credentials>,
    limits: &Limits,
) -> Result<Fetched, Error> {
    let mut registry = Registry::new(reference, account, limits)?;
    let (bytes, manifest_digest) = registry.manifest(&reference.version).await?;
    let manifest = Manifest::read(&bytes)?;
    let layer = manifest.component()?;
    let origin = reference.pinned(&manifest_digest).to_string();
    match expected {
        Some(expected) if expected != layer.hex() => {
            return Err(Error::Moved {
                what: reference.to_string(),
                expected: expected.to_owned(),
                found: layer.hex().to_owned(),
            });
        }
        _ => {}
    }
    let component = registry.blob(layer, limits.component).await?;
    Ok(Fetched { bytes: component, signature: manifest.signature(), digest: layer.hex().to_owned(), origin })
}

/// Sends an artefact: first what the manifest names, then the manifest, so that nobody ever finds half of it.
pub(super) async fn push(
    reference: &Reference,
    artefact: &Artefact,
    account: Option<&Credentials>,
    limits: &Limits,
) -> Result<Reference, Error> {
    let Version::Tag(tag) = &reference.version else {
        return Err(Error::unusable(reference, "an artefact is published under a tag"));
    };
    if artefact.component.len() as u64 > limits.component {
        return Err(Error::TooLarge { what: "the component".to_owned(), limit: limits.component });
    }
    let (manifest, config) = Manifest::of(artefact)?;
    let manifest = manifest.write()?;
    let mut registry = Registry::new(reference, account, limits)?;
    registry.put_blob(&config).await?;
    registry.put_blob(&artefact.component).await?;
    registry.put_manifest(tag, &manifest).await?;
    Ok(reference.pinned(&super::digest(&manifest)))
}
