//! `slotledger rules verify`: would this installation take an extension?

use clap::Args;

use super::super::{ConfigFile, load};
use super::account::failed;
use super::taking::Taking;
use crate::extension::Extension;
use crate::extension::trust::Standing;

#[derive(Debug, Args)]
pub(super) struct Verify {
    #[command(flatten)]
    taking: Taking,
    #[command(flatten)]
    file: ConfigFile,
}

pub(super) async fn run(verify: Verify) -> anyhow::Result<()> {
    let taken = verify.taking.take(&load(&verify.file)?.rules).await?;
    let admitted = &taken.admitted;
    let extension =
        Extension::load(admitted.origin(), admitted.bytes(), None).map_err(|error| failed(&error))?;
    let about = extension.description();
    println!("is       {} {}", about.id, about.version);
    println!("origin   {}", admitted.origin());
    println!("sha256   {}", admitted.digest());
    match admitted.standing() {
        Standing::Signed { key, comment } => println!("signed   by {key}: {comment}"),
        Standing::Allowed => println!("signed   by no trusted key, allowed by name"),
    }
    Ok(())
}
