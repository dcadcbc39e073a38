//! A command decided with extensions.

use futures::future::join;

use super::apply::Wanted;
use super::ask::{Asked, Voice};
use super::words;
use crate::app::decisions::Course;
use crate::app::error::Refusal;
use crate::app::snapshot::Scene;
use crate::app::{App, Error, Finding, Result, translate};
use crate::codes;
use crate::extension::words::{self as extension, Hook, Severity};
use crate::model::decision::Outcome;
use crate::model::{Appointment, Mode, NewDecision};
use crate::store::CustomerHistory;
use crate::wasm::bindings::slotledger::rules::decisions::{Decision, Event, TransitionInput};

/// A command that was granted, and what it was decided from.
pub(in crate::app) struct Granted {
    pub(in crate::app) decision: Decision,
    /// To be recorded with what the decision changes; none where nothing is recorded.
    pub(in crate::app) record: Option<NewDecision>,
}

type Decided = std::result::Result<Decision, Vec<Finding>>;

impl App {
    /// Has a command decided by the rules and by the company's extensions: what comes of it, or everything that speaks
    /// against it. `old` is the appointment as it stands. A refusal has been recorded.
    pub(in crate::app) async fn decided(
        &self,
        scene: &Scene,
        input: TransitionInput,
        old: Option<&Appointment>,
    ) -> Result<std::result::Result<Granted, Vec<Finding>>> {
        let mut course = Course::of(self, scene.company, old.map(|old| old.id), &input.command);
        let outcome = if scene.catalog.extensions.is_empty() {
            self.ruled(&mut course, input)
        } else {
            self.with_extensions(scene, input, old, &mut course).await
        };
        match outcome {
            Ok(Ok(decision)) => {
                let record = course.end(Outcome::Granted);
                Ok(Ok(Granted { decision, record }))
            }
            Ok(Err(findings)) => {
                course.refused(&findings);
                self.end_beside(course, Outcome::Refused).await;
                Ok(Err(findings))
            }
            Err(error) => {
                if course.has_asked() {
                    self.end_beside(course, Outcome::Stopped).await;
                }
                Err(error)
            }
        }
    }

    pub(super) async fn end_beside(&self, course: Course, outcome: Outcome) {
        if let Some(record) = course.end(outcome) {
            self.keep_beside(record).await;
        }
    }

    /// Asks the rules alone, for the last time.
    fn ruled(&self, course: &mut Course, input: TransitionInput) -> Result<Decided> {
        let (decision, fuel) = self.ports.rules.transition_measured(&input)?;
        if course.is_wanted() {
            course.ruled(input, &decision, fuel);
        }
        Ok(decision.map_err(|findings| findings.into_iter().map(translate::finding).collect()))
    }

    async fn with_extensions(
        &self,
        scene: &Scene,
        mut input: TransitionInput,
        old: Option<&Appointment>,
        course: &mut Course,
    ) -> Result<Decided> {
        let hook = words::hook(&input.command);
        let hooks: Vec<Hook> = hook.into_iter().chain([Hook::Document]).collect();
        let mut asked = Asked::at(self, scene, &hooks, course).await?;
        if asked.is_empty() {
            return self.ruled(asked.course(), input);
        }
        // The store reads the history while the rules decide.
        let (history, decided) =
            join(self.history(scene), async { self.ports.rules.transition_measured(&input) }).await;
        let (history, (mut decision, fuel)) = (history?, decided?);
        asked.course().ruled(input.clone(), &decision, fuel);
        let mut against: Vec<Finding> = Vec::new();
        let mut warnings = Vec::new();
        if let Some(hook) = hook.filter(|hook| asked.wants(*hook)) {
            let base = words::input(scene, &input.snapshot, hook, history)?;
            let shown = |input: &TransitionInput, decision: Option<&Decision>| {
                words::of_command(base.clone(), scene, input, old, decision)
            };
            if asked.may_propose(hook) {
                let voices = asked.propose(shown(&input, decision.as_ref().ok())).await?;
                let wanted = Wanted::of(voices, &mut asked)?;
                if wanted.change(&mut input.snapshot) {
                    let fuel;
                    (decision, fuel) = self.ports.rules.transition_measured(&input)?;
                    asked.course().ruled(input.clone(), &decision, fuel);
                }
            }
            let voices = asked.review(shown(&input, decision.as_ref().ok())).await?;
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
                let voices = asked.propose(shown.clone()).await?;
                let wanted = Wanted::of(voices, &mut asked)?;
                wanted.reword(&mut decision.effects);
                if let Some(next) = &mut decision.successor {
                    wanted.reword(&mut next.effects);
                }
                asked.review(shown).await?;
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
