//! The sample company's main job: a visit, booked, confirmed and completed.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Answer, DELIVERY, Host};

/// The sample company.
pub(crate) const COMPANY: &str = "01980000-0000-7000-8000-000000000001";
/// The sample's service.
pub(crate) const SERVICE: &str = "01980000-0000-7000-8000-000000000005";
/// The sample's customer.
pub(crate) const CUSTOMER: &str = "01980000-0000-7000-8000-000000000006";
/// The provider that the sample's Tryton knows as an agent.
const SAM: &str = "01980000-0000-7000-8000-000000000003";

impl Host {
    /// The start of the n-th opening with Sam.
    pub(crate) async fn opening(&self, n: usize) -> String {
        let path = format!("/api/v1/openings?service={SERVICE}&provider={SAM}&step_minutes=60&limit=100");
        let found = self.get(&path).await.expect(200);
        found["openings"][n]["start"].as_str().unwrap_or_else(|| panic!("no opening: {found}")).to_owned()
    }

    /// What to send to hold a visit with Sam.
    pub(crate) fn booking(&self, start: &str) -> Value {
        json!({ "service": SERVICE, "customer": CUSTOMER, "provider": SAM, "start": start })
    }

    /// Holds the first opening and gives the appointment.
    pub(crate) async fn hold(&self) -> Value {
        let start = self.opening(0).await;
        self.post("/api/v1/appointments", &self.booking(&start)).await.expect(201)
    }

    /// Carries out a command that needs no particulars.
    pub(crate) async fn command(&self, id: &str, command: &str) -> Answer {
        self.post(&format!("/api/v1/appointments/{id}/{command}"), &json!({})).await
    }

    /// Waits until all is done but one document, which is parked, and gives its delivery.
    pub(crate) async fn parked(&self, id: &str) -> Value {
        let deadline = Instant::now() + DELIVERY;
        loop {
            let deliveries = self.get(&format!("/api/v1/deliveries?appointment={id}")).await.expect(200);
            let items = deliveries["items"].as_array().expect("a list");
            let mut open = items.iter().filter(|delivery| delivery["state"] != "done");
            if let (Some(delivery), None) = (open.next(), open.next())
                && delivery["state"] == "parked"
            {
                return delivery.clone();
            }
            assert!(Instant::now() < deadline, "nothing is parked: {deliveries}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until every document asked for stands, and gives the documents as the books hold them.
    pub(crate) async fn documents(&self, id: &str) -> Vec<Value> {
        let deadline = Instant::now() + DELIVERY;
        loop {
            let deliveries = self.get(&format!("/api/v1/deliveries?appointment={id}")).await.expect(200);
            let items = deliveries["items"].as_array().expect("a list").clone();
            if items.iter().all(|delivery| delivery["state"] == "done") {
                break;
            }
            let parked = items.iter().find(|delivery| delivery["state"] == "parked");
            assert!(parked.is_none(), "parked: {parked:?}");
            assert!(Instant::now() < deadline, "still on their way: {deliveries}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let found = self.get(&format!("/api/v1/appointments/{id}/documents")).await.expect(200);
        found["items"].as_array().expect("a list").clone()
    }
}

/// The kinds of these documents, sorted.
pub(crate) fn kinds(documents: &[Value]) -> Vec<&str> {
    let mut kinds: Vec<&str> = documents.iter().filter_map(|document| document["kind"].as_str()).collect();
    kinds.sort_unstable();
    kinds
}
