//! What parsers say of a value, in words for whoever sent it. What is plain already stays as it is.

/// What is wrong with a value.
pub(super) fn plainly(message: &str) -> String {
    let kind = ["invalid type: ", "invalid value: ", "invalid length "]
        .iter()
        .find_map(|start| message.strip_prefix(start));
    if let Some((found, expected)) = kind.and_then(|rest| rest.split_once(", expected ")) {
        return format!("must be {}, not {}", wanted(expected), sent(found));
    }
    let known = MEANT.iter().find(|(said, _)| message.starts_with(said));
    known.map_or_else(|| message.to_owned(), |(_, meant)| (*meant).to_owned())
}

const MOMENT: &str = "must be a date as 2026-03-09, or a moment with its offset from UTC as 2026-03-09T08:30:00+01:00 or 2026-03-09T07:30:00Z";
const WHOLE: &str = "must be a whole number, and no larger than the field allows";

/// How messages of `chrono`, `uuid` and the standard library begin, and what they mean here.
const MEANT: [(&str, &str); 12] = [
    ("premature end of input", MOMENT),
    ("input contains invalid characters", MOMENT),
    ("trailing input", MOMENT),
    ("input is out of range", MOMENT),
    ("input is not enough for unique date and time", MOMENT),
    ("no possible date and time matching input", MOMENT),
    ("UUID parsing failed", "must be an identifier as 01900000-0000-7000-8000-000000000001"),
    ("invalid digit found in string", WHOLE),
    ("cannot parse integer from empty string", WHOLE),
    ("number too large to fit in target type", WHOLE),
    ("number too small to fit in target type", WHOLE),
    ("provided string was not `true` or `false`", "must be true or false"),
];

/// What a type of Rust is to a sender of JSON.
fn wanted(expected: &str) -> String {
    match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number from 0".to_owned(),
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number".to_owned(),
        "a string" | "a borrowed string" | "str" => "text".to_owned(),
        "a boolean" => "true or false".to_owned(),
        "a sequence" => "a list".to_owned(),
        "a map" => "an object".to_owned(),
        "a Decimal type representing a fixed-point number" => "a number such as 1.5".to_owned(),
        "a formatted date and time string or a unix timestamp"
        | "an RFC 3339 formatted date and time string" => "a moment as 2026-03-09T07:30:00Z".to_owned(),
        named if named.starts_with("struct ") => "an object".to_owned(),
        other => other.to_owned(),
    }
}

/// What was sent, as `serde` names it.
fn sent(found: &str) -> String {
    match found.split_once(' ') {
        Some(("string", text)) => format!("the text {text}"),
        Some(("integer" | "boolean" | "floating", value)) => {
            value.trim_start_matches("point ").replace('`', "")
        }
        _ => match found {
            "sequence" => "a list".to_owned(),
            "map" => "an object".to_owned(),
            other => other.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parsers_are_put_into_words_that_say_what_to_send() {
        for (said, meant) in [
            ("invalid type: string \"x\", expected u32", "must be a whole number from 0, not the text \"x\""),
            ("invalid value: integer `-1`, expected u32", "must be a whole number from 0, not -1"),
            (
                "invalid value: string \"49,90\", expected a Decimal type representing a fixed-point number",
                "must be a number such as 1.5, not the text \"49,90\"",
            ),
            ("invalid type: null, expected a string", "must be text, not null"),
            ("invalid type: map, expected a sequence", "must be a list, not an object"),
            ("invalid type: boolean `true`, expected struct Shift", "must be an object, not true"),
            (
                "invalid value: string \"some\", expected a Decimal type representing a fixed-point number",
                "must be a number such as 1.5, not the text \"some\"",
            ),
            ("premature end of input", MOMENT),
            ("invalid digit found in string", WHOLE),
            ("missing field `service`", "missing field `service`"),
        ] {
            assert_eq!(plainly(said), meant);
        }
    }
}
