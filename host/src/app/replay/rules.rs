//! A decision made again by other rules.

use serde::Serialize;

use super::diff::changes;
use super::report::{Change, ChangeKind};
use super::{Again, Left, patiently};
use crate::app::Result;
use crate::app::decisions::record::{Record, Ruling};
use crate::wasm::bindings::slotledger::rules::decisions::Finding;
use crate::wasm::{Error, Rules, Verdict};

/// What the rules make of the question that was decided in the end.
pub(super) fn again(rules: &Rules, record: &Record) -> Result<std::result::Result<Again, Left>> {
    let Some(ruling) = record.rules.last() else { return Ok(Err(Left::NotConcerned)) };
    Ok(Ok(match ruling {
        Ruling::Transition { input, answer, .. } => {
            let before = answer.as_ref().map(|decision| &**decision);
            compared(before, patiently(Error::is_passing, || rules.transition(input))?)
        }
        Ruling::FindOpenings { snapshot, query, answer, .. } => {
            compared(answer.as_ref(), patiently(Error::is_passing, || rules.find_openings(snapshot, query))?)
        }
    }))
}

fn compared<T: Serialize>(
    before: std::result::Result<&T, &Vec<Finding>>,
    after: std::result::Result<Verdict<T>, Error>,
) -> Again {
    match after {
        Ok(after) => verdicts(before, after.as_ref()),
        Err(error) => {
            Again { changes: vec![Change::failure(error.code(), error.to_string())], verdicts: None }
        }
    }
}

/// What is different between two verdicts of the rules.
pub(super) fn verdicts<T: Serialize>(
    before: std::result::Result<&T, &Vec<Finding>>,
    after: std::result::Result<&T, &Vec<Finding>>,
) -> Again {
    let none = Vec::new();
    let verdicts = (before.is_ok(), after.is_ok());
    let mut found = Vec::new();
    if verdicts.0 != verdicts.1 {
        found.push(Change::verdict(verdicts.0, verdicts.1));
    }
    let against = |side: &std::result::Result<&T, &Vec<Finding>>| side.err().unwrap_or(&none).clone();
    found.extend(changes(&against(&before), &against(&after), ChangeKind::Refusal));
    if let (Ok(before), Ok(after)) = (before, after) {
        found.extend(changes(before, after, ChangeKind::Outcome));
    }
    Again { changes: found, verdicts: Some(verdicts) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::ChangeKind::{Price, Refusal, Verdict};

    fn broken(code: &str) -> Vec<Finding> {
        vec![Finding { code: code.to_owned(), message: "no".to_owned(), hint: String::new() }]
    }

    #[test]
    fn what_was_granted_and_is_refused_is_told_with_the_reason() {
        let (granted, refused) = (serde_json::json!({ "net": 1 }), broken("SL0206"));
        let again = verdicts(Ok(&granted), Err(&refused));
        assert_eq!(again.verdicts, Some((true, false)));
        assert_eq!(again.changes.iter().map(|one| one.kind).collect::<Vec<_>>(), [Verdict, Refusal]);
        let back = verdicts(Err(&refused), Ok(&granted));
        assert_eq!(back.verdicts, Some((false, true)));
        assert_eq!(back.changes[1].before.as_deref(), Some("no"));
        let dearer = verdicts(Ok(&granted), Ok(&serde_json::json!({ "net": 2 })));
        assert_eq!(dearer.changes.iter().map(|one| one.kind).collect::<Vec<_>>(), [Price]);
        assert_eq!(verdicts(Ok(&granted), Ok(&granted.clone())).changes, []);
    }
}
