//! Extensions that keep failing, and when they are asked again.

use serde_json::json;

use super::*;
use crate::extension::admission::Admitted;
use crate::extension::small::Small;
use crate::extension::source::Fetched;
use crate::extension::trust::TrustedKeys;
use crate::model::Extension;
use crate::wasm::component;

/// Installs it, and says its digest.
async fn installed(world: &World, small: Small) -> String {
    let bytes = small.component();
    let digest = component::digest(&bytes);
    let fetched = Fetched { bytes, digest: digest.clone(), origin: "a test".to_owned(), signature: None };
    let keys = TrustedKeys::parse::<&str>(&[]).unwrap();
    let admitted = Admitted::judge(fetched, &keys, Some(&digest)).unwrap();
    world.app.install_component(NewComponent { admitted, by: "a test".to_owned() }).await.unwrap();
    digest
}

/// What the company cannot do without.
fn needed(digest: &str) -> Extension {
    let fields = json!({
        "name": "org.example.small", "digest": digest, "mode": "enforce", "on_failure": "closed",
    });
    serde_json::from_value(fields).unwrap()
}

fn code(held: Result<Appointment>) -> &'static str {
    let Err(Error::Stopped(stopped)) = held else { panic!("{held:?}") };
    stopped.code()
}

#[tokio::test]
async fn whoever_tries_a_parked_extension_asks_it_everything_and_another_one_is_asked_at_once() {
    let world = World::new().await;
    let company = world.app.get::<Service>(world.service).await.unwrap().company.into();
    let broken = installed(&world, Small { proposes: true, fails: true, ..Small::default() }).await;
    let used = fresh(world.app.create(Some(company), needed(&broken), None).await.unwrap());
    for _ in 0..5 {
        assert_eq!(
            code(world.hold().await),
            "SL0422",
            "it answers what it would change, and fails after that"
        );
    }
    assert_eq!(code(world.hold().await), "SL0423");
    world.pass(TimeDelta::minutes(1));
    assert_eq!(code(world.hold().await), "SL0422", "it was asked again");
    assert_eq!(code(world.hold().await), "SL0423", "and is left alone again");

    let mended = installed(&world, Small { version: "2.0.0", proposes: true, ..Small::default() }).await;
    world.app.replace(used.id, used.version, needed(&mended)).await.unwrap();
    world.hold().await.unwrap();
}
