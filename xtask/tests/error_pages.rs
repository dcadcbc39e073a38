//! Every code that the sources declare has a page in `docs/errors/` under the same title, and no page is left over.

#![allow(clippy::expect_used, clippy::panic, reason = "a test may say what it expects")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Where codes are declared: `NAME = "SL0201", …, "The title", …`.
const CATALOGUES: [&str; 2] = ["guest/src/findings/codes.rs", "host/src/codes.rs"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the root").to_owned()
}

/// Code to title, as declared.
fn declared() -> BTreeMap<String, String> {
    let mut codes = BTreeMap::new();
    for catalogue in CATALOGUES {
        let source = fs::read_to_string(root().join(catalogue)).expect("the catalogue can be read");
        for entry in source.split("= \"SL").skip(1) {
            let mut literals = entry.split('"');
            let (digits, _) = (literals.next(), literals.next());
            let (Some(digits), Some(title)) = (digits, literals.next()) else { panic!("{entry}") };
            let code = format!("SL{digits}");
            assert_eq!(codes.insert(code.clone(), title.to_owned()), None, "{code} is declared twice");
        }
    }
    codes
}

/// Code to title, as written down.
fn documented() -> BTreeMap<String, String> {
    let folder = fs::read_dir(root().join("docs/errors")).expect("docs/errors exists");
    let pages = folder.map(|entry| entry.expect("an entry can be read").path());
    pages.filter(|path| !path.ends_with("README.md")).map(|path| heading(&path)).collect()
}

fn heading(path: &Path) -> (String, String) {
    let text = fs::read_to_string(path).expect("a page can be read");
    let code = path.file_stem().and_then(|stem| stem.to_str()).expect("a page is named by its code");
    let title = text.lines().next().and_then(|line| line.strip_prefix(&format!("# {code}: ")));
    assert!(text.contains("\n**What to do.** "), "{code} does not say what to do");
    (code.to_owned(), title.unwrap_or_else(|| panic!("{code} lacks its heading")).to_owned())
}

#[test]
fn every_code_has_its_page_and_every_page_its_code() {
    let declared = declared();
    assert!(
        declared.len() > 50,
        "only {} codes were found: did their declaration change its form?",
        declared.len()
    );
    assert_eq!(documented(), declared);
}

#[test]
fn the_list_of_codes_is_complete() {
    let list = fs::read_to_string(root().join("docs/errors/README.md")).expect("the list can be read");
    for (code, title) in declared() {
        let line = format!("| [{code}]({code}.md) | {title} |");
        assert!(list.lines().any(|found| found == line), "docs/errors/README.md lacks: {line}");
    }
}
