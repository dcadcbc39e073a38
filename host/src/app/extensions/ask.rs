//! Asking the extensions of one decision, and noting what they say.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Stopped;
use crate::app::decisions::Course;
use crate::app::decisions::record::{Answered, Asked as Noted};
use crate::app::snapshot::Scene;
use crate::app::{App, Result};
use crate::extension::words::{Attribute, Finding, Hook, Input, Proposal};
use crate::extension::{self, Answer, limits};
use crate::model::Extension;
use crate::model::extension::{Mode, OnFailure};
use crate::wasm::log::Log;

/// The extensions that are asked at a hook, in their order.
pub(super) struct Asked<'a> {
    app: &'a App,
    scene: &'a Scene,
    chosen: Vec<(&'a Extension, extension::Extension)>,
    /// Where it is noted what they were shown and what they said.
    course: &'a mut Course,
    /// Who has been let in so far, among those that were chosen, who has answered and who has failed.
    let_in: BTreeSet<usize>,
    answered: BTreeSet<usize>,
    failing: BTreeSet<usize>,
}

/// One that answered in the end whatever it was asked is doing well: an answer to one question does not make up for another
/// that it never answers.
impl Drop for Asked<'_> {
    fn drop(&mut self) {
        for at in self.answered.difference(&self.failing) {
            if let Some((extension, _)) = self.chosen.get(*at) {
                self.app.extensions.breaker.answered(self.scene.company, extension);
            }
        }
    }
}

/// What somebody said, with how much weight it has.
pub(super) struct Voice<T> {
    pub(super) name: String,
    pub(super) mode: Mode,
    pub(super) value: T,
}

/// Somebody's turn to be asked.
struct Turn {
    /// Who, among those that were chosen.
    at: usize,
    component: extension::Extension,
    settings: Vec<Attribute>,
    /// Whether nobody is asked any more if it fails.
    last_if_failed: bool,
}

type Call<T> = fn(&extension::Extension, &Input) -> std::result::Result<Answer<T>, extension::Error>;
type Outcome<T> = std::result::Result<Answer<T>, extension::Error>;

impl<'a> Asked<'a> {
    /// Those of the company that want to be asked at one of these hooks about the scene's service.
    pub(super) async fn at(
        app: &'a App,
        scene: &'a Scene,
        hooks: &[Hook],
        course: &'a mut Course,
    ) -> Result<Self> {
        let (let_in, answered, failing) = Default::default();
        let mut asked = Self { app, scene, chosen: Vec::new(), course, let_in, answered, failing };
        for extension in scene.catalog.extensions.iter().filter(|one| one.is_for(scene.service_id)) {
            let cache = app.ports.rules.cache_dir().map(std::path::Path::to_owned);
            let loaded = app.extensions.components.get(&app.ports.store, &extension.digest, cache).await;
            match loaded {
                Ok(loaded) if loaded.description().hooks.iter().any(|hook| hooks.contains(hook)) => {
                    asked.chosen.push((extension, loaded));
                }
                Ok(_) => {}
                Err(error) => {
                    let question = (hooks[0], None, Vec::new());
                    asked.failed(extension, question, &error.to_string(), (Log::default(), 0))?;
                }
            }
        }
        asked.chosen.truncate(limits::PER_HOOK);
        Ok(asked)
    }

    /// Whether nobody is to be asked.
    pub(super) fn is_empty(&self) -> bool {
        self.chosen.is_empty()
    }

    /// Whether somebody wants to be asked at this hook.
    pub(super) fn wants(&self, hook: Hook) -> bool {
        self.chosen.iter().any(|(_, loaded)| loaded.description().hooks.contains(&hook))
    }

    /// Whether somebody may propose something at this hook.
    pub(super) fn may_propose(&self, hook: Hook) -> bool {
        self.chosen
            .iter()
            .any(|(_, loaded)| loaded.description().hooks.contains(&hook) && loaded.may_propose(hook))
    }

    /// The course, for what else is to be noted.
    pub(super) const fn course(&mut self) -> &mut Course {
        self.course
    }

    /// Asks everybody what they would have changed who says that they may change something here.
    pub(super) async fn propose(&mut self, input: Input) -> Result<Vec<Voice<Vec<Proposal>>>> {
        let hook = input.hook;
        let may = |loaded: &extension::Extension| loaded.may_propose(hook);
        self.ask(input, may, extension::Extension::propose, Answered::Proposals).await
    }

    /// Asks everybody what speaks against it.
    pub(super) async fn review(&mut self, input: Input) -> Result<Vec<Voice<Vec<Finding>>>> {
        self.ask(input, |_| true, extension::Extension::review, Answered::Findings).await
    }

    /// Stops the decision, unless the extensions that are at odds let it go on without them.
    pub(super) fn conflict(&mut self, one: &str, other: &str, what: String) -> Result<()> {
        let policy = |name: &str| {
            let found = self.chosen.iter().find(|(extension, _)| extension.name == name);
            found.map_or(OnFailure::Closed, |(extension, _)| extension.on_failure)
        };
        let stopped = Stopped::Conflict { one: one.to_owned(), other: other.to_owned(), what };
        tracing::warn!(error.code = stopped.code(), "{stopped}");
        match (policy(one), policy(other)) {
            (OnFailure::Open, OnFailure::Open) => Ok(()),
            (OnFailure::Closed, _) | (_, OnFailure::Closed) => Err(stopped.into()),
        }
    }

    async fn ask<T: Clone + Send + 'static>(
        &mut self,
        input: Input,
        wanted: impl Fn(&extension::Extension) -> bool,
        call: Call<T>,
        answered: fn(T) -> Answered,
    ) -> Result<Vec<Voice<T>>> {
        let hook = input.hook;
        let turns = self.turns(hook, wanted)?;
        if turns.is_empty() {
            return Ok(Vec::new());
        }
        let shown = self.course.shown(input.clone());
        let turns: Arc<[Turn]> = turns.into();
        let mut outcomes = self.outcomes(input, &turns, call).await.into_iter();
        let mut voices = Vec::new();
        for turn in &*turns {
            let Some(&(extension, _)) = self.chosen.get(turn.at) else { continue };
            let question = (hook, Some(shown), turn.settings.clone());
            let Some(answer) = self.heard(extension, turn.at, question.clone(), outcomes.next())? else {
                continue;
            };
            let Answer { value, fuel, log } = answer;
            let words = answered(value.clone());
            self.note(extension, question, words, (log, fuel));
            voices.push(Voice { name: extension.name.clone(), mode: extension.mode, value });
        }
        Ok(voices)
    }

    /// What each answers, in order. Those that are over in microseconds are asked at once, any other where it keeps no other
    /// request waiting. Whoever was not asked in the end has no outcome.
    async fn outcomes<T: Send + 'static>(
        &self,
        input: Input,
        turns: &Arc<[Turn]>,
        call: Call<T>,
    ) -> Vec<Outcome<T>> {
        if turns.iter().all(|turn| turn.component.is_quick()) {
            return one_by_one(input, turns, call);
        }
        let turns = Arc::clone(turns);
        let ask = move || one_by_one(input, &turns, call);
        self.app.extensions.threads.run(self.scene.company, ask).await.unwrap_or_default()
    }

    /// Who is asked at this hook, in order. Those that are parked are not, if the decision goes on without them. A decision that
    /// tries one of them again tries it with all that it asks.
    fn turns(&mut self, hook: Hook, wanted: impl Fn(&extension::Extension) -> bool) -> Result<Vec<Turn>> {
        let (company, now) = (self.scene.company, self.app.ports.clock.now());
        let mut turns = Vec::new();
        for (at, (extension, component)) in self.chosen.iter().enumerate() {
            if !component.description().hooks.contains(&hook) || !wanted(component) {
                continue;
            }
            let is_in = self.let_in.contains(&at) && !self.failing.contains(&at);
            let parked =
                if is_in { None } else { self.app.extensions.breaker.parked(company, extension, now) };
            if parked.is_none() {
                self.let_in.insert(at);
            }
            match parked {
                Some(_) if goes_on(extension) => {}
                Some(failures) => {
                    return Err(Stopped::Parked { name: extension.name.clone(), failures }.into());
                }
                None => turns.push(Turn {
                    at,
                    component: component.clone(),
                    settings: self.settings(extension, component),
                    last_if_failed: !goes_on(extension),
                }),
            }
        }
        Ok(turns)
    }

    /// What is set for an extension.
    fn settings(&self, extension: &Extension, loaded: &extension::Extension) -> Vec<Attribute> {
        let set = extension.settings_for(self.scene.service_id);
        let value = |setting: &extension::words::Setting| {
            let value = set.get(&setting.name).cloned().or_else(|| setting.default.clone())?;
            Some(Attribute { name: setting.name.clone(), value })
        };
        loaded.description().settings.iter().filter_map(value).collect()
    }

    /// The answer; none if it failed and the decision goes on without it.
    fn heard<T>(
        &mut self,
        extension: &Extension,
        at: usize,
        question: (Hook, Option<usize>, Vec<Attribute>),
        outcome: Option<Outcome<T>>,
    ) -> Result<Option<Answer<T>>> {
        let (company, now) = (self.scene.company, self.app.ports.clock.now());
        match outcome {
            Some(Ok(answer)) => {
                self.answered.insert(at);
                Ok(Some(answer))
            }
            Some(Err(error)) => {
                let breaker = &self.app.extensions.breaker;
                // A machine that is too busy says nothing about the extension. A decision counts once.
                let counts = !error.is_passing() && self.failing.insert(at);
                if counts && breaker.failed(company, extension, now) {
                    tracing::error!(
                        extension.name = extension.name,
                        "the extension is parked: it has failed {} times in a row",
                        super::breaker::FAILURES
                    );
                }
                let reason = format!("{error} ({})", error.code());
                self.failed(extension, question, &reason, error.spent()).map(|()| None)
            }
            None => {
                let reason = "it was not asked to the end";
                self.failed(extension, question, reason, (Log::default(), 0)).map(|()| None)
            }
        }
    }

    /// Notes a failure; an error if nothing goes on without the extension.
    fn failed(
        &mut self,
        extension: &Extension,
        question: (Hook, Option<usize>, Vec<Attribute>),
        reason: &str,
        spent: (Log, u64),
    ) -> Result<()> {
        tracing::warn!(extension.name = extension.name, error.cause = reason, "an extension failed");
        self.note(extension, question, Answered::Failed(reason.to_owned()), spent);
        if goes_on(extension) {
            return Ok(());
        }
        Err(Stopped::Failed { name: extension.name.clone(), reason: reason.to_owned() }.into())
    }

    fn note(
        &mut self,
        extension: &Extension,
        (hook, shown, settings): (Hook, Option<usize>, Vec<Attribute>),
        answer: Answered,
        (log, fuel): (Log, u64),
    ) {
        self.course.asked(Noted {
            extension: extension.name.clone(),
            digest: extension.digest.clone(),
            hook,
            mode: extension.mode,
            shown,
            settings,
            answer,
            log,
            fuel,
        });
    }
}

/// Asks one after the other, until one fails that nothing goes on without.
fn one_by_one<T>(mut input: Input, turns: &[Turn], call: Call<T>) -> Vec<Outcome<T>> {
    let mut outcomes = Vec::with_capacity(turns.len());
    for turn in turns {
        input.settings.clone_from(&turn.settings);
        let outcome = call(&turn.component, &input);
        let ends = outcome.is_err() && turn.last_if_failed;
        outcomes.push(outcome);
        if ends {
            break;
        }
    }
    outcomes
}

/// Whether a decision is made without this extension if it fails: one that only looks on stops nothing.
fn goes_on(extension: &Extension) -> bool {
    extension.mode != Mode::Enforce || extension.on_failure == OnFailure::Open
}
