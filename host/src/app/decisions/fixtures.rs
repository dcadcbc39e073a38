//! From the record of a decision to fixtures.
//!
//! Invariant: a fixture is what a component was given and what it answered, so that `rules test` passes with the component
//! that was asked. It contains what the appointment contains about its customer.

use serde_json::{Value, json};

use super::record::{Answered, Record};
use crate::extension::answer::hook_name;
use crate::extension::words::{Hook, Input};

/// A fixture: what a project's tests show the component, and what it has to answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Fixture {
    /// Tells it from others of the same decision: where it was asked, and what.
    pub name: String,
    /// It, as a file holds it.
    pub content: Value,
}

/// Why a decision is no fixture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoFixture {
    /// Nobody was asked.
    #[error("no extension was asked in it")]
    NobodyAsked,
    /// This one was not asked.
    #[error("{0} was not asked in it, but {1}")]
    NotAsked(String, String),
    /// Several were asked, and none was named.
    #[error("several extensions were asked in it; name one: {0}")]
    Several(String),
    /// It failed.
    #[error("{0} failed in it, and gave no answer to expect")]
    Failed(String),
}

/// A question and its answer.
struct Question {
    hook: Hook,
    function: &'static str,
    input: Input,
    answer: Value,
}

impl Record {
    /// The extensions that were asked, each once, by name.
    #[must_use]
    pub fn extensions(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.asked.iter().map(|asked| asked.extension.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The fixtures that the decision of this number is for the extension named, or for the only one: one for each point
    /// it was asked at, or two where it was shown something else for `review` than for `propose`.
    pub fn fixtures(&self, decision: i64, wanted: Option<&str>) -> Result<Vec<Fixture>, NoFixture> {
        let name = self.one(wanted)?;
        let questions = self.questions(name);
        if questions.is_empty() {
            return Err(NoFixture::Failed(name.to_owned()));
        }
        let about = format!("Decision {decision}, as {name} was asked and as it answered.");
        Ok(fixtures(&questions, &about))
    }

    /// The extension in question.
    fn one<'r>(&'r self, wanted: Option<&'r str>) -> Result<&'r str, NoFixture> {
        let names = self.extensions();
        match (wanted, names.as_slice()) {
            (_, []) => Err(NoFixture::NobodyAsked),
            (Some(wanted), names) if names.contains(&wanted) => Ok(wanted),
            (Some(wanted), _) => Err(NoFixture::NotAsked(wanted.to_owned(), names.join(", "))),
            (None, [only]) => Ok(only),
            (None, _) => Err(NoFixture::Several(names.join(", "))),
        }
    }

    /// What it was asked; of what was asked several times, the last.
    fn questions(&self, name: &str) -> Vec<Question> {
        let mut questions: Vec<Question> = Vec::new();
        for asked in self.asked.iter().filter(|asked| asked.extension == name) {
            let (function, answer) = match &asked.answer {
                Answered::Proposals(proposals) => ("propose", json!(proposals)),
                Answered::Findings(findings) => ("review", json!(findings)),
                Answered::Failed(_) => continue,
            };
            let Some(input) = self.input(asked) else { continue };
            questions.retain(|known| known.hook != asked.hook || known.function != function);
            questions.push(Question { hook: asked.hook, function, input, answer });
        }
        questions
    }
}

/// One fixture for what was asked with one input.
fn fixtures(questions: &[Question], about: &str) -> Vec<Fixture> {
    let mut fixtures: Vec<Fixture> = Vec::new();
    for Question { hook, function, input, answer } in questions {
        let hook = hook_name(*hook);
        let input = json!(input);
        match fixtures.iter_mut().find(|fixture| fixture.content["input"] == input) {
            Some(fixture) => {
                hook.clone_into(&mut fixture.name);
                fixture.content[*function] = answer.clone();
            }
            None => {
                let content = json!({ "about": about, "input": input, *function: answer });
                fixtures.push(Fixture { name: format!("{hook}-{function}"), content });
            }
        }
    }
    fixtures
}
