//! The board and the portal in Chromium.

use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

use super::company::Company;
use crate::desk::{Desk, PASSWORD};
use crate::report::Row;

/// The rows measured here.
pub(super) const ROWS: [&str; 2] = ["pages.board_painted", "pages.portal_first_view"];

/// What the script says.
#[derive(Debug, Deserialize)]
struct Seen {
    /// Until the rows of a board that is opened again are painted.
    painted_ms: f64,
    /// What the first page of a portal and all that it needs come to on the line.
    portal_kb: f64,
}

/// Opens both. The script takes each figure some times and says the middle one.
pub(super) fn measure(desk: &Desk<'_>, company: &Company, login: &str) -> Result<[Row; 2]> {
    let modules = std::env::var("SLOTLEDGER_BROWSER").context("cargo xtask bench sets SLOTLEDGER_BROWSER")?;
    let mut node = Command::new("node");
    node.arg("--input-type=module").arg("--eval").arg(include_str!("browser.mjs"));
    node.env("MODULES", modules).env("LOGIN", login).env("PASSWORD", PASSWORD);
    node.env("BOARD", desk.url(&format!("/board?company={}", company.id)));
    node.env("PORTAL", desk.url(&format!("/portal/{}", company.id)));
    let output = node.output().context("cannot start node")?;
    ensure!(output.status.success(), "in the browser: {}", String::from_utf8_lossy(&output.stderr));
    let seen: Seen = serde_json::from_slice(&output.stdout).context("what the script says")?;
    Ok([
        Row::alone(ROWS[0], seen.painted_ms, "ms p50", "at most 500"),
        Row::alone(ROWS[1], seen.portal_kb, "kB", "at most 100"),
    ])
}
