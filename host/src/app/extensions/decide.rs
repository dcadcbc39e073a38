//! A command decided with extensions.

use super::apply::Wanted;
use super::ask::{Asked, Voice};
use super::words;
use crate::app::error::Refusal;
use crate::app::snapshot::Scene;
use crate::app::{App, Error, Finding, Result, translate};
use crate::codes;
use crate::extension::words::{self as extension, Hook, Severity};
use crate::model::{Appointment, Mode};
use crate::store::CustomerHistory;
use crate::wasm::bindings::slotledger::rules::decisions::{Decision, Event, TransitionInput};

impl App {
    /// Has a command decided by the rules and by the company's extensions: what comes of it, or everything that speaks
    /// against it. `old` is the appointment as it stands.
    pub(in crate::app) async fn decided(
        &self,
        scene: &Scene,
        input: TransitionInput,
        old: Option<&Appointment>,
    ) -> Result<std::result::Result<Decision, Vec<Finding>>> {
        let hook = words::hook(&input.command);
        if scene.catalog.extensions.is_empty() {
            let decision = self.ports.rules.transition(&input)?;
            return Ok(decision.map_err(|findings| findings.into_iter().map(translate::finding).collect()));
        }
        let hooks: Vec<Hook> = hook.into_iter().chain([Hook::Document]).collect();
        let mut asked = Asked::at(self, scene, old.map(|old| old.id), &hooks).await?;
        let outcome = self.with_extensions(scene, input, old, hook, &mut asked).await;
        asked.keep(None).await;
        outcome
    }

    async fn with_extensions(
        &self,
        scene: &Scene,
        mut input: TransitionInput,
        old: Option<&Appointment>,
        hook: Option<Hook>,
        asked: &mut Asked<'_>,
    ) -> Result<std::result::Result<Decision, Vec<Finding>>> {
        let mut decision = self.ports.rules.transition(&input)?;
        if asked.is_empty() {
            return Ok(decision.map_err(|findings| findings.into_iter().map(translate::finding).collect()));
        }
        let history = self.history(scene).await?;
        let mut against: Vec<Finding> = Vec::new();
        let mut warnings = Vec::new();
        if let Some(hook) = hook.filter(|hook| asked.wants(*hook)) {
            let base = words::input(scene, &input.snapshot, hook, history)?;
            let shown = |input: &TransitionInput, decision: Option<&Decision>| {
                words::of_command(base.clone(), scene, input, old, decision)
            };
            let voices = asked.propose(&shown(&input, decision.as_ref().ok())).await?;
            let wanted = Wanted::of(voices, asked)?;
            if wanted.change(&mut input.snapshot) {
                decision = self.ports.rules.transition(&input)?;
            }
            let voices = asked.review(&shown(&input, decision.as_ref().ok())).await?;
            (against, warnings) = weighed(voices);
        }
        let mut decision = match decision {
            Ok(decision) if against.is_empty() => decision,
            Ok(_) => return Ok(Err(against)),
            Err(findings) => {
                let findings = findings.into_iter().map(translate::finding).chain(against).collect();
                return Ok(Err(findings));
            }
        };
        decision.events.extend(warnings);
        if asked.wants(Hook::Document) {
            let mut shown = words::of_command(
                words::input(scene, &input.snapshot, Hook::Document, history)?,
                scene,
                &input,
                old,
                Some(&decision),
            );
            shown.documents = words::documents(&decision);
            if !shown.documents.is_empty() {
                let voices = asked.propose(&shown).await?;
                let wanted = Wanted::of(voices, asked)?;
                wanted.reword(&mut decision.effects);
                if let Some(next) = &mut decision.successor {
                    wanted.reword(&mut next.effects);
                }
                asked.review(&shown).await?;
            }
        }
        Ok(Ok(decision))
    }

    /// What became of the customer's appointments so far.
    pub(super) async fn history(&self, scene: &Scene) -> Result<CustomerHistory> {
        match &scene.customer {
            Some(customer) => Ok(self.ports.store.history(customer.id.into()).await?),
            None => Ok(CustomerHistory::default()),
        }
    }
}

/// What speaks against it, and what is only written down.
fn weighed(voices: Vec<Voice<Vec<extension::Finding>>>) -> (Vec<Finding>, Vec<Event>) {
    let (mut against, mut warnings) = (Vec::new(), Vec::new());
    for Voice { name, mode, value } in voices {
        for finding in value {
            match (mode, finding.severity) {
                (Mode::Audit, _) => {}
                (Mode::Enforce, Severity::Deny) => against.push(refusal(&name, finding)),
                (Mode::Enforce, Severity::Warn) | (Mode::Warn, _) => warnings.push(warning(&name, finding)),
            }
        }
    }
    (against, warnings)
}

/// A finding of an extension, under a code of ours that says whose it is.
pub(super) fn refusal(name: &str, finding: extension::Finding) -> Finding {
    Finding {
        code: codes::EXTENSION_REFUSED.code.to_owned(),
        message: finding.message,
        hint: format!("The company's rule «{name}» refuses it ({}).", finding.code),
        field: None,
    }
}

fn warning(name: &str, finding: extension::Finding) -> Event {
    Event {
        name: "appointment.warned".to_owned(),
        message: finding.message,
        attributes: vec![("extension".to_owned(), name.to_owned()), ("code".to_owned(), finding.code)],
    }
}

/// The same, as the refusal of a request.
pub(in crate::app) fn refused(findings: Vec<Finding>) -> Error {
    Error::Refused(Refusal { findings, alternatives: Vec::new() })
}
