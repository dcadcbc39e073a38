//! Two answers compared, leaf by leaf. Pure.
//!
//! Invariant: there is a change if and only if the answers differ. Documents are compared by their keys and findings by
//! their codes, so that one that is left out does not shift the others.

use serde::Serialize;
use serde_json::{Map, Value};

use super::report::{Change, ChangeKind};

/// Changes of one decision that are told; what more there is follows from the first.
const TOLD: usize = 40;

/// Characters of a value that are told.
const LONGEST: usize = 300;

/// What is different between two values of one kind; each change is of this kind unless its path says better.
pub(super) fn changes(before: &impl Serialize, after: &impl Serialize, kind: ChangeKind) -> Vec<Change> {
    let json = |value: serde_json::Result<Value>| value.unwrap_or_default();
    let (before, after) = (json(serde_json::to_value(before)), json(serde_json::to_value(after)));
    let mut found = Vec::new();
    walk(&mut Vec::new(), &before, &after, kind, &mut found);
    found.truncate(TOLD);
    found
}

fn walk(path: &mut Vec<String>, before: &Value, after: &Value, kind: ChangeKind, found: &mut Vec<Change>) {
    if before == after {
        return;
    }
    let (before_whole, after_whole) = (before, after);
    match (keyed(before), keyed(after)) {
        (Some(before), Some(after)) => {
            let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
            names.sort();
            names.dedup();
            let known = found.len();
            for name in names {
                path.push(name.clone());
                let side = |side: &Map<String, Value>| side.get(name).cloned().unwrap_or_default();
                walk(path, &side(&before), &side(&after), kind, found);
                path.pop();
            }
            if found.len() == known {
                // The same entries in another order.
                found.push(leaf(path, before_whole, after_whole, kind));
            }
        }
        (_, _) => found.push(leaf(path, before, after, kind)),
    }
}

fn leaf(path: &[String], before: &Value, after: &Value, kind: ChangeKind) -> Change {
    Change {
        kind: better(path, kind),
        code: path.iter().find(|part| is_code(part)).cloned(),
        what: path.join("."),
        before: told(before),
        after: told(after),
    }
}

/// The parts of a value by name; none of one that is told as a whole.
fn keyed(value: &Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(fields) if decimal(fields).is_none() => Some(fields.clone()),
        Value::Array(entries) => {
            let named = |(n, entry): (usize, &Value)| {
                let key = entry.get("key").or_else(|| entry.get("code")).and_then(Value::as_str);
                (key.map_or_else(|| n.to_string(), str::to_owned), entry.clone())
            };
            let by_name: Map<String, Value> = entries.iter().enumerate().map(named).collect();
            if by_name.len() == entries.len() {
                return Some(by_name);
            }
            Some(entries.iter().enumerate().map(|(n, entry)| (n.to_string(), entry.clone())).collect())
        }
        Value::Object(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// A value as it is told; none of one that is not there.
fn told(value: &Value) -> Option<String> {
    let text = in_words(value)?;
    Some(text.chars().take(LONGEST).collect())
}

fn in_words(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Array(entries) if entries.is_empty() => Some("none".to_owned()),
        Value::Array(entries) => Some(entries.iter().filter_map(in_words).collect::<Vec<_>>().join("; ")),
        Value::Object(fields) => Some(decimal(fields).unwrap_or_else(|| {
            // A finding is told by its sentence, and so is an event.
            match fields.get("message").and_then(Value::as_str) {
                Some(sentence) => sentence.to_owned(),
                None => by_name(fields),
            }
        })),
    }
}

/// What is there of something that has several parts, such as a line of a price.
fn by_name(fields: &Map<String, Value>) -> String {
    let parts = fields
        .iter()
        .filter_map(|(name, value)| Some(format!("{} {}", name.replace('_', " "), in_words(value)?)));
    parts.collect::<Vec<_>>().join(", ")
}

/// The number that `{units, scale}` stands for.
fn decimal(fields: &Map<String, Value>) -> Option<String> {
    let (units, scale) = (fields.get("units")?.as_i64()?, fields.get("scale")?.as_u64()?);
    let scale = u32::try_from(scale).ok().filter(|_| fields.len() == 2)?;
    rust_decimal::Decimal::try_new(units, scale).ok().map(|number| number.to_string())
}

fn is_code(part: &str) -> bool {
    part.len() == 6 && part.starts_with("SL") && part.bytes().skip(2).all(|byte| byte.is_ascii_digit())
}

/// The kind that the path of a granted decision's part tells.
fn better(path: &[String], kind: ChangeKind) -> ChangeKind {
    const WORDS: [&str; 5] = ["description", "message", "hint", "subject", "text"];
    const MONEY: [&str; 8] =
        ["unit_price", "list_price", "amount", "net", "deposit", "paid", "base", "quote"];
    let has = |name: &str| path.iter().any(|part| part == name);
    let last = path.last().map_or("", String::as_str);
    if kind != ChangeKind::Outcome {
        return kind;
    }
    if WORDS.contains(&last) {
        ChangeKind::Text
    } else if MONEY.iter().any(|name| has(name)) {
        ChangeKind::Price
    } else if has("effects") {
        ChangeKind::Document
    } else {
        ChangeKind::Outcome
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn kinds(before: &Value, after: &Value) -> Vec<(ChangeKind, String, Option<String>, Option<String>)> {
        let found = changes(before, after, ChangeKind::Outcome);
        found.into_iter().map(|change| (change.kind, change.what, change.before, change.after)).collect()
    }

    #[test]
    fn a_price_a_text_and_a_document_are_told_apart() {
        let line = |units: i64, words: &str| json!({ "description": words, "unit_price": { "units": units, "scale": 2 } });
        let decided = |line: Value| json!({ "next": "Open", "effects": [{ "key": "a/1/order", "body": { "SalesOrder": { "lines": [line] } } }] });
        let before = decided(line(4990, "Visit"));
        assert_eq!(kinds(&before, &before), []);
        let at = |field: &str| format!("effects.a/1/order.body.SalesOrder.lines.0.{field}");
        assert_eq!(
            kinds(&before, &decided(line(6000, "Besuch"))),
            [
                (ChangeKind::Text, at("description"), Some("Visit".to_owned()), Some("Besuch".to_owned())),
                (ChangeKind::Price, at("unit_price"), Some("49.90".to_owned()), Some("60.00".to_owned())),
            ]
        );
        let without = json!({ "next": "Open", "effects": [] });
        let gone = kinds(&before, &without);
        assert_eq!(
            (gone[0].0, gone[0].1.as_str(), &gone[0].3),
            (ChangeKind::Document, "effects.a/1/order", &None)
        );
    }

    #[test]
    fn a_line_that_is_new_is_told_in_words() {
        let line = json!({ "item": "EVENING", "quantity": { "units": 1, "scale": 0 }, "unit_price": { "units": 1500, "scale": 2 },
            "provider": null, "coupons": [] });
        let (before, after) = (json!({ "lines": [] }), json!({ "lines": [line] }));
        assert_eq!(
            kinds(&before, &after)[0].3.as_deref(),
            Some("coupons none, item EVENING, quantity 1, unit price 15.00")
        );
    }

    #[test]
    fn two_of_one_code_and_another_order_are_seen() {
        let finding = |message: &str| json!({ "code": "SL0201", "message": message });
        let (one, other) = (json!([finding("a"), finding("b")]), json!([finding("c"), finding("b")]));
        assert_eq!(changes(&one, &other, ChangeKind::Refusal).len(), 1);
        let (one, other) = (json!([{ "key": "a" }, { "key": "b" }]), json!([{ "key": "b" }, { "key": "a" }]));
        assert_eq!(changes(&one, &other, ChangeKind::Outcome).len(), 1);
    }

    #[test]
    fn findings_are_compared_by_their_codes() {
        let finding = |code: &str| json!({ "code": code, "message": format!("{code} is broken") });
        let found = changes(
            &json!([finding("SL0201"), finding("SL0206")]),
            &json!([finding("SL0206"), finding("SL0209")]),
            ChangeKind::Refusal,
        );
        let told: Vec<_> = found
            .iter()
            .map(|change| (change.code.as_deref(), change.before.as_deref(), change.after.as_deref()))
            .collect();
        assert_eq!(
            told,
            [
                (Some("SL0201"), Some("SL0201 is broken"), None),
                (Some("SL0209"), None, Some("SL0209 is broken"))
            ]
        );
    }
}
