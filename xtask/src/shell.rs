//! Runs other programs, and turns their failures into sentences that say what to do.

use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::workspace;

/// What `cargo run` tells this program about itself. Passed on, it would make build scripts that watch these
/// variables run again for nothing.
const OWN: [&str; 9] = [
    "CARGO_BIN_NAME",
    "CARGO_CRATE_NAME",
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_LINKS",
    "CARGO_MANIFEST_PATH",
    "CARGO_PRIMARY_PACKAGE",
    "CARGO_RUSTC_CURRENT_DIR",
    "CARGO_TARGET_TMPDIR",
    "OUT_DIR",
];

/// How much of a failed program's output is shown.
const TAIL_LINES: usize = 60;

/// A program run from the root of the clone.
pub(crate) fn program(name: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(name);
    command.current_dir(workspace::root()).stdin(Stdio::null());
    command
}

/// The cargo that runs this program, as if called from a shell.
pub(crate) fn cargo() -> Command {
    cargo_at(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Another cargo, as if called from a shell.
pub(crate) fn cargo_at(path: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = program(path);
    for name in OWN {
        command.env_remove(name);
    }
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("CARGO_PKG_")) {
            command.env_remove(name);
        }
    }
    command
}

/// Runs it with its output on the screen.
pub(crate) fn run(command: &mut Command, advice: &str) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start {}: {advice}", said(command)))?;
    if !status.success() {
        bail!("{} ended with {status}: {advice}", said(command));
    }
    Ok(())
}

/// Runs it and answers with its standard output; its messages are shown only if it fails.
pub(crate) fn capture(command: &mut Command, advice: &str) -> Result<String> {
    let output = command.output().with_context(|| format!("cannot start {}: {advice}", said(command)))?;
    if !output.status.success() {
        let both = [output.stdout, output.stderr].concat();
        eprintln!("{}", tail(&String::from_utf8_lossy(&both)));
        bail!("{} ended with {}: {advice}", said(command), output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether a program of this name can be started.
pub(crate) fn exists(name: &str) -> bool {
    let quiet = || Stdio::null();
    Command::new(name).arg("--version").stdin(quiet()).stdout(quiet()).stderr(quiet()).status().is_ok()
}

fn said(command: &Command) -> String {
    let words: Vec<_> = std::iter::once(command.get_program()).chain(command.get_args()).collect();
    let line = words.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
    format!("`{line}`")
}

fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_the_command_and_what_to_do() {
        let error = capture(&mut program("false"), "mend it").unwrap_err().to_string();
        assert!(error.starts_with("`false` ended with ") && error.ends_with(": mend it"), "{error}");
    }

    #[test]
    fn a_missing_program_names_what_to_do() {
        let error = run(&mut program("no-such-program-here"), "install it").unwrap_err();
        assert_eq!(error.to_string(), "cannot start `no-such-program-here`: install it");
        assert!(!exists("no-such-program-here"));
    }

    #[test]
    fn only_the_end_of_a_long_output_is_shown() {
        let text = (0..200).map(|n| n.to_string()).collect::<Vec<_>>().join("\n");
        let shown = tail(&text);
        assert_eq!(shown.lines().count(), TAIL_LINES);
        assert!(shown.ends_with("199"));
    }
}
