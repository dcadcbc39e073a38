//! Extensions that loop for ever, eat memory and talk without end at one company, beside the bookings of another.
//!
//! How long the bookings take is measured by `cargo xtask bench --only extension.hostile`.

use std::time::Duration;

use serde_json::{Value, json};

use super::decisions::{changed, install, using};
use crate::support::{Host, Shop, at, day, id};

/// How a review begins.
const REVIEW: &str = "    fn review(input: Input) -> Vec<Finding> {";

/// What each does first, and the code that its failure has; none where it does not fail.
const HOSTILE: [(&str, &str, Option<&str>); 5] = [
    (
        "endless",
        "        loop { std::hint::black_box(()); }\n        #[allow(unreachable_code)]",
        Some("SL0412"),
    ),
    (
        "greedy",
        "        let mut all = Vec::new();
        for _ in 0..4096 { all.push(std::hint::black_box(Vec::<u8>::with_capacity(1 << 20))); }
        drop(all);",
        Some("SL0414"),
    ),
    (
        "shouting",
        "        let text = \"x\".repeat(100_000);\n        loop { log(Level::Info, &text); }\n        #[allow(unreachable_code)]",
        Some("SL0415"),
    ),
    ("chatty", "        for _ in 0..100_000 { log(Level::Info, \"and so on\"); }", Some("SL0415")),
    ("talking", "        for _ in 0..1_000 { log(Level::Info, \"and so on\"); }", None),
];

#[tokio::test]
async fn the_bookings_of_another_company_all_succeed() {
    let host = Host::on_ledger();
    let (hostile, tame) = (Shop::open(&host).await, Shop::open(&host).await);
    for (name, body, _) in HOSTILE {
        let (_dir, component) = changed(name, REVIEW, &format!("{REVIEW}\n{body}"));
        let digest = install(&host, &component);
        let policy = json!({ "on_failure": "open" });
        using(&hostile, &format!("org.example.{name}"), &digest, policy).await;
    }
    let (mut pia, mut pit) = (String::new(), String::new());
    let (mut service, mut other) = (String::new(), String::new());
    for (shop, provider, offered) in [(&hostile, &mut pia, &mut service), (&tame, &mut pit, &mut other)] {
        *provider = shop.provider("Somebody", "00:00", "23:55").await;
        *offered = shop.service(&[provider], json!({ "duration_minutes": 30 })).await;
    }
    let starts: Vec<String> = (0..40).map(|n| format!("{:02}:{:02}", n / 2, n % 2 * 30)).collect();
    let noise = async {
        for start in &starts {
            // They fail open: the company's own bookings go on, too.
            hostile.hold(&service, &at(day(), start), json!({})).await.expect(201);
        }
    };
    let bookings = async {
        for start in &starts {
            let held = tame.hold(&other, &at(day(), start), json!({})).await.expect(201);
            host.command(&id(&held), "confirm").await.expect(200);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::join!(noise, bookings);
    let confirmed = tame.appointments().await.iter().filter(|one| one["status"] == "confirmed").count();
    assert_eq!(confirmed, starts.len());
    for (name, _, code) in HOSTILE {
        let path = format!("/api/v1/extension-answers?extension=org.example.{name}&limit=200");
        let said = host.get(&path).await.expect(200)["items"].as_array().expect("a list").clone();
        // That the machine is busy, as it may be while tests run, says nothing about an extension.
        let why = |one: &Value| {
            one["answer"]["error"].as_str().map(str::to_owned).filter(|why| !why.contains("SL0413"))
        };
        let failures: Vec<_> = said.iter().filter_map(why).collect();
        match code {
            Some(code) => {
                assert!(said.iter().any(|one| one["outcome"] == "failed"), "{name}");
                assert!(failures.iter().all(|why| why.contains(code)), "{name}: {failures:?}");
                let times = failures.len();
                assert!(times <= 6, "{name} is parked after five failures, and failed {times} times");
            }
            None => {
                assert_eq!(failures, Vec::<String>::new(), "{name}");
                let log = &said
                    .iter()
                    .find(|one| one["answer"]["log"]["lines"][0].is_object())
                    .expect("a log")["answer"]["log"];
                assert_eq!(log["lines"].as_array().map(Vec::len), Some(100), "{name}");
                assert_eq!(log["dropped"], 900, "{name}");
            }
        }
    }
}
