//! What administrators do about extensions: switching them, removing them, and who did it.

use serde_json::{Value, json};

use super::decisions::{changed, install, using};
use crate::support::{Answer, Host, Shop, at, day, on_every_engine, run};

on_every_engine! {
    an_extension_is_switched_and_removed_and_each_time_it_is_noted,
    a_company_uses_an_extension_once,
}

const NAME: &str = "org.example.evening";

async fn put(host: &Host, path: &str, body: &Value) -> Answer {
    Answer::of(host.request("PUT", path).json(body)).await
}

async fn remove(host: &Host, digest: &str) -> Answer {
    Answer::of(host.request("DELETE", &format!("/api/v1/components/{digest}"))).await
}

async fn changes(host: &Host, query: &str) -> Vec<Value> {
    let path = format!("/api/v1/extension-changes?{query}");
    host.get(&path).await.expect(200)["items"].as_array().expect("a list").clone()
}

async fn an_extension_is_switched_and_removed_and_each_time_it_is_noted(host: Host) {
    // It refuses everybody.
    let (_dir, component) = changed("evening", "i64::from(wanted.guests) <= most", "false");
    let shop = Shop::open(&host).await;
    let pia = shop.provider("Pia", "09:00", "17:00").await;
    let service = shop.service(&[&pia], json!({})).await;
    let digest = install(&host, &component);
    let (shop, service) = (&shop, &service);
    let config = host.config();
    let mode = |words: &[&str]| {
        let fixed = ["rules", "mode", NAME];
        let last = ["--company", &shop.company, "--by", "ada", "--config", &config];
        run(&[&fixed[..], words, &last].concat())
    };
    let unused = mode(&["warn"]).expect_err("it is used nowhere");
    assert!(unused.contains("SL0425"), "{unused}");

    let used = using(shop, NAME, &digest, json!({ "mode": "audit" })).await;
    let hold = |time: &'static str| async move { shop.hold(service, &at(day(), time), json!({})).await };
    hold("09:00").await.expect(201);
    let said = mode(&["enforce", "--on-failure", "open"]).expect("it is enforced");
    assert!(said.contains("decided without it"), "{said}");
    mode(&["enforce", "--on-failure", "open"]).expect("it is enforced already");
    hold("10:00").await.problem(422, "SL0290");
    let path = format!("/api/v1/extensions/{used}/mode");
    let warned = put(&host, &path, &json!({ "mode": "warn" })).await.expect(200);
    assert_eq!((&warned["mode"], &warned["on_failure"]), (&json!("warn"), &json!("open")));
    hold("11:00").await.expect(201);
    put(&host, &path, &json!({ "mode": "sometimes" })).await.problem(422, "SL0105");
    put(&host, &format!("/api/v1/extensions/{}/mode", shop.company), &json!({ "mode": "off" }))
        .await
        .problem(404, "SL0301");

    // Whatever is used stays.
    let refused = remove(&host, &digest).await.problem(409, "SL0426");
    assert!(refused["detail"].as_str().is_some_and(|detail| detail.contains(&shop.company)), "{refused}");
    let refused = run(&["rules", "remove", NAME, "--config", &config]).expect_err("it is used");
    assert!(refused.contains("SL0426") && refused.contains(&shop.company), "{refused}");
    remove(&host, &"0".repeat(64)).await.problem(404, "SL0301");
    remove(&host, "evening").await.problem(400, "SL0106");
    let unknown =
        run(&["rules", "remove", "org.example.unknown", "--config", &config]).expect_err("it is not there");
    assert!(unknown.contains("SL0301"), "{unknown}");

    let off = mode(&["off"]).expect("it is switched off");
    assert!(off.contains("switched off"), "{off}");
    let removed = run(&["rules", "remove", NAME, "--by", "bob", "--config", &config]).expect("it is removed");
    assert!(removed.contains("is removed"), "{removed}");
    for called in [NAME, &digest] {
        let again = run(&["rules", "remove", called, "--config", &config]).expect("it is gone");
        assert!(again.contains("had been removed"), "{again}");
    }
    assert_eq!(remove(&host, &digest).await.expect(200)["items"], json!([]));
    hold("12:00").await.expect(201);
    let back = mode(&["audit"]).expect_err("its component is gone");
    assert!(back.contains("no component with this digest"), "{back}");
    install(&host, &component);
    mode(&["audit"]).expect("it is back");

    let all = changes(&host, &format!("extension={NAME}")).await;
    let told: Vec<_> = all
        .iter()
        .rev()
        .map(|one| {
            (
                one["what"].as_str().unwrap_or("?"),
                one["now"]["mode"].as_str().unwrap_or("-"),
                one["now"]["active"].as_bool(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("installed", "-", None),
            ("added", "audit", Some(true)),
            ("changed", "enforce", Some(true)),
            ("changed", "warn", Some(true)),
            ("changed", "warn", Some(false)),
            ("removed", "-", None),
            ("installed", "-", None),
            ("changed", "audit", Some(true)),
        ]
    );
    assert_eq!(all[5]["by"], "ada (command line)");
    assert_eq!(all[2]["by"], "bob (command line)");
    let by_key = all[4]["by"].as_str().expect("the label of a key");
    assert!(!by_key.contains("command line") && !by_key.is_empty(), "{by_key}");
    assert_eq!(changes(&host, &format!("company={}", shop.company)).await.len(), 5);
    let printed =
        run(&["rules", "changes", "--company", &shop.company, "--config", &config]).expect("a list");
    assert!(printed.lines().count() == 5 && printed.contains("enforce, by ada"), "{printed}");
}

async fn a_company_uses_an_extension_once(host: Host) {
    let (_dir, component) = changed("evening", "i64::from(wanted.guests) <= most", "false");
    let shop = Shop::open(&host).await;
    let digest = install(&host, &component);
    let fields = |active: bool| json!({ "company": shop.company, "name": NAME, "digest": digest, "mode": "audit", "active": active });
    let (on, off) = (fields(true), fields(false));
    let add = || Answer::of(host.request("POST", "/api/v1/extensions").json(&on));
    // However many ask at once.
    let answers = futures::future::join_all((0..6).map(|_| add())).await;
    let (added, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 201);
    assert_eq!((added.len(), refused.len()), (1, 5));
    let used = added.into_iter().next().expect("one").expect(201);
    let used = used["id"].as_str().expect("an identifier");
    for answer in refused {
        let problem = answer.problem(409, "SL0427");
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains(NAME)), "{problem}");
    }
    let detail = add().await.problem(409, "SL0427");
    assert!(detail["detail"].as_str().is_some_and(|detail| detail.contains(used)), "{detail}");

    // One that is switched off may be there, and is switched on once the other one is off.
    let idle = host.post("/api/v1/extensions", &off).await.expect(201);
    let idle = idle["id"].as_str().expect("an identifier");
    let mode = format!("/api/v1/extensions/{idle}/mode");
    put(&host, &mode, &json!({ "mode": "warn" })).await.problem(409, "SL0427");
    let path = format!("/api/v1/extensions/{idle}");
    let mut fields = on.clone();
    fields.as_object_mut().expect("an object").remove("company");
    let replace = || Answer::of(host.request("PUT", &path).header("If-Match", "\"1\"").json(&fields));
    replace().await.problem(409, "SL0427");

    // The command takes the one that is active, however many are there.
    let config = host.config();
    let command =
        |mode: &str| run(&["rules", "mode", NAME, mode, "--company", &shop.company, "--config", &config]);
    command("off").expect("it is switched off");
    replace().await.expect(200);
    put(&host, &format!("/api/v1/extensions/{used}/mode"), &json!({ "mode": "warn" }))
        .await
        .problem(409, "SL0427");
    command("enforce").expect("it changes the one that is active");
    let now = host.get(&path).await.expect(200);
    assert_eq!((&now["mode"], &now["active"]), (&json!("enforce"), &json!(true)));
}
