//! The hosts of a run: asked, cut off in the middle of an answer, started again.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use chrono::{DateTime, TimeDelta, Utc};
use serde::de::DeserializeOwned;
use slotledger::app::{App, BookingView, Error, Reply, Request, SeriesView};
use slotledger::clock::Clock as _;
use slotledger::model::{Appointment, Unit, UnitId};
use slotledger::store::SharedStore;
use slotledger::wasm::Rules;

use super::clock::Own;
use super::ground::Ground;
use super::house::app;
use super::steps::{Refit, Step};

/// The most holds that are ended at one go.
const BATCH: u32 = 100;

/// What a host answered: the appointments that it named, as they are.
pub(super) type Answer = Result<Vec<Appointment>, Error>;

/// One host.
pub(super) struct Host {
    ground: Arc<Ground>,
    rules: Rules,
    store: SharedStore,
    ahead: TimeDelta,
    pub(super) app: App,
}

impl Host {
    /// Starts a host whose clock is so far ahead.
    pub(super) async fn start(ground: Arc<Ground>, rules: Rules, ahead: TimeDelta) -> Self {
        let store = ground.open().await;
        let clock = Own::of(ground.clock.clone(), ahead);
        let app = app(store.clone(), rules.clone(), Arc::new(clock));
        Self { ground, rules, store, ahead, app }
    }

    /// What time it is for this host.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.ground.clock.now() + self.ahead
    }

    /// Starts it again, with nothing left of what it knew.
    pub(super) async fn restart(&mut self) {
        *self = Self::start(self.ground.clone(), self.rules.clone(), self.ahead).await;
    }

    /// Waits until what was begun on its store and cut off is undone.
    pub(super) async fn settle(&self) {
        self.ground.settle(&self.store).await;
    }

    /// Carries out a step.
    pub(super) async fn ask(&self, step: &Step) -> Answer {
        let app = &self.app;
        match step.clone() {
            Step::Hold { booking, actor, key } => {
                let request = key.map(|key| Request { key: key.to_string(), fingerprint: key.to_string() });
                app.hold(*booking, actor, request.as_ref()).await.map(|reply| vec![said(reply)])
            }
            Step::Command { id, expected, command, actor } => {
                app.command(id, expected, command, actor, None).await.map(|reply| vec![said(reply)])
            }
            Step::Book { wanted, actor } => app.book(*wanted, actor, None).await.map(booked),
            Step::CommandBooking { id, expected, command, actor } => {
                app.command_booking(id, expected, command, actor, None).await.map(booked)
            }
            Step::MakeSeries { wanted, actor } => app.make_series(*wanted, actor, None).await.map(recurring),
            Step::MoveSeries { id, wanted, actor } => {
                app.reschedule_series(id, None, wanted, actor, None).await.map(recurring)
            }
            Step::CancelSeries { id, wanted, actor } => {
                app.cancel_series(id, None, wanted, actor, None).await.map(recurring)
            }
            Step::Wait(wanted) => app.wait_for(*wanted, None).await.map(|_| Vec::new()),
            Step::Withdraw(id) => app.withdraw(id, None, None).await.map(|_| Vec::new()),
            Step::Leave(provider, leave) => app.add_leave(provider, leave, None).await.map(|_| Vec::new()),
            Step::Refit(unit, refit) => self.refit(unit, refit).await,
            Step::Expire => app.expire_holds(BATCH).await.map(|_| Vec::new()),
            Step::Offer => app.offer_freed(BATCH).await.map(|_| Vec::new()),
        }
    }

    /// Carries out a step until the host has been woken so many times, and then drops it where it is.
    pub(super) async fn ask_in_part(&self, step: &Step, wakes: u32) -> Option<Answer> {
        let mut asked = pin!(self.ask(step));
        let mut left = wakes;
        poll_fn(|context| {
            let Some(fewer) = left.checked_sub(1) else { return Poll::Ready(None) };
            left = fewer;
            asked.as_mut().poll(context).map(Some)
        })
        .await
    }

    async fn refit(&self, unit: UnitId, refit: Refit) -> Answer {
        let stored = self.app.get::<Unit>(unit.0).await?;
        let data = match refit {
            Refit::Enabled(active) => Unit { active, ..stored.data },
            Refit::Capacity(capacity) => Unit { capacity, overlap_allowed: capacity > 1, ..stored.data },
            Refit::Parent(parent) => Unit { parent, ..stored.data },
        };
        self.app.replace(unit.0, stored.version, data).await.map(|_| Vec::new())
    }
}

fn said<T: DeserializeOwned>(reply: Reply<T>) -> T {
    match reply {
        Reply::Fresh(said) => said,
        Reply::Replayed(answer) => serde_json::from_str(&answer.body).expect("what was said before"),
    }
}

fn booked(reply: Reply<BookingView>) -> Vec<Appointment> {
    said(reply).appointments
}

fn recurring(reply: Reply<SeriesView>) -> Vec<Appointment> {
    said(reply).appointments
}
