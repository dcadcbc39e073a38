//! Extensions in the course of bookings, over HTTP: what they add, deny and break.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{copy, root, rules};
use crate::support::{Answer, Host, Shop, at, day, id, run};

/// An example, built.
pub(super) fn example(name: &str) -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().expect("a directory");
    copy(&root().join("sdk/examples").join(name), dir.path());
    built(dir, name)
}

/// A new project in Rust, with these words instead of others.
pub(crate) fn changed(name: &str, from: &str, to: &str) -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().expect("a directory");
    let (made, said) = rules(&["new", "--lang", "rust", name, "--dir", "."], dir.path());
    assert!(made, "{said}");
    let source = [dir.path().join("src/lib.rs"), dir.path().join(name).join("src/lib.rs")];
    let source = source.into_iter().find(|path| path.is_file()).expect("the source");
    let text = fs::read_to_string(&source).expect("the source");
    assert!(text.contains(from), "{text}");
    fs::write(&source, text.replacen(from, to, 1)).expect("it is written");
    let project = source.parent().and_then(Path::parent).expect("a project").to_owned();
    let (built, said) = rules(&["build"], &project);
    assert!(built, "{said}");
    let component = project.join(format!("build/{name}.wasm"));
    (dir, component)
}

fn built(dir: TempDir, name: &str) -> (TempDir, PathBuf) {
    let (built, said) = rules(&["build"], dir.path());
    assert!(built, "{said}");
    let component = dir.path().join(format!("build/{name}.wasm"));
    (dir, component)
}

/// Installs a component, by its digest, and gives that.
pub(crate) fn install(host: &Host, component: &Path) -> String {
    let config = host.config();
    let component = component.display().to_string();
    let refused = run(&["rules", "install", &component, "--config", &config]).expect_err("it is not signed");
    assert!(refused.contains("SL0431"), "{refused}");
    let digest = refused.split("SHA-256 ").nth(1).expect("the digest").split(')').next();
    let digest = digest.expect("the digest").to_owned();
    run(&["rules", "install", &component, "--allow-unsigned", &digest, "--config", &config])
        .expect("it is installed");
    digest
}

/// Has the shop use it.
pub(crate) async fn using(shop: &Shop<'_>, name: &str, digest: &str, more: Value) -> String {
    let mut fields = json!({ "name": name, "digest": digest, "mode": "enforce" });
    fields.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    shop.add("extensions", fields).await
}

async fn said(host: &Host) -> Vec<Value> {
    host.get("/api/v1/extension-answers").await.expect(200)["items"].as_array().expect("a list").clone()
}

#[tokio::test]
async fn a_surcharge_is_on_the_price_the_order_and_the_record() {
    let (_dir, component) = example("weekend-surcharge");
    let host = Host::on_ledger();
    let shop = Shop::open(&host).await;
    let pia = shop.provider("Pia", "09:00", "17:00").await;
    let service = shop.service(&[&pia], json!({})).await;
    let digest = install(&host, &component);
    let name = "org.slotledger.weekend-surcharge";
    let wrong = json!({ "company": shop.company, "name": name, "digest": digest, "settings": { "days": "1", "no": "" } });
    host.post("/api/v1/extensions", &wrong).await.problem(422, "SL0105");
    let settings = json!({ "settings": { "days": "1,2,3,4,5,6,7", "amount": "10.10" } });
    let used = using(&shop, name, &digest, settings).await;
    let held = shop.hold(&service, &at(day(), "10:00"), json!({})).await.expect(201);
    assert_eq!(
        (&held["quote"]["net"], &held["quote"]["lines"][1]["item"]),
        (&json!("60.00"), &json!("WEEKEND"))
    );
    host.command(&id(&held), "confirm").await.expect(200);
    let order = host.documents(&id(&held)).await.remove(0);
    assert_eq!(order["net"], "60.00");
    let answers = said(&host).await;
    assert!(
        answers.iter().any(|said| said["outcome"] == "proposed" && said["mode"] == "enforce"),
        "{answers:?}"
    );
    // In audit mode its verdict is recorded and changes nothing.
    let path = format!("/api/v1/extensions/{used}");
    let audit =
        json!({ "name": name, "digest": digest, "mode": "audit", "settings": { "days": "1,2,3,4,5,6,7" } });
    Answer::of(host.request("PUT", &path).header("If-Match", "\"1\"").json(&audit)).await.expect(200);
    let held = shop.hold(&service, &at(day(), "12:00"), json!({})).await.expect(201);
    assert_eq!(held["quote"]["net"], "49.90");
    let newest = said(&host).await.into_iter().find(|said| said["outcome"] == "proposed").expect("recorded");
    assert_eq!(newest["mode"], "audit");
}

#[tokio::test]
async fn a_denial_is_told_in_the_extensions_words() {
    let (_dir, component) =
        changed("evening", "i64::from(wanted.guests) <= most", "i64::from(wanted.guests) < most");
    let host = Host::on_ledger();
    let shop = Shop::open(&host).await;
    let pia = shop.provider("Pia", "09:00", "17:00").await;
    let service = shop.service(&[&pia], json!({})).await;
    let digest = install(&host, &component);
    let settings = json!({ "settings": { "most-guests": "1" } });
    let used = using(&shop, "org.example.evening", &digest, settings).await;
    let refused = shop.hold(&service, &at(day(), "10:00"), json!({})).await.problem(422, "SL0290");
    assert!(
        refused["errors"][0]["hint"].as_str().is_some_and(|hint| hint.contains("org.example.evening")),
        "{refused}"
    );
    let path = format!("/api/v1/extensions/{used}");
    let warn = json!({ "name": "org.example.evening", "digest": digest, "mode": "warn", "settings": { "most-guests": "1" } });
    Answer::of(host.request("PUT", &path).header("If-Match", "\"1\"").json(&warn)).await.expect(200);
    let held = shop.hold(&service, &at(day(), "10:00"), json!({})).await.expect(201);
    let events = host.get(&format!("/api/v1/appointments/{}/events", id(&held))).await.expect(200);
    assert!(events.to_string().contains("appointment.warned"), "{events}");
}

#[tokio::test]
async fn one_that_never_ends_is_stopped_and_the_setting_decides() {
    let (_dir, component) = changed(
        "endless",
        "let Some(wanted) = &input.wanted else",
        "log(Level::Info, \"round and round\");\n        loop { std::hint::black_box(()); }\n        #[allow(unreachable_code)]\n        let Some(wanted) = &input.wanted else",
    );
    let host = Host::on_ledger();
    let shop = Shop::open(&host).await;
    let pia = shop.provider("Pia", "09:00", "17:00").await;
    let service = shop.service(&[&pia], json!({})).await;
    let digest = install(&host, &component);
    let used = using(&shop, "org.example.endless", &digest, json!({ "on_failure": "closed" })).await;
    for _ in 0..5 {
        shop.hold(&service, &at(day(), "10:00"), json!({})).await.problem(503, "SL0422");
    }
    shop.hold(&service, &at(day(), "10:00"), json!({})).await.problem(503, "SL0423");
    assert_eq!(shop.appointments().await, Vec::<Value>::new(), "nothing is half-made");
    let path = format!("/api/v1/extensions/{used}");
    let open =
        json!({ "name": "org.example.endless", "digest": digest, "mode": "enforce", "on_failure": "open" });
    Answer::of(host.request("PUT", &path).header("If-Match", "\"1\"").json(&open)).await.expect(200);
    shop.hold(&service, &at(day(), "10:00"), json!({})).await.expect(201);
    let answers = said(&host).await;
    let failed = answers.iter().find(|said| said["outcome"] == "failed").expect("it is recorded");
    assert!(failed["answer"]["error"].as_str().is_some_and(|error| error.contains("SL0412")), "{failed}");
    assert_eq!(failed["answer"]["log"]["lines"][0]["text"], "round and round", "it is kept all the same");
    assert!(failed["fuel"].as_u64().is_some_and(|fuel| fuel > 1_000_000), "{failed}");
}
