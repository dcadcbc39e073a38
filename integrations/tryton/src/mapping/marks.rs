//! Marks: what we note about a document that has no field for it, on a line of it.
//!
//! Role: a line's note is Tryton's place for internal remarks. It is not printed, and it can be written on a document
//! that is locked otherwise. Each of our remarks is one line of text: key, word, colon, reason.
//!
//! Invariant: what people wrote into a note stays in it.

use slotledger_erp::Key;

/// What a mark says was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    /// An order got other dates or lines.
    Amended,
    /// Nothing more will come of an order.
    Closed,
    /// An invoice was credited; noted on the credit note.
    Credit,
    /// An invoice carries the reference of another one; its own key is the mark's.
    Apart,
    /// A provider's share; noted on the invoice that it was earned with.
    Commission,
}

impl Word {
    const ALL: [Self; 5] = [Self::Amended, Self::Closed, Self::Credit, Self::Apart, Self::Commission];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Amended => "amended",
            Self::Closed => "closed",
            Self::Credit => "credit",
            Self::Apart => "apart",
            Self::Commission => "commission",
        }
    }
}

/// One mark, as it was read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mark<'a> {
    pub(crate) key: Key,
    pub(crate) word: Word,
    pub(crate) text: &'a str,
}

/// A note with one mark more.
pub(crate) fn marked(note: Option<&str>, key: &Key, word: Word, text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mark = format!("{key} {}: {text}", word.as_str());
    match note {
        None | Some("") => mark,
        Some(note) => format!("{note}\n{mark}"),
    }
}

/// The marks in some notes.
pub(crate) fn marks<'a>(notes: impl IntoIterator<Item = Option<&'a str>>) -> Vec<Mark<'a>> {
    notes.into_iter().flatten().flat_map(str::lines).filter_map(read).collect()
}

fn read(line: &str) -> Option<Mark<'_>> {
    let (key, rest) = line.split_once(' ')?;
    let (word, text) = rest.split_once(':')?;
    let word = Word::ALL.into_iter().find(|known| known.as_str() == word)?;
    Some(Mark { key: Key::parse(key)?, word, text: text.trim_start() })
}

/// A pattern that finds every note with a mark of this key, and some others: `_` stands for any character in it.
pub(crate) fn pattern(key: &Key) -> String {
    format!("%{key} %")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Key {
        Key::parse(text).unwrap()
    }

    #[test]
    fn a_mark_is_read_as_it_was_written() {
        let first = marked(Some("Bring a ladder."), &key("apt-42/2/amend"), Word::Amended, "moved,\nlate");
        let note = marked(Some(&first), &key("apt-42/4/cancel"), Word::Closed, "credited");
        assert!(note.starts_with("Bring a ladder.\n"));
        let read = marks([Some(note.as_str()), None]);
        assert_eq!(read.len(), 2);
        assert_eq!(
            (&read[0].key, read[0].word, read[0].text),
            (&key("apt-42/2/amend"), Word::Amended, "moved, late")
        );
        assert_eq!((&read[1].key, read[1].word), (&key("apt-42/4/cancel"), Word::Closed));
    }

    #[test]
    fn what_people_write_is_no_mark() {
        let notes = ["", "call 0123: noon", "apt-42/2/amend moved: no such word", "APT amended: no key"];
        assert_eq!(marks(notes.map(Some)), []);
    }
}
