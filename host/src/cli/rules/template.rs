//! What a new project begins with, from `sdk/templates/`, kept inside the binary.
//!
//! Invariant: the words of the WIT package are those this host speaks, and the tools are the versions that were tested
//! with it.

use super::project::Language;

/// What an extension is shown and can say.
pub(super) const WIT: &str = include_str!("../../../../wit/extension/0.1.0/extension.wit");

/// The version of that package.
const WIT_VERSION: &str = "0.1.0";

/// Builds components of JavaScript; from npm.
const COMPONENTIZE_QJS: &str = "0.4.5";

/// Builds components of Python; from PyPI.
const COMPONENTIZE_PY: &str = "0.25.1";

macro_rules! template {
    ($path:literal) => {
        include_str!(concat!("../../../../sdk/templates/", $path))
    };
}

type File = (&'static str, &'static str);

const COMMON: [File; 5] = [
    (".gitignore", template!("gitignore")),
    ("README.md", template!("README.md")),
    ("fixtures/afternoon.json", template!("fixtures/afternoon.json")),
    ("fixtures/evening.json", template!("fixtures/evening.json")),
    ("fixtures/large-party.json", template!("fixtures/large-party.json")),
];

const RUST: [File; 2] =
    [("Cargo.toml", template!("rust/Cargo.toml")), ("src/lib.rs", template!("rust/src/lib.rs"))];

const JAVASCRIPT: [File; 2] = [
    ("package.json", template!("javascript/package.json")),
    ("src/rule.js", template!("javascript/src/rule.js")),
];

const PYTHON: [File; 3] = [
    ("pyproject.toml", template!("python/pyproject.toml")),
    ("requirements.txt", template!("python/requirements.txt")),
    ("src/rule.py", template!("python/src/rule.py")),
];

/// The files of a new project, by their paths in it.
pub(super) fn files(language: Language, name: &str) -> Vec<(&'static str, String)> {
    let own: &[File] = match language {
        Language::Rust => &RUST,
        Language::JavaScript => &JAVASCRIPT,
        Language::Python => &PYTHON,
    };
    let filled = own.iter().chain(&COMMON).map(|(path, text)| (*path, fill(text, language, name)));
    filled.chain([("wit/extension.wit", WIT.to_owned())]).collect()
}

fn fill(text: &str, language: Language, name: &str) -> String {
    let (source, notes) = about(language);
    text.replace("{{source}}", source)
        .replace("{{language_notes}}", notes)
        .replace("{{name}}", name)
        .replace("{{wit_version}}", WIT_VERSION)
        .replace("{{componentize_qjs}}", COMPONENTIZE_QJS)
        .replace("{{componentize_py}}", COMPONENTIZE_PY)
}

/// Where the rule of a project lies, and what its README says about the language.
const fn about(language: Language) -> (&'static str, &'static str) {
    match language {
        Language::Rust => (
            "src/lib.rs",
            "It is an ordinary crate: add dependencies to `Cargo.toml`, as long as they need no clock, no randomness and \
             no files.\nA panic is an error of the extension; what comes of the booking is up to the administrator.",
        ),
        Language::JavaScript => (
            "src/rule.js",
            "It runs in QuickJS, not in Node: the language is all there, and nothing of the platform (no `fetch`, no \
             timers).\nThere is no clock: `new Date()` and `Date.now()` throw; use `input.now`. What `Math.random` says was settled \
             when the\ncomponent was built.",
        ),
        Language::Python => (
            "src/rule.py",
            "It runs in CPython, without files, network or clock. `time.time()` and `datetime.now()` end the call: use \
             `input.now`.\nWhat `random` says was settled when the component was built. What is imported at the top is \
             loaded once, at build\ntime, and costs nothing later; an `import` inside a function finds nothing.\nFor an editor's sake, `build/venv/bin/componentize-py -d wit -w extension bindings \
             build/bindings` writes the types.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_to_fill_in() {
        for language in [Language::Rust, Language::JavaScript, Language::Python] {
            for (path, text) in files(language, "weekend") {
                assert!(!text.contains("{{"), "{path} has a blank");
            }
        }
    }

    #[test]
    fn the_version_is_that_of_the_words() {
        assert!(WIT.contains(&format!("package slotledger:extension@{WIT_VERSION};")));
    }

    #[test]
    fn the_examples_are_built_with_the_same_tools() {
        for package in [
            include_str!("../../../../sdk/examples/vip-lead-time/package.json"),
            include_str!("../../../../sdk/examples/no-show-blacklist/package.json"),
        ] {
            assert!(package.contains(&format!("\"componentize-qjs\": \"{COMPONENTIZE_QJS}\"")));
        }
        for requirements in [
            include_str!("../../../../sdk/examples/credit-limit/requirements.txt"),
            include_str!("../../../../sdk/examples/document-language/requirements.txt"),
        ] {
            assert!(requirements.contains(&format!("componentize-py=={COMPONENTIZE_PY}\n")));
        }
    }
}
