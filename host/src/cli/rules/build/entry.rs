//! What is built around a rule, so that its exceptions are heard: a module of the rule's own language, from `sdk/entry/`.

use std::fs;

use anyhow::Context;

use crate::cli::rules::project::Project;

/// Where it goes, in the directory of what is made.
pub(super) const JAVASCRIPT: &str = "entry.js";
/// The directory of Python's, which is looked for modules in.
pub(super) const PYTHON: &str = "entry";
/// Python's module. It has another name than any that an author is likely to think of.
pub(super) const PYTHON_MODULE: &str = "slotledger_entry";

/// Writes the one in JavaScript, which takes the project's main file from its place beside `build`.
pub(super) fn write_javascript(project: &Project, main: &str) -> anyhow::Result<()> {
    // Between quotation marks, a name is escaped as JSON has it.
    let quoted = serde_json::to_string(main)?;
    let text =
        include_str!("../../../../../sdk/entry/entry.js").replace("{{main}}", quoted.trim_matches('"'));
    write(project, JAVASCRIPT, &text)
}

/// Writes the one in Python, which takes the module `rule`.
pub(super) fn write_python(project: &Project) -> anyhow::Result<()> {
    let file = format!("{PYTHON}/{PYTHON_MODULE}.py");
    write(project, &file, include_str!("../../../../../sdk/entry/entry.py"))
}

fn write(project: &Project, file: &str, text: &str) -> anyhow::Result<()> {
    let path = project.build().join(file);
    let dir = path.parent().context("a file has a directory")?;
    fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
    fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
}
