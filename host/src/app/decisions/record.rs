//! What a decision was made from, as it is recorded.
//!
//! Invariant: the record has all that the components were given, so that each can be asked again, and what each answered.
//! Inputs that several extensions were shown alike stand in it once.

use serde::{Deserialize, Serialize};

use super::super::Finding;
use crate::extension::words::{Attribute, Finding as Said, Hook, Input, Proposal};
use crate::model::Mode;
use crate::wasm::bindings::slotledger::rules::decisions::{
    Decision, Finding as Broken, Openings, OpeningsQuery, Snapshot, TransitionInput,
};
use crate::wasm::log::Log;

/// No record is larger than this; what says that it is was damaged.
const LARGEST: usize = 256 << 20;

/// How a record is packed: JSON, compressed by LZ4. It begins with this byte.
const PACKED_JSON: u8 = 1;

/// What a decision was made from, and what came of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The version of the rules package that the host spoke.
    pub wit_version: String,
    /// The engine and its settings, as a hash.
    pub engine: String,
    /// What the rules were asked, in order. Where extensions changed their input they were asked twice, and the last holds.
    pub rules: Vec<Ruling>,
    /// What extensions were shown, without their settings.
    #[serde(default)]
    pub shown: Vec<Input>,
    /// What extensions were asked, in order.
    #[serde(default)]
    pub asked: Vec<Asked>,
    /// What spoke against it altogether, as whoever asked was told.
    #[serde(default)]
    pub refused: Vec<Finding>,
}

/// A question to the rules, and their answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ruling {
    /// A command.
    Transition {
        /// What was asked.
        input: Box<TransitionInput>,
        /// What comes of it, or every rule that it breaks.
        answer: Result<Box<Decision>, Vec<Broken>>,
        /// Units of fuel that it took.
        fuel: u64,
    },
    /// A search.
    FindOpenings {
        /// What the rules were shown.
        snapshot: Box<Snapshot>,
        /// What was looked for.
        query: OpeningsQuery,
        /// What was found, or why nothing could be looked for.
        answer: Result<Openings, Vec<Broken>>,
        /// Units of fuel that it took.
        fuel: u64,
    },
}

/// A question to an extension, and its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// Its name.
    pub extension: String,
    /// The component's SHA-256.
    pub digest: String,
    /// Where it was asked.
    pub hook: Hook,
    /// How much it had to say.
    pub mode: Mode,
    /// Which of the inputs it was shown; none where it could not be asked.
    pub shown: Option<usize>,
    /// What was set for it.
    pub settings: Vec<Attribute>,
    /// What it answered.
    pub answer: Answered,
    /// What it said meanwhile.
    pub log: Log,
    /// Units of fuel that it took.
    pub fuel: u64,
}

/// The answer of an extension.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answered {
    /// To `propose`.
    Proposals(Vec<Proposal>),
    /// To `review`.
    Findings(Vec<Said>),
    /// None: it failed, and why.
    Failed(String),
}

impl Ruling {
    /// Units of fuel that it took.
    #[must_use]
    pub const fn fuel(&self) -> u64 {
        match self {
            Self::Transition { fuel, .. } | Self::FindOpenings { fuel, .. } => *fuel,
        }
    }
}

impl Record {
    /// Units of fuel that the rules took.
    #[must_use]
    pub fn fuel(&self) -> u64 {
        self.rules.iter().map(Ruling::fuel).fold(0, u64::saturating_add)
    }

    /// What an extension was shown, with its settings.
    #[must_use]
    pub fn input(&self, asked: &Asked) -> Option<Input> {
        let shown = self.shown.get(asked.shown?)?;
        Some(Input { settings: asked.settings.clone(), ..shown.clone() })
    }

    pub(super) fn pack(&self) -> Option<Vec<u8>> {
        let json = serde_json::to_vec(self).ok()?;
        let mut packed = vec![PACKED_JSON];
        packed.extend(u32::try_from(json.len()).ok()?.to_le_bytes());
        packed.extend(lz4_flex::compress(&json));
        Some(packed)
    }

    /// The record that was packed, or why it cannot be read.
    pub(crate) fn unpack(packed: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(&json(packed)?).map_err(|error| error.to_string())
    }
}

/// The JSON of a packed record.
pub(super) fn json(packed: &[u8]) -> Result<Vec<u8>, String> {
    let (&kind, rest) = packed.split_first().ok_or("it is empty")?;
    let (size, rest) = rest.split_first_chunk().ok_or("it is cut off")?;
    let size = usize::try_from(u32::from_le_bytes(*size)).map_err(|error| error.to_string())?;
    if kind != PACKED_JSON || size > LARGEST {
        return Err(format!("it is packed in a way that this version does not know ({kind}, {size} bytes)"));
    }
    lz4_flex::decompress(rest, size).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_is_read_and_what_was_damaged_is_not() {
        let record = Record { engine: "0123".to_owned(), ..Record::default() };
        let packed = record.pack().expect("it is packed");
        assert_eq!(Record::unpack(&packed), Ok(record));
        for damaged in
            [&packed[..0], &packed[..3], &packed[..packed.len() - 1], &[&[2], &packed[1..]].concat()]
        {
            assert!(Record::unpack(damaged).is_err(), "{damaged:?}");
        }
        let mut huge = packed.clone();
        huge[1..5].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(Record::unpack(&huge).is_err(), "nobody reserves four gigabytes");
    }
}
