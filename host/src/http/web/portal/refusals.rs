//! What the rules and the server refuse, in the visitor's language: by its code, else in their own English.

use super::super::trouble::{Fault, Trouble};
use crate::app::Finding;
use crate::codes;
use crate::languages::Language;

/// The status from which on the fault is ours.
const OURS: u16 = 500;

/// A finding of the rules as a sentence.
pub(super) fn said(language: &Language, finding: Finding) -> String {
    language.refusal(&finding.code, &finding.message).0.unwrap_or(finding.message)
}

/// A problem as a visitor reads it.
pub(super) fn spoken(language: &Language, mut trouble: Trouble) -> Trouble {
    let (detail, hint) = match language.refusal(&trouble.code, &trouble.detail) {
        (None, None) if trouble.status >= OURS => language.refusal("problem-inside", ""),
        known => known,
    };
    trouble.detail = detail.unwrap_or(trouble.detail);
    trouble.hint = hint.unwrap_or(trouble.hint);
    trouble.errors.iter_mut().for_each(|fault| speak(language, fault));
    trouble
}

fn speak(language: &Language, fault: &mut Fault) {
    let field = fault.field.as_ref().filter(|_| fault.code == codes::INVALID.code);
    let of_field = field.and_then(|field| language.tell_if(&format!("field-{field}"), None, []));
    let (message, hint) = match of_field {
        Some(message) => (Some(message), None),
        // What is wrong with a field that nobody fills in here says more than that something is.
        None if field.is_some() => (None, None),
        None => language.refusal(&fault.code, &fault.message),
    };
    if let Some(message) = message {
        fault.message = message;
    }
    if hint.is_some() {
        fault.hint = hint;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::languages::Languages;

    fn in_german(details: serde_json::Value) -> Trouble {
        spoken(Languages::default().named("de").unwrap(), Trouble::of(details))
    }

    #[test]
    fn a_rule_is_said_with_its_number() {
        let message = "The appointment can be cancelled until 1440 minutes before its start.";
        let fault = json!({ "code": "SL0250", "field": null, "message": message, "hint": "Ask staff." });
        let trouble = in_german(
            json!({ "status": 422, "code": "SL0250", "detail": message, "hint": "", "errors": [fault] }),
        );
        assert_eq!(trouble.detail, "Zum Absagen ist es zu spät: Das war bis 24 Std. vor Beginn möglich.");
        assert_eq!(trouble.faults().count(), 0);
    }

    #[test]
    fn a_field_is_said_by_its_name() {
        let fault =
            |field: &str| json!({ "code": "SL0105", "field": field, "message": "is odd", "hint": null });
        let trouble = in_german(
            json!({ "status": 422, "code": "SL0105", "detail": "email: is odd.", "errors": [fault("email"), fault("odd")] }),
        );
        let said: Vec<&str> = trouble.faults().map(|fault| fault.message.as_str()).collect();
        assert!(said[0].contains("E-Mail-Adresse"), "{said:?}");
        assert_eq!(said[1], "Odd: is odd.");
    }

    #[test]
    fn what_has_no_words_stays_as_it_is_unless_it_is_ours() {
        let told = |status: u16, code: &str| {
            in_german(json!({ "status": status, "code": code, "detail": "So it is." })).detail
        };
        let told_as = |code: &str, detail: &str| {
            in_german(json!({ "status": 422, "code": code, "detail": detail })).detail
        };
        assert_eq!(told(422, "SL0999"), "So it is.");
        assert!(told(500, "SL0411").contains("schiefgegangen"));
        let over = "That time is over already.";
        assert_eq!(told_as("SL0215", over), "Diese Zeit ist schon vorbei.");
        let soon = "The visit would start sooner than 120 minutes from now.";
        assert!(told_as("SL0215", soon).starts_with("Das ist zu kurzfristig"));
        // The number that the words want is not there.
        assert_eq!(told(422, "SL0250"), "So it is.");
        assert_eq!(told(422, "SL0290"), "So it is.");
    }
}
