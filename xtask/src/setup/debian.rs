//! Installs Debian packages where that is allowed.

use anyhow::{Result, bail};

use crate::progress::{announce, step};
use crate::shell;

/// Installs `packages` with apt-get, saying so first. `why` ends the sentence "… are needed ".
pub(crate) fn install(packages: &[&str], why: &str) -> Result<()> {
    let list = packages.join(" ");
    if !shell::exists("apt-get") {
        bail!("{list} needed {why}, and there is no apt-get here: install what corresponds to it");
    }
    if !is_root()? {
        bail!("{list} needed {why}: run `sudo apt-get install {list}`, then this again");
    }
    announce(&format!("installing {list} with apt-get, needed {why}"));
    step(&format!("installing {list}"), |_| {
        let apt = |arguments: &[&str]| {
            let mut command = shell::program("apt-get");
            command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
            command
        };
        shell::capture(&mut apt(&["update"]), "check the network and /etc/apt/sources.list")?;
        let mut install = apt(&["install", "--yes", "--no-install-recommends"]);
        shell::capture(install.args(packages), "check the network and /etc/apt/sources.list")?;
        Ok(())
    })
}

/// Whether packages may be installed from Debian's archive.
pub(crate) fn is_debian_root() -> Result<bool> {
    Ok(std::path::Path::new("/etc/debian_version").exists() && is_root()?)
}

fn is_root() -> Result<bool> {
    let id = shell::capture(shell::program("id").arg("-u"), "the coreutils are missing")?;
    Ok(id.trim() == "0")
}
