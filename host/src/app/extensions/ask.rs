//! Asking the extensions of one decision, and noting what they say.

use std::sync::Arc;

use serde_json::{Value, json};

use super::Stopped;
use crate::app::snapshot::Scene;
use crate::app::{App, Result};
use crate::extension::words::{Finding, Hook, Input, Proposal};
use crate::extension::{self, answer};
use crate::model::extension::{ExtensionAnswer, Mode, OnFailure, Said};
use crate::model::{AppointmentId, Extension};

/// The extensions that are asked at a hook, in their order, and what they have said so far.
pub(super) struct Asked<'a> {
    app: &'a App,
    scene: &'a Scene,
    appointment: Option<AppointmentId>,
    chosen: Vec<(&'a Extension, extension::Extension)>,
    said: Vec<ExtensionAnswer>,
}

/// What somebody said, with how much weight it has.
pub(super) struct Voice<T> {
    pub(super) name: String,
    pub(super) mode: Mode,
    pub(super) value: T,
}

impl<'a> Asked<'a> {
    /// Those of the company that want to be asked at one of these hooks about the scene's service.
    pub(super) async fn at(
        app: &'a App,
        scene: &'a Scene,
        appointment: Option<AppointmentId>,
        hooks: &[Hook],
    ) -> Result<Self> {
        let mut asked = Self { app, scene, appointment, chosen: Vec::new(), said: Vec::new() };
        for extension in scene.catalog.extensions.iter().filter(|one| one.is_for(scene.service_id)) {
            let cache = app.ports.rules.cache_dir().map(std::path::Path::to_owned);
            let loaded = app.extensions.components.get(&app.ports.store, &extension.digest, cache).await;
            match loaded {
                Ok(loaded) if loaded.description().hooks.iter().any(|hook| hooks.contains(hook)) => {
                    asked.chosen.push((extension, loaded));
                }
                Ok(_) => {}
                Err(error) => asked.failed(extension, hooks[0], &Value::Null, &error.to_string())?,
            }
        }
        asked.chosen.truncate(extension::limits::PER_HOOK);
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

    /// Asks everybody what they would have changed.
    pub(super) async fn propose(&mut self, input: &Input) -> Result<Vec<Voice<Vec<Proposal>>>> {
        let mut voices = Vec::new();
        for (extension, loaded) in self.those(input.hook) {
            let input = self.input_for(&extension, &loaded, input);
            let shown = shown(&input);
            let component = loaded.clone();
            let answer = self.run(&extension, input.hook, &shown, move || component.propose(&input)).await?;
            let Some(answer) = answer else { continue };
            let said = if answer.value.is_empty() { Said::Silent } else { Said::Proposed };
            let told = json!({ "proposals": answer.value, "log": answer.log });
            self.note(&extension, input_hook(&shown), (said, answer.fuel), shown.clone(), told);
            voices.push(Voice { name: extension.name.clone(), mode: extension.mode, value: answer.value });
        }
        Ok(voices)
    }

    /// Asks everybody what speaks against it.
    pub(super) async fn review(&mut self, input: &Input) -> Result<Vec<Voice<Vec<Finding>>>> {
        let mut voices = Vec::new();
        for (extension, loaded) in self.those(input.hook) {
            let input = self.input_for(&extension, &loaded, input);
            let shown = shown(&input);
            let component = loaded.clone();
            let answer = self.run(&extension, input.hook, &shown, move || component.review(&input)).await?;
            let Some(answer) = answer else { continue };
            let said = weight(&answer.value);
            let told = json!({ "findings": answer.value, "log": answer.log });
            self.note(&extension, input_hook(&shown), (said, answer.fuel), shown.clone(), told);
            voices.push(Voice { name: extension.name.clone(), mode: extension.mode, value: answer.value });
        }
        Ok(voices)
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

    /// Keeps what was said. `appointment` is what came of it, where it was not known before.
    pub(super) async fn keep(&mut self, appointment: Option<AppointmentId>) {
        let mut said = std::mem::take(&mut self.said);
        for answer in &mut said {
            answer.appointment = answer.appointment.or(appointment);
        }
        if said.is_empty() {
            return;
        }
        // What was decided holds all the same.
        if let Err(error) = self.app.ports.store.keep_said(&said).await {
            tracing::error!(%error, "what extensions said could not be recorded");
        }
    }

    fn those(&self, hook: Hook) -> Vec<(Extension, extension::Extension)> {
        let wants =
            |(_, loaded): &&(&Extension, extension::Extension)| loaded.description().hooks.contains(&hook);
        self.chosen.iter().filter(wants).map(|(one, loaded)| ((*one).clone(), loaded.clone())).collect()
    }

    /// The input with what is set for this extension.
    fn input_for(&self, extension: &Extension, loaded: &extension::Extension, input: &Input) -> Input {
        let set = extension.settings_for(self.scene.service_id);
        let value = |setting: &extension::words::Setting| {
            let value = set.get(&setting.name).cloned().or_else(|| setting.default.clone())?;
            Some(extension::words::Attribute { name: setting.name.clone(), value })
        };
        Input { settings: loaded.description().settings.iter().filter_map(value).collect(), ..input.clone() }
    }

    /// Runs one call where it keeps no other request waiting; none if it failed and the decision goes on without it.
    async fn run<T: Send + 'static>(
        &mut self,
        extension: &Extension,
        hook: Hook,
        shown: &Value,
        call: impl FnOnce() -> std::result::Result<extension::Answer<T>, extension::Error> + Send + 'static,
    ) -> Result<Option<extension::Answer<T>>> {
        let (company, now) = (self.scene.company, self.app.ports.clock.now());
        let breaker = Arc::clone(&self.app.extensions.breaker);
        if let Some(failures) = breaker.parked(company, &extension.name, now) {
            let stopped = Stopped::Parked { name: extension.name.clone(), failures };
            return if goes_on(extension) { Ok(None) } else { Err(stopped.into()) };
        }
        let answer = tokio::task::spawn_blocking(call).await;
        match answer {
            Ok(Ok(answer)) => {
                breaker.answered(company, &extension.name);
                Ok(Some(answer))
            }
            Ok(Err(error)) => {
                // A machine that is too busy says nothing about the extension.
                if !error.is_passing() && breaker.failed(company, &extension.name, now) {
                    tracing::error!(
                        extension.name = extension.name,
                        "the extension is parked: it has failed {} times in a row",
                        super::breaker::FAILURES
                    );
                }
                let reason = format!("{error} [{}]", error.code());
                self.failed(extension, hook, shown, &reason).map(|()| None)
            }
            Err(_) => self.failed(extension, hook, shown, "the call was cut short").map(|()| None),
        }
    }

    /// Notes a failure; an error if nothing goes on without the extension.
    fn failed(&mut self, extension: &Extension, hook: Hook, shown: &Value, reason: &str) -> Result<()> {
        tracing::warn!(extension.name = extension.name, error.cause = reason, "an extension failed");
        let hook = answer::hook_name(hook).to_owned();
        self.note(extension, hook, (Said::Failed, 0), shown.clone(), json!({ "error": reason }));
        if goes_on(extension) {
            return Ok(());
        }
        Err(Stopped::Failed { name: extension.name.clone(), reason: reason.to_owned() }.into())
    }

    fn note(
        &mut self,
        extension: &Extension,
        hook: String,
        (outcome, fuel): (Said, u64),
        input: Value,
        answer: Value,
    ) {
        self.said.push(ExtensionAnswer {
            id: 0,
            company: self.scene.company,
            appointment: self.appointment,
            extension: extension.name.clone(),
            digest: extension.digest.clone(),
            hook,
            mode: extension.mode,
            outcome,
            fuel,
            input,
            answer,
            asked_at: self.app.ports.clock.now(),
        });
    }
}

/// Whether a decision is made without this extension if it fails: one that only looks on stops nothing.
fn goes_on(extension: &Extension) -> bool {
    extension.mode != Mode::Enforce || extension.on_failure == OnFailure::Open
}

fn shown(input: &Input) -> Value {
    serde_json::to_value(input).unwrap_or_default()
}

fn input_hook(shown: &Value) -> String {
    shown["hook"].as_str().unwrap_or_default().to_ascii_lowercase()
}

fn weight(findings: &[Finding]) -> Said {
    let denies = findings.iter().any(|finding| finding.severity == extension::words::Severity::Deny);
    match (findings.is_empty(), denies) {
        (true, _) => Said::Silent,
        (false, true) => Said::Denied,
        (false, false) => Said::Warned,
    }
}
