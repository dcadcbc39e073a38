//! The database every server starts from: Odoo's modules and one company, kept as a dump.
//!
//! Invariant: the dump and the users' API keys appear complete or not at all, before their stamp.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context, Result, bail};

use crate::{
    COMPANY, PASSWORD, USER, chroot, database, database::Socket, edition::Edition, server::Workplace,
};

const SEED: &str = include_str!("../seed.py");
const LOG_LINES: usize = 20;

/// An installed Odoo and a database to copy.
#[derive(Debug, Clone)]
pub struct Template {
    pub(crate) edition: Edition,
    pub(crate) root: PathBuf,
    /// The database's name on a PostgreSQL server.
    pub(crate) name: String,
    pub(crate) dump: PathBuf,
    pub(crate) keys: Keys,
}

/// API keys, in Odoo's words for whom.
#[derive(Debug, Clone)]
pub(crate) struct Keys {
    pub(crate) connector: String,
    pub(crate) clerk: String,
    pub(crate) administrator: String,
}

/// The template, made first if it is missing or if the set-up changed.
pub(crate) fn ensure(
    dir: &Path,
    root: PathBuf,
    edition: Edition,
    postgres: &str,
    progress: &mut dyn FnMut(&str),
) -> Result<Template> {
    let stamp = dir.join("template.stamp");
    let (dump, keys) = (dir.join("template.dump"), dir.join("template.keys"));
    let inputs = format!("{}\n{SEED}", edition.modules());
    let name = format!("slotledger_template_odoo{}", edition.number());
    if !crate::stamped(&stamp, &inputs) {
        make(dir, &root, edition, postgres, progress)?;
        // Restored from the dump like everywhere else, so that a dump that cannot be restored is noticed here.
        database::remove(postgres, &name)?;
        fs::write(&stamp, &inputs)?;
    }
    let template = Template { edition, root, name, dump, keys: read_keys(&keys)? };
    template.restored(postgres, progress)?;
    Ok(template)
}

impl Template {
    /// Restores the dump on a PostgreSQL server that has not seen it yet. The caller holds the lock.
    fn restored(&self, postgres: &str, progress: &mut dyn FnMut(&str)) -> Result<()> {
        if database::exists(postgres, &self.name)? {
            return Ok(());
        }
        progress("restoring Odoo's template database");
        let work = format!("{}_work", self.name);
        database::remove(postgres, &work)?;
        database::make(postgres, &work)?;
        database::restore(postgres, &work, &self.dump)?;
        database::rename(postgres, &work, &self.name)
    }
}

fn make(
    dir: &Path,
    root: &Path,
    edition: Edition,
    postgres: &str,
    progress: &mut dyn FnMut(&str),
) -> Result<()> {
    let name = format!("slotledger_seed_odoo{}", edition.number());
    database::remove(postgres, &name)?;
    database::make(postgres, &name)?;
    let workplace = Workplace::new(root, Socket::of(postgres)?, &name)?;
    progress("creating an Odoo database and installing its modules");
    let mut install = workplace.odoo(&[]);
    install.args(["--init", edition.modules(), "--without-demo=all", "--stop-after-init", "--no-http"]);
    chroot::told(install, progress).context("Odoo could not create its database")?;
    progress("setting up the company, its products and its users");
    let keys = seed(&workplace)?;
    let file = dir.join("template.keys");
    fs::write(&file, keys).with_context(|| format!("cannot write {}", file.display()))?;
    database::dump(postgres, &name, &dir.join("template.dump"))?;
    database::remove(postgres, &name)
}

/// Runs the seed in Odoo's own shell. Its last line is the keys.
fn seed(workplace: &Workplace) -> Result<String> {
    fs::write(workplace.file("seed.py"), SEED)?;
    let environment = [("PASSWORD", PASSWORD), ("COMPANY", COMPANY), ("USER", USER)];
    let environment = environment.map(|(name, value)| format!("SLOTLEDGER_{name}={value}"));
    let script = "exec odoo shell \"$@\" --no-http <\"$HOME/seed.py\"";
    let mut shell = workplace.program(&environment, "sh", &["-c", script, "sh"]);
    shell.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = shell.spawn().context("cannot start Odoo's shell")?;
    // Closed, it would end the shell.
    let stdin = child.stdin.take();
    let output = child.wait_with_output()?;
    drop(stdin);
    let printed = String::from_utf8_lossy(&output.stdout);
    let last = printed.lines().rev().find(|line| line.starts_with('{'));
    let Some(last) = last.filter(|_| output.status.success()) else {
        let said = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
        bail!("the Odoo company could not be set up\n{}", last_lines(&String::from_utf8_lossy(&said)));
    };
    Ok(last.to_owned())
}

fn read_keys(file: &Path) -> Result<Keys> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let key = |name: &str| {
        let rest = text.split_once(&format!("\"{name}\": \"")).map(|(_, rest)| rest);
        let key = rest.and_then(|rest| rest.split_once('"')).map(|(key, _)| key.to_owned());
        key.with_context(|| format!("{} has no key of {name}: delete the folder", file.display()))
    };
    Ok(Keys { connector: key("connector")?, clerk: key("clerk")?, administrator: key("administrator")? })
}

/// The last lines of a log.
pub(crate) fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LOG_LINES)..].join("\n")
}
