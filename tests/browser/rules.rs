//! Rules in Chromium: what extensions have to say is seen, changed, and tried on what was decided.

use std::path::PathBuf;

use serde_json::json;

use super::{account_in, browse_with};
use crate::sdk::decisions::{changed, install, using};
use crate::support::extension::Small;
use crate::support::{Host, Shop, at, day, id};

const NAME: &str = "org.example.small";
const OTHER: &str = "org.example.closed";
const BROKEN: &str = "org.example.broken";

/// A component, as a file beside the host's.
fn written(host: &Host, name: &str, small: &Small) -> PathBuf {
    let path = host.directory().join(name);
    std::fs::write(&path, small.component()).expect("it is written");
    path
}

/// A shop in which one extension has a say, another one is listened to, a third one fails, and a newer one waits.
struct Scene {
    told: Vec<(&'static str, String)>,
    company: String,
    used: String,
}

impl Scene {
    async fn set(host: &Host) -> Self {
        let shop = Shop::with(host, "Europe/Berlin", json!({ "name": "Hafen Klimatechnik" })).await;
        let pia = shop.provider("Pia", "09:00", "17:00").await;
        let service = shop.service(&[&pia], json!({ "name": "Heat pump service" })).await;
        let first = install(host, &written(host, "first.wasm", &Small::default()));
        let newer = Small { version: "2.0.0", denies: true, ..Small::default() };
        let newer = install(host, &written(host, "newer.wasm", &newer));
        let closed = install(
            host,
            &written(host, "closed.wasm", &Small { id: OTHER, denies: true, ..Small::default() }),
        );
        let used = using(&shop, NAME, &first, json!({ "mode": "enforce", "priority": 10 })).await;
        using(&shop, OTHER, &closed, json!({ "mode": "audit", "services": [service] })).await;
        let broken = Small { id: BROKEN, fails: true, ..Small::default() };
        let broken = install(host, &written(host, "broken.wasm", &broken));
        using(&shop, BROKEN, &broken, json!({ "mode": "enforce", "on_failure": "open", "priority": 20 }))
            .await;
        let mut visit = String::new();
        // As often as it takes to park one that fails.
        for start in ["09:00", "10:15", "11:30", "12:45", "14:00"] {
            visit = id(&shop.confirmed(&service, &at(day(), start), &pia).await);
        }
        // The rules refuse this one: somebody else has the time.
        shop.hold(&service, &at(day(), "09:00"), json!({ "provider": pia })).await.problem(409, "SL0213");
        let told = vec![("COMPANY", shop.company.clone()), ("NEWER", newer), ("VISIT", visit)];
        Self { told, company: shop.company, used }
    }

    async fn play(&self, host: &Host, login: &str, steps: &[&str]) {
        let told: Vec<_> = self.told.iter().map(|(name, value)| (*name, value.as_str())).collect();
        browse_with(host, login, steps, &told).await;
    }
}

#[tokio::test]
async fn extensions_are_seen_changed_and_replayed() {
    let host = Host::on_ledger();
    let scene = Scene::set(&host).await;
    let login = account_in(&host, "administrator", None).await;
    scene.play(&host, &login, &["rules"]).await;
    let used = host.get(&format!("/api/v1/extensions/{}", scene.used)).await.expect(200);
    assert_eq!((&used["mode"], &used["on_failure"]), (&json!("warn"), &json!("open")));
    let changes = host.get(&format!("/api/v1/extension-changes?company={}", scene.company)).await.expect(200);
    assert_eq!(changes["items"][0]["by"], "The administrator", "{changes}");
}

#[tokio::test]
async fn an_installed_extension_is_put_to_use_by_form() {
    let host = Host::on_ledger();
    let shop = Shop::with(&host, "Europe/Berlin", json!({ "name": "Hafen Klimatechnik" })).await;
    let pia = shop.provider("Pia", "09:00", "17:00").await;
    let service = shop.service(&[&pia], json!({ "name": "Heat pump service" })).await;
    // The one that `rules new` writes has settings.
    let (_dir, component) = changed("evening", "EVENING", "EVENING");
    install(&host, &component);
    // Another one of its name, which calls a setting otherwise.
    let (_dir, other) = changed("evening", "\"most-guests\"", "\"biggest\"");
    let other = install(&host, &other);
    let login = account_in(&host, "administrator", Some(&shop.company)).await;
    browse_with(&host, &login, &["use"], &[("COMPANY", &shop.company), ("OTHER", &other)]).await;
    let used = host.get(&format!("/api/v1/extensions?company={}", shop.company)).await.expect(200);
    let used = &used["items"][0];
    assert_eq!((&used["settings"], &used["priority"]), (&json!({ "from": "7.5" }), &json!(20)));
    assert_eq!((&used["mode"], &used["services"]), (&json!("audit"), &json!([service])));
    let held = shop.hold(&service, &at(day(), "10:00"), json!({})).await.expect(201);
    assert_eq!(held["quote"]["lines"].as_array().map(Vec::len), Some(1), "it is listened to, and no more");
}

#[tokio::test]
async fn an_author_sees_what_was_decided_and_changes_nothing() {
    let host = Host::on_ledger();
    let scene = Scene::set(&host).await;
    let login = account_in(&host, "rule_author", Some(&scene.company)).await;
    scene.play(&host, &login, &["author"]).await;
}
