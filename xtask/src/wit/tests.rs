use super::*;

const FIRST: &str = "package slotledger:extension@0.1.0;

interface words {
    /// A number.
    record decimal { units: s64, scale: u8 }
    enum hook { hold, cancel }
}

world extension {
    use words.{hook};
    export review: func(hook: hook) -> list<string>;
}
";

/// `wit/` with a first version, which is released, and a next one.
fn wit(next: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a directory");
    for (version, text) in [("0.1.0", FIRST), (NEXT, next)] {
        let path = dir.path().join(PACKAGE).join(version);
        fs::create_dir_all(&path).expect("a directory");
        fs::write(path.join("extension.wit"), text).expect("it is written");
    }
    let name = "extension/0.1.0/extension.wit";
    let line = format!("{}  {name}\n", digest(&dir.path().join(name)).expect("a digest"));
    fs::write(dir.path().join(RELEASED), line).expect("it is written");
    dir
}

fn next(from: &str, to: &str) -> String {
    let text = FIRST.replace("0.1.0", "0.2.0");
    assert!(text.contains(from), "{from}");
    text.replace(from, to)
}

fn judged(wit: &Path) -> Result<()> {
    let versions = versions(wit)?;
    versions.windows(2).try_for_each(|pair| adds_only(&pair[0], &pair[1]))
}

#[test]
fn this_clone_keeps_its_word() {
    check().expect("it does");
}

#[test]
fn what_was_released_may_neither_change_nor_go_nor_get_company() {
    let dir = wit(&FIRST.replace("0.1.0", "0.2.0"));
    frozen(dir.path()).expect("nothing has changed");
    let file = dir.path().join("extension/0.1.0/extension.wit");
    let why = || frozen(dir.path()).expect_err("it is noticed").to_string();

    fs::write(&file, FIRST.replace("A number", "Any number")).expect("it is written");
    assert!(why().contains("extension/0.1.0/extension.wit was released and has changed"), "{}", why());
    fs::remove_file(&file).expect("it is removed");
    assert!(why().contains("is gone"), "{}", why());
    fs::write(&file, FIRST).expect("it is written");
    fs::write(dir.path().join("extension/0.1.0/more.wit"), "").expect("it is written");
    assert!(why().contains("extension/0.1.0/more.wit is not released"), "{}", why());
}

#[test]
fn what_comes_next_may_add() {
    let more = "export review: func(hook: hook) -> list<string>;\n    export check: func() -> list<string>;";
    let dir = wit(&next("export review: func(hook: hook) -> list<string>;", more));
    judged(dir.path()).expect("a function more is no harm");
    let dir = wit(&next("enum hook", "record note { text: string }\n    enum hook"));
    judged(dir.path()).expect("a type more is no harm");
    let dir = wit(&next("/// A number.", "/// Any number."));
    judged(dir.path()).expect("other words about it are no harm");
}

#[test]
fn what_comes_next_may_change_nothing() {
    for (from, to, named) in [
        ("scale: u8", "scale: u16", "record decimal"),
        ("hold, cancel", "hold, cancel, search", "enum hook"),
        ("export review: func(hook: hook) -> list<string>;", "", "export review"),
        ("hook: hook)", "hook: hook, more: bool)", "export review"),
    ] {
        let dir = wit(&next(from, to));
        let why = judged(dir.path()).expect_err("it is noticed").to_string();
        assert!(why.contains(named), "{why}");
    }
    let dir = wit(&next("scale: u8", "scale: u16").replace("0.2.0", "1.0.0"));
    judged(dir.path()).expect("a new major version may");
    let dir = wit(&FIRST.replace("0.1.0", "0.0.9"));
    assert!(judged(dir.path()).expect_err("it is noticed").to_string().contains("older"));
}
