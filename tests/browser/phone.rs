//! A technician's phone in Chromium: a day's jobs, also where there is no reception.

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};
use slotledger::clock::{Clock, SystemClock};

use super::{PASSWORD, run};
use crate::support::{Host, Shop, id, written};

/// Zones of which one always has a morning or an early afternoon, so that a day's jobs are still to come.
const ZONES: [Tz; 5] = [
    chrono_tz::Europe::Berlin,
    chrono_tz::Asia::Dubai,
    chrono_tz::America::New_York,
    chrono_tz::Australia::Sydney,
    chrono_tz::Pacific::Honolulu,
];

/// A moment so many minutes from now, on the grid.
pub(super) fn soon(minutes: i64) -> DateTime<Utc> {
    let at = SystemClock.now() + TimeDelta::minutes(minutes);
    let grid = TimeDelta::minutes(5).num_seconds();
    DateTime::from_timestamp((at.timestamp() / grid + 1) * grid, 0).expect("a moment")
}

/// A zone in which a day's jobs are still to come.
pub(super) fn daytime() -> Tz {
    let now = SystemClock.now();
    let is_day = |zone: &Tz| (6..15).contains(&now.with_timezone(zone).hour());
    ZONES.into_iter().find(is_day).expect("it is day somewhere")
}

/// A technician's day.
struct Day {
    login: String,
    twin: String,
}

impl Day {
    async fn begin(host: &Host) -> Self {
        let shop = Shop::with(host, daytime().name(), json!({ "name": "Hafen Klimatechnik" })).await;
        let ada = shop.provider("Ada Brandt", "00:00", "00:00").await;
        let service = json!({
            "name": "Heat pump service",
            "consumables": [
                { "item": "FILTER-20", "quantity": "1", "unit": "Unit", "warehouse": "Van 1" },
                { "item": "GLYCOL", "quantity": "1.5", "unit": "Litre", "warehouse": "Van 1" },
            ],
        });
        let service = shop.service(&[&ada], service).await;
        for (customer, phone, address, minutes, notes, commands) in [
            (
                "Mara Lindqvist",
                "+49 30 555 0101",
                "Lindenallee 4\n10115 Berlin",
                30,
                "The boiler is in the cellar; the key is at no. 6.",
                &["confirm"][..],
            ),
            ("Noor Haddad", "+49 30 555 0102", "Am Hafen 12\n10243 Berlin", 120, "", &["confirm"]),
            (
                "Otto Klein",
                "+49 30 555 0103",
                "Ringstraße 81\n12105 Berlin",
                210,
                "Ring twice.",
                &["confirm"],
            ),
            ("Pilar Ruiz", "+49 30 555 0104", "Gartenweg 3\n14193 Berlin", 300, "", &["schedule"]),
            (
                "Quirin Maier",
                "+49 30 555 0105",
                "Hauptstraße 9\n10827 Berlin",
                30 + 24 * 60,
                "",
                &["confirm"],
            ),
        ] {
            let customer = json!({ "name": customer, "phone": phone, "address": address });
            let customer = shop.add("customers", customer).await;
            let more = json!({ "provider": ada, "customer": customer, "notes": notes });
            let held = shop.hold(&service, &written(soon(minutes)), more).await.expect(201);
            for command in commands {
                host.command(&id(&held), command).await.expect(200);
            }
        }
        let login = technician(host, "ada@example.org", &shop.company, &ada).await;
        let twin = shop.provider("Ben Okafor", "00:00", "00:00").await;
        let twin = technician(host, "ben@example.org", &shop.company, &twin).await;
        Self { login, twin }
    }

    async fn play(&self, host: &Host, step: &str) {
        let told = [
            ("LOGIN", self.login.as_str()),
            ("TWIN", self.twin.as_str()),
            ("PASSWORD", PASSWORD),
            ("KEY", host.key()),
        ];
        run(host, "phone.mjs", &told, &[step]).await;
    }
}

/// An account of somebody who does the work.
async fn technician(host: &Host, login: &str, company: &str, provider: &str) -> String {
    let grants = json!([{ "role": "technician", "company": company, "provider": provider }]);
    let body = json!({ "login": login, "name": "Ada Brandt", "grants": grants });
    let added: Value = host.post("/api/v1/accounts", &body).await.expect(201);
    host.post("/api/v1/welcome", &json!({ "token": added["token"], "password": PASSWORD })).await.expect(201);
    login.to_owned()
}

#[tokio::test]
async fn a_technician_goes_through_a_job() {
    let host = Host::on_ledger();
    Day::begin(&host).await.play(&host, "job").await;
}

#[tokio::test]
async fn a_visit_is_noted_photographed_and_announced() {
    let host = Host::on_ledger();
    Day::begin(&host).await.play(&host, "record").await;
}

#[tokio::test]
async fn notes_and_photos_wait_for_reception_and_are_sent_once() {
    let host = Host::on_ledger();
    Day::begin(&host).await.play(&host, "record_offline").await;
}

#[tokio::test]
async fn what_is_tapped_without_reception_is_done_later_and_in_order() {
    let host = Host::on_ledger();
    Day::begin(&host).await.play(&host, "dead_spot").await;
}

#[tokio::test]
async fn what_somebody_else_did_meanwhile_is_shown() {
    let host = Host::on_ledger();
    Day::begin(&host).await.play(&host, "conflict").await;
}

#[tokio::test]
async fn what_is_refused_is_mended_and_sent_anew() {
    let host = Host::on_ledger();
    Day::begin(&host).await.play(&host, "mended").await;
}

#[tokio::test]
async fn a_session_that_ended_keeps_what_was_tapped_and_logging_out_keeps_nothing() {
    let host = Host::on_ledger();
    Day::begin(&host).await.play(&host, "session").await;
}

#[tokio::test]
async fn a_phone_needs_no_script() {
    let host = Host::on_ledger();
    Day::begin(&host).await.play(&host, "plain").await;
}
