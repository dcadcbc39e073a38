//! What an extension may answer.
//!
//! Invariant: nothing that breaks the contract goes further: it counts as the extension's failure, as a crash does, and
//! what becomes of the decision is the administrator's choice.

use std::collections::BTreeSet;

use super::limits::{ANSWERS, BODY, CODE, SENTENCE};
use super::words::{Description, Finding, Hook, Input, Proposal, ProposalKind, Setting, SettingKind};

/// Characters of a number that is set.
const NUMBER: usize = 20;

/// How an extension broke its contract.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misbehaviour {
    /// It answered with too many entries.
    #[error("it answered with {0} entries; {ANSWERS} are read")]
    TooMany(usize),
    /// It proposed something that it did not declare.
    #[error("it proposed `{0}` and does not declare that it does")]
    Undeclared(&'static str),
    /// It proposed something that is not open where it was asked.
    #[error("it proposed `{0}`, which cannot be changed at `{1}`")]
    NotOpen(&'static str, &'static str),
    /// A value of its answer cannot be taken.
    #[error("{0}")]
    Unusable(String),
}

type Checked = Result<(), Misbehaviour>;

/// The name of a kind of proposal, as it is written in settings and messages.
#[must_use]
pub const fn proposal_name(kind: ProposalKind) -> &'static str {
    match kind {
        ProposalKind::PriceLine => "price-line",
        ProposalKind::LeadTime => "lead-time",
        ProposalKind::Fee => "fee",
        ProposalKind::DocumentText => "document-text",
        ProposalKind::MessageText => "message-text",
    }
}

/// The name of a hook.
#[must_use]
pub const fn hook_name(hook: Hook) -> &'static str {
    match hook {
        Hook::Search => "search",
        Hook::Hold => "hold",
        Hook::Confirm => "confirm",
        Hook::Reschedule => "reschedule",
        Hook::Cancel => "cancel",
        Hook::Complete => "complete",
        Hook::Document => "document",
        Hook::Message => "message",
    }
}

/// The name of a kind of setting.
#[must_use]
pub const fn setting_kind(kind: SettingKind) -> &'static str {
    match kind {
        SettingKind::Text => "text",
        SettingKind::Number => "number, as 12 or 12.5",
        SettingKind::Boolean => "boolean: true or false",
    }
}

/// What can be changed at a hook.
pub(super) const fn open(hook: Hook) -> &'static [ProposalKind] {
    match hook {
        Hook::Search => &[ProposalKind::LeadTime],
        Hook::Hold | Hook::Reschedule => &[ProposalKind::LeadTime, ProposalKind::PriceLine],
        Hook::Confirm | Hook::Complete => &[],
        Hook::Cancel => &[ProposalKind::Fee],
        Hook::Document => &[ProposalKind::DocumentText],
        Hook::Message => &[ProposalKind::MessageText],
    }
}

const fn kind(proposal: &Proposal) -> ProposalKind {
    match proposal {
        Proposal::PriceLine(_) => ProposalKind::PriceLine,
        Proposal::LeadTime(_) => ProposalKind::LeadTime,
        Proposal::Fee(_) => ProposalKind::Fee,
        Proposal::DocumentText(_) => ProposalKind::DocumentText,
        Proposal::MessageText(_) => ProposalKind::MessageText,
    }
}

pub(super) fn check_description(description: &Description) -> Checked {
    let label = |part: &str| {
        !part.is_empty()
            && part.len() <= 40
            && part.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-')
    };
    if description.id.split('.').count() < 2 || !description.id.split('.').all(label) {
        return unusable(format!("its id `{}` is no name in reverse domain order", shown(&description.id)));
    }
    if semver::Version::parse(&description.version).is_err() {
        return unusable(format!("its version `{}` is no semantic version", shown(&description.version)));
    }
    if description.summary.chars().count() > SENTENCE {
        return unusable(format!("its summary is longer than {SENTENCE} characters"));
    }
    if description.settings.len() > ANSWERS {
        return Err(Misbehaviour::TooMany(description.settings.len()));
    }
    let mut names = BTreeSet::new();
    for setting in &description.settings {
        check_setting(setting)?;
        if !names.insert(&setting.name) {
            return unusable(format!("it declares the setting `{}` twice", setting.name));
        }
    }
    Ok(())
}

fn check_setting(setting: &Setting) -> Checked {
    let named = (1..=60).contains(&setting.name.len())
        && setting.name.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || b"-_".contains(&c));
    if !named {
        return unusable(format!("`{}` is no name of a setting", shown(&setting.name)));
    }
    match &setting.default {
        Some(value) if !fits(setting.kind, value) => {
            unusable(format!("the default of the setting `{}` does not fit its kind", setting.name))
        }
        Some(_) | None => Ok(()),
    }
}

/// Whether a value can be one of a kind.
#[must_use]
pub fn fits(kind: SettingKind, value: &str) -> bool {
    match kind {
        SettingKind::Text => value.chars().count() <= BODY,
        // Neither exponents nor anything else that only some languages read as a number.
        SettingKind::Number => {
            let is_plain = value.bytes().all(|c| c.is_ascii_digit() || b"-.".contains(&c));
            is_plain && value.len() <= NUMBER && value.parse::<rust_decimal::Decimal>().is_ok()
        }
        SettingKind::Boolean => matches!(value, "true" | "false"),
    }
}

pub(super) fn check_proposals(description: &Description, input: &Input, proposals: &[Proposal]) -> Checked {
    if proposals.len() > ANSWERS {
        return Err(Misbehaviour::TooMany(proposals.len()));
    }
    for proposal in proposals {
        let kind = kind(proposal);
        if !description.proposals.contains(&kind) {
            return Err(Misbehaviour::Undeclared(proposal_name(kind)));
        }
        if !open(input.hook).contains(&kind) {
            return Err(Misbehaviour::NotOpen(proposal_name(kind), hook_name(input.hook)));
        }
        check_proposal(input, proposal)?;
    }
    Ok(())
}

fn check_proposal(input: &Input, proposal: &Proposal) -> Checked {
    match proposal {
        Proposal::PriceLine(line) => {
            check_text("an item", &line.item, 100)?;
            check_text("a price line", &line.description, SENTENCE)?;
            check_amount(line.amount.units, line.amount.scale)
        }
        Proposal::LeadTime(minutes) if *minutes > 366 * 24 * 60 => {
            unusable(format!("a lead time of {minutes} minutes is longer than a year"))
        }
        Proposal::LeadTime(_) => Ok(()),
        Proposal::Fee(fee) => check_amount(fee.units, fee.scale),
        Proposal::DocumentText(text) => {
            check_text("a text", &text.text, SENTENCE)?;
            let document = input.documents.iter().find(|document| document.key == text.document);
            let line = document.and_then(|document| document.lines.get(usize::try_from(text.line).ok()?));
            if line.is_none() {
                return unusable(format!(
                    "it names line {} of `{}`, which is not there",
                    text.line,
                    shown(&text.document)
                ));
            }
            Ok(())
        }
        Proposal::MessageText(text) => {
            check_text("a message", &text.body, BODY)?;
            if text.subject.chars().count() > SENTENCE || text.subject.contains(['\n', '\r']) {
                return unusable("its subject is no line of text".to_owned());
            }
            Ok(())
        }
    }
}

fn check_amount(units: i64, scale: u8) -> Checked {
    if units < 0 || scale > 18 {
        return unusable("an amount is below zero or has too many digits".to_owned());
    }
    Ok(())
}

pub(super) fn check_findings(input: &Input, findings: &[Finding]) -> Checked {
    if findings.len() > ANSWERS.max(input.candidates.len()) {
        return Err(Misbehaviour::TooMany(findings.len()));
    }
    for finding in findings {
        let named = (1..=CODE).contains(&finding.code.len())
            && finding.code.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-');
        if !named {
            return unusable(format!("`{}` is no code of a finding", shown(&finding.code)));
        }
        check_text("a finding", &finding.message, SENTENCE)?;
        let candidates = input.candidates.len();
        if finding.candidate.is_some_and(|n| usize::try_from(n).is_ok_and(|n| n >= candidates)) {
            return unusable(format!("it names candidate {:?} of {candidates}", finding.candidate));
        }
    }
    Ok(())
}

fn check_text(what: &str, text: &str, most: usize) -> Checked {
    if text.trim().is_empty() || text.chars().count() > most {
        return unusable(format!("{what} is empty or longer than {most} characters"));
    }
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return unusable(format!("{what} has characters that cannot be printed"));
    }
    Ok(())
}

fn unusable(what: String) -> Checked {
    Err(Misbehaviour::Unusable(what))
}

/// Foreign text, short enough for a message.
fn shown(text: &str) -> String {
    text.chars().take(60).collect()
}
