//! A backlog of five hundred completed visits, brought to ERPNext over a line that keeps failing: every document once,
//! each after those it builds on, and none lost.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use chrono::Days;
use futures::{StreamExt, stream};
use serde_json::{Value, json};
use slotledger_fault_proxy::{Fault, Proxy};

use crate::support::erpnext::{self, Server};
use crate::support::{Host, Shop, at, day, id};

/// Five providers, ten days of ten visits each.
const PROVIDERS: usize = 5;
const DAYS: u64 = 10;
const HOURS: [&str; 10] =
    ["08:00", "09:00", "10:00", "11:00", "12:00", "13:00", "14:00", "15:00", "16:00", "17:00"];
const VISITS: usize = 500;
/// Order, invoice, stock issue and commission.
const DOCUMENTS: usize = 4 * VISITS;

/// How many clients book at once.
const CLIENTS: usize = 4;
/// How long the backlog may take; with nothing else on the machine it is a third of it.
const PATIENCE: Duration = Duration::from_secs(240);

/// One call in so many goes wrong, in one of the ways in turn.
const EVERY: usize = 29;
/// At these calls the line goes down altogether, for long enough that the circuit opens.
const OUTAGES: [usize; 2] = [2000, 6000];
const OUTAGE: Duration = Duration::from_secs(2);

const FAULTS: [Fault; 8] = [
    Fault::CutBefore,
    Fault::CutAfter,
    Fault::Half,
    Fault::Delay(Duration::from_millis(40)),
    Fault::Drip(Duration::from_millis(1)),
    instead(true, 500, "Internal Server Error"),
    instead(true, 502, "<html>Bad Gateway</html>"),
    instead(false, 503, "<!DOCTYPE html><title>Be right back</title>"),
];

const fn instead(forwarded: bool, status: u16, body: &'static str) -> Fault {
    Fault::Instead { forwarded, status, headers: "Content-Type: text/html\r\n", body }
}

#[tokio::test]
async fn five_hundred_visits_reach_erpnext_through_a_flapping_line() {
    let server = erpnext::server();
    let line = flapping(&server.url());
    let mut host = Host::on_erpnext_at(line.url()).await;
    host.map("erpnext", &["item:SERVICE=SVC-MAINT", "warehouse:VAN=Stores - SD"]);
    host.kill();
    host.start(&[("SLOTLEDGER__RELAY__ENABLED", "false")]);
    let visits = completed(&host).await;
    assert_eq!(visits.len(), VISITS);
    assert!(server.all("Sales Order").is_empty(), "nothing goes out yet");

    host.kill();
    let started = Instant::now();
    host.start(&[]);
    while waiting(&host).await > 0 {
        assert!(started.elapsed() < PATIENCE, "{} are still on their way", waiting(&host).await);
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    println!(
        "{DOCUMENTS} documents in {:?}; {} of {} calls went wrong",
        started.elapsed(),
        line.struck(),
        line.calls()
    );
    assert!(line.calls() > OUTAGES[1], "both outages came: {} calls", line.calls());
    all_once_and_in_order(&server, &visits);
}

/// A line on which now and then a call goes wrong, and at times every one.
fn flapping(upstream: &str) -> Proxy {
    let mut down = None;
    let line = Proxy::to(upstream, move |call| {
        if OUTAGES.contains(&call.number) {
            down = Some(Instant::now());
        }
        match call.number {
            _ if down.is_some_and(|since| since.elapsed() < OUTAGE) => Fault::CutBefore,
            number if number % EVERY == 0 => FAULTS[number / EVERY % FAULTS.len()],
            _ => Fault::None,
        }
    });
    line.expect("a line")
}

/// Makes visits, all of them completed, and gives their identifiers.
async fn completed(host: &Host) -> Vec<String> {
    let shop = Shop::with(host, "UTC", json!({ "erp": "erpnext" })).await;
    let mut providers = Vec::new();
    for n in 0..PROVIDERS {
        let name = ["Sam", "Eve"][n % 2];
        providers.push(shop.provider(name, "08:00", "18:00").await);
    }
    let sold = json!({
        "commission_percent": "10",
        "consumables": [{ "item": "MAT-FILTER", "quantity": "1", "unit": "Nos", "warehouse": "VAN" }],
    });
    let service = shop.service(&providers.iter().collect::<Vec<_>>(), sold).await;
    let days = (0..DAYS).map(|n| day() + Days::new(n));
    let slots: Vec<(String, &String)> = days
        .flat_map(|day| HOURS.map(|hour| at(day, hour)))
        .flat_map(|start| providers.iter().map(move |provider| (start.clone(), provider)))
        .collect();
    let visit = |(start, provider): (String, &String)| {
        let (shop, service, provider) = (&shop, &service, provider.clone());
        async move {
            let visit = id(&shop.confirmed(service, &start, &provider).await);
            for command in ["start", "complete"] {
                host.command(&visit, command).await.expect(200);
            }
            visit
        }
    };
    stream::iter(slots).map(visit).buffer_unordered(CLIENTS).collect().await
}

/// How many documents are not in the books yet. None may be parked: nothing is wrong with any of them.
async fn waiting(host: &Host) -> u64 {
    let connections = host.get("/api/v1/connections").await.expect(200);
    let mut connections = connections["items"].as_array().expect("a list").iter();
    let erpnext = connections.find(|one| one["name"] == "erpnext").expect("it is connected");
    assert_eq!(erpnext["parked"], 0, "{erpnext}");
    erpnext["pending"].as_u64().expect("a number")
}

/// What the stand-in holds, against the visits.
fn all_once_and_in_order(server: &Server, visits: &[String]) {
    let orders = by_visit(server, "Sales Order");
    let invoices = by_visit(server, "Sales Invoice");
    let issues = by_visit(server, "Stock Entry");
    for visit in visits {
        let only = |of: &HashMap<String, Vec<Value>>, what: &str| {
            let found = of.get(visit).map(Vec::as_slice).unwrap_or_default();
            assert_eq!(found.len(), 1, "{visit} has not one {what}: {found:?}");
            found[0].clone()
        };
        let (order, invoice) = (only(&orders, "order"), only(&invoices, "invoice"));
        only(&issues, "issue");
        let made = |document: &Value| document["creation"].as_str().expect("a moment").to_owned();
        assert!(made(&order) < made(&invoice), "{visit} was invoiced before it was ordered");
        assert_eq!(invoice["items"][0]["sales_order"], order["name"], "{visit}");
        let team = invoice["sales_team"].as_array().expect("a team");
        assert_eq!(team.len(), 1, "{visit}: {team:?}");
        let key = team[0]["slotledger_key"].as_str().unwrap_or_default();
        assert!(key.starts_with(visit), "{visit} has no commission: {team:?}");
        assert!([&order, &invoice].iter().all(|document| document["docstatus"] == 1), "{visit}");
    }
    let all = [&orders, &invoices, &issues].map(|of| of.values().map(Vec::len).sum::<usize>());
    assert_eq!(all, [VISITS; 3], "and nothing besides");
}

/// The documents of a type by the visit in their keys.
fn by_visit(server: &Server, doctype: &str) -> HashMap<String, Vec<Value>> {
    let mut found: HashMap<String, Vec<Value>> = HashMap::new();
    for document in server.all(doctype) {
        let key = document["slotledger_key"].as_str().unwrap_or_default();
        let visit = key.split('/').next().unwrap_or_default().to_owned();
        found.entry(visit).or_default().push(document);
    }
    found
}
