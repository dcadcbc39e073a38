//! Lists in Chromium: customers with what became of their visits, and appointments that are looked through and changed together.

use chrono::Days;
use serde_json::json;

use super::{account_in, browse};
use crate::support::{Host, Shop, at, day, id};

/// A shop whose customer has had six visits, two of them to come, and where others have been, too.
async fn busy(host: &Host) -> Shop<'_> {
    let shop = Shop::with(host, "Europe/Berlin", json!({ "name": "Hafen Klimatechnik" })).await;
    let pia = shop.provider("Pia Sommer", "07:00", "19:00").await;
    let far = json!({ "name": "Heat pump service", "duration_minutes": 60, "horizon_days": 90,
        "reschedule_limit": 9 });
    let service = shop.service(&[&pia], far).await;
    let customer = |fields| shop.add("customers", fields);
    let mara =
        customer(json!({ "name": "Mara Lindqvist", "email": "mara@example.org", "phone": "+49 40 555 0137",
        "address": "Lindenallee 4\n20259 Hamburg", "language": "de", "party_code": "K-1042" }))
        .await;
    for (name, phone) in [("Ana Castellano", "+49 40 555 0101"), ("Nils Newcomer", "+49 40 555 0188")] {
        customer(json!({ "name": name, "phone": phone })).await;
    }
    let visit = async |days: u64, time: &str| {
        let start = at(day() + Days::new(days), time);
        id(&shop.hold(&service, &start, json!({ "provider": pia, "customer": mara })).await.expect(201))
    };
    for (n, commands) in [(0, &["confirm", "start", "complete"][..]), (1, &["confirm", "start", "complete"])]
    {
        let visit = visit(n, "08:00").await;
        for command in commands {
            host.command(&visit, command).await.expect(200);
        }
    }
    let gone = visit(3, "08:00").await;
    host.command(&gone, "confirm").await.expect(200);
    shop.as_("staff", &gone, "cancel", json!({ "reason": "Away" })).await.expect(200);
    let moved = visit(4, "08:00").await;
    host.command(&moved, "confirm").await.expect(200);
    let later = json!({ "start": at(day() + Days::new(7), "10:00"), "reason": "Away" });
    shop.as_("staff", &moved, "reschedule", later).await.expect(200);
    let last = visit(8, "15:30").await;
    host.command(&last, "schedule").await.expect(200);
    // Of somebody else.
    shop.confirmed(&service, &at(day() + Days::new(1), "12:00"), &pia).await;
    shop
}

async fn look(role: &str, step: &str) {
    let host = Host::on_ledger();
    let shop = busy(&host).await;
    let login = account_in(&host, role, Some(&shop.company)).await;
    browse(&host, &login, &[step]).await;
}

#[tokio::test]
async fn a_customer_is_looked_up_and_seen_whole() {
    look("front_desk", "customers").await;
}

#[tokio::test]
async fn appointments_are_narrowed_kept_and_changed_together() {
    look("front_desk", "several").await;
}

#[tokio::test]
async fn ticks_need_no_script() {
    look("front_desk", "ticks").await;
}
