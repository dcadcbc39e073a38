//! Figures as the page shows them: a row of text, and a bar that repeats it.
//!
//! A bar is a thousand units wide, whatever its width on a screen.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::super::form::Form;
use super::super::words::address;
use super::PATH;
use crate::app::{
    AllReports, CurrencyRevenue, ReportPeriod, UseReport, VisitFigures, VisitGroup, VisitReport,
};

/// The width of the longest bar.
const WIDE: u32 = 1000;

/// A figure that says most.
pub(super) struct Tile {
    pub(super) label: &'static str,
    pub(super) value: String,
    pub(super) detail: String,
}

/// What a colour stands for.
pub(super) struct Legend {
    pub(super) tone: &'static str,
    pub(super) label: &'static str,
}

/// A table with bars.
pub(super) struct Section {
    pub(super) title: String,
    pub(super) hint: &'static str,
    /// What the rows are called.
    pub(super) of: &'static str,
    /// What the colours of its bars stand for.
    pub(super) keys: &'static [Legend],
    pub(super) columns: &'static [&'static str],
    pub(super) rows: Vec<Row>,
    pub(super) total: Option<Row>,
    pub(super) export: String,
}

/// A row of it.
pub(super) struct Row {
    pub(super) label: String,
    /// Where the same is shown for it alone.
    pub(super) path: Option<String>,
    /// Bars below each other.
    pub(super) bars: Vec<Vec<Part>>,
    pub(super) cells: Vec<String>,
}

/// A part of a bar.
pub(super) struct Part {
    pub(super) tone: &'static str,
    pub(super) from: u32,
    pub(super) length: u32,
}

/// All that is shown.
pub(super) struct Shown {
    pub(super) tiles: Vec<Tile>,
    pub(super) sections: Vec<Section>,
    pub(super) has_visits: bool,
}

const COUNTS: [&str; 8] =
    ["Booked", "Completed", "To do", "Rescheduled", "Cancelled", "Late", "No-shows", "No-show rate"];
const BECAME: [Legend; 5] = [
    Legend { tone: "completed", label: "Completed" },
    Legend { tone: "standing", label: "To do" },
    Legend { tone: "rescheduled", label: "Rescheduled" },
    Legend { tone: "cancelled", label: "Cancelled" },
    Legend { tone: "no_show", label: "No-show" },
];
const FILLED: [Legend; 2] =
    [Legend { tone: "booked", label: "Booked" }, Legend { tone: "free", label: "Left of the shifts" }];
const SOLD: [Legend; 2] =
    [Legend { tone: "booked", label: "Booked" }, Legend { tone: "invoiced", label: "Invoiced" }];

impl Shown {
    /// These figures, with links that keep what was asked for.
    pub(super) fn of(figures: &AllReports, query: &Form) -> Self {
        let AllReports { visits, used, revenue } = figures;
        let place = Place { period: &visits.period, query };
        let mut sections = Vec::new();
        if visits.total.booked > 0 {
            sections.push(weeks(visits, &place));
            for (title, of, field, groups) in [
                ("Visits by branch", "Branch", "branch", &visits.branches),
                ("Visits by provider", "Provider", "provider", &visits.providers),
                ("Visits by service", "Service", "service", &visits.services),
            ] {
                sections.push(groups_of((title, of), field, groups, &place));
            }
        }
        if !used.providers.is_empty() {
            sections.push(utilisation(used, &place));
        }
        let currencies = revenue.iter().flat_map(|revenue| &revenue.currencies);
        sections.extend(currencies.clone().map(|one| money(one, &place)));
        let mut tiles = tiles(&visits.total, used);
        tiles.extend(currencies.map(|one| Tile {
            label: "Booked revenue",
            value: format!("{} {}", grouped(one.booked), one.currency),
            detail: format!("{} {} invoiced", grouped(one.invoiced), one.currency),
        }));
        Self { tiles, sections, has_visits: visits.total.booked > 0 }
    }
}

/// Where links lead back to.
struct Place<'a> {
    period: &'a ReportPeriod,
    query: &'a Form,
}

impl Place<'_> {
    /// This path for the same figures, but for one field.
    fn path(&self, path: &str, (field, value): (&str, &str)) -> String {
        let (company, from, to) =
            (self.period.company.to_string(), self.period.from.to_string(), self.period.to.to_string());
        let kept = |name: &'static str| (name, if name == field { value } else { self.query.text(name) });
        let narrowed = ["branch", "provider", "service"].map(kept);
        let whole = [("company", company.as_str()), ("from", from.as_str()), ("to", to.as_str())];
        address(path, &[&whole[..], &narrowed[..]].concat())
    }
}

fn tiles(total: &VisitFigures, used: &UseReport) -> Vec<Tile> {
    let over = total.completed + total.cancelled + total.no_shows;
    vec![
        Tile {
            label: "Visits booked",
            value: total.booked.to_string(),
            detail: format!("{} to do", total.standing),
        },
        Tile {
            label: "No-show rate",
            value: rate(total.no_show_percent),
            detail: format!("{} of {over} that are over", total.no_shows),
        },
        Tile {
            label: "Late cancellations",
            value: rate(total.late_cancellation_percent),
            detail: format!("{} of {over} that are over", total.cancelled_late),
        },
        Tile {
            label: "Utilisation",
            value: rate(used.percent),
            detail: format!("{} of {}", hours(used.booked_minutes), hours(used.shift_minutes)),
        },
    ]
}

fn weeks(report: &VisitReport, place: &Place<'_>) -> Section {
    let most = report.weeks.iter().map(|week| week.figures.booked).max().unwrap_or_default();
    let rows = report.weeks.iter().map(|week| counted(span(week.from, week.to), None, &week.figures, most));
    Section {
        title: "Visits by week".to_owned(),
        hint: "By the day a visit starts on.",
        of: "Week",
        keys: &BECAME,
        columns: &COUNTS,
        rows: rows.collect(),
        total: Some(Row { bars: Vec::new(), ..counted("Total".to_owned(), None, &report.total, 1) }),
        export: place.path("/reports/visits.csv", ("", "")),
    }
}

fn groups_of(
    (title, of): (&str, &'static str),
    field: &str,
    groups: &[VisitGroup],
    place: &Place<'_>,
) -> Section {
    let most = groups.iter().map(|group| group.figures.booked).max().unwrap_or_default();
    let row = |group: &VisitGroup| {
        let path = place.path(PATH, (field, &group.id.to_string()));
        counted(group.name.clone(), Some(path), &group.figures, most)
    };
    Section {
        title: title.to_owned(),
        hint: "",
        of,
        keys: &BECAME,
        columns: &COUNTS,
        rows: groups.iter().map(row).collect(),
        total: None,
        export: String::new(),
    }
}

fn counted(label: String, path: Option<String>, figures: &VisitFigures, most: u32) -> Row {
    let parts = [
        ("completed", figures.completed),
        ("standing", figures.standing),
        ("rescheduled", figures.rescheduled),
        ("cancelled", figures.cancelled),
        ("no_show", figures.no_shows),
    ];
    let cells = [
        figures.booked,
        figures.completed,
        figures.standing,
        figures.rescheduled,
        figures.cancelled,
        figures.cancelled_late,
        figures.no_shows,
    ];
    let cells = cells.iter().map(u32::to_string).chain([rate(figures.no_show_percent)]);
    Row { label, path, bars: vec![stacked(&parts, most)], cells: cells.collect() }
}

fn utilisation(report: &UseReport, place: &Place<'_>) -> Section {
    let row = |label: String, path, (booked, shift, percent): (u32, u32, Option<Decimal>)| Row {
        label,
        path,
        // What lies outside of shifts goes no further than the whole of them.
        bars: vec![stacked(&[("booked", booked.min(shift)), ("free", shift.saturating_sub(booked))], shift)],
        cells: vec![hours(booked), hours(shift), rate(percent)],
    };
    let rows = report.providers.iter().map(|one| {
        let path = place.path(PATH, ("provider", &one.id.to_string()));
        row(one.name.clone(), Some(path), (one.booked_minutes, one.shift_minutes, one.percent))
    });
    let total = row("Total".to_owned(), None, (report.booked_minutes, report.shift_minutes, report.percent));
    Section {
        title: "Utilisation".to_owned(),
        hint: "Booked time, buffers included, against shifts without breaks and leave.",
        of: "Provider",
        keys: &FILLED,
        columns: &["Booked", "Shifts", "Utilisation"],
        rows: rows.collect(),
        total: Some(total),
        export: place.path("/reports/utilisation.csv", ("", "")),
    }
}

fn money(one: &CurrencyRevenue, place: &Place<'_>) -> Section {
    let most = one.weeks.iter().flat_map(|week| [week.booked, week.invoiced]).max().unwrap_or_default();
    let bar = |tone, amount: Decimal| {
        let length = share(amount, most);
        if length == 0 { Vec::new() } else { vec![Part { tone, from: 0, length }] }
    };
    let rows = one.weeks.iter().map(|week| Row {
        label: span(week.from, week.to),
        path: None,
        bars: vec![bar("booked", week.booked), bar("invoiced", week.invoiced)],
        cells: vec![grouped(week.booked), grouped(week.invoiced)],
    });
    Section {
        title: format!("Revenue in {}", one.currency),
        hint: "Net. Booked by the day of the visit, invoiced by the date of the invoice, credit notes deducted.",
        of: "Week",
        keys: &SOLD,
        columns: &["Booked", "Invoiced"],
        rows: rows.collect(),
        total: Some(Row {
            label: "Total".to_owned(),
            path: None,
            bars: Vec::new(),
            cells: vec![grouped(one.booked), grouped(one.invoiced)],
        }),
        export: place.path("/reports/revenue.csv", ("", "")),
    }
}

/// Parts one behind the other, of a bar that is as wide as `most`.
fn stacked(parts: &[(&'static str, u32)], most: u32) -> Vec<Part> {
    let at = |count: u32| {
        let wide = u64::from(count) * u64::from(WIDE) / u64::from(most.max(1));
        u32::try_from(wide).unwrap_or(WIDE)
    };
    let mut sum = 0;
    let mut bar = Vec::new();
    for &(tone, count) in parts.iter().filter(|(_, count)| *count > 0) {
        let from = at(sum);
        sum = sum.saturating_add(count);
        bar.push(Part { tone, from, length: (at(sum) - from).max(1) });
    }
    bar
}

/// How much of the widest bar an amount is; nothing of what is below zero.
fn share(amount: Decimal, most: Decimal) -> u32 {
    let part = amount.checked_div(most).unwrap_or_default() * Decimal::from(WIDE);
    part.round().to_u32().unwrap_or_default().min(WIDE)
}

fn rate(percent: Option<Decimal>) -> String {
    percent.map_or_else(|| "–".to_owned(), |percent| format!("{percent} %"))
}

fn hours(minutes: u32) -> String {
    match (minutes / 60, minutes % 60) {
        (hours, 0) => format!("{hours} h"),
        (0, minutes) => format!("{minutes} min"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// An amount with its thousands apart.
fn grouped(amount: Decimal) -> String {
    let text = amount.abs().to_string();
    let (whole, rest) = text.find('.').map_or((text.as_str(), ""), |point| text.split_at(point));
    let digits = whole.len();
    let mut shown = String::from(if amount.is_sign_negative() && !amount.is_zero() { "−" } else { "" });
    for (n, digit) in whole.chars().enumerate() {
        if n > 0 && (digits - n).is_multiple_of(3) {
            shown.push('\u{202f}');
        }
        shown.push(digit);
    }
    shown + rest
}

fn span(from: NaiveDate, to: NaiveDate) -> String {
    if from == to {
        return from.format("%-d %b %Y").to_string();
    }
    format!("{} – {}", from.format("%-d %b"), to.format("%-d %b %Y"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_follow_each_other_and_end_where_the_whole_does() {
        let bar = stacked(&[("a", 1), ("b", 0), ("c", 2)], 3);
        let told: Vec<_> = bar.iter().map(|part| (part.tone, part.from, part.length)).collect();
        assert_eq!(told, [("a", 0, 333), ("c", 333, 667)]);
        assert!(stacked(&[("a", 0)], 0).is_empty());
        let tiny = stacked(&[("a", 1)], 100_000);
        assert_eq!(tiny[0].length, 1, "what is there is seen");
    }

    #[test]
    fn amounts_and_times_are_said_as_people_write_them() {
        for (amount, said) in
            [("1234567.80", "1 234 567.80"), ("-30.35", "−30.35"), ("0.00", "0.00"), ("1500", "1 500")]
        {
            assert_eq!(grouped(amount.parse().unwrap()).replace('\u{202f}', " "), said);
        }
        assert_eq!([hours(0), hours(45), hours(60), hours(95)], ["0 h", "45 min", "1 h", "1 h 35 min"]);
        let half = share("-5".parse().unwrap(), "10".parse().unwrap());
        assert_eq!((half, share(Decimal::ONE, Decimal::ZERO)), (0, 0));
        assert_eq!(share("5".parse().unwrap(), "10".parse().unwrap()), 500);
    }
}
