//! Money in advance, and holds that run out.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Host, Shop, at, codes, day, id, kinds, on_every_engine};

on_every_engine! {
    a_deposit_confirms_and_shows_the_balance,
    an_unpaid_hold_runs_out_and_its_slot_is_free_again,
    a_confirmation_and_the_end_of_the_hold_do_not_both_win,
}

/// The shortest hold there is, and time for whoever ends it on a busy machine.
const HOLD: Duration = Duration::from_secs(60);
const PATIENCE: Duration = Duration::from_secs(60);

async fn a_deposit_confirms_and_shows_the_balance(host: Host) {
    let shop = Shop::open(&host).await;
    let provider = shop.provider("Pia", "09:00", "17:00").await;
    let service = shop.service(&[&provider], json!({ "deposit_percent": "30" })).await;
    let held = shop.hold(&service, &at(day(), "10:00"), json!({})).await.expect(201);
    let (held, quote) = (id(&held), &held["quote"]);
    assert_eq!((&quote["net"], &quote["deposit"]), (&json!("49.90"), &json!("14.97")));
    shop.as_("customer", &held, "confirm", json!({})).await.problem(409, "SL0256");
    let pay = async |amount: &str| {
        let body = json!({ "amount": amount, "reference": "transfer 1" });
        shop.as_("customer", &held, "pay-deposit", body).await
    };
    assert_eq!(codes(&pay("14.96").await.expect(422)), ["SL0258"]);
    assert_eq!(codes(&pay("49.91").await.expect(422)), ["SL0258"]);
    let paid = pay("14.97").await.expect(200);
    assert_eq!((&paid["status"], &paid["balance"]), (&json!("confirmed"), &json!("34.93")));
    assert_eq!(paid["payments"][0]["amount"], "14.97");
    assert_eq!(pay("14.97").await.status, 409, "it is paid once");
    assert_eq!(kinds(&host.documents(&held).await), ["advance", "sales_order"]);
    // The invoice takes it; called off after all, it is free again and paid back.
    host.command(&held, "complete").await.expect(200);
    assert_eq!(kinds(&host.documents(&held).await), ["advance", "sales_invoice", "sales_order"]);
    let body = json!({ "to": "cancelled", "reason": "it was not" });
    let undone = shop.as_("staff", &held, "correct", body).await.expect(200);
    assert_eq!((&undone["balance"], &undone["payments"][1]["amount"]), (&json!("49.90"), &json!("-14.97")));
    assert_eq!(
        kinds(&host.documents(&held).await),
        ["advance", "advance_refund", "credit_note", "order_cancellation", "sales_invoice", "sales_order"]
    );
}

async fn an_unpaid_hold_runs_out_and_its_slot_is_free_again(host: Host) {
    let shop = Shop::with(&host, "UTC", json!({ "hold_minutes": 1 })).await;
    let provider = shop.provider("Pia", "09:00", "10:00").await;
    let service = shop.service(&[&provider], json!({ "deposit_percent": "30" })).await;
    let start = at(day(), "09:00");
    let held = id(&shop.hold(&service, &start, json!({})).await.expect(201));
    assert_eq!(shop.starts(&service, day(), 60).await, Vec::<String>::new());
    shop.hold(&service, &start, json!({})).await.problem(409, "SL0213");
    let ended = ended(&host, &held, HOLD + PATIENCE).await;
    assert_eq!(
        (&ended["status"], &ended["cancellation_reason"]),
        (&json!("cancelled"), &json!("hold_expired"))
    );
    let late = json!({ "amount": "14.97", "reference": "too late" });
    assert_eq!(shop.as_("customer", &held, "pay-deposit", late).await.status, 409);
    assert_eq!(shop.starts(&service, day(), 60).await, std::slice::from_ref(&start));
    shop.hold(&service, &start, json!({})).await.expect(201);
}

async fn a_confirmation_and_the_end_of_the_hold_do_not_both_win(host: Host) {
    let shop = Shop::with(&host, "UTC", json!({ "hold_minutes": 1 })).await;
    let provider = shop.provider("Pia", "00:00", "00:00").await;
    let service = shop.service(&[&provider], json!({})).await;
    let mut holds = Vec::new();
    for hour in 0..20 {
        let start = at(day(), &format!("{hour:02}:00"));
        holds.push(id(&shop.hold(&service, &start, json!({})).await.expect(201)));
    }
    // Each is confirmed at another moment around the end of its hold.
    let first = Instant::now() + HOLD - Duration::from_secs(2);
    let confirmed = holds.iter().enumerate().map(async |(n, held)| {
        let moment = first + Duration::from_millis(200 * u64::try_from(n).expect("few"));
        tokio::time::sleep_until(moment.into()).await;
        host.command(held, "confirm").await
    });
    let answers = futures::future::join_all(confirmed).await;
    for (held, answer) in holds.iter().zip(answers) {
        let ended = ended(&host, held, PATIENCE).await;
        let trail = host.get(&format!("/api/v1/appointments/{held}/events")).await.expect(200);
        let steps: Vec<&str> = trail["items"]
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|event| event["to"].as_str())
            .collect();
        let right = if answer.status == 200 { "confirmed" } else { "cancelled" };
        assert_eq!((ended["status"].as_str(), steps), (Some(right), vec!["open", right]), "{}", answer.text);
        assert!(answer.status == 200 || answer.status == 409, "{}", answer.text);
    }
}

/// The appointment, once it is no longer open.
async fn ended(host: &Host, id: &str, patience: Duration) -> Value {
    let deadline = Instant::now() + patience;
    loop {
        let now = host.get(&format!("/api/v1/appointments/{id}")).await.expect(200);
        if now["status"] != "open" {
            return now;
        }
        assert!(Instant::now() < deadline, "the hold never ran out: {now}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
