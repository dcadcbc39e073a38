//! A weekly pattern as a form asks for it: one stretch a day, or none.

use chrono::{NaiveTime, Weekday};
use serde::Serialize;

use crate::model::{OpeningHours, Shift};

/// The days, as they are shown.
pub const DAYS: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

/// When somebody works, or something is open: from Monday on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Week(pub [Option<(NaiveTime, NaiveTime)>; 7]);

impl Week {
    /// Monday to Friday, nine to five.
    #[must_use]
    pub fn office() -> Self {
        let hours = NaiveTime::from_hms_opt(9, 0, 0).zip(NaiveTime::from_hms_opt(17, 0, 0));
        let mut days = [hours; 7];
        (days[5], days[6]) = (None, None);
        Self(days)
    }

    /// The pattern of these opening hours; none where a form cannot show them.
    #[must_use]
    pub fn of_hours(hours: &[OpeningHours]) -> Option<Self> {
        Self::of(hours.iter().map(|one| (one.weekday, one.start, one.end)))
    }

    /// The pattern of these shifts; none where a form cannot show them.
    #[must_use]
    pub fn of_shifts(shifts: &[Shift]) -> Option<Self> {
        let plain = |shift: &Shift| {
            shift.breaks.is_empty() && shift.valid_from.is_none() && shift.valid_until.is_none()
        };
        if !shifts.iter().all(plain) {
            return None;
        }
        Self::of(shifts.iter().map(|one| (one.weekday, one.start, one.end)))
    }

    fn of(stretches: impl Iterator<Item = (Weekday, NaiveTime, NaiveTime)>) -> Option<Self> {
        let mut days = [None; 7];
        for (weekday, start, end) in stretches {
            let day = days.get_mut(weekday.num_days_from_monday() as usize)?;
            if day.replace((start, end)).is_some() {
                return None;
            }
        }
        Some(Self(days))
    }

    /// Whether no day has a stretch.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }

    /// As opening hours.
    pub(super) fn hours(&self) -> Vec<OpeningHours> {
        self.stretches().map(|(weekday, start, end)| OpeningHours { weekday, start, end }).collect()
    }

    /// As shifts.
    pub(super) fn shifts(&self) -> Vec<Shift> {
        let shift = |(weekday, start, end)| Shift {
            weekday,
            start,
            end,
            breaks: Vec::new(),
            valid_from: None,
            valid_until: None,
        };
        self.stretches().map(shift).collect()
    }

    fn stretches(&self) -> impl Iterator<Item = (Weekday, NaiveTime, NaiveTime)> {
        DAYS.into_iter().zip(self.0).filter_map(|(day, span)| span.map(|(start, end)| (day, start, end)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_survives_the_way_through_shifts_and_hours() {
        let week = Week::office();
        assert_eq!(week.shifts().len(), 5);
        assert_eq!(Week::of_shifts(&week.shifts()), Some(week));
        assert_eq!(Week::of_hours(&week.hours()), Some(week));
    }

    #[test]
    fn what_a_form_cannot_show_is_no_week() {
        let mut hours = Week::office().hours();
        hours.push(hours[0].clone());
        assert_eq!(Week::of_hours(&hours), None, "two stretches on Monday");
        let mut shifts = Week::office().shifts();
        shifts[0].valid_from = Some(chrono::NaiveDate::MIN);
        assert_eq!(Week::of_shifts(&shifts), None, "a shift that begins some day");
    }
}
