//! Decisions are recorded: what each was made from, by which components, and what came of it.
//!
//! Invariants: a decision that changes an appointment is recorded in the transaction that stores it. One that changes
//! nothing is recorded beside it before whoever asked is told; several that come at once share a transaction. Whoever
//! cannot record a refusal says so in the log, and the refusal holds all the same.
//!
//! Deliberately absent: decisions that were made and came to nothing because the state they rest on had changed, and
//! previews.

mod course;
mod fixtures;
pub(crate) mod record;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::TimeDelta;
use serde_json::{Value, json};

pub(super) use self::course::Course;
pub use self::fixtures::{Fixture, NoFixture};
use self::record::{Answered, Record};
use super::{ANSWERS_KEPT, App, Error, Result};
use crate::model::{Decision, DecisionStory, ExtensionAnswer, NewDecision};
use crate::store::{AnswerFilter, DecisionFilter, KeptAnswer, KeptDecision};

/// What of decisions is recorded, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recording {
    /// How many days records are kept; with none, nothing is recorded.
    pub keep_days: u32,
    /// One in so many searches is recorded; with none, no search is, but for those in which an extension failed.
    pub one_search_in: u32,
}

impl Default for Recording {
    /// A month can be replayed. Searches change nothing, and their calendars are long.
    fn default() -> Self {
        Self { keep_days: 35, one_search_in: 0 }
    }
}

/// What is about to be recorded.
#[derive(Debug, Default)]
pub(super) struct Desk {
    recording: Recording,
    searches: AtomicU64,
    waiting: Mutex<Vec<NewDecision>>,
    writing: Arc<tokio::sync::Mutex<()>>,
}

impl Desk {
    pub(super) fn new(recording: Recording) -> Self {
        Self { recording, ..Self::default() }
    }

    /// Whether anything is recorded.
    pub(super) const fn is_open(&self) -> bool {
        self.recording.keep_days > 0
    }

    /// Whether this search is one of those that are recorded. They are counted, so that no chance plays a part.
    pub(super) fn takes_search(&self) -> bool {
        let every = u64::from(self.recording.one_search_in);
        self.is_open() && every > 0 && self.searches.fetch_add(1, Ordering::Relaxed).is_multiple_of(every)
    }
}

impl App {
    /// Records as these settings say.
    #[must_use]
    pub fn recording(mut self, recording: Recording) -> Self {
        self.desk = Desk::new(recording);
        self
    }

    /// Records a decision that changed nothing. Those that come while another is being written are written together.
    pub(super) async fn keep_beside(&self, decision: NewDecision) {
        let lock = || self.desk.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        lock().push(decision);
        let turn = self.desk.writing.clone().lock_owned().await;
        let together = std::mem::take(&mut *lock());
        if together.is_empty() {
            // Whoever had the turn before has written it.
            return;
        }
        let store = self.ports.store.clone();
        let write = async move {
            if let Err(error) = store.keep_decisions(&together).await {
                tracing::error!(%error, "{} decisions that changed nothing were not recorded", together.len());
            }
            drop(turn);
        };
        // In a task of its own: whoever asked may hang up, and others wait for the same.
        if tokio::spawn(write).await.is_err() {
            tracing::error!("decisions that changed nothing may not be recorded");
        }
    }

    /// Decisions that were recorded before another one, the newest first.
    pub async fn decisions(
        &self,
        filter: &DecisionFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Decision>> {
        Ok(self.ports.store.decisions(filter, before, limit).await?)
    }

    /// One decision, with everything that it was made from.
    pub async fn decision(&self, id: i64) -> Result<DecisionStory> {
        let KeptDecision { decision, record } = self.kept(id).await?;
        let json = record::json(&record).map_err(|why| damaged(id, why))?;
        let record = serde_json::from_slice(&json).map_err(|error| damaged(id, error.to_string()))?;
        Ok(DecisionStory { decision, record })
    }

    /// What a decision was made from.
    pub async fn decision_record(&self, id: i64) -> Result<Record> {
        let kept = self.kept(id).await?;
        Record::unpack(&kept.record).map_err(|why| damaged(id, why))
    }

    async fn kept(&self, id: i64) -> Result<KeptDecision> {
        self.ports.store.decision(id).await?.ok_or_else(|| Error::missing("decision", id))
    }

    /// What extensions said before an answer, the newest first.
    pub async fn extension_answers(
        &self,
        filter: &AnswerFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<ExtensionAnswer>> {
        let kept = self.ports.store.said(filter, before, limit).await?;
        kept.into_iter().map(in_full).collect()
    }

    /// Forgets answers to requests that nobody repeats any more, and says how many.
    pub async fn forget_answers(&self) -> Result<u64> {
        Ok(self.ports.store.forget_answers(self.ports.clock.now() - ANSWERS_KEPT).await?)
    }

    /// Forgets decisions that are older than they are kept, so many at most, and says how many.
    pub async fn forget_decisions(&self, limit: u32) -> Result<u32> {
        let days = TimeDelta::days(i64::from(self.desk.recording.keep_days));
        let before = self.ports.clock.now() - days;
        let forgotten = self.ports.store.forget_decisions(before, limit).await?;
        Ok(u32::try_from(forgotten).unwrap_or(u32::MAX))
    }
}

/// The answer with what stands in its decision's record.
fn in_full(kept: KeptAnswer) -> Result<ExtensionAnswer> {
    let KeptAnswer { answer, place, record } = kept;
    let record = Record::unpack(&record).map_err(|why| damaged(answer.decision, why))?;
    let Some(asked) = record.asked.get(place) else {
        return Err(damaged(answer.decision, format!("it has no answer {place}")));
    };
    let input = record.input(asked);
    let words = match &asked.answer {
        Answered::Proposals(proposals) => json!({ "proposals": proposals, "log": asked.log }),
        Answered::Findings(findings) => json!({ "findings": findings, "log": asked.log }),
        Answered::Failed(reason) => json!({ "error": reason, "log": asked.log }),
    };
    let input = input.map_or(Value::Null, |input| json!(input));
    Ok(ExtensionAnswer { input, answer: words, ..answer })
}

fn damaged(id: i64, why: String) -> Error {
    Error::Store(crate::store::Error::Corrupt("record", format!("decision {id}: {why}").into()))
}
