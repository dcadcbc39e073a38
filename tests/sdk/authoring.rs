//! From nothing to a tested component, in each language, and what is said when something is missing or wrong.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use slotledger::extension::Extension;
use tempfile::TempDir;

use crate::sdk::{command, root, rules, said};

/// A new project and the directory that holds it.
pub(super) fn project(language: &str) -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().expect("a directory");
    let (made, said) = rules(&["new", "--lang", language, "evening"], dir.path());
    assert!(made, "{said}");
    let project = dir.path().join("evening");
    (dir, project)
}

/// As the tutorial has it: new, build, test, bench, sign, install.
fn goes_all_the_way(language: &str) {
    let (_dir, project) = project(language);
    let (built, said) = rules(&["build"], &project);
    assert!(built && said.contains("SHA-256"), "{said}");
    assert!(project.join("build/evening.wasm").is_file());

    let (passed, said) = rules(&["test"], &project);
    assert!(passed && said.contains("11 passed, 0 failed"), "{said}");
    assert!(!said.contains("building"), "what is fresh is not built again: {said}");

    let (measured, said) = rules(&["bench", "--rounds", "3"], &project);
    assert!(measured && said.contains("large-party"), "{said}");
    is_handed_over(&project);
}

/// What the tutorial's last steps print: keys, a signature, and an administrator who takes it.
fn is_handed_over(project: &Path) {
    let runs = |arguments: &[&str]| {
        let mut command = command(arguments, project);
        let output = command.env("SLOTLEDGER_SIGNING_PASSWORD", "a password").output().expect("it runs");
        assert!(output.status.success(), "{arguments:?}: {}", said(&output));
        said(&output)
    };
    runs(&["keys", "new", "--key", "evening.key"]);
    runs(&["sign", "build/evening.wasm", "--key", "evening.key"]);
    let config = project.join("slotledger.toml");
    fs::write(&config, "[rules]\ncache = \"cache\"\n").expect("a configuration");
    let (taken, said) = rules(&["install", "build/evening.wasm"], project);
    assert!(!taken && said.contains("SL0432"), "{said}");
    runs(&["keys", "trust", "evening.pub", "--owner", "me"]);
    let said = runs(&["install", "build/evening.wasm"]);
    assert!(said.contains("org.example.evening 0.1.0 is installed"), "{said}");
    assert!(runs(&["list"]).contains("org.example.evening"), "it is listed");
    is_taken_from_the_cache(project);
}

/// What was compiled when it was installed is not compiled again: that takes seconds, where an interpreter is in it.
fn is_taken_from_the_cache(project: &Path) {
    let bytes = fs::read(project.join("build/evening.wasm")).expect("the component");
    let cache = project.join("cache");
    let takes = || {
        let start = Instant::now();
        Extension::load("evening", &bytes, Some(&cache)).expect("it is taken");
        start.elapsed()
    };
    // The first time makes the engine too, and other tests may have the machine meanwhile.
    let least = (0..5).map(|_| takes()).min().expect("a time");
    println!("{} bytes are loaded from the cache in {least:?}", bytes.len());
    assert!(least < Duration::from_millis(1_500), "{least:?}");
}

#[test]
fn a_new_project_in_rust_builds_and_passes() {
    goes_all_the_way("rust");
}

#[test]
fn a_new_project_in_javascript_builds_and_passes() {
    goes_all_the_way("javascript");
}

#[test]
fn a_new_project_in_python_builds_and_passes() {
    goes_all_the_way("python");
}

#[test]
fn one_source_gives_one_component_wherever_it_lies() {
    let builds = [project("rust"), project("rust")].map(|(_dir, project)| {
        let (built, said) = rules(&["build"], &project);
        assert!(built, "{said}");
        fs::read(project.join("build/evening.wasm")).expect("the component")
    });
    assert!(builds[0] == builds[1], "the components differ");
}

#[test]
fn whatever_a_rule_does_wrong_is_named() {
    let (_dir, project) = project("javascript");
    let source = project.join("src/rule.js");
    let text = fs::read_to_string(&source).expect("the rule");
    // It forgets that a customer may be missing, and answers with a code that is none.
    let broken = text
        .replace("const most = ", "input.customer.email.trim(); const most = ")
        .replace("code: \"too-many-guests\"", "code: \"Too many!\"");
    fs::write(&source, broken).expect("it is written");
    fs::write(
        project.join("fixtures/wrong.json"),
        r#"{ "like": "evening.json", "propose": [{ "LeadTime": 5 }] }"#,
    )
    .expect("it is written");

    let (passed, said) = rules(&["test"], &project);
    assert!(!passed, "{said}");
    assert!(said.contains("FAILED  nothing at hold") && said.contains("SL0411"), "{said}");
    assert!(said.contains("FAILED  large-party") && said.contains("SL0421"), "{said}");
    assert!(said.contains("FAILED  wrong") && said.contains("the fixture expects"), "{said}");
    assert!(said.contains("ok      afternoon"), "{said}");
}

#[test]
fn what_is_missing_is_named_with_what_installs_it() {
    for (language, command_line) in [
        ("rust", "rustup target add wasm32-unknown-unknown"),
        ("javascript", "apt-get install nodejs npm"),
        ("python", "apt-get install python3 python3-venv"),
    ] {
        let (dir, project) = project(language);
        let mut command = command(&["build"], &project);
        command.env("PATH", dir.path());
        for name in ["SLOTLEDGER_CARGO", "SLOTLEDGER_COMPONENTIZE_QJS", "SLOTLEDGER_COMPONENTIZE_PY"] {
            command.env_remove(name);
        }
        let output = command.output().expect("it runs");
        let said = said(&output);
        assert!(!output.status.success() && said.contains(command_line), "{said}");
    }
}

#[test]
fn a_directory_in_use_and_words_that_were_edited_are_refused() {
    let (dir, project) = project("rust");
    let (made, said) = rules(&["new", "--lang", "python", "evening"], dir.path());
    assert!(!made && said.contains("is not empty"), "{said}");

    let words = project.join("wit/extension.wit");
    let text = fs::read_to_string(&words).expect("the words");
    fs::write(&words, text.replace("u32", "u64")).expect("it is written");
    let (built, said) = rules(&["build"], &project);
    assert!(!built && said.contains("never edited"), "{said}");

    let (built, said) = rules(&["build", "."], dir.path());
    assert!(!built && said.contains("slotledger rules new"), "{said}");
}

#[test]
fn the_page_about_the_words_is_what_the_command_prints() {
    let page = fs::read_to_string(root().join("docs/rules/extension.md")).expect("the page");
    let output = command(&["doc"], &root()).output().expect("it runs");
    let printed = String::from_utf8(output.stdout).expect("text");
    assert_eq!(printed, page, "run `slotledger rules doc --out docs/rules/extension.md`");
}
