//! Many clients, one slot.

use crate::support::Host;

#[tokio::test]
async fn of_a_hundred_clients_one_gets_the_slot() {
    let host = Host::on_ledger();
    let start = host.opening(0).await;
    let booking = host.booking(&start);
    let answers =
        futures::future::join_all((0..100).map(|_| host.post("/api/v1/appointments", &booking))).await;
    let won = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(won, 1, "{answers:?}");
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        let problem = answer.expect(409);
        assert!(problem["code"].as_str().is_some_and(|code| code.starts_with("SL0")), "{problem}");
    }
    let listed = host.get("/api/v1/appointments?limit=200").await.expect(200);
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1), "nothing is left half-made");
}
