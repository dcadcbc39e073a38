//! A toolchain that compiles to WebAssembly: rustup's target, or where rustup cannot download it, Debian's.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::debian;
use crate::progress::{announce, step};
use crate::{shell, workspace};

/// What the rules are compiled for: no system interface at all.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Debian's packages of a Rust that is recent enough, with the standard library's sources.
const PACKAGES: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];

/// What those packages install, one path each.
const INSTALLED: [&str; 3] = ["/usr/bin/rustc", "/usr/bin/cargo", "/usr/lib/rustlib/src/rust/library"];

/// How to compile for [`TARGET`].
#[derive(Debug)]
pub(crate) enum Toolchain {
    /// The toolchain in use has the target.
    Own,
    /// Debian's compiler builds the standard library along, and the toolchain in use links.
    Debian {
        /// `rust-lld` of the toolchain in use.
        linker: PathBuf,
    },
}

impl Toolchain {
    /// A cargo that can be told `build --target`.
    pub(crate) fn cargo(&self) -> Command {
        match self {
            Self::Own => shell::cargo(),
            Self::Debian { linker } => debian_cargo(linker),
        }
    }
}

/// A cargo that `slotledger rules build` can be told to use; none where the one in use will do.
pub(crate) fn cargo_for_extensions() -> Result<Option<PathBuf>> {
    let Toolchain::Debian { linker } = toolchain()? else { return Ok(None) };
    let path = workspace::target().join("sdk/cargo");
    let directory = path.parent().context("a file has a directory")?;
    fs::create_dir_all(directory).with_context(|| format!("cannot make {}", directory.display()))?;
    let mut script = "#!/bin/sh\nunset LD_LIBRARY_PATH\n".to_owned();
    for (name, value) in debian_environment(&linker) {
        script.push_str(&format!("export {name}='{}'\n", value.display()));
    }
    script.push_str("exec /usr/bin/cargo \"$@\"\n");
    fs::write(&path, script).with_context(|| format!("cannot write {}", path.display()))?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755))
        .with_context(|| format!("cannot make {} executable", path.display()))?;
    Ok(Some(path))
}

/// Finds a toolchain, installing one where there is none.
pub(crate) fn toolchain() -> Result<Toolchain> {
    let sysroot = sysroot()?;
    if has_target(&sysroot) {
        return Ok(Toolchain::Own);
    }
    if shell::exists("rustup") && add_target().is_ok() && has_target(&sysroot) {
        return Ok(Toolchain::Own);
    }
    let linker = linker(&sysroot)?;
    if !INSTALLED.iter().all(|path| Path::new(path).exists()) {
        debian::install(&PACKAGES, "to compile to WebAssembly, because rustup cannot download its target")?;
    }
    Ok(Toolchain::Debian { linker })
}

fn add_target() -> Result<()> {
    announce(&format!("installing the Rust target {TARGET} with rustup"));
    step("installing the WebAssembly target", |_| {
        let mut rustup = shell::program("rustup");
        rustup.args(["target", "add", TARGET]);
        shell::capture(&mut rustup, "Debian's packages are tried instead").map(drop)
    })
}

fn sysroot() -> Result<PathBuf> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let mut command = shell::program(rustc);
    let printed =
        shell::capture(command.args(["--print", "sysroot"]), "install Rust from https://rustup.rs")?;
    Ok(PathBuf::from(printed.trim()))
}

fn has_target(sysroot: &Path) -> bool {
    sysroot.join("lib/rustlib").join(TARGET).join("lib").is_dir()
}

fn linker(sysroot: &Path) -> Result<PathBuf> {
    let rustlib = sysroot.join("lib/rustlib");
    let hosts = std::fs::read_dir(&rustlib).with_context(|| format!("cannot read {}", rustlib.display()))?;
    let found = hosts.flatten().map(|host| host.path().join("bin/rust-lld")).find(|linker| linker.exists());
    match found {
        Some(linker) => Ok(linker),
        None => {
            bail!("there is no rust-lld under {}: install Rust from https://rustup.rs", rustlib.display())
        }
    }
}

/// Debian's cargo, with the standard library built from its sources.
fn debian_cargo(linker: &Path) -> Command {
    let mut cargo = shell::cargo_at("/usr/bin/cargo");
    // It would point at the libraries of the toolchain in use.
    cargo.envs(debian_environment(linker)).env_remove("LD_LIBRARY_PATH");
    cargo
}

fn debian_environment(linker: &Path) -> [(&'static str, PathBuf); 4] {
    [
        ("RUSTC", "/usr/bin/rustc".into()),
        ("RUSTC_BOOTSTRAP", "1".into()),
        ("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort".into()),
        ("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker.to_owned()),
    ]
}
