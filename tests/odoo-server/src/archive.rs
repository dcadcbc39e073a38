//! Debian's archive as this machine reaches it.
//!
//! Invariant: the address is the machine's own. Where the machine names none, debootstrap's own choice is taken.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result};

/// The address of Debian's archive in apt's configuration, if it is there.
pub(crate) fn address() -> Result<Option<String>> {
    let format = "$(REPO_URI) $(ORIGIN) $(LABEL)";
    let listed = printed("apt-get", &["indextargets", "--format", format, "Created-By: Packages"])?;
    let debian = listed.lines().find_map(|line| line.strip_suffix(" Debian Debian"));
    Ok(debian.map(|address| address.trim_end_matches('/').to_owned()))
}

/// How a chroot's apt gets at the archive: as this machine's does, without languages, and also from an archive that
/// was frozen at some date.
pub(crate) fn configure(root: &Path) -> Result<()> {
    let dump = printed("apt-config", &["dump", "Acquire"])?;
    let own = "Acquire::Languages \"none\";\nAcquire::Check-Valid-Until \"false\";\n";
    let settings: String =
        dump.lines().filter(|line| line.starts_with("Acquire::")).map(|l| format!("{l}\n")).collect();
    fs::write(root.join("etc/apt/apt.conf.d/90slotledger"), settings + own)?;
    fs::copy("/etc/resolv.conf", root.join("etc/resolv.conf"))
        .context("this machine has no /etc/resolv.conf")?;
    Ok(())
}

/// The proxy that apt uses, for debootstrap, which does not ask apt.
pub(crate) fn proxy() -> Result<Option<String>> {
    let shell = printed("apt-config", &["shell", "PROXY", "Acquire::http::Proxy"])?;
    let proxy = shell.trim().strip_prefix("PROXY='").and_then(|rest| rest.strip_suffix('\''));
    Ok(proxy.map(str::to_owned))
}

fn printed(program: &str, arguments: &[&str]) -> Result<String> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output();
    let output = output.with_context(|| format!("cannot run {program}"))?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
