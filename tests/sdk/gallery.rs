//! Every example builds, answers as its fixtures say, and stands up to the inputs made to break it.

use crate::sdk::{copy, root, rules};

/// Tests a copy, so that nothing is written among the sources.
fn passes(example: &str) {
    let dir = tempfile::tempdir().expect("a directory");
    copy(&root().join("sdk/examples").join(example), dir.path());
    for left in ["build", "target", "node_modules"] {
        // What somebody built by hand beside the sources is not what is tested.
        let _ = std::fs::remove_dir_all(dir.path().join(left));
    }
    let (passed, said) = rules(&["test"], dir.path());
    assert!(passed && said.contains(" passed, 0 failed"), "{said}");
    assert!(!said.contains(" 0 passed"), "{said}");
}

#[test]
fn weekend_surcharge() {
    passes("weekend-surcharge");
}

#[test]
fn service_area() {
    passes("service-area");
}

#[test]
fn vip_lead_time() {
    passes("vip-lead-time");
}

#[test]
fn no_show_blacklist() {
    passes("no-show-blacklist");
}

#[test]
fn credit_limit() {
    passes("credit-limit");
}

#[test]
fn document_language() {
    passes("document-language");
}

#[test]
fn every_example_is_tested() {
    let entries = std::fs::read_dir(root().join("sdk/examples")).expect("the examples");
    let mut found: Vec<String> = entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
        .map(|path| path.file_name().expect("a name").to_string_lossy().replace('-', "_"))
        .collect();
    found.sort();
    let tested = include_str!("gallery.rs");
    assert_eq!(found.len(), 6);
    for example in found {
        assert!(tested.contains(&format!("fn {example}()")), "{example} has no test");
    }
}
