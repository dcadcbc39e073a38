//! A language's file, before it is used: can it be read, and does it say what there is to say?
//!
//! Pure. A fault names the line at which it stands.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;
use fluent_bundle::FluentResource;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};

/// A line, counted from one, and what is wrong there.
pub(super) type Fault = (usize, String);

/// The text that every language has to have of its own.
pub(super) const NAME: &str = "language-name";

/// What begins the names of zones, which English calls as addresses do.
const ZONE: &str = "zone-";

/// What may stand beside texts: what would help, and what a refusal is called that gives no number.
pub(super) const HINT: &str = "hint";
pub(super) const PLAIN: &str = "plain";

/// What a refusal's text may be filled with, whichever its code.
pub(super) const OF_REFUSALS: [&str; 2] = ["number", "span"];

/// What texts may be filled with that English does without.
const MORE: [(&str, &[&str]); 1] = [("time", &["hour12", "half"])];

/// The texts there are, and what each may be filled with.
#[derive(Debug, Default)]
pub(super) struct Vocabulary(BTreeMap<String, BTreeSet<String>>);

impl Vocabulary {
    /// The texts of a file.
    pub(super) fn of(text: &str) -> Self {
        let (Ok(file) | Err((file, _))) = FluentResource::try_new(text.to_owned());
        let mut known = BTreeMap::<String, BTreeSet<String>>::new();
        for part in file.entries().flat_map(parts) {
            let said = known.entry(part.name.to_owned()).or_default();
            references(part.pattern, &mut |reference| {
                if let Reference::Variable(name) = reference {
                    said.insert(name.to_owned());
                }
            });
        }
        for (name, more) in MORE {
            known.entry(name.to_owned()).or_default().extend(more.iter().map(|&name| name.to_owned()));
        }
        Self(known)
    }

    /// Their names.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Whether a text of this name may be filled with that; none if there is no such text.
    fn takes(&self, name: &str, variable: Option<&str>) -> Option<bool> {
        let is_one = |known: &BTreeSet<String>| variable.is_none_or(|variable| known.contains(variable));
        if is_code(name) {
            return Some(variable.is_none_or(|variable| OF_REFUSALS.contains(&variable)));
        }
        let is_zone = name.strip_prefix(ZONE).is_some_and(|rest| zone_of(rest).is_some());
        self.0.get(name).map(is_one).or_else(|| is_zone.then(|| variable.is_none()))
    }
}

/// Whether it is a code of a refusal.
fn is_code(name: &str) -> bool {
    name.strip_prefix("SL")
        .is_some_and(|digits| digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// What the name of a zone is called in a file, which knows no slash.
pub(super) fn zone_name(zone: &str) -> String {
    let plain: String =
        zone.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect();
    format!("{ZONE}{plain}")
}

fn zone_of(rest: &str) -> Option<&'static Tz> {
    chrono_tz::TZ_VARIANTS.iter().find(|zone| zone_name(zone.name()).strip_prefix(ZONE) == Some(rest))
}

/// The file, if it can be used. A language that is `new` has to say what it is called.
pub(super) fn checked(text: String, vocabulary: &Vocabulary, is_new: bool) -> Result<FluentResource, Fault> {
    let file = FluentResource::try_new(text).map_err(|(file, faults)| {
        faults.first().map_or_else(
            || (1, "the file cannot be read".to_owned()),
            |fault| (line(&file, fault.pos.start), format!("it cannot be read: {}", fault.kind)),
        )
    })?;
    let mut said = BTreeSet::new();
    for entry in file.entries() {
        for part in parts(entry) {
            if !said.insert((part.name, part.beside)) {
                return Err((part.line(&file), format!("{} stands here for the second time", part.name)));
            }
            fit(&file, &part, vocabulary)?;
        }
    }
    if is_new && !said.contains(&(NAME, None)) {
        return Err((1, format!("{NAME} is missing: what the language calls itself")));
    }
    Ok(file)
}

fn fit(file: &FluentResource, part: &Part<'_>, vocabulary: &Vocabulary) -> Result<(), Fault> {
    let fault = |text: &str, what: String| Err((line(file, offset(file, text)), what));
    let name = part.name;
    if !part.is_term && vocabulary.takes(name, None).is_none() {
        return fault(name, format!("there is no text called {name}"));
    }
    if let Some(beside) = part.beside.filter(|beside| !part.is_term && ![HINT, PLAIN].contains(beside)) {
        return fault(beside, format!("nothing called {beside} stands beside {name}"));
    }
    let terms: BTreeSet<&str> = file.entries().filter_map(term).collect();
    let mut wrong = None;
    references(part.pattern, &mut |reference| {
        let what = match reference {
            Reference::Variable(variable)
                if part.is_term || vocabulary.takes(name, Some(variable)) == Some(true) =>
            {
                return;
            }
            Reference::Variable(variable) => (variable, format!("{name} is not filled with ${variable}")),
            Reference::Term(term) if terms.contains(term) => return,
            Reference::Term(term) => (term, format!("there is no term -{term} in this file")),
            Reference::Message(other) => {
                (other, format!("{name} refers to the text {other}; only terms can be referred to"))
            }
            Reference::Function(function) => (function, format!("there is no function {function}")),
        };
        wrong.get_or_insert(what);
    });
    wrong.map_or(Ok(()), |(at, what)| fault(at, what))
}

/// A text, or what stands beside one.
struct Part<'f> {
    name: &'f str,
    beside: Option<&'f str>,
    is_term: bool,
    pattern: &'f Pattern<&'f str>,
}

impl Part<'_> {
    fn line(&self, file: &FluentResource) -> usize {
        line(file, offset(file, self.beside.unwrap_or(self.name)))
    }
}

fn parts<'f>(entry: &'f Entry<&'f str>) -> Vec<Part<'f>> {
    let (name, value, beside, is_term) = match entry {
        Entry::Message(message) => (message.id.name, message.value.as_ref(), &message.attributes, false),
        Entry::Term(term) => (term.id.name, Some(&term.value), &term.attributes, true),
        Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) | Entry::Junk { .. } => {
            return Vec::new();
        }
    };
    let own = value.map(|pattern| Part { name, beside: None, is_term, pattern });
    let beside =
        beside.iter().map(|one| Part { name, beside: Some(one.id.name), is_term, pattern: &one.value });
    own.into_iter().chain(beside).collect()
}

fn term<'f>(entry: &'f Entry<&'f str>) -> Option<&'f str> {
    if let Entry::Term(term) = entry { Some(term.id.name) } else { None }
}

/// Something that a text refers to.
enum Reference<'f> {
    Variable(&'f str),
    Term(&'f str),
    Message(&'f str),
    Function(&'f str),
}

fn references<'f>(pattern: &'f Pattern<&'f str>, found: &mut impl FnMut(Reference<'f>)) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            in_expression(expression, found);
        }
    }
}

fn in_expression<'f>(expression: &'f Expression<&'f str>, found: &mut impl FnMut(Reference<'f>)) {
    match expression {
        Expression::Inline(inline) => in_inline(inline, found),
        Expression::Select { selector, variants } => {
            in_inline(selector, found);
            variants.iter().for_each(|variant| references(&variant.value, found));
        }
    }
}

fn in_inline<'f>(inline: &'f InlineExpression<&'f str>, found: &mut impl FnMut(Reference<'f>)) {
    let given = match inline {
        InlineExpression::StringLiteral { .. } | InlineExpression::NumberLiteral { .. } => None,
        InlineExpression::VariableReference { id } => {
            found(Reference::Variable(id.name));
            None
        }
        InlineExpression::MessageReference { id, .. } => {
            found(Reference::Message(id.name));
            None
        }
        InlineExpression::TermReference { id, arguments, .. } => {
            found(Reference::Term(id.name));
            arguments.as_ref()
        }
        InlineExpression::FunctionReference { id, arguments } => {
            found(Reference::Function(id.name));
            Some(arguments)
        }
        InlineExpression::Placeable { expression } => {
            in_expression(expression, found);
            None
        }
    };
    if let Some(given) = given {
        let named = given.named.iter().map(|argument| &argument.value);
        given.positional.iter().chain(named).for_each(|inline| in_inline(inline, found));
    }
}

/// How far into the file a piece of it stands.
fn offset(file: &FluentResource, piece: &str) -> usize {
    (piece.as_ptr() as usize).saturating_sub(file.source().as_ptr() as usize)
}

fn line(file: &FluentResource, offset: usize) -> usize {
    let before = file.source().as_bytes().iter().take(offset);
    before.filter(|byte| **byte == b'\n').count() + 1
}
