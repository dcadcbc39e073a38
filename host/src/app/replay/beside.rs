//! A decision made again with another extension beside the rules.
//!
//! Where the candidate says what the component of its name said then, nothing is different. Where it says something else, the
//! decision is made again as if the candidate had been enforced: its proposals change the rules' input, the rules that run
//! today decide on it, and what it denies is refused.

use std::collections::BTreeMap;

use super::report::{Change, ChangeKind};
use super::rules::verdicts;
use super::seen::Memory;
use super::{Again, Left, patiently};
use crate::app::decisions::record::{Answered, Asked, Record, Ruling};
use crate::app::extensions::{Wanted, words};
use crate::app::{App, Error, Result};
use crate::extension::words::{Attribute, Finding, Hook, Input, Proposal, Severity};
use crate::extension::{self, Answer, Extension};
use crate::model::decision::Outcome;
use crate::model::extension::Mode;
use crate::model::{self, CompanyId, Decision as Kept, Settings};
use crate::wasm::bindings::slotledger::rules::decisions::{Decision, Finding as Broken, TransitionInput};

type Verdict = std::result::Result<Box<Decision>, Vec<Broken>>;

/// What an extension says at one hook.
#[derive(Debug, Clone, Default, PartialEq)]
struct Said {
    proposals: Vec<Proposal>,
    findings: Vec<Finding>,
    failed: Option<String>,
}

/// The candidate in one decision.
struct Course<'a> {
    app: &'a App,
    candidate: &'a Extension,
    record: &'a Record,
    settings: Vec<Attribute>,
    /// Whether another extension stopped the decision: whoever was not asked until then was not asked.
    stopped: bool,
}

impl App {
    pub(super) async fn again_with(
        &self,
        (candidate, settings): (&Extension, &Settings),
        decision: &Kept,
        record: &Record,
        memory: &mut Memory,
    ) -> Result<std::result::Result<Again, Left>> {
        let settings = match self.settings_of(candidate, settings, (decision.company, record)).await? {
            Ok(settings) => settings,
            Err(missing) => {
                return Ok(Err(Left::Skipped(format!("the setting `{missing}` has no value: give it one"))));
            }
        };
        let stopped = decision.outcome == Outcome::Stopped;
        let course = Course { app: self, candidate, record, settings, stopped };
        let again = match record.rules.first() {
            None => return Ok(Err(Left::NotConcerned)),
            Some(Ruling::FindOpenings { .. }) => course.search().await,
            Some(Ruling::Transition { input, answer, .. }) => course.command(input, answer, memory).await,
        };
        match again {
            Ok(Some(again)) => Ok(Ok(again)),
            Ok(None) => Ok(Err(Left::NotConcerned)),
            // What it was about is gone: nobody can be shown it.
            Err(Error::Missing { kind, .. }) => {
                Ok(Err(Left::Skipped(format!("its {kind} is not there any more"))))
            }
            Err(other) => Err(other),
        }
    }

    /// What is set for the candidate: as it was told, or else as it was then, or else as the company has it now, or else
    /// what it says itself.
    async fn settings_of(
        &self,
        candidate: &Extension,
        told: &Settings,
        (company, record): (CompanyId, &Record),
    ) -> Result<std::result::Result<Vec<Attribute>, String>> {
        let about = candidate.description();
        let then = record.asked.iter().find(|asked| asked.extension == about.id);
        let now = match then {
            Some(_) => None,
            None => self.extension_in_use(company, &about.id).await?,
        };
        let service = record.rules.first().and_then(|ruling| match ruling {
            Ruling::Transition { input, .. } => input.snapshot.service.id.parse().ok(),
            Ruling::FindOpenings { snapshot, .. } => snapshot.service.id.parse().ok(),
        });
        let now: Settings =
            now.zip(service).map(|(now, service)| now.settings_for(service)).unwrap_or_default();
        let value = |name: &str| {
            let then = then.and_then(|asked| asked.settings.iter().find(|one| one.name == name));
            told.get(name).or(then.map(|one| &one.value)).or(now.get(name)).cloned()
        };
        let settled = about.settings.iter().map(|setting| {
            let value = value(&setting.name).or_else(|| setting.default.clone());
            let value = value.ok_or_else(|| setting.name.clone())?;
            Ok(Attribute { name: setting.name.clone(), value })
        });
        Ok(settled.collect())
    }

    async fn extension_in_use(&self, company: CompanyId, name: &str) -> Result<Option<model::Extension>> {
        let version = self.ports.store.catalog_version(company).await?;
        let catalog = self.catalogs.at(&*self.ports.store, company, version).await?;
        Ok(catalog.extensions.iter().find(|one| one.name == name).cloned())
    }
}

impl Course<'_> {
    async fn command(
        &self,
        input: &TransitionInput,
        answer: &Verdict,
        memory: &mut Memory,
    ) -> Result<Option<Again>> {
        let Some(Ruling::Transition { answer: before, .. }) = self.record.rules.last() else {
            return Ok(None);
        };
        let (mut changes, mut denied, mut asked) = (Vec::new(), self.denied_by_others(), false);
        let mut after = before.clone();
        if let Some(hook) = words::hook(&input.command).filter(|hook| self.hears(*hook)) {
            asked = true;
            let recorded = self.shown(hook);
            let (first, last) = match recorded {
                Some(both) => both,
                None => {
                    let seen = self.app.seen(hook, (input, answer.as_deref().ok()), memory).await?;
                    (seen.clone(), seen)
                }
            };
            let (was, proposed) = (self.said(hook), self.propose(first)?);
            if was.proposals != proposed.proposals {
                after = self.decided_again(input, answer, &proposed.proposals)?;
            }
            let unchanged = after == *before;
            let last = if unchanged { last } else { words::with_decision(last, after.as_deref().ok()) };
            let is = self.review(last, proposed)?;
            denied |= is.findings.iter().any(|finding| finding.severity == Severity::Deny);
            changes.extend(compared(&was, &is));
        }
        if self.hears(Hook::Document) && after.is_ok() && !denied {
            let shown = match self.shown(Hook::Document) {
                Some((first, _)) => first,
                None => self.app.seen(Hook::Document, (input, after.as_deref().ok()), memory).await?,
            };
            if !shown.documents.is_empty() {
                asked = true;
                let proposed = self.propose(shown.clone())?;
                changes.extend(compared(&self.said(Hook::Document), &self.review(shown, proposed)?));
            }
        }
        Ok(asked.then(|| self.judged(before, &after, denied, changes)))
    }

    async fn search(&self) -> Result<Option<Again>> {
        if !self.hears(Hook::Search) {
            return Ok(None);
        }
        let Some(ruling) = self.record.rules.last() else { return Ok(None) };
        let shown = match self.shown(Hook::Search) {
            Some((_, last)) => Some(last),
            None => self.app.seen_searching(ruling).await?,
        };
        let Some(shown) = shown else { return Ok(None) };
        let proposals = self.propose(Input { candidates: Vec::new(), ..shown.clone() })?;
        let is = self.review(shown, proposals)?;
        Ok(Some(Again { changes: compared(&self.said(Hook::Search), &is), verdicts: None }))
    }

    /// What became of it, and what would have.
    fn judged(&self, before: &Verdict, after: &Verdict, denied: bool, mut changes: Vec<Change>) -> Again {
        let was = self.record.refused.is_empty() && before.is_ok();
        if changes.is_empty() {
            return Again { changes, verdicts: Some((was, was)) };
        }
        let is = after.is_ok() && !denied;
        let rules = verdicts(before.as_deref(), after.as_deref());
        changes.extend(rules.changes.into_iter().filter(|change| change.kind != ChangeKind::Verdict));
        if was != is {
            changes.insert(0, Change::verdict(was, is));
        }
        Again { changes, verdicts: Some((was, is)) }
    }

    /// Whether the candidate is asked at a hook.
    fn hears(&self, hook: Hook) -> bool {
        let was_asked = |asked: &Asked| asked.extension == self.name() && asked.hook == hook;
        self.candidate.description().hooks.contains(&hook)
            && (!self.stopped || self.record.asked.iter().any(was_asked))
    }

    fn name(&self) -> &str {
        &self.candidate.description().id
    }

    /// What extensions were shown at a hook first and last.
    fn shown(&self, hook: Hook) -> Option<(Input, Input)> {
        let mut shown = self.record.asked.iter().filter(|asked| asked.hook == hook && asked.shown.is_some());
        let first = shown.next()?;
        let last = shown.next_back().unwrap_or(first);
        self.record.input(first).zip(self.record.input(last))
    }

    /// What the component of the candidate's name said at a hook.
    fn said(&self, hook: Hook) -> Said {
        let mut said = Said::default();
        let own = |asked: &&Asked| asked.extension == self.name() && asked.hook == hook;
        for asked in self.record.asked.iter().filter(own) {
            match &asked.answer {
                Answered::Proposals(proposals) => said.proposals.clone_from(proposals),
                Answered::Findings(findings) => said.findings.clone_from(findings),
                Answered::Failed(why) => said.failed = Some(why.clone()),
            }
        }
        said
    }

    /// Whether another extension that was enforced denied it.
    fn denied_by_others(&self) -> bool {
        let others = self.record.asked.iter();
        others.filter(|asked| asked.extension != self.name() && asked.mode == Mode::Enforce).any(|asked| {
            let Answered::Findings(findings) = &asked.answer else { return false };
            asked.hook != Hook::Document && findings.iter().any(|finding| finding.severity == Severity::Deny)
        })
    }

    fn propose(&self, shown: Input) -> Result<Said> {
        if !self.candidate.may_propose(shown.hook) {
            return Ok(Said::default());
        }
        let shown = Input { settings: self.settings.clone(), ..shown };
        Ok(match self.asked(|| self.candidate.propose(&shown))? {
            Ok(proposals) => Said { proposals, ..Said::default() },
            Err(why) => Said { failed: Some(why), ..Said::default() },
        })
    }

    /// What it says besides what it proposed.
    fn review(&self, shown: Input, so_far: Said) -> Result<Said> {
        if so_far.failed.is_some() {
            return Ok(so_far);
        }
        let shown = Input { settings: self.settings.clone(), ..shown };
        Ok(match self.asked(|| self.candidate.review(&shown))? {
            Ok(findings) => Said { findings, ..so_far },
            Err(why) => Said { failed: Some(why), ..so_far },
        })
    }

    fn asked<T>(
        &self,
        call: impl FnMut() -> std::result::Result<Answer<T>, extension::Error>,
    ) -> Result<std::result::Result<T, String>> {
        let answer = patiently(extension::Error::is_passing, call)?;
        Ok(answer.map(|answer| answer.value).map_err(|error| format!("{error} ({})", error.code())))
    }

    /// What the rules make of it with what the candidate proposes in the place of what the one of its name proposed.
    fn decided_again(
        &self,
        input: &TransitionInput,
        answer: &Verdict,
        proposals: &[Proposal],
    ) -> Result<Verdict> {
        let mut wanted = Wanted::default();
        for asked in self.record.asked.iter().filter(|asked| asked.mode == Mode::Enforce) {
            let Answered::Proposals(others) = &asked.answer else { continue };
            if asked.extension != self.name() && asked.hook != Hook::Document {
                for proposal in others {
                    wanted.add(&asked.extension, proposal.clone());
                }
            }
        }
        for proposal in proposals {
            wanted.add(self.name(), proposal.clone());
        }
        let mut input = input.clone();
        if !wanted.change(&mut input.snapshot) {
            return Ok(answer.clone());
        }
        Ok(self.app.ports.rules.transition(&input)?.map(Box::new))
    }
}

/// What is different in what was said.
fn compared(was: &Said, is: &Said) -> Vec<Change> {
    if was == is {
        return Vec::new();
    }
    let mut changes = Vec::new();
    if was.failed != is.failed {
        changes.push(Change {
            kind: ChangeKind::Failure,
            code: None,
            what: String::new(),
            before: was.failed.clone(),
            after: is.failed.clone(),
        });
    }
    let (before, after) = (was.findings.iter().map(finding), is.findings.iter().map(finding));
    changes.extend(counted(before, after));
    let (before, after) = (was.proposals.iter().map(proposal), is.proposals.iter().map(proposal));
    changes.extend(counted(before, after));
    changes
}

/// A thing that was said: its kind, its code, what it is about, its words.
type Thing = (ChangeKind, Option<String>, String, String);

/// What is said more often or less often than before. What is said of the same thing in other words stands in one line.
fn counted(before: impl Iterator<Item = Thing>, after: impl Iterator<Item = Thing>) -> Vec<Change> {
    let mut tally: BTreeMap<Thing, i64> = BTreeMap::new();
    before.for_each(|thing| *tally.entry(thing).or_default() -= 1);
    after.for_each(|thing| *tally.entry(thing).or_default() += 1);
    let mut changes: Vec<Change> = Vec::new();
    for ((kind, code, what, words), more) in tally.into_iter().filter(|(_, more)| *more != 0) {
        let same = |change: &&mut Change| {
            change.kind == kind
                && change.code == code
                && change.what == what
                && (if more > 0 { change.after.is_none() } else { change.before.is_none() })
        };
        match changes.iter_mut().find(same) {
            Some(change) if more > 0 => change.after = Some(words),
            Some(change) => change.before = Some(words),
            None => {
                let (before, after) = if more > 0 { (None, Some(words)) } else { (Some(words), None) };
                changes.push(Change { kind, code, what, before, after });
            }
        }
    }
    changes
}

fn finding(finding: &Finding) -> Thing {
    let kind = match finding.severity {
        Severity::Deny => ChangeKind::Refusal,
        Severity::Warn => ChangeKind::Warning,
    };
    let what = finding.candidate.map_or_else(String::new, |n| format!("candidate {n}"));
    (kind, Some(finding.code.clone()), what, finding.message.clone())
}

fn proposal(proposal: &Proposal) -> Thing {
    let number = |value: &extension::words::Decimal| {
        let number = rust_decimal::Decimal::try_new(value.units, u32::from(value.scale));
        number.map_or_else(|_| format!("{}e-{}", value.units, value.scale), |number| number.to_string())
    };
    match proposal {
        Proposal::PriceLine(line) => (
            ChangeKind::Price,
            None,
            format!("price line {}", line.item),
            format!("{} ({})", number(&line.amount), line.description),
        ),
        Proposal::LeadTime(minutes) => {
            (ChangeKind::Outcome, None, "lead time".to_owned(), format!("{minutes} minutes"))
        }
        Proposal::Fee(fee) => (ChangeKind::Price, None, "fee".to_owned(), number(fee)),
        Proposal::DocumentText(text) => {
            (ChangeKind::Text, None, format!("{} line {}", text.document, text.line), text.text.clone())
        }
        Proposal::MessageText(text) => {
            (ChangeKind::Text, None, "message".to_owned(), format!("{}\n{}", text.subject, text.body))
        }
    }
}
