//! From bytes to compiled code that fits a world, with a cache on disk.
//!
//! Invariant: only code this very engine compiled is run. A cache entry is named after the component's digest and the
//! engine's compatibility hash, sealed with a checksum over both, and thrown away when anything about it is off.
//!
//! Deliberately absent: precompiled code from anybody else.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};
use wasmtime::component::Component;
use wasmtime::component::types::ComponentItem;

use super::engine::Engine;
use super::{Error, cache};

/// What a component has to have, and what it may ask for.
pub(crate) struct World {
    /// What it is called in messages.
    pub(crate) name: &'static str,
    /// Functions that it exports.
    pub(crate) exports: &'static [&'static str],
    /// Functions that it may import. Types give it nothing and may always be imported.
    pub(crate) imports: &'static [&'static str],
}

/// The world of the rules.
pub(super) const RULES: World = World {
    name: "rules",
    exports: &["describe", "find-openings", "validate", "transition", "price"],
    imports: &[],
};

/// Reads a component's file, up to the limit. One that is larger is not begun.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, Error> {
    let file = fs::File::open(path).map_err(|error| Error::io(path, error))?;
    if file.metadata().map_err(|error| Error::io(path, error))?.len() > limit {
        return Err(Error::TooLarge { name: path.display().to_string(), limit });
    }
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).map_err(|error| Error::io(path, error))?;
    Ok(bytes)
}

/// SHA-256, hexadecimal.
pub(crate) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Compiles a component, or takes what was compiled of it before, and checks that it fits the world.
pub(crate) fn load(
    engine: &Engine,
    world: &World,
    name: &str,
    bytes: &[u8],
    digest: &str,
    cache_dir: Option<&Path>,
) -> Result<Component, Error> {
    check_shape(name, bytes, engine.bounds.component_bytes)?;
    let engine = &engine.inner;
    let entry = cache_dir.map(|dir| cache::Entry::new(dir, digest, &compatibility(engine)));
    let component = match entry.as_ref().and_then(|entry| revive(engine, entry)) {
        Some(component) => component,
        None => compile(engine, name, bytes, entry.as_ref())?,
    };
    check_world(engine, world, name, &component)?;
    Ok(component)
}

fn compile(
    engine: &wasmtime::Engine,
    name: &str,
    bytes: &[u8],
    entry: Option<&cache::Entry>,
) -> Result<Component, Error> {
    let component = Component::from_binary(engine, bytes)
        .map_err(|error| Error::NotAComponent { name: name.to_owned(), reason: format!("{error:#}") })?;
    if let Some(entry) = entry {
        let kept = component.serialize().map_err(|error| format!("{error:#}"));
        // A decision does not need the cache; only the next start is slower without it.
        if let Err(error) = kept.and_then(|code| entry.write(&code).map_err(|error| error.to_string())) {
            tracing::warn!(wasm.component = name, error, "the compiled component was not cached");
        }
    }
    Ok(component)
}

fn revive(engine: &wasmtime::Engine, entry: &cache::Entry) -> Option<Component> {
    let file = entry.sealed()?;
    // The code is mapped and not read: what is never run takes no memory, and of the rest all hosts share one copy. Some file
    // systems have no code run from them; it is read from those.
    let component = mapped(engine, &file).or_else(|_| copied(engine, &fs::read(&file)?));
    component
        .inspect_err(
            |error| tracing::warn!(%error, "a cached component was not usable and is compiled again"),
        )
        .ok()
}

#[allow(
    unsafe_code,
    reason = "the engine offers no safe way to load code that it compiled in an earlier run"
)]
fn mapped(engine: &wasmtime::Engine, file: &Path) -> wasmtime::Result<Component> {
    // SAFETY: the file has passed its seal, which only `cache::Entry::write` makes, in a directory that nobody else may
    // write to; it begins with the output of `Component::serialize` for this component and this engine's settings, and is
    // replaced and never written to.
    unsafe { Component::deserialize_file(engine, file) }
}

#[allow(
    unsafe_code,
    reason = "the engine offers no safe way to load code that it compiled in an earlier run"
)]
fn copied(engine: &wasmtime::Engine, code: &[u8]) -> wasmtime::Result<Component> {
    // SAFETY: as above; the code is the file's.
    unsafe { Component::deserialize(engine, code) }
}

/// Changes with the engine's version, its settings and the processor's features.
pub(super) fn compatibility(engine: &wasmtime::Engine) -> String {
    let mut hasher = DefaultHasher::new();
    engine.precompile_compatibility_hash().hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// Says in plain words what a file is that is no component, where the first bytes tell.
pub(crate) fn check_shape(name: &str, bytes: &[u8], limit: u64) -> Result<(), Error> {
    if bytes.len() as u64 > limit {
        return Err(Error::TooLarge { name: name.to_owned(), limit });
    }
    let reason = match bytes.get(..8) {
        Some([0, b'a', b's', b'm', _, 0, 1, 0]) => return Ok(()),
        Some([0, b'a', b's', b'm', 1, 0, 0, 0]) => "it is a core module",
        Some(_) | None => "it does not begin as WebAssembly does",
    };
    Err(Error::NotAComponent { name: name.to_owned(), reason: reason.to_owned() })
}

fn check_world(
    engine: &wasmtime::Engine,
    world: &World,
    name: &str,
    component: &Component,
) -> Result<(), Error> {
    let found = component.component_type();
    let imported: Vec<String> = found
        .imports(engine)
        .flat_map(|(import, item)| asks_for(engine, import, &item.ty))
        .filter(|import| !world.imports.contains(&import.as_str()))
        .collect();
    let missing: Vec<String> = world
        .exports
        .iter()
        .filter(|export| {
            let found = found.get_export(engine, export);
            !found.is_some_and(|item| matches!(item.ty, ComponentItem::ComponentFunc(_)))
        })
        .map(|export| (*export).to_owned())
        .collect();
    if imported.is_empty() && missing.is_empty() {
        return Ok(());
    }
    Err(Error::WrongWorld { name: name.to_owned(), world: world.name, missing, imported })
}

/// What an import would give the component. Types alone give it nothing: every user of `wit/types` has those.
fn asks_for(engine: &wasmtime::Engine, import: &str, item: &ComponentItem) -> Vec<String> {
    match item {
        ComponentItem::Type(_) => Vec::new(),
        ComponentItem::ComponentInstance(instance) => instance
            .exports(engine)
            .flat_map(|(inner, item)| asks_for(engine, &format!("{import}#{inner}"), &item.ty))
            .collect(),
        ComponentItem::ComponentFunc(_)
        | ComponentItem::CoreFunc(_)
        | ComponentItem::Module(_)
        | ComponentItem::Component(_)
        | ComponentItem::Resource(_) => vec![import.to_owned()],
    }
}
