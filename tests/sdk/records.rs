//! Records of decisions: written with what was decided, seen by who asks, forgotten in time, exported as fixtures.

use serde_json::{Value, json};

use super::decisions::{changed, install, using};
use super::rules;
use crate::support::{Host, Shop, at, day, id, on_every_engine, run};

on_every_engine! {
    what_was_decided_is_on_record,
}

async fn listed(host: &Host, query: &str) -> Vec<Value> {
    let path = format!("/api/v1/decisions?limit=200&{query}");
    host.get(&path).await.expect(200)["items"].as_array().expect("a list").clone()
}

fn points(decisions: &[Value]) -> Vec<(&str, &str)> {
    decisions
        .iter()
        .map(|one| (one["point"].as_str().unwrap_or_default(), one["outcome"].as_str().unwrap_or_default()))
        .collect()
}

async fn what_was_decided_is_on_record(host: Host) {
    let shop = Shop::open(&host).await;
    let pia = shop.provider("Pia", "09:00", "17:00").await;
    let service = shop.service(&[&pia], json!({})).await;
    let company = format!("company={}", shop.company);
    let held = shop.hold(&service, &at(day(), "10:00"), json!({})).await.expect(201);
    shop.hold(&service, &at(day(), "20:00"), json!({})).await.expect(422);
    host.command(&id(&held), "confirm").await.expect(200);
    host.command(&id(&held), "resume").await;
    shop.search(&service, &format!("from={}", at(day(), "00:00"))).await;
    let all = listed(&host, &company).await;
    assert_eq!(
        points(&all),
        [("resume", "refused"), ("confirm", "granted"), ("hold", "refused"), ("hold", "granted")],
        "the newest first, and no searches"
    );
    let about = listed(&host, &format!("appointment={}", id(&held))).await;
    assert_eq!(points(&about), [("resume", "refused"), ("confirm", "granted"), ("hold", "granted")]);
    assert_eq!(
        points(&listed(&host, &format!("{company}&outcome=refused&point=hold")).await),
        [("hold", "refused")]
    );
    assert_eq!(listed(&host, &format!("{company}&until=2020-01-01T00:00:00Z")).await, Vec::<Value>::new());
    assert_eq!(all[2]["appointment"], Value::Null);

    let one = host.get(&format!("/api/v1/decisions/{}", all[1]["id"])).await.expect(200);
    assert_eq!(one["decision"], all[1]);
    let digest = host.get("/api/v1/rules").await.expect(200)["digest"].clone();
    assert_eq!(one["decision"]["digest"], digest);
    let ruling = &one["record"]["rules"][0]["transition"];
    assert_eq!(ruling["input"]["appointment"]["id"], held["id"]);
    assert_eq!(ruling["answer"]["Ok"]["next"], "Confirmed");
    assert_eq!(ruling["fuel"], one["decision"]["fuel"]);
    assert!(ruling["fuel"].as_u64().is_some_and(|fuel| fuel > 1_000), "{ruling}");
    host.get("/api/v1/decisions/999999").await.problem(404, "SL0301");

    let printed = run(&["rules", "decisions", "--config", &host.config(), "--company", &shop.company]);
    let printed = printed.expect("they are listed");
    assert_eq!(printed.lines().count(), 5, "{printed}");
    assert!(printed.contains("confirm") && printed.contains(&id(&held)), "{printed}");
    let number = all[1]["id"].to_string();
    let printed = run(&["rules", "decisions", &number, "--config", &host.config()]).expect("it is printed");
    assert_eq!(serde_json::from_str::<Value>(&printed).expect("JSON"), one);
}

#[tokio::test]
async fn a_record_stands_if_and_only_if_what_was_decided_does() {
    for (point, kept) in [("commit.before", false), ("commit.after", true)] {
        let mut host = Host::on_ledger();
        let id = host.hold().await["id"].as_str().expect("an id").to_owned();
        host.kill();
        host.start(&[("SLOTLEDGER_FAULT", point)]);
        let _ =
            host.request("POST", &format!("/api/v1/appointments/{id}/confirm")).json(&json!({})).send().await;
        host.wait_for_death().await;
        host.start(&[]);
        let status = host.get(&format!("/api/v1/appointments/{id}")).await.expect(200)["status"].clone();
        let records = listed(&host, &format!("appointment={id}&point=confirm")).await;
        assert_eq!((status == "confirmed", records.len() == 1), (kept, kept), "{point}");
    }
}

#[tokio::test]
async fn searches_are_recorded_as_they_are_asked_to_be_and_records_are_forgotten() {
    let mut host = Host::on_ledger();
    host.kill();
    host.start(&[("SLOTLEDGER__DECISIONS__ONE_SEARCH_IN", "2")]);
    for _ in 0..4 {
        host.opening(0).await;
    }
    let searches = listed(&host, "point=search").await;
    assert!(searches.len() >= 2, "{searches:?}");
    assert!(searches.iter().all(|one| one["outcome"] == "granted"), "{searches:?}");
    host.kill();
    host.start(&[("SLOTLEDGER__DECISIONS__KEEP_DAYS", "0")]);
    for tries in 0.. {
        if listed(&host, "").await.is_empty() {
            break;
        }
        assert!(tries < 600, "old records are forgotten");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    host.hold().await;
    assert_eq!(listed(&host, "").await, Vec::<Value>::new(), "nothing is recorded");
}

#[tokio::test]
async fn a_record_is_a_fixture_that_the_component_passes() {
    let (dir, component) = changed("evening", "\"18\"", "\"8\"");
    let host = Host::on_ledger();
    let shop = Shop::open(&host).await;
    let pia = shop.provider("Pia", "09:00", "17:00").await;
    let service = shop.service(&[&pia], json!({ "max_guests": 20 })).await;
    let digest = install(&host, &component);
    let settings = json!({ "settings": { "surcharge": "7.50" } });
    using(&shop, "org.example.evening", &digest, settings).await;
    shop.hold(&service, &at(day(), "10:00"), json!({})).await.expect(201);
    shop.hold(&service, &at(day(), "12:00"), json!({ "guests": 9 })).await.problem(422, "SL0290");
    let decisions = listed(&host, &format!("company={}&point=hold", shop.company)).await;
    let project = component.parent().and_then(std::path::Path::parent).expect("a project").to_owned();
    let fixtures = project.join("fixtures");
    std::fs::remove_dir_all(&fixtures).expect("those of the template");
    let config = host.config();
    for decision in &decisions {
        let number = decision["id"].to_string();
        let to = fixtures.display().to_string();
        let said =
            run(&["rules", "export", &number, "--to", &to, "--config", &config]).expect("it is exported");
        assert!(said.contains(&format!("decision-{number}-hold")), "{said}");
    }
    let (passed, said) = rules(&["test"], &project);
    assert!(passed, "{said}");
    assert!(said.contains(&format!("decision-{}-hold", decisions[0]["id"])), "{said}");
    // Another answer than the recorded one is noticed.
    let written =
        std::fs::read_dir(&fixtures).expect("fixtures").map(|entry| entry.expect("an entry").path());
    let file = written
        .into_iter()
        .find(|file| std::fs::read_to_string(file).expect("text").contains("too-many-guests"));
    let file = file.expect("the refusal");
    let text = std::fs::read_to_string(&file).expect("text").replace("too-many-guests", "too-many");
    std::fs::write(&file, text).expect("it is written");
    let (passed, said) = rules(&["test"], &project);
    assert!(!passed && said.contains("too-many-guests"), "{said}");

    let number = decisions[0]["id"].to_string();
    let to = project.join("elsewhere").display().to_string();
    let other =
        ["rules", "export", &number, "--to", &to, "--extension", "org.example.other", "--config", &config];
    let refused = run(&other).expect_err("it was not asked");
    assert!(refused.contains("org.example.evening"), "{refused}");
    drop(dir);
}
