//! A project of an extension, as its own language describes it: `Cargo.toml`, `package.json` or `pyproject.toml`.
//!
//! Deliberately absent: a manifest of Slotledger's own. What a project is called stands in one place.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, bail};

use super::account::coded;
use crate::codes;

/// Where a component and what it is made with go, in the project's directory.
const BUILD: &str = "build";

/// Directories that hold no sources.
const NO_SOURCES: [&str; 6] = [BUILD, "target", "node_modules", "fixtures", ".git", "__pycache__"];

/// Endings of files that are none either: keys and signatures are made after the component, and may lie beside the sources.
const NO_SOURCE_FILES: [&str; 4] = ["key", "pub", "minisig", "md"];

/// What an extension is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Language {
    /// Rust, compiled: small and fast.
    Rust,
    /// JavaScript, in QuickJS.
    #[value(name = "javascript", alias = "js")]
    JavaScript,
    /// Python, in CPython.
    Python,
}

/// A project that was found.
#[derive(Debug)]
pub(super) struct Project {
    /// Where it lies.
    pub(super) dir: PathBuf,
    /// What it is called.
    pub(super) name: String,
    /// What it is written in.
    pub(super) language: Language,
    /// The file that the others are reached from, in the project's directory; of JavaScript alone.
    pub(super) main: Option<String>,
}

impl Project {
    /// Reads what lies in a directory.
    pub(super) fn open(dir: &Path) -> anyhow::Result<Self> {
        Self::read(dir).map_err(|error| coded(&codes::PROJECT_UNUSABLE, &error))
    }

    fn read(dir: &Path) -> anyhow::Result<Self> {
        let dir =
            fs::canonicalize(dir).with_context(|| format!("there is no directory {}", dir.display()))?;
        let (language, manifest) = manifest(&dir)?;
        let text =
            fs::read_to_string(&manifest).with_context(|| format!("cannot read {}", manifest.display()))?;
        let described = || format!("{} does not name a package", manifest.display());
        let (name, main) = match language {
            Language::Rust => (toml::from_str::<Cargo>(&text).with_context(described)?.package.name, None),
            Language::Python => (toml::from_str::<Python>(&text).with_context(described)?.project.name, None),
            Language::JavaScript => {
                let package: Package = serde_json::from_str(&text).with_context(described)?;
                (package.name, Some(package.main))
            }
        };
        if name.is_empty() || name.contains(['/', '\\']) || name.starts_with('.') {
            bail!("{}: {name:?} cannot be the name of a file", manifest.display());
        }
        Ok(Self { dir, name, language, main })
    }

    /// Where everything goes that is made.
    pub(super) fn build(&self) -> PathBuf {
        self.dir.join(BUILD)
    }

    /// Where the component is, once it is built.
    pub(super) fn component(&self) -> PathBuf {
        self.build().join(format!("{}.wasm", self.name))
    }

    /// Where the words of the extension's world are.
    pub(super) fn wit(&self) -> PathBuf {
        self.dir.join("wit")
    }

    /// Whether the component is missing or older than a source.
    pub(super) fn is_stale(&self) -> bool {
        let built = fs::metadata(self.component()).and_then(|meta| meta.modified());
        built.map_or(true, |built| newest(&self.dir).is_some_and(|source| source > built))
    }
}

/// When a source below `dir` was last written to.
fn newest(dir: &Path) -> Option<SystemTime> {
    let entries = fs::read_dir(dir).ok()?.flatten();
    let own = entries.filter(|entry| !NO_SOURCES.iter().any(|name| entry.file_name() == *name));
    own.filter_map(|entry| {
        let meta = fs::metadata(entry.path()).ok()?;
        if meta.is_dir() {
            return newest(&entry.path());
        }
        let ending = entry.path().extension().map(|ending| ending.to_ascii_lowercase());
        let source = !ending.is_some_and(|ending| NO_SOURCE_FILES.iter().any(|other| ending == *other));
        if source { meta.modified().ok() } else { None }
    })
    .max()
}

fn manifest(dir: &Path) -> anyhow::Result<(Language, PathBuf)> {
    let known = [
        (Language::Rust, "Cargo.toml"),
        (Language::JavaScript, "package.json"),
        (Language::Python, "pyproject.toml"),
    ];
    let found = known.into_iter().map(|(language, file)| (language, dir.join(file)));
    let mut found = found.filter(|(_, file)| file.is_file());
    let Some(first) = found.next() else {
        bail!(
            "{} is no project: it has no Cargo.toml, package.json or pyproject.toml. `slotledger rules new` makes one",
            dir.display()
        );
    };
    if let Some((_, second)) = found.next() {
        bail!("{} and {} lie side by side: which is the project's?", first.1.display(), second.display());
    }
    Ok(first)
}

#[derive(serde::Deserialize)]
struct Cargo {
    package: Named,
}

#[derive(serde::Deserialize)]
struct Python {
    project: Named,
}

#[derive(serde::Deserialize)]
struct Named {
    name: String,
}

#[derive(serde::Deserialize)]
struct Package {
    name: String,
    #[serde(default = "index")]
    main: String,
}

/// What npm takes where nothing is said.
fn index() -> String {
    "index.js".to_owned()
}
