//! Fixtures: what an extension is shown, and what it has to answer.
//!
//! Invariant: a word that the host does not know is an error and never passed over, because a fixture that says something
//! else than its author thinks proves nothing.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::extension::answer;
use crate::extension::words::{Attribute, Description, Finding, Input, Proposal};

/// So many fixtures may build upon each other; more are a circle.
const DEPTH: usize = 8;

/// An input and the answers to it. Where there is no answer, it is not asked for.
#[derive(Debug)]
pub(super) struct Fixture {
    /// What is asked.
    pub(super) input: Input,
    /// What `propose` has to answer.
    pub(super) propose: Option<Vec<Proposal>>,
    /// What `review` has to answer.
    pub(super) review: Option<Vec<Finding>>,
}

/// How a fixture is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    /// What it shows, for whoever reads it.
    #[serde(default)]
    #[allow(dead_code, reason = "for people")]
    about: Option<String>,
    /// Another fixture, of whose input this one's says only what differs.
    #[serde(default)]
    like: Option<String>,
    #[serde(default)]
    input: Option<Value>,
    #[serde(default)]
    propose: Option<Value>,
    #[serde(default)]
    review: Option<Value>,
}

/// A fixture by its name, or why it cannot be asked.
pub(super) type Found = (String, anyhow::Result<Fixture>);

/// Reads all fixtures of a directory, by name.
pub(super) fn read_all(dir: &Path) -> anyhow::Result<Vec<Found>> {
    if !dir.exists() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(dir).with_context(|| format!("cannot read {}", dir.display()))?;
    let files = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<PathBuf>>>();
    let mut files = files.with_context(|| format!("cannot read {}", dir.display()))?;
    files.retain(|file| file.extension() == Some("json".as_ref()));
    files.sort();
    let named = files.iter().map(|file| {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        (name, read(file).with_context(|| file.display().to_string()))
    });
    Ok(named.collect())
}

fn read(file: &Path) -> anyhow::Result<Fixture> {
    let written = parse(file)?;
    let (propose, review) = (written.propose.clone(), written.review.clone());
    let input = whole_input(file, written, DEPTH)?;
    Ok(Fixture {
        input: typed("input", &input)?,
        propose: propose.map(|value| typed("propose", &value)).transpose()?,
        review: review.map(|value| typed("review", &value)).transpose()?,
    })
}

fn parse(file: &Path) -> anyhow::Result<Written> {
    let text = fs::read_to_string(file).context("it cannot be read")?;
    Ok(serde_json::from_str(&text)?)
}

fn whole_input(file: &Path, written: Written, depth: usize) -> anyhow::Result<Value> {
    let Some(like) = written.like else { return written.input.context("it has no `input`") };
    if depth == 0 {
        bail!("`like` leads in a circle, or through more than {DEPTH} fixtures");
    }
    let other = file.with_file_name(&like);
    let found = parse(&other).with_context(|| format!("`like` names {like}"))?;
    let mut input = whole_input(&other, found, depth - 1)?;
    if let Some(differing) = written.input {
        merge(&mut input, differing);
    }
    Ok(input)
}

/// Lays what differs over the rest: objects field by field, anything else as a whole. (RFC 7396, but that null stays null.)
fn merge(base: &mut Value, differing: Value) {
    match (base, differing) {
        (Value::Object(base), Value::Object(differing)) => {
            for (name, value) in differing {
                merge(base.entry(name).or_insert(Value::Null), value);
            }
        }
        (base, differing) => *base = differing,
    }
}

/// Reads a value, and looks for what was passed over.
fn typed<T>(name: &str, value: &Value) -> anyhow::Result<T>
where
    T: for<'de> Deserialize<'de> + Serialize,
{
    let read: T = serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        // A single point means the value itself.
        let path = if path == "." { name.to_owned() } else { format!("{name}.{path}") };
        anyhow::anyhow!("{path}: {}", error.inner())
    })?;
    if let Some(path) = passed_over(name, value, &serde_json::to_value(&read)?) {
        bail!("{path} means nothing: fields are spelled with underscores, cases of enums in CamelCase");
    }
    Ok(read)
}

/// The first field that was given and not kept.
fn passed_over(path: &str, given: &Value, kept: &Value) -> Option<String> {
    match (given, kept) {
        (Value::Object(given), Value::Object(kept)) => given.iter().find_map(|(name, value)| {
            let path = format!("{path}.{name}");
            match kept.get(name) {
                Some(kept) => passed_over(&path, value, kept),
                None => Some(path),
            }
        }),
        (Value::Array(given), Value::Array(kept)) => {
            let mut pairs = given.iter().zip(kept).enumerate();
            pairs.find_map(|(at, (given, kept))| passed_over(&format!("{path}[{at}]"), given, kept))
        }
        _ => None,
    }
}

/// Makes the fixture's input what the extension is shown; it has to be something that can be asked.
pub(super) fn prepare(input: &mut Input, fixture: &Fixture, description: &Description) -> anyhow::Result<()> {
    settle(input, description)?;
    if !description.hooks.contains(&input.hook) {
        let hook = answer::hook_name(input.hook);
        bail!("the extension does not declare the hook `{hook}`: it is never asked this");
    }
    if fixture.propose.is_none() && fixture.review.is_none() {
        bail!("it says neither what `propose` nor what `review` has to answer");
    }
    Ok(())
}

/// Gives each declared setting a value, as the host does: what the input says, or else its default.
pub(super) fn settle(input: &mut Input, description: &Description) -> anyhow::Result<()> {
    for given in &input.settings {
        let Some(setting) = description.settings.iter().find(|setting| setting.name == given.name) else {
            bail!("the extension declares no setting `{}`", given.name);
        };
        if !answer::fits(setting.kind, &given.value) {
            bail!(
                "{:?} is no {} for the setting `{}`",
                given.value,
                answer::setting_kind(setting.kind),
                given.name
            );
        }
    }
    let mut settled = Vec::new();
    for setting in &description.settings {
        let given = input.settings.iter().find(|given| given.name == setting.name);
        let value = given.map(|given| &given.value).or(setting.default.as_ref());
        let value = value
            .with_context(|| format!("the setting `{}` has no default: give it a value", setting.name))?;
        settled.push(Attribute { name: setting.name.clone(), value: value.clone() });
    }
    input.settings = settled;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extension::words::{Hook, Setting, SettingKind};

    /// The fixtures of a new project.
    fn templates() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../sdk/templates/fixtures")
    }

    fn with(text: &str) -> anyhow::Result<Vec<Fixture>> {
        let dir = tempfile::tempdir().expect("a directory");
        fs::copy(templates().join("afternoon.json"), dir.path().join("afternoon.json")).expect("a copy");
        fs::write(dir.path().join("other.json"), text).expect("it is written");
        let found = read_all(dir.path())?.into_iter().map(|(_, fixture)| fixture);
        found.collect()
    }

    #[test]
    fn one_fixture_says_what_differs_from_another() {
        let read = with(
            r#"{ "like": "afternoon.json", "input": { "hook": "Search", "quote": null, "wanted": { "guests": 3 } } }"#,
        );
        let read = read.expect("they are read");
        let (base, other) = (&read[0].input, &read[1].input);
        assert_eq!((other.hook, other.quote.is_none()), (Hook::Search, true));
        let (base, other) = (base.wanted.as_ref().expect("a visit"), other.wanted.as_ref().expect("a visit"));
        assert_eq!((base.guests, other.guests), (1, 3));
        assert_eq!(base.local_start, other.local_start);
        assert!(read[1].propose.is_none(), "nothing is asked that has no answer");
    }

    #[test]
    fn what_is_misspelled_is_named() {
        for (text, named) in [
            (
                r#"{ "like": "afternoon.json", "input": { "wanted": { "localStart": 1 } } }"#,
                "input.wanted.localStart",
            ),
            (r#"{ "like": "afternoon.json", "input": { "hook": "hold" } }"#, "input.hook"),
            (r#"{ "like": "afternoon.json", "input": {}, "expect": [] }"#, "expect"),
            (r#"{ "like": "afternoon.json", "propose": [{ "Discount": 3 }] }"#, "propose"),
            (r#"{ "like": "nothing.json" }"#, "nothing.json"),
            (r#"{ "like": "other.json" }"#, "circle"),
            ("{", "other.json"),
        ] {
            let error = format!("{:#}", with(text).expect_err(text));
            assert!(error.contains("other.json") && error.contains(named), "{text}: {error}");
        }
    }

    #[test]
    fn settings_have_the_value_given_or_their_default() {
        let mut input = read_all(&templates()).expect("they are read").remove(0).1.expect("a fixture").input;
        let setting = |name: &str, default: Option<&str>| Setting {
            name: name.to_owned(),
            summary: String::new(),
            kind: SettingKind::Number,
            default: default.map(str::to_owned),
        };
        let mut description = Description {
            id: "org.example.it".to_owned(),
            version: "1.0.0".to_owned(),
            wit_version: "0.1.0".to_owned(),
            summary: String::new(),
            hooks: Vec::new(),
            proposals: Vec::new(),
            settings: vec![setting("from", Some("18"))],
        };
        settle(&mut input, &description).expect("it has a default");
        assert_eq!(input.settings[0].value, "18");
        input.settings[0].value = "twelve".to_owned();
        assert!(settle(&mut input, &description).is_err(), "no number");
        input.settings.clear();
        description.settings.push(setting("must", None));
        assert!(settle(&mut input, &description).is_err(), "it has to be given");
    }
}
