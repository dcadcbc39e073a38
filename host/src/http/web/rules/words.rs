//! How modes, outcomes and answers are said, and in which tone.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::super::words::Choice;
use crate::app::Health;
use crate::model::decision::Outcome;
use crate::model::{Component, Mode, OnFailure, Said};

/// A word with a colour.
pub(super) struct Badge {
    pub(super) text: &'static str,
    pub(super) tone: &'static str,
}

const fn badge(text: &'static str, tone: &'static str) -> Badge {
    Badge { text, tone }
}

/// How much an extension has to say; none means that it is off.
pub(super) const fn mode(mode: Option<Mode>) -> Badge {
    match mode {
        Some(Mode::Enforce) => badge("Enforced", "confirmed"),
        Some(Mode::Warn) => badge("Warns", "open"),
        Some(Mode::Audit) => badge("Audited", "scheduled"),
        None => badge("Off", "cancelled"),
    }
}

/// What there is to choose from; what each does is said, not only named.
pub(super) fn modes(now: Option<Mode>) -> Vec<Choice> {
    let all = [
        ("enforce", "Enforce: what it denies is refused", Some(Mode::Enforce)),
        ("warn", "Warn: what it denies goes into the trail", Some(Mode::Warn)),
        ("audit", "Audit: what it says is recorded only", Some(Mode::Audit)),
        ("off", "Off: it is not asked", None),
    ];
    let choice = |(value, label, mode): (&str, &str, Option<Mode>)| Choice {
        value: value.to_owned(),
        label: label.to_owned(),
        is_chosen: mode == now,
    };
    all.into_iter().map(choice).collect()
}

/// What becomes of a decision if an extension that enforces fails.
pub(super) const fn policy(policy: OnFailure) -> &'static str {
    match policy {
        OnFailure::Closed => "The decision is refused",
        OnFailure::Open => "The decision is made without it",
    }
}

/// The same, to choose from.
pub(super) fn policies(now: OnFailure) -> Vec<Choice> {
    let choice = |(value, one): (&str, OnFailure)| Choice {
        value: value.to_owned(),
        label: policy(one).to_owned(),
        is_chosen: one == now,
    };
    [("closed", OnFailure::Closed), ("open", OnFailure::Open)].into_iter().map(choice).collect()
}

/// A mode as forms name it.
pub(super) fn read_mode(text: &str) -> Option<Mode> {
    [Mode::Enforce, Mode::Warn, Mode::Audit].into_iter().find(|mode| mode.as_str() == text)
}

/// What becomes of a decision, as forms name it.
pub(super) fn read_policy(text: &str) -> Option<OnFailure> {
    match text {
        "closed" => Some(OnFailure::Closed),
        "open" => Some(OnFailure::Open),
        _ => None,
    }
}

/// How an extension is doing: a word, its tone, and more.
pub(super) fn health(health: &Health) -> (&'static str, &'static str, String) {
    let failures = health.failures;
    match health.parked_until {
        Some(until) => (
            "Parked",
            "parked",
            format!("It failed {failures} times in a row, and is tried again after {}.", utc(until)),
        ),
        None if failures > 0 => ("Failing", "open", format!("It failed {failures} times in a row.")),
        None => ("Answers", "done", String::new()),
    }
}

/// What came of asking an extension.
pub(super) const fn said(said: Said) -> Badge {
    match said {
        Said::Silent => badge("Nothing", "silent"),
        Said::Proposed => badge("Proposed", "scheduled"),
        Said::Warned => badge("Warned", "open"),
        Said::Denied => badge("Denied", "parked"),
        Said::Failed => badge("Failed", "parked"),
    }
}

/// What came of a decision.
pub(super) const fn outcome(outcome: Outcome) -> Badge {
    match outcome {
        Outcome::Granted => badge("Granted", "done"),
        Outcome::Refused => badge("Refused", "parked"),
        Outcome::Stopped => badge("Stopped", "open"),
    }
}

/// What an extension answered, in a line.
pub(super) fn told(answer: &Value) -> String {
    if let Some(error) = answer.get("error").or_else(|| answer.get("failed")).and_then(Value::as_str) {
        return match last_words(answer) {
            words if words.is_empty() => error.to_owned(),
            words => format!("{error}; it had logged: {words}"),
        };
    }
    let list = |name: &str| answer.get(name).and_then(Value::as_array).into_iter().flatten();
    let findings = list("findings").filter_map(|finding| finding["message"].as_str()).map(str::to_owned);
    findings.chain(list("proposals").map(proposed)).collect::<Vec<_>>().join(" ")
}

/// Lines of a log that are shown where an extension failed.
const LAST: usize = 3;

/// What it logged last.
fn last_words(answer: &Value) -> String {
    let lines = answer["log"]["lines"].as_array().map_or(&[][..], Vec::as_slice);
    let last = lines.iter().skip(lines.len().saturating_sub(LAST));
    last.filter_map(|line| line["text"].as_str()).collect::<Vec<_>>().join(" / ")
}

/// A proposal: its kind, and what stands in it.
fn proposed(proposal: &Value) -> String {
    let kinds = proposal.as_object().into_iter().flatten();
    let told = kinds.map(|(kind, value)| match value {
        Value::Object(_) | Value::Array(_) => format!("{kind}: {value}"),
        Value::String(text) => format!("{kind}: {text}"),
        Value::Null | Value::Bool(_) | Value::Number(_) => format!("{kind}: {value}"),
    });
    told.collect::<Vec<_>>().join(", ")
}

/// Where a component is asked.
pub(super) fn asked_at(component: &Component) -> String {
    let hooks = component.description["hooks"].as_array().into_iter().flatten();
    hooks.filter_map(Value::as_str).map(str::to_lowercase).collect::<Vec<_>>().join(", ")
}

/// The beginning of a SHA-256, by which people tell them apart.
pub(super) fn short(digest: &str) -> &str {
    digest.get(..12).unwrap_or(digest)
}

/// A moment. Decisions of all companies stand in one list, so that it is in UTC.
pub(super) fn utc(at: DateTime<Utc>) -> String {
    at.format("%-d %b %Y, %H:%M:%S UTC").to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn answers_are_said_in_a_line() {
        let findings =
            json!({ "findings": [{ "message": "Not on Sundays." }, { "message": "Nor at night." }] });
        assert_eq!(told(&findings), "Not on Sundays. Nor at night.");
        assert_eq!(told(&json!({ "proposals": [{ "LeadTime": 60 }] })), "LeadTime: 60");
        assert_eq!(told(&json!({ "error": "out of fuel" })), "out of fuel");
        assert_eq!(told(&json!({ "failed": "out of fuel" })), "out of fuel");
        let lines: Vec<_> = ["a", "b", "c", "d"].map(|text| json!({ "level": "info", "text": text })).into();
        let failed = json!({ "error": "out of fuel", "log": { "lines": lines } });
        assert_eq!(told(&failed), "out of fuel; it had logged: b / c / d");
        assert_eq!(told(&json!({ "findings": [] })), "");
    }

    #[test]
    fn a_digest_is_short_and_never_cut_in_a_letter() {
        assert_eq!(short(&"ab".repeat(32)), "abababababab");
        assert_eq!(short("ü"), "ü");
    }
}
