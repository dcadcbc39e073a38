//! The hosts of a run: asked, cut off in the middle of an answer, started again.

use std::future::poll_fn;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use slotledger::app::{App, Error, Reply, Request};
use slotledger::model::{Appointment, Leave, ProviderId, Unit, UnitId};
use slotledger::store::Requests;
use slotledger::store::sqlite::Sqlite;
use slotledger::wasm::Rules;

use super::clock::Settable;
use super::house::app;
use super::steps::Step;

/// The most holds that are ended at one go.
const BATCH: u32 = 100;

/// What a host answered.
pub(super) type Answer = Result<Option<Box<Appointment>>, Error>;

/// One host.
pub(super) struct Host {
    path: PathBuf,
    rules: Rules,
    clock: Arc<Settable>,
    store: Sqlite,
    pub(super) app: App,
}

impl Host {
    /// Starts a host on the store in this file.
    pub(super) async fn start(path: PathBuf, rules: Rules, clock: Arc<Settable>) -> Self {
        let store = Sqlite::open(&path).await.expect("the store opens");
        let app = app(store.clone(), rules.clone(), clock.clone());
        Self { path, rules, clock, store, app }
    }

    /// Starts it again, with nothing left of what it knew.
    pub(super) async fn restart(&mut self) {
        *self = Self::start(self.path.clone(), self.rules.clone(), self.clock.clone()).await;
    }

    /// Waits until what was begun on its connection and cut off is undone.
    pub(super) async fn settle(&self) {
        self.store.forget_answers(chrono::DateTime::UNIX_EPOCH).await.expect("the store goes on");
    }

    /// Carries out a step. The appointment is what the host says it is now.
    pub(super) async fn ask(&self, step: &Step) -> Answer {
        match step {
            Step::Hold { booking, actor, key } => {
                let request = key.map(|key| Request { key: key.to_string(), fingerprint: key.to_string() });
                self.app.hold((**booking).clone(), *actor, request.as_ref()).await.map(said)
            }
            Step::Command { id, expected, command, actor } => {
                self.app.command(*id, *expected, command.clone(), *actor, None).await.map(said)
            }
            Step::Leave(provider, leave) => self.leave(*provider, leave).await,
            Step::Enable(unit, enabled) => self.enable(*unit, *enabled).await,
            Step::Expire => self.app.expire_holds(BATCH).await.map(|_| None),
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

    async fn leave(&self, provider: ProviderId, leave: &Leave) -> Answer {
        self.app.add_leave(provider, leave.clone(), None).await.map(|_| None)
    }

    async fn enable(&self, unit: UnitId, enabled: bool) -> Answer {
        let stored = self.app.get::<Unit>(unit.0).await?;
        let data = Unit { active: enabled, ..stored.data };
        self.app.replace(unit.0, stored.version, data).await.map(|_| None)
    }
}

fn said(reply: Reply<Appointment>) -> Option<Box<Appointment>> {
    match reply {
        Reply::Fresh(appointment) => Some(Box::new(appointment)),
        Reply::Replayed(answer) => Some(serde_json::from_str(&answer.body).expect("an appointment")),
    }
}
