//! Real Odoo servers to post to, under `target/odoo`.

use anyhow::{Result, bail};
use slotledger_odoo_server::{Edition, obstacle, provision};

use super::debian;
use crate::progress::{announce, step};
use crate::workspace;

/// A system that tests run against when it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum With {
    /// Odoo 19. As root on Debian it is always there.
    Odoo,
    /// Odoo 14, the oldest that is supported.
    Odoo14,
}

/// Installs the editions that are asked for, and Odoo 19 wherever it can be. Answers with their numbers, as the tests
/// take them.
pub(crate) fn ready(with: &[With], postgres: &str) -> Result<String> {
    let mut editions = Vec::new();
    if with.contains(&With::Odoo14) {
        editions.push(Edition::Fourteen);
    }
    match hindrance()? {
        None => editions.push(Edition::Nineteen),
        Some(why) if with.is_empty() => announce(&format!("Odoo is left out: {why}")),
        Some(why) => bail!("Odoo cannot be tested here: {why}"),
    }
    for edition in &editions {
        install(*edition, postgres)?;
    }
    let numbers: Vec<&str> = editions.iter().map(|edition| edition.number()).collect();
    Ok(numbers.join(","))
}

fn install(edition: Edition, postgres: &str) -> Result<()> {
    let (target, number) = (workspace::target(), edition.number());
    if !target.join("odoo").join(number).join("root.stamp").exists() {
        announce(&format!(
            "installing Odoo {number} from Debian's archive into target/odoo/{number}; about five minutes and two \
             gigabytes, once"
        ));
    }
    step(&format!("preparing Odoo {number}"), |step| {
        provision(&target, edition, postgres, &mut |detail| step.detail(detail)).map(drop)
    })
}

/// Why Odoo cannot be installed here. Where only debootstrap is missing, it is installed first.
fn hindrance() -> Result<Option<&'static str>> {
    if debian::is_debian_root()? && !std::path::Path::new("/usr/sbin/debootstrap").exists() {
        debian::install(&["debootstrap"], "to install Odoo into a chroot")?;
    }
    Ok(obstacle())
}
