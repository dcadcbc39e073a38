//! What is taken as a rules component, what is not and why, and what the cache is trusted with.

use std::fs;
use std::path::{Path, PathBuf};

use super::fixture::{Program, request, snapshot};
use crate::wasm::engine::Engine;
use crate::wasm::{Error, Rules, WIT_VERSION, cache, component, limits};

fn refusal(bytes: &[u8]) -> Error {
    Rules::from_bytes("it", bytes, None).expect_err("it is refused")
}

fn component_of(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("the text is well formed")
}

fn written(dir: &Path, bytes: &[u8]) -> PathBuf {
    let path = dir.join("rules.wasm");
    fs::write(&path, bytes).expect("the file is written");
    path
}

#[test]
fn the_shipped_component_speaks_this_hosts_version() {
    let rules = Rules::embedded(None).expect("it is taken");
    assert_eq!(rules.description().wit_version, WIT_VERSION);
    assert_eq!(rules.digest().len(), 64);
}

#[test]
fn an_import_is_refused_by_its_name() {
    let error = refusal(&component_of(
        r#"(component
            (import "wasi:cli/environment@0.2.0" (instance (export "get-environment" (func))))
            (import "log" (func)))"#,
    ));
    let Error::WrongWorld { missing, imported, .. } = &error else { panic!("{error:?}") };
    assert_eq!(imported, &["wasi:cli/environment@0.2.0#get-environment", "log"]);
    assert_eq!(missing, &["describe", "find-openings", "validate", "transition", "price"]);
    assert!(error.to_string().contains("it imports wasi:cli/environment@0.2.0#get-environment"), "{error}");
}

#[test]
fn exports_of_another_type_are_refused() {
    let error = refusal(&component_of(
        r#"(component
            (core module $m (func (export "f")))
            (core instance $i (instantiate $m))
            (func $f (canon lift (core func $i "f")))
            (export "describe" (func $f)) (export "find-openings" (func $f)) (export "validate" (func $f))
            (export "transition" (func $f)) (export "price" (func $f)))"#,
    ));
    assert!(matches!(error, Error::WrongWorld { .. }), "{error:?}");
    assert_eq!(error.code(), "SL0402");
}

#[test]
fn a_component_of_another_version_is_refused() {
    let error = refusal(&Program { wit_version: "9.1.0", ..Program::harmless() }.component());
    assert!(matches!(&error, Error::WrongVersion { found, .. } if found == "9.1.0"), "{error:?}");
}

#[test]
fn what_is_no_component_is_refused_with_what_it_is() {
    let core = component_of("(module)");
    let cut = Program::harmless().component();
    for (bytes, reason) in [
        (&core[..], "it is a core module"),
        (&b"#!/bin/sh"[..], "it does not begin as WebAssembly does"),
        (&b""[..], "it does not begin as WebAssembly does"),
        (&cut[..cut.len() - 7], ""),
    ] {
        let error = refusal(bytes);
        assert!(
            matches!(&error, Error::NotAComponent { reason: found, .. } if found.contains(reason)),
            "{error:?}"
        );
    }
}

#[test]
fn code_that_somebody_else_compiled_is_refused() {
    let engine = Engine::shared().expect("the engine");
    let code = engine.inner.precompile_component(&Program::harmless().component()).expect("it compiles");
    assert!(matches!(refusal(&code), Error::NotAComponent { .. }));
}

#[test]
fn a_file_is_taken_under_its_own_digest_only() {
    let dir = tempfile::tempdir().expect("a directory");
    let bytes = Program::harmless().component();
    let path = written(dir.path(), &bytes);
    let digest = component::digest(&bytes).to_uppercase();
    assert!(Rules::from_file(&path, Some(&digest), None).is_ok());

    written(dir.path(), &Program::validating("(i32.const 776)").component());
    let error = Rules::from_file(&path, Some(&digest), None).expect_err("the file has changed");
    assert!(matches!(&error, Error::DigestMismatch { expected, .. } if *expected == digest), "{error:?}");
}

#[test]
fn a_file_that_is_too_large_is_not_read() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("huge.wasm");
    fs::File::create(&path).and_then(|file| file.set_len(50 << 20)).expect("a file of 50 MiB");
    let error = component::read(&path, limits::COMPONENT_BYTES).expect_err("it is not read");
    assert!(matches!(error, Error::TooLarge { .. }), "{error:?}");
    let error = Rules::from_file(&path, None, None).expect_err("it is refused");
    assert!(matches!(error, Error::TooLarge { .. }), "{error:?}");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = Rules::from_file(Path::new("no/such.wasm"), None, None).expect_err("it is refused");
    assert!(error.to_string().contains("no/such.wasm"), "{error}");
    assert_eq!(error.code(), "SL0406");
}

/// The one entry of a cache directory.
fn entry(dir: &Path) -> PathBuf {
    let mut entries = fs::read_dir(dir).expect("the cache").map(|entry| entry.expect("an entry").path());
    let only = entries.next().expect("one entry");
    assert_eq!(entries.next(), None);
    only
}

fn decides(bytes: &[u8], cache_dir: &Path) {
    let rules = Rules::from_bytes("it", bytes, Some(cache_dir)).expect("it is taken");
    assert_eq!(rules.validate(&snapshot(), &request()).expect("it decides"), Ok(()));
}

#[test]
fn the_second_load_takes_the_code_of_the_first() {
    let dir = tempfile::tempdir().expect("a directory");
    let bytes = Program::harmless().component();
    decides(&bytes, dir.path());
    // Code of another program under this one's name shows that the second load reads the entry: it fails.
    let path = entry(dir.path());
    let name = path.file_stem().and_then(|name| name.to_str()).expect("a name").to_owned();
    let (_, engine_hash) = name.rsplit_once('-').expect("the name ends in the engine's hash");
    let other = Program::validating("(unreachable)").component();
    let code = Engine::shared().expect("the engine").inner.precompile_component(&other).expect("it compiles");
    cache::Entry::new(dir.path(), &component::digest(&bytes), engine_hash)
        .write(&code)
        .expect("it is written");
    let rules = Rules::from_bytes("it", &bytes, Some(dir.path())).expect("it is taken");
    assert!(matches!(rules.validate(&snapshot(), &request()), Err(Error::Trapped(_))));
}

#[test]
fn a_damaged_entry_is_compiled_and_written_again() {
    let dir = tempfile::tempdir().expect("a directory");
    let bytes = Program::harmless().component();
    decides(&bytes, dir.path());
    let path = entry(dir.path());
    let good = fs::read(&path).expect("the entry");
    for bad in [&b"junk"[..], &good[..good.len() / 2], &[0; 4096][..]] {
        fs::write(&path, bad).expect("the entry is damaged");
        decides(&bytes, dir.path());
        assert_eq!(fs::read(&path).expect("the entry").len(), good.len());
    }
}

#[test]
fn a_sealed_entry_that_the_engine_does_not_know_is_compiled_again() {
    let dir = tempfile::tempdir().expect("a directory");
    let bytes = Program::harmless().component();
    decides(&bytes, dir.path());
    let path = entry(dir.path());
    let name = path.file_stem().and_then(|name| name.to_str()).expect("a name").to_owned();
    let (_, engine_hash) = name.rsplit_once('-').expect("the name ends in the engine's hash");
    let foreign = cache::Entry::new(dir.path(), &component::digest(&bytes), engine_hash);
    foreign.write(b"code of another engine").expect("it is written");
    decides(&bytes, dir.path());
}

#[test]
fn a_cache_that_cannot_be_written_costs_only_time() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = written(dir.path(), b"a file where the cache should be");
    decides(&Program::harmless().component(), &file);
}
