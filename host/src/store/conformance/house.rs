//! A company with two providers, and decisions about it, for the cases to store.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde_json::json;
use slotledger_erp::{
    Body, Document, Key, Kind as DocumentKind, OrderCancellation, Posted, Posting, State as DocumentState,
};
use uuid::Uuid;

use crate::model::master::Kind;
use crate::model::{
    Actor, Appointment, Claim, CompanyId, Delivery, Event, Preference, ProviderId, Quote, QuoteLine, Repair,
    Status, Timing, Wish,
};
use crate::store::{
    Change, Commit, Error, Mend, NewDelivery, Outbox, Outcome, PendingAnswer, Record, SharedStore, Slots,
    Span,
};

/// A moment on the slot grid; all cases play after it.
pub(crate) const EPOCH: i64 = 1_800_000_000;

/// The moment so many minutes after [`EPOCH`].
pub(crate) fn minute(minutes: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(EPOCH + minutes * 60, 0).expect("in range")
}

/// A new identifier that sorts after those before it.
pub(crate) fn id() -> Uuid {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let number = LAST.fetch_add(1, Ordering::Relaxed) + 1;
    Uuid::from_u128(0x0192_f0c1_7d3e_7000_8000_0000_0000_0000 + u128::from(number))
}

/// A company with what an appointment names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct House {
    pub(crate) company: Uuid,
    pub(crate) branch: Uuid,
    pub(crate) service: Uuid,
    pub(crate) customer: Uuid,
    pub(crate) providers: [Uuid; 2],
}

impl House {
    /// Stores the records of a new one.
    pub(crate) async fn build(store: &SharedStore) -> Self {
        let company = id();
        store.insert(&record(Kind::Company, company, company), None).await.expect("a new record");
        Self::within(store, company).await
    }

    /// The same, marked as a sample.
    pub(crate) async fn sample(store: &SharedStore) -> Self {
        let company = id();
        store.insert_sample(&record(Kind::Company, company, company), "Ada").await.expect("a new record");
        Self::within(store, company).await
    }

    async fn within(store: &SharedStore, company: Uuid) -> Self {
        let house = Self { company, branch: id(), service: id(), customer: id(), providers: [id(), id()] };
        let records = [
            (Kind::Branch, house.branch),
            (Kind::Service, house.service),
            (Kind::Customer, house.customer),
            (Kind::Provider, house.providers[0]),
            (Kind::Provider, house.providers[1]),
        ];
        for (kind, id) in records {
            store.insert(&record(kind, id, company), None).await.expect("a new record");
        }
        house
    }

    pub(crate) fn provider(&self) -> ProviderId {
        self.providers[0].into()
    }

    /// A hold of the first provider from one minute to another, with five minutes of buffer inside.
    pub(crate) fn hold(&self, from: i64, to: i64) -> Change {
        let appointment = self.appointment(from, to);
        let claim = claim(&appointment);
        Change {
            events: vec![event(&appointment, None)],
            appointment,
            expected: None,
            title: "Cooling System Service".to_owned(),
            slots: Slots::Take(claim),
            deliveries: Vec::new(),
            decisions: Vec::new(),
        }
    }

    fn appointment(&self, from: i64, to: i64) -> Appointment {
        let price = Decimal::new(14_990, 2);
        let line = QuoteLine {
            description: "Cooling System Service".to_owned(),
            item: "COOL".to_owned(),
            quantity: Decimal::ONE,
            unit_price: price,
            list_price: Some(price + Decimal::ONE),
            amount: price,
        };
        Appointment {
            id: id().into(),
            name: String::new(),
            company: self.company.into(),
            branch: self.branch.into(),
            service: self.service.into(),
            customer: self.customer.into(),
            provider: self.provider(),
            units: Vec::new(),
            shared: None,
            case: None,
            booking: None,
            series: None,
            status: Status::Open,
            revision: 1,
            start: minute(from + 5),
            end: minute(to - 5),
            reserved_start: minute(from),
            reserved_end: minute(to),
            guests: 2,
            quote: Quote {
                currency: "EUR".to_owned(),
                lines: vec![line],
                net: price,
                deposit: Decimal::ZERO,
                coupon: None,
            },
            payments: Vec::new(),
            balance: price,
            hold_until: Some(minute(10)),
            invoice_after: None,
            timing: Timing { started: Some(minute(7)), paused_seconds: 30, ..Timing::default() },
            expected_arrival: Some(minute(9)),
            reschedules: 1,
            location: Some("Hall 3".to_owned()),
            notes: "Ring twice.".to_owned(),
            remarks: String::new(),
            cancellation_reason: None,
            replaces: Vec::new(),
            terms: None,
            shared_documents: Vec::new(),
            preferences: vec![Preference { wish: Wish::Language("de".to_owned()), required: true }],
            invoiced_with: Vec::new(),
            predecessor: None,
            successor: None,
            created_at: minute(0) + TimeDelta::nanoseconds(123_456_789),
            updated_at: minute(0) + TimeDelta::nanoseconds(123_456_789),
        }
    }

    /// A decision about these changes.
    pub(crate) fn decision<'a>(&self, changes: Vec<Change>) -> Commit<'a> {
        let company = CompanyId(self.company);
        Commit {
            company,
            catalog_version: None,
            beside: Vec::new(),
            frame: None,
            changes,
            answer: None,
            at: minute(0),
        }
    }

    /// The same, with an answer to keep.
    pub(crate) fn answered<'a>(
        &self,
        changes: Vec<Change>,
        key: &str,
        body: &'a (dyn Fn(&[&Appointment]) -> String + Send + Sync),
    ) -> Commit<'a> {
        let answer = PendingAnswer { key: key.to_owned(), fingerprint: "f".to_owned(), status: 201, body };
        Commit { answer: Some(answer), ..self.decision(changes) }
    }

    /// Stores one change.
    pub(crate) async fn store(&self, store: &SharedStore, change: Change) -> Result<Appointment, Error> {
        let mut stored = store.commit(self.decision(vec![change])).await?;
        assert_eq!(stored.len(), 1, "one change gives one appointment");
        Ok(stored.remove(0))
    }

    /// Stores a new hold that asks for these documents, each after the keys beside it.
    pub(crate) async fn ask(
        &self,
        store: &SharedStore,
        from: i64,
        documents: &[(&str, &[&str])],
    ) -> Appointment {
        let mut change = self.hold(from, from + 20);
        change.deliveries = documents.iter().map(|(key, after)| wanted(key, after)).collect();
        self.store(store, change).await.expect("a free slot")
    }
}

/// Fills a new store for tests of a schema: an open hold and a confirmed visit, and of the hold three deliveries,
/// 1 done, 2 leased, 3 waiting for it.
pub(crate) async fn furnish(store: &SharedStore) {
    let house = House::build(store).await;
    let mut hold = house.hold(0, 60);
    hold.deliveries = ["a", "b", "c"].map(|key| wanted(key, &[])).to_vec();
    let visit = store.commit(house.decision(vec![house.hold(60, 120), hold])).await.expect("free").remove(0);
    store.commit(house.decision(vec![next(&visit, Status::Confirmed)])).await.expect("revision 1");
    let lease = std::time::Duration::from_secs(60);
    for expected in [1, 2] {
        let claimed = store.claim_deliveries("r", lease, minute(0), 1, &[]).await.expect("a claim").remove(0);
        assert_eq!(claimed.id, expected);
        if expected == 1 {
            let done = Outcome::Done(Box::new(Posted::made(document("a"))));
            assert!(store.finish_delivery(1, "r", &done, span(0)).await.expect("a write"));
        }
    }
    retry(&**store, 3, 0).await.expect("it waits");
    super::connections::known(store).await;
    super::reconcile::seen(store, &house).await;
    super::extensions::extended(store, &house).await;
    super::visits::worked(store, visit.id).await;
}

/// A record with a few fields.
pub(crate) fn record(kind: Kind, id: Uuid, company: Uuid) -> Record {
    Record {
        kind,
        id,
        company,
        name: format!("A {}", kind.as_str()),
        active: true,
        version: 1,
        updated_at: minute(0) + TimeDelta::microseconds(123_456),
        data: json!({"name": format!("A {}", kind.as_str()), "price": "49.90"}),
        by: None,
        judged_on: None,
    }
}

/// The time an appointment reserves.
pub(crate) fn claim(appointment: &Appointment) -> Claim {
    Claim {
        provider: appointment.provider,
        appointment: appointment.id,
        start: appointment.reserved_start,
        end: appointment.reserved_end,
        shared: appointment.shared.clone(),
        guests: appointment.guests,
        units: appointment.units.clone(),
    }
}

/// The next revision of an appointment, keeping its slots.
pub(crate) fn next(appointment: &Appointment, status: Status) -> Change {
    let hold_until = if status == Status::Open { appointment.hold_until } else { None };
    let after = Appointment {
        status,
        hold_until,
        revision: appointment.revision + 1,
        updated_at: minute(1),
        ..appointment.clone()
    };
    Change {
        events: vec![event(&after, Some(appointment.status))],
        appointment: after,
        expected: Some(appointment.revision),
        title: String::new(),
        slots: Slots::Keep,
        deliveries: Vec::new(),
        decisions: Vec::new(),
    }
}

/// The cancellation of an appointment, which frees its slots.
pub(crate) fn cancel(appointment: &Appointment) -> Change {
    Change { slots: Slots::Release, ..next(appointment, Status::Cancelled) }
}

/// The same appointment at another time.
pub(crate) fn moved(appointment: &Appointment, from: i64, to: i64) -> Change {
    let mut change = next(appointment, Status::Scheduled);
    change.appointment.start = minute(from + 5);
    change.appointment.end = minute(to - 5);
    change.appointment.reserved_start = minute(from);
    change.appointment.reserved_end = minute(to);
    change.slots = Slots::Take(claim(&change.appointment));
    change
}

/// The entry in the trail that goes with an appointment.
pub(crate) fn event(appointment: &Appointment, from: Option<Status>) -> Event {
    Event {
        appointment: appointment.id,
        revision: appointment.revision,
        at: minute(0),
        actor: Actor::Staff,
        by: None,
        name: format!("appointment.{}", appointment.status.as_str()),
        message: "Something happened.".to_owned(),
        from,
        to: appointment.status,
        rules_digest: "d".repeat(64),
        attributes: vec![("channel".to_owned(), "desk".to_owned())],
    }
}

/// A try that took half a minute, up to this one.
pub(crate) fn span(minutes: i64) -> Span {
    Span { started: minute(minutes) - TimeDelta::seconds(30), finished: minute(minutes) }
}

/// What somebody does about a delivery.
pub(crate) async fn mend(store: &dyn Outbox, id: i64, mend: &Mend, minutes: i64) -> Result<Delivery, Error> {
    store.mend_delivery(id, mend, &act(mend, minutes)).await
}

/// How that is written down.
pub(crate) fn act(mend: &Mend, minutes: i64) -> Repair {
    Repair {
        number: 0,
        at: minute(minutes),
        by: "desk".to_owned(),
        act: mend.act(),
        reason: "It is time.".to_owned(),
        details: json!({ "why": "not" }),
    }
}

/// Puts a delivery back in line.
pub(crate) async fn retry(store: &dyn Outbox, id: i64, minutes: i64) -> Result<Delivery, Error> {
    mend(store, id, &Mend::Retry, minutes).await
}

/// A key that is known to be one.
pub(crate) fn key(text: &str) -> Key {
    Key::parse(text).expect("a key")
}

/// A document asked for.
pub(crate) fn wanted(text: &str, after: &[&str]) -> NewDelivery {
    let body = Body::OrderCancellation(OrderCancellation { order: key("order"), reason: "Rain.".to_owned() });
    let date = NaiveDate::from_ymd_opt(2027, 1, 15).expect("a day");
    NewDelivery {
        posting: Posting { key: key(text), subject: "APT-0001".to_owned(), date, body },
        after: after.iter().map(|text| key(text)).collect(),
    }
}

/// A document as the books would hold it.
pub(crate) fn document(text: &str) -> Document {
    Document {
        kind: DocumentKind::OrderCancellation,
        key: key(text),
        reference: "7".to_owned(),
        number: "SO-7".to_owned(),
        state: DocumentState::Cancelled,
        currency: "EUR".to_owned(),
        net: Decimal::new(14_990, 2),
        tax: Decimal::new(2_848, 2),
        total: Decimal::new(17_838, 2),
        settled: None,
        date: None,
        party: None,
        quantity: None,
    }
}
