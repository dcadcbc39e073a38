//! An appointment as a calendar takes it: RFC 5545, pure.
//!
//! Invariants: the same appointment has the same bytes. Its identity stays when it is moved, and its number rises with every
//! change, so that a calendar that is given it again changes the entry it has. No text ends a line or a property early.

use chrono::{DateTime, Utc};

/// Octets of a line, its end left out.
const LINE: usize = 75;

/// What stands in a calendar.
pub(super) struct Entry {
    /// Stays the same for good.
    pub(super) uid: String,
    /// Rises with every change.
    pub(super) sequence: u32,
    pub(super) changed: DateTime<Utc>,
    pub(super) start: DateTime<Utc>,
    pub(super) end: DateTime<Utc>,
    pub(super) standing: Standing,
    pub(super) summary: String,
    pub(super) location: String,
    pub(super) description: String,
}

/// How firm it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Tentative,
    Firm,
    Off,
}

impl Standing {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Tentative => "TENTATIVE",
            Self::Firm => "CONFIRMED",
            Self::Off => "CANCELLED",
        }
    }
}

/// The file.
pub(super) fn file(entry: &Entry) -> String {
    let mut out = String::new();
    let mut put = |name: &str, value: &str| fold(&format!("{name}:{value}"), &mut out);
    put("BEGIN", "VCALENDAR");
    put("VERSION", "2.0");
    put("PRODID", "-//Slotledger//Booking//EN");
    put("METHOD", "PUBLISH");
    put("BEGIN", "VEVENT");
    put("UID", &text(&entry.uid));
    put("SEQUENCE", &entry.sequence.to_string());
    put("DTSTAMP", &moment(entry.changed));
    put("DTSTART", &moment(entry.start));
    put("DTEND", &moment(entry.end));
    put("STATUS", entry.standing.as_str());
    put("SUMMARY", &text(&entry.summary));
    for (name, value) in [("LOCATION", &entry.location), ("DESCRIPTION", &entry.description)] {
        if !value.is_empty() {
            put(name, &text(value));
        }
    }
    put("END", "VEVENT");
    put("END", "VCALENDAR");
    out
}

fn moment(at: DateTime<Utc>) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

/// A text with whatever means something to a calendar escaped, section 3.3.11. A line ends in one way, however it was typed.
fn text(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.replace("\r\n", "\n").replace('\r', "\n").chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() && c != '\t' => {}
            c => out.push(c),
        }
    }
    out
}

/// Adds a line, broken where it is too long, section 3.1: a line that goes on begins with a space, which counts.
fn fold(line: &str, out: &mut String) {
    let mut room = LINE;
    for c in line.chars() {
        if c.len_utf8() > room {
            out.push_str("\r\n ");
            room = LINE - 1;
        }
        out.push(c);
        room -= c.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use proptest::prelude::*;

    use super::*;

    fn entry(summary: &str) -> Entry {
        let at = |hour| Utc.with_ymd_and_hms(2026, 12, 1, hour, 30, 0).unwrap();
        Entry {
            uid: "0198@slotledger".to_owned(),
            sequence: 3,
            changed: at(7),
            start: at(9),
            end: at(10),
            standing: Standing::Firm,
            summary: summary.to_owned(),
            location: "Spreeufer 4; 10178 Berlin, 2nd floor".to_owned(),
            description: String::new(),
        }
    }

    #[test]
    fn it_says_what_is_meant() {
        insta::assert_snapshot!(file(&entry("Visit\r\nat \\ home")).replace("\r\n", "¶\n"));
    }

    /// The lines as a calendar puts them together again.
    fn unfolded(file: &str) -> Vec<String> {
        file.replace("\r\n ", "").split_terminator("\r\n").map(str::to_owned).collect()
    }

    proptest! {
        #[test]
        fn no_text_adds_a_line_or_a_long_one(summary in "(\\PC|[\r\n\t;,:\\\\]){0,200}") {
            let file = file(&entry(&summary));
            prop_assert!(file.split("\r\n").all(|line| line.len() <= LINE && !line.contains(['\r', '\n'])));
            prop_assert_eq!(unfolded(&file).len(), unfolded(&super::file(&entry("x"))).len());
        }
    }
}
