//! Reports in Chromium: figures that are read without their bars, and bars that the page's policy lets draw.

use chrono::Days;
use serde_json::json;

use super::{account, browse, browse_with};
use crate::support::{Host, Shop, at, day, id};

/// Weeks that are worked in.
const WEEKS: u64 = 5;

/// A shop with weeks of work, most of it done.
async fn worked(host: &Host) -> Shop<'_> {
    let shop = Shop::with(host, "Europe/Berlin", json!({ "name": "Hafen Klimatechnik" })).await;
    let elsewhere = shop.elsewhere("Altona").await;
    let mut all = Vec::new();
    for (name, at) in [("=Ada Brandt", &shop), ("Ben Okafor", &shop), ("Carla Weiss", &elsewhere)] {
        all.push(at.provider(name, "07:00", "18:00").await);
    }
    let price = |price: &str| json!([{ "description": "Work", "basis": "per_booking", "unit_price": price }]);
    let far = |name: &str, minutes: u32, amount: &str| {
        json!({ "name": name, "duration_minutes": minutes, "prices": price(amount), "cancel_cutoff_minutes": 20160,
                "horizon_days": 90, "reschedule_limit": 9 })
    };
    let everybody: Vec<_> = all.iter().collect();
    let long = shop.service(&everybody, far("Heat pump service", 120, "189.00")).await;
    let short = shop.service(&everybody, far("Inspection", 45, "64.50")).await;
    for week in 0..WEEKS {
        let day = day() + Days::new(7 * week);
        for (n, provider) in all.iter().enumerate() {
            for (start, service) in [("08:00", &long), ("11:00", &short), ("13:00", &long)] {
                if (n as u64 + week) % 4 == 3 {
                    continue;
                }
                let visit = id(&shop.confirmed(service, &at(day, start), provider).await);
                match (week, start) {
                    (0..=2, "08:00") => {
                        host.command(&visit, "start").await.expect(200);
                        host.command(&visit, "complete").await.expect(200);
                    }
                    (1 | 3, "11:00") if n == 0 => {
                        let why = json!({ "reason": "Ill", "exception_reason": "Agreed" });
                        shop.as_("staff", &visit, "cancel", why).await.expect(200);
                    }
                    (0 | 2, "11:00") if n == 1 => {
                        let later = json!({ "start": at(day, "15:00"), "reason": "Later" });
                        shop.as_("staff", &visit, "reschedule", later).await.expect(200);
                    }
                    _ => {}
                }
            }
        }
    }
    shop
}

#[tokio::test]
async fn a_period_is_reported_on_in_text_bars_and_files() {
    let host = Host::on_ledger();
    let shop = worked(&host).await;
    let login = account(&host, "administrator").await;
    let first = (day() - Days::new(4)).to_string();
    let last = (day() + Days::new(7 * (WEEKS - 1) + 2)).to_string();
    let told = [("COMPANY", shop.company.as_str()), ("FROM", &first), ("TO", &last)];
    browse_with(&host, &login, &["reports"], &told).await;
}

#[tokio::test]
async fn a_dispatcher_is_shown_no_revenue() {
    let host = Host::on_ledger();
    host.hold().await;
    let login = account(&host, "dispatcher").await;
    browse(&host, &login, &["counts"]).await;
}
