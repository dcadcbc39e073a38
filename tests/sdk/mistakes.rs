//! What authors do wrong, and where they read it: exceptions, compile errors, fixtures, keys.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::authoring::project;
use crate::sdk::{command, rules, said};

/// A project whose rule has this in the place of that.
fn with(language: &str, source: &str, from: &str, to: &str) -> (TempDir, PathBuf) {
    let (dir, project) = project(language);
    let path = project.join(source);
    let text = fs::read_to_string(&path).expect("the rule");
    assert!(text.contains(from), "{from}");
    fs::write(&path, text.replace(from, to)).expect("it is written");
    (dir, project)
}

#[test]
fn an_exception_in_javascript_is_logged_with_its_line() {
    let most = "const most = ";
    let both = "if (input.wanted?.guests === 9) new Date(); input.customer.email.trim(); const most = ";
    let (_dir, project) = with("javascript", "src/rule.js", most, both);
    let (passed, said) = rules(&["test"], &project);
    assert!(!passed && said.contains("ok      afternoon"), "{said}");
    let crashed =
        "log warn: review: TypeError: cannot read property 'email' of null at review (/src/rule.js:38:";
    assert!(said.contains(crashed), "{said}");
    assert!(said.contains("log warn: review: Error: there is no clock"), "{said}");

    let source = project.join("src/rule.js");
    let text = fs::read_to_string(&source).expect("the rule");
    fs::write(&source, text.replace("export function review", "function review")).expect("it is written");
    let (built, said) = rules(&["build"], &project);
    assert!(
        !built && said.contains("src/rule.js does not export review") && said.contains("SL0428"),
        "{said}"
    );
}

#[test]
fn an_exception_in_python_is_logged_with_its_line() {
    let sentence = "        most = number(input.settings, \"most-guests\")";
    let (_dir, project) =
        with("python", "src/rule.py", sentence, &format!("        input.customer.email.strip()\n{sentence}"));
    let (passed, said) = rules(&["test"], &project);
    assert!(!passed && said.contains("ok      afternoon"), "{said}");
    let crashed = "log warn: review: AttributeError: 'NoneType' object has no attribute 'email' at rule.py:";
    assert!(said.contains(crashed), "{said}");
}

#[test]
fn a_compile_error_of_rust_is_all_that_is_shown() {
    let (_dir, project) = with("rust", "src/lib.rs", "let Some(from)", "let Some(form)");
    let (built, said) = rules(&["build"], &project);
    assert!(!built && said.contains("cannot find value `from`") && said.contains("SL0428"), "{said}");
    assert!(!said.contains("{\"reason\""), "what cargo tells other programs is not for people: {said}");
}

#[test]
fn half_hours_are_hours_too() {
    let (_dir, project) = project("rust");
    let fixture = |name: &str, minute: u32, propose: &str| {
        let text = format!(
            r#"{{ "like": "evening.json", "input": {{ "wanted": {{ "local_start": {{ "minute": {minute} }} }},
                "settings": [{{ "name": "from", "value": "18.5" }}] }}, "propose": {propose} }}"#
        );
        fs::write(project.join("fixtures").join(name), text).expect("it is written");
    };
    let line = r#"[{ "PriceLine": { "item": "EVENING", "description": "Evening surcharge", "amount": { "units": 1500, "scale": 2 } } }]"#;
    fixture("before.json", 18 * 60 + 29, "[]");
    fixture("after.json", 18 * 60 + 30, line);
    let (passed, said) = rules(&["test"], &project);
    assert!(passed && said.contains("ok      before") && said.contains("ok      after"), "{said}");
    a_fixture_that_cannot_be_asked_fails_alone(&project);
}

/// The others are asked all the same; and where there is none, nothing is proved.
fn a_fixture_that_cannot_be_asked_fails_alone(project: &Path) {
    let fixtures = project.join("fixtures");
    fs::write(fixtures.join("broken.json"), r#"{ "like": "evening.json", "expect": [] }"#)
        .expect("it is written");
    let (passed, said) = rules(&["test"], project);
    assert!(!passed && said.contains("FAILED  broken") && said.contains("SL0429"), "{said}");
    assert!(said.contains("ok      evening") && said.contains(" 1 failed"), "{said}");

    fs::remove_dir_all(&fixtures).expect("they are removed");
    fs::create_dir(&fixtures).expect("a directory");
    let (passed, said) = rules(&["test"], project);
    assert!(!passed && said.contains("there is none"), "{said}");
}

#[test]
fn only_components_are_signed_and_only_with_a_secret_key() {
    let dir = tempfile::tempdir().expect("a directory");
    let runs = |arguments: &[&str]| {
        let output = command(arguments, dir.path()).output().expect("it runs");
        (output.status.success(), said(&output))
    };
    assert!(runs(&["keys", "new", "--key", "my.key", "--without-password"]).0);
    fs::write(dir.path().join("empty.wasm"), "").expect("it is written");
    let (signed, said) = runs(&["sign", "empty.wasm", "--key", "my.key"]);
    assert!(!signed && said.contains("SL0401"), "{said}");
    assert!(!dir.path().join("empty.wasm.minisig").exists(), "nothing is signed");

    // A component of nothing: the preamble alone.
    fs::write(dir.path().join("least.wasm"), b"\0asm\x0d\0\x01\0").expect("it is written");
    let (signed, said) = runs(&["sign", "least.wasm", "--key", "my.pub"]);
    assert!(!signed && said.contains("it is the public key"), "{said}");
    let (signed, said) = runs(&["sign", "least.wasm", "--key", "my.key"]);
    assert!(signed, "{said}");
}
