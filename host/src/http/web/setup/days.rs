//! The seven days of a form: which are ticked, from when to when.

use askama::Template;
use chrono::{NaiveTime, Weekday};

use super::super::form::Form;
use super::super::wrong::Wrong;
use crate::app::{DAYS, Week};
use crate::model::FieldError;

/// What a day that is not ticked offers when somebody ticks it.
const USUAL: (&str, &str) = ("09:00", "17:00");

/// All seven.
#[derive(Template)]
#[template(path = "setup/days.html")]
pub(super) struct Days {
    legend: &'static str,
    days: Vec<Day>,
    /// Whether they are finer than a form shows, and stay as they are.
    is_kept: bool,
    wrong: String,
}

struct Day {
    key: &'static str,
    label: &'static str,
    is_on: bool,
    from: String,
    to: String,
    wrong: String,
}

impl Days {
    /// This week; none where it is finer than a form shows.
    pub(super) fn of(legend: &'static str, week: Option<Week>) -> Self {
        let days = week.unwrap_or_default().0;
        let day = |(weekday, span): (Weekday, Option<(NaiveTime, NaiveTime)>)| {
            let (key, label) = named(weekday);
            let said = span.map(|(from, to)| (clock(from), clock(to)));
            let (from, to) = said.unwrap_or((USUAL.0.to_owned(), USUAL.1.to_owned()));
            Day { key, label, is_on: span.is_some(), from, to, wrong: String::new() }
        };
        let days = DAYS.into_iter().zip(days).map(day).collect();
        Self { legend, days, is_kept: week.is_none(), wrong: String::new() }
    }

    /// As somebody typed it.
    pub(super) fn typed(legend: &'static str, form: &Form, wrong: &Wrong) -> Self {
        let day = |weekday| {
            let (key, label) = named(weekday);
            Day {
                key,
                label,
                is_on: !form.text(&format!("{key}-on")).is_empty(),
                from: form.text(&format!("{key}-from")).to_owned(),
                to: form.text(&format!("{key}-to")).to_owned(),
                wrong: wrong.at(&format!("{key}-from")),
            }
        };
        let is_kept = !form.text("keep").is_empty();
        Self { legend, days: DAYS.into_iter().map(day).collect(), is_kept, wrong: wrong.at("hours") }
    }
}

/// The week that a form says; none where it leaves the hours as they are.
pub(super) fn read(form: &Form) -> Result<Option<Week>, Vec<FieldError>> {
    if !form.text("keep").is_empty() {
        return Ok(None);
    }
    let (mut week, mut errors) = (Week::default(), Vec::new());
    for (day, weekday) in week.0.iter_mut().zip(DAYS) {
        let (key, _) = named(weekday);
        if form.text(&format!("{key}-on")).is_empty() {
            continue;
        }
        let time = |end: &str| {
            let text = form.text(&format!("{key}-{end}"));
            let read = |format| NaiveTime::parse_from_str(text, format).ok();
            read("%H:%M").or_else(|| read("%H:%M:%S"))
        };
        *day = time("from").zip(time("to"));
        if day.is_none() {
            let message = "needs two times, such as 09:00 and 17:00".to_owned();
            errors.push(FieldError { field: format!("{key}-from"), message });
        }
    }
    if errors.is_empty() { Ok(Some(week)) } else { Err(errors) }
}

/// What the form calls the fields of the hours that can be wrong.
pub(super) fn labels() -> impl Iterator<Item = (String, String)> {
    let of_a_day = |(key, label): (&str, &str)| (format!("{key}-from"), label.to_owned());
    let hours = ("hours".to_owned(), "Hours".to_owned());
    DAYS.into_iter().map(named).map(of_a_day).chain([hours])
}

/// A week in a few words: `Mon–Fri 09:00–17:00`.
pub(super) fn told(week: Option<Week>) -> String {
    let Some(week) = week else { return "finer hours".to_owned() };
    let mut parts: Vec<(usize, usize, (NaiveTime, NaiveTime))> = Vec::new();
    for (n, span) in week.0.into_iter().enumerate() {
        let Some(span) = span else { continue };
        match parts.last_mut() {
            Some((_, last, same)) if *last + 1 == n && *same == span => *last = n,
            _ => parts.push((n, n, span)),
        }
    }
    let short = |n: usize| DAYS.get(n).map(ToString::to_string).unwrap_or_default();
    let part = |(first, last, (from, to)): (usize, usize, (NaiveTime, NaiveTime))| {
        let days = if first == last { short(first) } else { format!("{}–{}", short(first), short(last)) };
        format!("{days} {}–{}", clock(from), clock(to))
    };
    parts.into_iter().map(part).collect::<Vec<_>>().join(", ")
}

fn clock(time: NaiveTime) -> String {
    time.format("%H:%M").to_string()
}

const fn named(weekday: Weekday) -> (&'static str, &'static str) {
    match weekday {
        Weekday::Mon => ("mon", "Monday"),
        Weekday::Tue => ("tue", "Tuesday"),
        Weekday::Wed => ("wed", "Wednesday"),
        Weekday::Thu => ("thu", "Thursday"),
        Weekday::Fri => ("fri", "Friday"),
        Weekday::Sat => ("sat", "Saturday"),
        Weekday::Sun => ("sun", "Sunday"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_is_told_in_a_few_words() {
        assert_eq!(told(Some(Week::office())), "Mon–Fri 09:00–17:00");
        let form =
            Form::parse(b"mon-on=yes&mon-from=08:00&mon-to=12:00&wed-on=yes&wed-from=08:00&wed-to=12:00");
        assert_eq!(told(read(&form).unwrap()), "Mon 08:00–12:00, Wed 08:00–12:00");
    }

    #[test]
    fn a_day_that_is_ticked_needs_its_times() {
        let errors = read(&Form::parse(b"tue-on=yes&tue-from=9&tue-to=12:00")).unwrap_err();
        assert_eq!(errors[0].field, "tue-from");
        assert!(labels().any(|(field, label)| field == errors[0].field && label == "Tuesday"));
    }
}
