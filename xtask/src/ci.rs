//! `cargo xtask ci`: released WIT, formatting, lints, documentation, tests, each of which must hold.

use anyhow::Result;

use crate::progress::phase;
use crate::{rules, shell, test, wit};

/// Runs every check; the tests come last, because their verdict is what a log is read for.
pub(crate) fn ci() -> Result<()> {
    phase("what was released of wit/", wit::check)?;
    check("formatting", &["fmt", "--all", "--check"], "run `cargo fmt --all`")?;
    // The host embeds the component, so that nothing after this compiles without it.
    rules::build()?;
    let clippy = ["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"];
    check("lints", &clippy, "mend what clippy names")?;
    document()?;
    test::test(None, &[])
}

fn check(what: &str, arguments: &[&str], advice: &str) -> Result<()> {
    phase(what, || shell::run(shell::cargo().args(arguments), advice))
}

fn document() -> Result<()> {
    phase("documentation", || {
        let mut cargo = shell::cargo();
        cargo.args(["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "--deny warnings");
        shell::run(&mut cargo, "mend what rustdoc names")
    })
}
