//! Projects, built as their authors build them, and put to use as administrators do.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, anyhow, ensure};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use slotledger::app::{App, NewComponent, Reply};
use slotledger::extension::admission::Admitted;
use slotledger::extension::source::Fetched;
use slotledger::extension::trust::TrustedKeys;
use slotledger::model::Extension;

use crate::booking::company::Company;

/// Where projects are copied to and built.
pub(super) struct Projects {
    host: PathBuf,
    scratch: PathBuf,
    root: PathBuf,
}

impl Projects {
    pub(super) fn new(host: &Path, scratch: &Path) -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let scratch = scratch.join("extensions");
        fs::create_dir_all(&scratch)?;
        let (host, scratch) = (host.canonicalize()?, scratch.canonicalize()?);
        Ok(Self { host, scratch, root: root.canonicalize()? })
    }

    /// A file of an example.
    pub(super) fn example_file(&self, name: &str, file: &str) -> PathBuf {
        self.root.join("sdk/examples").join(name).join(file)
    }

    /// An example's component.
    pub(super) fn example(&self, name: &str) -> Result<Vec<u8>> {
        let to = self.scratch.join(name);
        copy(&self.root.join("sdk/examples").join(name), &to)?;
        self.build(&to, name)
    }

    /// The component of a new project in Rust, with words exchanged in its source.
    pub(super) fn new_with(&self, name: &str, changes: &[(&str, &str)]) -> Result<Vec<u8>> {
        let to = self.scratch.join(name);
        let directory = to.display().to_string();
        self.rules(&["new", "--lang", "rust", name, "--dir", &directory], &self.scratch)?;
        let source = to.join("src/lib.rs");
        let mut text = fs::read_to_string(&source)?;
        for (from, into) in changes {
            ensure!(text.contains(from), "the template of a project says nowhere {from}");
            text = text.replacen(from, into, 1);
        }
        fs::write(&source, text)?;
        self.build(&to, name)
    }

    fn build(&self, directory: &Path, name: &str) -> Result<Vec<u8>> {
        self.rules(&["build"], directory)?;
        let component = directory.join(format!("build/{name}.wasm"));
        fs::read(&component).with_context(|| format!("cannot read {}", component.display()))
    }

    fn rules(&self, arguments: &[&str], directory: &Path) -> Result<()> {
        let mut command = Command::new(&self.host);
        command.arg("rules").args(arguments).current_dir(directory);
        // All crates share what they depend on.
        command.env("CARGO_TARGET_DIR", self.root.join("target/sdk/rust"));
        let output = command.output().with_context(|| format!("cannot start {}", self.host.display()))?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "`slotledger rules {}` failed: {said}", arguments.join(" "));
        Ok(())
    }
}

/// Copies a directory; what a link leads to becomes a file of its own. What was built beside the sources stays there.
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let from = entry?.path();
        let name = from.file_name().context("an entry has a name")?;
        if ["build", "target", "node_modules"].iter().any(|left| name == *left) {
            continue;
        }
        if fs::metadata(&from)?.is_dir() {
            copy(&from, &to.join(name))?;
        } else {
            fs::copy(&from, to.join(name))?;
        }
    }
    Ok(())
}

/// Installs a component and has a company use it, enforced, with this policy if it fails.
pub(super) async fn put_to_use(app: &App, company: &Company, bytes: &[u8], on_failure: &str) -> Result<()> {
    let digest: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let fetched = Fetched {
        bytes: bytes.to_vec(),
        digest: digest.clone(),
        origin: "bench".to_owned(),
        signature: None,
    };
    let admitted = Admitted::judge(fetched, &TrustedKeys::parse::<&str>(&[])?, Some(&digest))?;
    let new = NewComponent { admitted, by: "bench".to_owned() };
    let installed = app.install_component(new).await?;
    let fields = json!({
        "name": installed.name, "digest": installed.digest, "mode": "enforce", "on_failure": on_failure,
    });
    let extension: Extension = serde_json::from_value(fields)?;
    match app.create(Some(company.id()), extension, None).await? {
        Reply::Fresh(_) => Ok(()),
        Reply::Replayed(_) => Err(anyhow!("nobody has asked for it before")),
    }
}
