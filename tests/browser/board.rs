//! The board in Chromium: what is dragged there is moved by the rules or goes back, and what changes elsewhere shows.

use serde_json::json;

use super::{account_in, browse_with};
use crate::support::{Host, Shop, at, day, id};

/// A branch with a day's work: what each visit of it is called here is the customer's name.
struct Scene {
    company: String,
    login: String,
    told: Vec<(&'static str, String)>,
}

impl Scene {
    async fn set(host: &Host) -> Self {
        let shop = Shop::with(host, "Europe/Berlin", json!({ "name": "Hafen Klimatechnik" })).await;
        let rest = json!([{ "start": "12:00:00", "end": "12:30:00" }]);
        let mut all = Vec::new();
        for name in ["Ada Brandt", "Ben Okafor", "Carla Weiss", "Dana Novak", "Emil Sand"] {
            all.push(shop.provider_with_break(name, ("08:00", "17:00"), rest.clone()).await);
        }
        for van in ["Van 1", "Van 2", "Van 3"] {
            shop.unit(van, "van", json!({})).await;
        }
        let fields = json!({
            "name": "Heat pump service", "buffer_before_minutes": 15, "buffer_after_minutes": 15,
            "required_units": ["van"], "reschedule_limit": 9,
        });
        let service = shop.service(&all.iter().collect::<Vec<_>>(), fields).await;
        let plain = json!({ "name": "Consultation", "duration_minutes": 90 });
        let plain = shop.service(&all.iter().collect::<Vec<_>>(), plain).await;
        let late = json!({ "name": "Inspection", "reschedule_cutoff_minutes": 20160 });
        let late = shop.service(&[&all[1]], late).await;
        for (customer, what, who, start, commands) in [
            ("Mara Lindqvist", &plain, 0, "08:00", &["schedule"][..]),
            ("Noor Haddad", &plain, 0, "13:00", &["confirm"]),
            ("Otto Klein", &service, 1, "08:15", &["confirm"]),
            ("Pilar Ruiz", &plain, 1, "14:00", &[]),
            ("Quirin Maier", &plain, 2, "09:30", &["confirm", "depart"]),
            ("Rosa Blum", &service, 2, "12:15", &["schedule"]),
            ("Sven Aalto", &plain, 3, "07:30", &["confirm", "start"]),
            ("Tilda Berg", &service, 3, "13:15", &["confirm"]),
            ("Vera Holm", &late, 1, "11:30", &["schedule"]),
            ("Ugo Conti", &plain, 4, "09:00", &["schedule"]),
        ] {
            let customer = shop.add("customers", json!({ "name": customer })).await;
            let more = json!({ "provider": all[who], "customer": customer });
            let held = shop.hold(what, &at(day(), start), more).await.expect(201);
            for command in commands {
                host.command(&id(&held), command).await.expect(200);
            }
        }
        // Emil falls ill after somebody was booked with him.
        let leave = json!({ "start": at(day(), "07:00"), "end": at(day(), "11:00"), "reason": "ill" });
        host.post(&format!("/api/v1/providers/{}/leave", all[4]), &leave).await.expect(201);
        let login = account_in(host, "dispatcher", Some(&shop.company)).await;
        let told = vec![("DAY", day().to_string()), ("KEY", host.key().to_owned())];
        Self { company: shop.company, login, told }
    }

    async fn play(&self, host: &Host, steps: &[&str]) {
        let told: Vec<_> = self.told.iter().map(|(name, value)| (*name, value.as_str())).collect();
        browse_with(host, &self.login, steps, &told).await;
    }
}

#[tokio::test]
async fn visits_are_moved_on_the_board_or_go_back() {
    let host = Host::on_ledger();
    let scene = Scene::set(&host).await;
    scene.play(&host, &["board"]).await;
    // What was dragged to and fro stands where it was, each move in its trail.
    let listed =
        host.get(&format!("/api/v1/appointments?limit=200&company={}", scene.company)).await.expect(200);
    let moved = listed["items"].as_array().expect("a list").iter().filter(|one| one["successor"].is_string());
    assert!(moved.count() >= 3, "{listed}");
}

#[tokio::test]
async fn a_finger_scrolls_the_board_and_carries_what_it_has_rested_on() {
    let host = Host::on_ledger();
    let scene = Scene::set(&host).await;
    scene.play(&host, &["fingers"]).await;
}

#[tokio::test]
async fn an_open_board_shows_what_changes_elsewhere() {
    let host = Host::on_ledger();
    let scene = Scene::set(&host).await;
    scene.play(&host, &["live"]).await;
}

#[tokio::test]
async fn an_open_board_hears_of_another_host_on_the_same_store() {
    let host = Host::on_postgres();
    let twin = host.twin();
    let mut scene = Scene::set(&host).await;
    scene.told.push(("TWIN", twin.url()));
    scene.play(&host, &["twins"]).await;
}

#[tokio::test]
async fn two_hundred_rows_are_painted_at_once() {
    let host = Host::on_ledger();
    let shop = Shop::open(&host).await;
    let mut all = Vec::new();
    for n in 0..200 {
        all.push(shop.provider(&format!("Technician {n:03}"), "07:00", "19:00").await);
    }
    let service = shop.service(&all.iter().collect::<Vec<_>>(), json!({})).await;
    for (n, provider) in all.iter().enumerate() {
        let start = at(day(), ["08:00", "10:00", "13:00"][n % 3]);
        shop.hold(&service, &start, json!({ "provider": provider })).await.expect(201);
    }
    let login = account_in(&host, "dispatcher", Some(&shop.company)).await;
    browse_with(&host, &login, &["crowd"], &[("DAY", &day().to_string())]).await;
}
