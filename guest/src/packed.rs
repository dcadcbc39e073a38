//! Calendars out of three streams: see `packed-calendars` in `wit/rules`.
//!
//! Invariant: the order of fields is that of the records; the host's `wasm/packed.rs` writes them in the same one. What
//! is too short, or no text, is refused and never trapped on: no list is longer than the numbers that are left, or takes
//! none.

use crate::wit::{
    Attribute, Bitmap, Decimal, PackedCalendars, Provider, ProviderCalendar, Quality, QualityKind, Session,
    Snapshot, Unit, UnitCalendar, Workload,
};

/// Puts the calendars into the snapshot; none if the streams do not fit together.
pub(crate) fn unpack(mut snapshot: Snapshot, packed: &PackedCalendars) -> Option<Snapshot> {
    let mut reader = Reader { texts: &packed.texts, numbers: &packed.numbers, words: &packed.words };
    snapshot.service.providers = reader.list(|reader| reader.text())?;
    snapshot.providers = reader.list(Reader::provider_calendar)?;
    snapshot.units = reader.list(Reader::unit_calendar)?;
    let all_read = reader.texts.is_empty() && reader.numbers.is_empty() && reader.words.is_empty();
    all_read.then_some(snapshot)
}

/// What is left of the streams.
struct Reader<'a> {
    texts: &'a str,
    numbers: &'a [u32],
    words: &'a [u64],
}

impl Reader<'_> {
    fn provider_calendar(&mut self) -> Option<ProviderCalendar> {
        Some(ProviderCalendar {
            provider: self.provider()?,
            on_shift: self.bitmap()?,
            absent: self.bitmap()?,
            taken: self.bitmap()?,
            sessions: self.list(Self::session)?,
            workload: Workload {
                recent_minutes: self.word()?,
                last_booked: self.option(|reader| reader.word().map(u64::cast_signed))?,
            },
        })
    }

    fn provider(&mut self) -> Option<Provider> {
        Some(Provider {
            id: self.text()?,
            name: self.text()?,
            active: self.flag()?,
            commission_percent: self.option(|reader| {
                let (units, scale) = (reader.word()?.cast_signed(), u8::try_from(reader.number()?).ok()?);
                Some(Decimal { units, scale })
            })?,
            qualities: self.list(Self::quality)?,
            attributes: self.list(Self::attribute)?,
        })
    }

    fn quality(&mut self) -> Option<Quality> {
        let kinds = [QualityKind::Gender, QualityKind::Language, QualityKind::Skill];
        let number = self.number()?;
        let kind = kinds.into_iter().find(|kind| u32::from(*kind as u8) == number)?;
        Some(Quality { kind, value: self.text()? })
    }

    fn session(&mut self) -> Option<Session> {
        Some(Session {
            start: self.word()?.cast_signed(),
            guests: self.number()?,
            units: self.list(|reader| reader.text())?,
        })
    }

    fn unit_calendar(&mut self) -> Option<UnitCalendar> {
        let unit = Unit {
            id: self.text()?,
            name: self.text()?,
            unit_type: self.text()?,
            active: self.flag()?,
            capacity: self.number()?,
            overlap_allowed: self.flag()?,
            parent: self.option(|reader| reader.text())?,
            attributes: self.list(Self::attribute)?,
        };
        Some(UnitCalendar { unit, uses: self.list(|reader| reader.bitmap())? })
    }

    fn attribute(&mut self) -> Option<Attribute> {
        Some((self.text()?, self.text()?))
    }

    fn list<T>(&mut self, mut read: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let length = self.length()?;
        // Each entry takes a number at least.
        let mut entries = Vec::with_capacity(length.min(self.numbers.len()));
        for _ in 0..length {
            entries.push(read(self)?);
        }
        Some(entries)
    }

    fn option<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
        match self.number()? {
            0 => Some(None),
            1 => read(self).map(Some),
            _ => None,
        }
    }

    fn text(&mut self) -> Option<String> {
        let length = self.length()?;
        let (text, rest) = self.texts.split_at_checked(length)?;
        self.texts = rest;
        Some(text.to_owned())
    }

    fn bitmap(&mut self) -> Option<Bitmap> {
        let length = self.length()?;
        let (words, rest) = self.words.split_at_checked(length)?;
        self.words = rest;
        Some(words.to_vec())
    }

    fn flag(&mut self) -> Option<bool> {
        match self.number()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    fn length(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok()
    }

    fn number(&mut self) -> Option<u32> {
        let (first, rest) = self.numbers.split_first()?;
        self.numbers = rest;
        Some(*first)
    }

    fn word(&mut self) -> Option<u64> {
        let (first, rest) = self.words.split_first()?;
        self.words = rest;
        Some(*first)
    }
}
