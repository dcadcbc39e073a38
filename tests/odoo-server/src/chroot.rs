//! The Debian that Odoo is installed into, and running programs in it.
//!
//! Invariant: the stamp is written last, so a chroot that was left half made is made again.

use std::{
    ffi::OsStr,
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::{archive, edition::Edition};

/// How often a long step says what it is at.
const TELL_EVERY: Duration = Duration::from_secs(10);
const LOG_LINES: usize = 20;
/// The environment of everything that runs in a chroot, complete.
pub(crate) const ENVIRONMENT: [&str; 4] =
    ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", "TZ=UTC", "DEBIAN_FRONTEND=noninteractive"];
/// No service is started while packages are installed.
const NO_SERVICES: &str = "#!/bin/sh\nexit 101\n";

/// A chroot with Odoo in it.
pub(crate) fn ensure(dir: &Path, edition: Edition, progress: &mut dyn FnMut(&str)) -> Result<PathBuf> {
    let root = dir.join("root");
    let stamp = dir.join("root.stamp");
    let inputs = format!("{} {:?}", edition.package(), edition.packaged_in());
    if crate::stamped(&stamp, &inputs) {
        return Ok(root);
    }
    if root.exists() {
        progress("removing a chroot that was left half made");
        fs::remove_dir_all(&root).with_context(|| format!("cannot remove {}", root.display()))?;
    }
    bootstrap(&root, edition, progress)?;
    install(&root, edition, progress)?;
    fs::write(&stamp, inputs)?;
    Ok(root)
}

fn bootstrap(root: &Path, edition: Edition, progress: &mut dyn FnMut(&str)) -> Result<()> {
    progress(&format!("making a chroot of Debian {} with debootstrap", edition.base()));
    let mut debootstrap = isolated(None);
    debootstrap
        .args(["debootstrap", "--variant=minbase", edition.base()])
        .arg(root)
        .args(archive::address()?);
    if let Some(proxy) = archive::proxy()? {
        debootstrap.env("http_proxy", proxy);
    }
    told(debootstrap, progress).context("debootstrap failed: is Debian's archive reachable?")
}

fn install(root: &Path, edition: Edition, progress: &mut dyn FnMut(&str)) -> Result<()> {
    archive::configure(root)?;
    if let Some(release) = edition.packaged_in() {
        let sources = fs::read_to_string(root.join("etc/apt/sources.list"))?;
        let more = sources.replace(&format!(" {} ", edition.base()), &format!(" {release} "));
        fs::write(root.join("etc/apt/sources.list.d/more.list"), more)?;
        // Only what the base lacks is taken from there.
        let pin = format!("Package: *\nPin: release n={release}\nPin-Priority: 100\n");
        fs::write(root.join("etc/apt/preferences.d/more"), pin)?;
    }
    let policy = root.join("usr/sbin/policy-rc.d");
    fs::write(&policy, NO_SERVICES)?;
    told(inside(root, ["chmod", "755", "/usr/sbin/policy-rc.d"]), progress)?;
    progress(&format!("installing {} with apt-get", edition.package()));
    let failed = "apt-get failed in the chroot: is Debian's archive reachable?";
    told(inside(root, ["apt-get", "update"]), progress).context(failed)?;
    let install = ["apt-get", "install", "--yes", "--no-install-recommends", edition.package()];
    told(inside(root, install), progress).context(failed)?;
    // The packages are unpacked; keeping them would cost a third of the space.
    told(inside(root, ["apt-get", "clean"]), progress)
}

/// A program in the chroot, as root.
pub(crate) fn inside<S: AsRef<OsStr>>(root: &Path, words: impl IntoIterator<Item = S>) -> Command {
    let mut command = isolated(Some(root));
    command.arg("chroot").arg(root).args(["env", "-i"]).args(ENVIRONMENT).args(words);
    command
}

/// A command in name spaces of its own, with `/proc` in the chroot: what it mounts goes when it ends, and whatever it
/// starts ends with it.
pub(crate) fn isolated(root: Option<&Path>) -> Command {
    let mut command = Command::new("unshare");
    command.args(["--mount", "--pid", "--fork", "--kill-child"]);
    if let Some(root) = root {
        command.arg(format!("--mount-proc={}", root.join("proc").display()));
    }
    command.stdin(Stdio::null());
    command
}

/// Runs a long command and passes on, now and then, what it is at.
pub(crate) fn told(mut command: Command, progress: &mut dyn FnMut(&str)) -> Result<()> {
    let (reader, writer) = std::io::pipe()?;
    command.stdout(writer.try_clone()?).stderr(writer);
    let mut child = command.spawn().context("cannot start unshare")?;
    // The command holds the writing ends; the reader would wait for ever for ours.
    drop(command);
    let mut last = Vec::new();
    let mut told = Instant::now();
    for line in BufReader::new(reader).split(b'\n') {
        let line = String::from_utf8_lossy(&line?).trim_end().to_owned();
        if told.elapsed() >= TELL_EVERY {
            progress(&line);
            told = Instant::now();
        }
        if last.len() == LOG_LINES {
            last.remove(0);
        }
        last.push(line);
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("it ended with {status}\n{}", last.join("\n"));
    }
    Ok(())
}
