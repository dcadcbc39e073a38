//! Inputs made to break an extension: nothing at all, more than anybody has, text that no form would send, and numbers at
//! the end of their range.
//!
//! Invariant: each keeps to `wit/extension`, so that a host could show it. An extension that fails at one can be made to
//! fail by whoever books.

use crate::extension::words::{
    Actor, Appointment, Attribute, Candidate, Company, Customer, Decimal, Description, Document, History,
    Hook, Input, Line, LocalTime, Message, Party, Quote, Service, Setting, SettingKind, Span, Visit,
};

/// As many times as a search finds at most.
const CANDIDATES: usize = 500;

/// More lines, documents and attributes than anybody has.
const ENTRIES: usize = 100;

/// As long as the host lets a text be that somebody pasted.
const LONG_CHARACTERS: usize = 9_900;

/// What text may be: control characters, other directions, characters of several parts, and what other languages take for
/// a command.
const STRANGE: &str =
    "\0\u{1b}[2J\r\n\t\u{202e}שלום\u{2066}👩‍👩‍👧‍👦 e\u{301}\u{feff}\u{10ffff}'\"`\\;--</script>{{7*7}}%s${x}";

/// The names of the inputs.
pub(super) const NAMES: [&str; 4] = ["nothing", "plenty", "strange-text", "extremes"];

/// The input of a name, for a hook.
pub(super) fn input(name: &str, hook: Hook, description: &Description) -> Input {
    let shape = match name {
        "plenty" => Shape {
            name: "name".to_owned(),
            text: "text".to_owned(),
            entries: ENTRIES,
            candidates: CANDIDATES,
            number: 1,
        },
        "strange-text" => Shape {
            name: STRANGE.to_owned(),
            text: format!("{STRANGE}{}", "𝕏".repeat(LONG_CHARACTERS)),
            entries: 1,
            candidates: 1,
            number: 1,
        },
        "extremes" => {
            Shape { name: "9".repeat(30), text: "9".repeat(30), entries: 2, candidates: 2, number: i64::MAX }
        }
        _ => return nothing(hook, description),
    };
    shape.input(hook, description)
}

/// Nothing that may be left out is there, and every text is empty.
fn nothing(hook: Hook, description: &Description) -> Input {
    let shape = Shape { name: String::new(), text: String::new(), entries: 0, candidates: 0, number: 0 };
    Input {
        branch: None,
        customer: None,
        appointment: None,
        wanted: None,
        quote: None,
        fee: None,
        reason: None,
        message: None,
        ..shape.input(hook, description)
    }
}

/// What an input is filled with.
struct Shape {
    /// A name, an identifier, a code.
    name: String,
    /// What somebody wrote.
    text: String,
    entries: usize,
    candidates: usize,
    number: i64,
}

impl Shape {
    fn input(&self, hook: Hook, description: &Description) -> Input {
        Input {
            hook,
            now: self.number,
            actor: Actor::Customer,
            company: Company {
                party: self.party(),
                currency: self.name.clone(),
                currency_digits: self.small(),
            },
            branch: Some(self.party()),
            service: Service {
                party: self.party(),
                item: self.name.clone(),
                minutes: self.count(),
                lead_time: self.count(),
            },
            customer: Some(self.customer()),
            appointment: Some(self.appointment()),
            wanted: Some(self.visit()),
            quote: Some(self.quote()),
            fee: Some(self.decimal()),
            reason: Some(self.name.clone()),
            candidates: vec![
                Candidate {
                    provider: self.party(),
                    time: self.span(),
                    local_start: self.local()
                };
                self.candidates
            ],
            documents: (0..self.entries).map(|at| self.document(at)).collect(),
            message: Some(Message {
                channel: self.name.clone(),
                language: self.name.clone(),
                subject: self.name.clone(),
                body: self.text.clone(),
            }),
            settings: description.settings.iter().map(|setting| self.setting(setting)).collect(),
            attributes: self.attributes(),
        }
    }

    /// What an administrator sets is what its kind allows.
    fn setting(&self, setting: &Setting) -> Attribute {
        let value = match (&setting.default, setting.kind) {
            (_, SettingKind::Text) => self.text.clone(),
            (Some(default), _) => default.clone(),
            (None, SettingKind::Number) => "1".to_owned(),
            (None, SettingKind::Boolean) => "true".to_owned(),
        };
        Attribute { name: setting.name.clone(), value }
    }

    fn customer(&self) -> Customer {
        let count = self.count();
        Customer {
            party: self.party(),
            address: self.text.clone(),
            email: self.name.clone(),
            history: History { standing: count, completed: count, cancelled: count, no_shows: count },
        }
    }

    fn appointment(&self) -> Appointment {
        Appointment {
            id: self.name.clone(),
            status: self.name.clone(),
            visit: self.visit(),
            quote: self.quote(),
            paid: self.decimal(),
            reschedules: self.count(),
            attributes: self.attributes(),
        }
    }

    fn visit(&self) -> Visit {
        Visit {
            provider: Some(self.party()),
            time: self.span(),
            local_start: self.local(),
            guests: self.count(),
            location: self.text.clone(),
        }
    }

    fn document(&self, at: usize) -> Document {
        // A few documents of many lines are worse than many of few.
        let lines = if at < 10 { self.entries } else { 0 };
        Document {
            key: format!("{}{at}", self.name),
            kind: self.name.clone(),
            lines: vec![self.line(); lines],
        }
    }

    fn quote(&self) -> Quote {
        Quote { lines: vec![self.line(); self.entries], net: self.decimal(), deposit: self.decimal() }
    }

    fn line(&self) -> Line {
        Line {
            item: self.name.clone(),
            description: self.name.clone(),
            quantity: self.decimal(),
            unit_price: self.decimal(),
        }
    }

    fn party(&self) -> Party {
        Party { id: self.name.clone(), name: self.name.clone(), attributes: Vec::new() }
    }

    /// No name comes twice.
    fn attributes(&self) -> Vec<Attribute> {
        let attribute = |at| Attribute { name: format!("{}{at}", self.name), value: self.text.clone() };
        (0..self.entries).map(attribute).collect()
    }

    fn local(&self) -> LocalTime {
        LocalTime {
            zone: self.name.clone(),
            date: self.name.clone(),
            weekday: self.small(),
            minute: self.count(),
        }
    }

    const fn span(&self) -> Span {
        Span { start: self.number, end: self.number }
    }

    fn decimal(&self) -> Decimal {
        Decimal { units: self.number, scale: self.small().min(18) }
    }

    fn count(&self) -> u32 {
        u32::try_from(self.number).unwrap_or(u32::MAX)
    }

    fn small(&self) -> u8 {
        u8::try_from(self.number).unwrap_or(u8::MAX)
    }
}
