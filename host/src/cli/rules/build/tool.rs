//! Runs other people's programs, and turns what they lack into sentences that say what to do.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use anyhow::{Context, bail};

use crate::cli::progress::Counting;

/// A program that is run in a project's directory.
pub(super) fn program(name: impl AsRef<OsStr>, dir: &Path) -> Command {
    let mut command = Command::new(name);
    command.current_dir(dir).stdin(Stdio::null());
    command
}

/// Runs it, and answers with what it printed. `install` says how to get the program where there is none.
pub(super) fn run(command: &mut Command, install: &str) -> anyhow::Result<Output> {
    let output = command.output().map_err(|error| missing(command, error, install))?;
    if !output.status.success() {
        // What went wrong stands in the errors; the rest says how far it came, often for other programs.
        let errors = String::from_utf8_lossy(&output.stderr);
        let printed = String::from_utf8_lossy(&output.stdout);
        let told = if errors.trim().is_empty() { printed } else { errors };
        bail!("{} ended with {}:\n{}", said(command), output.status, told.trim_end());
    }
    Ok(output)
}

/// The same, after saying so: it brings something into the project, which may take a while.
pub(super) fn install(command: &mut Command, what: &str, install: &str) -> anyhow::Result<()> {
    eprintln!("installing {what} into the project, which can take a minute: {}", said(command));
    let installing = Counting::waiting("installing");
    let done = run(command, install).map(drop);
    installing.end(if done.is_ok() { what } else { "broke off" });
    done.with_context(|| {
        format!("{what} could not be installed; if it says that something is not reached, this machine has no way to it")
    })
}

fn missing(command: &Command, error: io::Error, install: &str) -> anyhow::Error {
    let name = Path::new(command.get_program()).display();
    if error.kind() == io::ErrorKind::NotFound {
        anyhow::anyhow!("{name} is not installed: {install}")
    } else {
        anyhow::Error::new(error).context(format!("{name} cannot be started"))
    }
}

fn said(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let line = words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
    format!("`{line}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_is_named_with_what_installs_it() {
        let mut command = program("no-such-program-here", Path::new("."));
        let error = run(&mut command, "run `apt-get install it`").expect_err("it is not there");
        assert_eq!(error.to_string(), "no-such-program-here is not installed: run `apt-get install it`");
    }

    #[test]
    fn a_failure_shows_what_the_program_said() {
        let mut command = program("sh", Path::new("."));
        command.args(["-c", "echo broken >&2; exit 3"]);
        let error = run(&mut command, "").expect_err("it fails").to_string();
        assert!(error.contains("exit status: 3") && error.ends_with("broken"), "{error}");
    }
}
