//! The course of one decision, noted as it goes.

use chrono::{DateTime, Utc};

use super::record::{Answered, Asked, Record, Ruling};
use crate::app::{App, Finding};
use crate::extension::answer::hook_name;
use crate::extension::words::{Finding as Said, Input, Severity};
use crate::model::decision::Outcome;
use crate::model::extension::Said as Weight;
use crate::model::{AppointmentId, CompanyId, NewAnswer, NewDecision};
use crate::wasm::bindings::slotledger::rules::decisions::{
    Command, Decision, Finding as Broken, Openings, OpeningsQuery, Snapshot, TransitionInput,
};
use crate::wasm::log::Log;

/// What has been asked and answered so far.
pub(in crate::app) struct Course {
    company: CompanyId,
    appointment: Option<AppointmentId>,
    point: &'static str,
    digest: String,
    at: DateTime<Utc>,
    /// Whether it is to be recorded in any case.
    wanted: bool,
    record: Record,
}

impl Course {
    /// A command's course.
    pub(in crate::app) fn of(
        app: &App,
        company: CompanyId,
        appointment: Option<AppointmentId>,
        command: &Command,
    ) -> Self {
        Self::begin(app, company, appointment, (point(command), app.desk.is_open()))
    }

    /// A search's course.
    pub(in crate::app) fn of_search(app: &App, company: CompanyId) -> Self {
        Self::begin(app, company, None, (SEARCH, app.desk.takes_search()))
    }

    fn begin(
        app: &App,
        company: CompanyId,
        appointment: Option<AppointmentId>,
        (point, wanted): (&'static str, bool),
    ) -> Self {
        let rules = &app.ports.rules;
        let record = Record {
            wit_version: crate::wasm::WIT_VERSION.to_owned(),
            engine: rules.engine_settings().to_owned(),
            ..Record::default()
        };
        let (digest, at) = (rules.digest().to_owned(), app.ports.clock.now());
        Self { company, appointment, point, digest, at, wanted, record }
    }

    /// Whether it is to be recorded in any case.
    pub(in crate::app) const fn is_wanted(&self) -> bool {
        self.wanted
    }

    /// The rules decided a command.
    pub(in crate::app) fn ruled(
        &mut self,
        input: TransitionInput,
        answer: &Result<Decision, Vec<Broken>>,
        fuel: u64,
    ) {
        let answer = answer.clone().map(Box::new);
        self.record.rules.push(Ruling::Transition { input: Box::new(input), answer, fuel });
    }

    /// The rules searched.
    pub(in crate::app) fn searched(
        &mut self,
        (snapshot, query): (Snapshot, OpeningsQuery),
        answer: &Result<Openings, Vec<Broken>>,
        fuel: u64,
    ) {
        let (snapshot, answer) = (Box::new(snapshot), answer.clone());
        self.record.rules.push(Ruling::FindOpenings { snapshot, query, answer, fuel });
    }

    /// Something is shown to extensions; which it is of what was shown.
    pub(in crate::app) fn shown(&mut self, input: Input) -> usize {
        if self.record.shown.last() != Some(&input) {
            self.record.shown.push(input);
        }
        self.record.shown.len() - 1
    }

    /// An extension answered.
    pub(in crate::app) fn asked(&mut self, asked: Asked) {
        self.record.asked.push(asked);
    }

    /// It was refused for these reasons.
    pub(in crate::app) fn refused(&mut self, findings: &[Finding]) {
        self.record.refused = findings.to_vec();
    }

    /// The record, if there is to be one.
    pub(in crate::app) fn end(self, outcome: Outcome) -> Option<NewDecision> {
        let failed = self.record.asked.iter().any(|asked| matches!(asked.answer, Answered::Failed(_)));
        if !self.wanted && !failed {
            return None;
        }
        let Some(packed) = self.record.pack() else {
            tracing::error!(decision.point = self.point, "a decision cannot be packed and is not recorded");
            return None;
        };
        Some(NewDecision {
            company: self.company,
            appointment: self.appointment,
            point: self.point,
            outcome,
            digest: self.digest,
            fuel: self.record.fuel(),
            at: self.at,
            record: packed,
            said: self.record.asked.into_iter().enumerate().filter_map(said).collect(),
        })
    }

    /// Whether an extension was asked.
    pub(in crate::app) fn has_asked(&self) -> bool {
        !self.record.asked.is_empty()
    }
}

/// What is listed of an answer; nothing of those that said nothing, which are most of them.
fn said((place, asked): (usize, Asked)) -> Option<NewAnswer> {
    let outcome = weight(&asked.answer);
    if outcome == Weight::Silent && asked.log == Log::default() {
        return None;
    }
    Some(NewAnswer {
        place,
        outcome,
        extension: asked.extension,
        digest: asked.digest,
        hook: hook_name(asked.hook),
        mode: asked.mode,
        fuel: asked.fuel,
    })
}

fn weight(answer: &Answered) -> Weight {
    let denies = |finding: &Said| finding.severity == Severity::Deny;
    match answer {
        Answered::Failed(_) => Weight::Failed,
        Answered::Proposals(proposals) if proposals.is_empty() => Weight::Silent,
        Answered::Proposals(_) => Weight::Proposed,
        Answered::Findings(findings) if findings.is_empty() => Weight::Silent,
        Answered::Findings(findings) if findings.iter().any(denies) => Weight::Denied,
        Answered::Findings(_) => Weight::Warned,
    }
}

/// What a search is called.
pub(super) const SEARCH: &str = "search";

/// What a command is called.
const fn point(command: &Command) -> &'static str {
    match command {
        Command::Hold(_) => "hold",
        Command::Schedule => "schedule",
        Command::Confirm => "confirm",
        Command::Pay(_) => "pay",
        Command::Expire => "expire",
        Command::Decline(_) => "decline",
        Command::Depart => "depart",
        Command::Start => "start",
        Command::Pause => "pause",
        Command::Resume => "resume",
        Command::Complete(_) => "complete",
        Command::FollowUp(_) => "follow_up",
        Command::Cancel(_) => "cancel",
        Command::MarkNoShow => "mark_no_show",
        Command::Reschedule(_) => "reschedule",
        Command::Reassign(_) => "reassign",
        Command::Correct(_) => "correct",
        Command::Invoice => "invoice",
    }
}
