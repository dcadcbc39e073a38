//! `extension.*`: what asking extensions costs, and what a hostile one costs others.
//!
//! The components are those of `sdk/examples` and of `slotledger rules new`, built by `slotledger rules build`.

mod bare;
mod confirm;
mod fresh;
mod hostile;
mod project;

use std::path::Path;

use anyhow::Result;

use self::project::Projects;
use crate::report::Row;

/// The rows measured here.
pub(crate) const ROWS: [&str; 6] = [
    "extension.rust.fresh",
    "extension.javascript.fresh",
    "extension.python.fresh",
    "extension.load",
    "extension.confirm.10",
    "extension.hostile",
];

/// Measures those that are wanted.
pub(crate) fn measure(
    host: &Path,
    scratch: &Path,
    quick: bool,
    wanted: &impl Fn(&[&str]) -> bool,
) -> Result<Vec<Row>> {
    let projects = Projects::new(host, scratch)?;
    let mut rows = Vec::new();
    if wanted(&ROWS[..4]) {
        rows.extend(fresh::measure(&projects, scratch, quick)?);
    }
    if wanted(&ROWS[4..5]) {
        rows.push(confirm::measure(&projects, scratch, quick)?);
    }
    if wanted(&ROWS[5..]) {
        rows.push(hostile::measure(&projects, scratch, quick)?);
    }
    Ok(rows)
}
