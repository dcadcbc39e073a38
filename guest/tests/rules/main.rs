//! The rules as the component offers them, called natively.

// A function that tests share is not seen as a test.
#![allow(clippy::expect_used, clippy::panic)]

mod bookings;
mod books;
mod chains;
mod changes;
mod crowds;
mod deposits;
mod documents;
mod hostile;
mod rooms;
mod sales;
mod scenarios;
mod searches;
mod table;
mod unusable;
mod wishes;

use slotledger_rules::transition;
use slotledger_rules::wit::{Decision, EffectBody, Finding, TransitionInput};

/// The codes of findings, in order.
fn codes(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.code.as_str()).collect()
}

/// The codes of a refusal.
fn refused(input: &TransitionInput) -> Vec<String> {
    let findings = transition(input).expect_err("refused");
    codes(&findings).into_iter().map(str::to_owned).collect()
}

/// A decision that was granted.
fn granted(input: &TransitionInput) -> Decision {
    transition(input).unwrap_or_else(|findings| panic!("{:?} was refused: {findings:#?}", input.command))
}

/// The last parts of the keys of the documents asked for.
fn steps(decision: &Decision) -> Vec<&str> {
    decision.effects.iter().map(|effect| effect.key.rsplit('/').next().unwrap_or_default()).collect()
}

/// The document asked for at this step.
fn body<'a>(decision: &'a Decision, step: &str) -> &'a EffectBody {
    let effect = decision.effects.iter().find(|effect| effect.key.ends_with(&format!("/{step}")));
    &effect.unwrap_or_else(|| panic!("no {step} in {:?}", steps(decision))).body
}
