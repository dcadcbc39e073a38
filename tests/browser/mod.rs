//! The pages in a real browser: Debian's Chromium, driven by `pages.mjs`, for the pages of
//! customers by `portal.mjs`, for a technician’s phone by `phone.mjs`, for logging in with a provider by `provider.mjs`, and
//! for setting up by `setup.mjs`.
//!
//! `SLOTLEDGER_BROWSER` names the directory where npm installed what drives it; `cargo xtask test` sets it. Screenshots are
//! written to `docs/screenshots` only where `SLOTLEDGER_SCREENSHOTS` is set, so that tests leave the clone as it is.

mod board;
mod desk;
mod lists;
mod people;
mod phone;
mod portal;
mod provider;
mod reports;
mod rules;
mod setup;

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::{Value, json};
use tokio::process::Command;

use crate::support::{COMPANY, Host, id};

const PASSWORD: &str = "correct horse battery";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// An account with this role in the sample company, of an administrator in all there are, with a password.
pub(crate) async fn account(host: &Host, role: &str) -> String {
    account_in(host, role, (role != "administrator").then_some(COMPANY)).await
}

/// The same in this company, or in all there are.
async fn account_in(host: &Host, role: &str, company: Option<&str>) -> String {
    let login = format!("{role}@example.org");
    let grants = json!([{ "role": role, "company": company }]);
    let body = json!({ "login": login, "name": format!("The {role}"), "grants": grants });
    let added: Value = host.post("/api/v1/accounts", &body).await.expect(201);
    let token = added["token"].as_str().unwrap_or_else(|| panic!("no token: {added}"));
    host.post("/api/v1/welcome", &json!({ "token": token, "password": PASSWORD })).await.expect(201);
    login
}

/// Visits that a morning has brought already.
async fn morning(host: &Host) {
    for commands in
        [&["confirm"][..], &["confirm", "start", "complete"], &["schedule"], &["confirm", "start"]]
    {
        let held = host.hold().await;
        for command in commands {
            host.command(&id(&held), command).await.expect(200);
        }
    }
    let held = host.hold().await;
    let path = format!("/api/v1/appointments/{}/cancel", id(&held));
    host.post(&path, &json!({ "reason": "The customer is ill" })).await.expect(200);
}

/// Has these steps taken in a browser.
pub(crate) async fn browse(host: &Host, login: &str, steps: &[&str]) {
    browse_with(host, login, steps, &[]).await;
}

/// The same; the steps are told this besides. What they say is passed on.
async fn browse_with(host: &Host, login: &str, steps: &[&str], told: &[(&str, &str)]) {
    let environment = [&[("LOGIN", login), ("PASSWORD", PASSWORD)][..], told].concat();
    run(host, "pages.mjs", &environment, steps).await;
}

/// Has these steps of a file taken.
async fn run(host: &Host, file: &str, environment: &[(&str, &str)], steps: &[&str]) {
    let modules = std::env::var("SLOTLEDGER_BROWSER").expect("cargo xtask test sets SLOTLEDGER_BROWSER");
    let mut node = Command::new("node");
    node.arg(root().join("tests/browser").join(file)).args(steps).stdin(Stdio::null()).kill_on_drop(true);
    node.env("URL", host.url()).env("MODULES", modules).envs(environment.iter().copied());
    if std::env::var_os("SLOTLEDGER_SCREENSHOTS").is_some() {
        node.env("SHOTS", root().join("docs/screenshots"));
    }
    let output = node.output().await.expect("node runs");
    print!("{}", String::from_utf8_lossy(&output.stdout));
    assert!(output.status.success(), "{steps:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test]
async fn someone_books_confirms_completes_and_sees_the_invoice() {
    let host = Host::on_ledger();
    morning(&host).await;
    let login = account(&host, "administrator").await;
    browse(&host, &login, &["work"]).await;
}

#[tokio::test]
async fn completed_work_is_corrected_and_its_documents_say_what_became_of_them() {
    let host = Host::on_ledger();
    let held = host.hold().await;
    for command in ["confirm", "start", "complete"] {
        host.command(&id(&held), command).await.expect(200);
    }
    let login = account(&host, "administrator").await;
    browse(&host, &login, &["correction"]).await;
}

#[tokio::test]
async fn script_that_is_typed_stays_text() {
    let host = Host::on_ledger();
    let login = account(&host, "front_desk").await;
    browse(&host, &login, &["text"]).await;
}

#[tokio::test]
async fn what_should_not_be_done_is_refused_on_a_clear_page_and_runs_nowhere() {
    let host = Host::on_ledger();
    morning(&host).await;
    let login = account(&host, "administrator").await;
    browse(&host, &login, &["attacks"]).await;
}

#[tokio::test]
async fn a_refusal_stands_beside_its_form() {
    let host = Host::on_ledger();
    host.hold().await;
    let login = account(&host, "dispatcher").await;
    browse(&host, &login, &["refusal"]).await;
}

#[tokio::test]
async fn whoever_may_not_is_not_offered_it_and_is_refused() {
    let host = Host::on_ledger();
    let login = account(&host, "rule_author").await;
    browse(&host, &login, &["forbidden"]).await;
}

#[tokio::test]
async fn the_plain_path_needs_no_script() {
    let host = Host::on_ledger();
    host.hold().await;
    let login = account(&host, "front_desk").await;
    browse(&host, &login, &["plain"]).await;
}
