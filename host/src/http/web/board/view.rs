//! A board's rows as its template shows them.

use std::collections::HashMap;

use chrono_tz::Tz;
use futures::future::try_join_all;

use super::layout::{self, Axis};
use crate::app::{App, Board, BoardRow, BoardVisit, Gap, Why};
use crate::http::problem::Problem;
use crate::http::web::commands::Act;
use crate::http::web::words;
use crate::model::{Acting, Status};

/// A provider or a unit.
pub(super) struct Row {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) detail: String,
    pub(super) is_unit: bool,
    pub(super) lanes: usize,
    pub(super) shades: Vec<Shade>,
    pub(super) bars: Vec<Bar>,
    pub(super) cells: Vec<Cell>,
}

/// Time at which nothing can be booked.
pub(super) struct Shade {
    pub(super) place: String,
    pub(super) kind: &'static str,
    pub(super) label: &'static str,
    pub(super) from: String,
    pub(super) to: String,
}

/// A visit.
pub(super) struct Bar {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) revision: u32,
    pub(super) place: String,
    pub(super) start: i64,
    pub(super) steps: i64,
    pub(super) units: String,
    pub(super) tone: &'static str,
    pub(super) status: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) customer: String,
    pub(super) service: String,
    /// Whether its status lets it neither be moved nor given to somebody else.
    pub(super) is_fixed: bool,
}

/// A day of a week.
pub(super) struct Cell {
    pub(super) day: String,
    pub(super) off: Option<&'static str>,
    pub(super) bars: Vec<Bar>,
}

/// The statuses that the rules let nobody move from, as far as they are on the board: they are asked once for each.
pub(super) async fn fixed(app: &App, board: &Board, acting: Acting) -> Result<Vec<Status>, Problem> {
    let mut one_of_each: HashMap<Status, &BoardVisit> = HashMap::new();
    for visit in board.rows.iter().flat_map(|row| &row.visits) {
        one_of_each.entry(visit.appointment.status).or_insert(visit);
    }
    let asked = one_of_each.into_iter().map(|(status, visit)| async move {
        let whole = app.appointment(visit.appointment.id).await?;
        let moves = [Act::Reschedule, Act::Reassign].map(|act| act.sketch(&whole));
        let may_move = app.possible(&whole, &moves, acting).await?.contains(&true);
        Ok::<_, Problem>((!may_move).then_some(status))
    });
    Ok(try_join_all(asked).await?.into_iter().flatten().collect())
}

/// All rows.
pub(super) fn rows(board: &Board, axis: Axis, fixed: &[Status]) -> Vec<Row> {
    let is_week = board.days.len() > 1;
    let row = |row: &BoardRow| {
        let spans = row.visits.iter().map(|visit| {
            (visit.appointment.reserved_start.timestamp(), visit.appointment.reserved_end.timestamp())
        });
        let (lanes, count) = layout::lanes(spans);
        let view = View { zone: board.zone, axis, fixed };
        let bars = row.visits.iter().zip(lanes).map(|(visit, lane)| view.bar(visit, lane));
        Row {
            id: row.id.to_string(),
            name: row.name.clone(),
            detail: row.unit.as_ref().map(detail).unwrap_or_default(),
            is_unit: row.unit.is_some(),
            lanes: count,
            shades: row.gaps.iter().filter(|_| !is_week).filter_map(|gap| view.shade(gap)).collect(),
            bars: if is_week { Vec::new() } else { bars.collect() },
            cells: if is_week { view.cells(board, row) } else { Vec::new() },
        }
    };
    board.rows.iter().map(row).collect()
}

fn detail((kind, most): &(String, u32)) -> String {
    if *most > 1 { format!("{kind}, {most} at once") } else { kind.clone() }
}

struct View<'v> {
    zone: Tz,
    axis: Axis,
    fixed: &'v [Status],
}

impl View<'_> {
    fn bar(&self, visit: &BoardVisit, lane: usize) -> Bar {
        let one = &visit.appointment;
        let place = self.axis.place(one.start, one.end).map(|(from, length)| {
            // A buffer that is cut off at the edge is not drawn.
            let before = (one.start - one.reserved_start).num_seconds() / layout::STEP;
            let after = (one.reserved_end - one.end).num_seconds() / layout::STEP;
            let before = before.min(i64::from(from));
            let after = after.min(i64::from(self.axis.steps - from - length));
            format!("f{from} l{length} y{lane} before{} after{}", before.min(99), after.min(99))
        });
        Bar {
            id: one.id.to_string(),
            name: one.name.clone(),
            revision: one.revision,
            place: place.unwrap_or_else(|| "outside".to_owned()),
            start: one.start.timestamp(),
            steps: (one.end - one.start).num_seconds() / layout::STEP,
            units: one.units.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
            tone: one.status.as_str(),
            status: match one.expected_arrival {
                Some(at) => format!("{}, there at {}", words::status(one.status), words::time(at, self.zone)),
                None => words::status(one.status).to_owned(),
            },
            from: words::time(one.start, self.zone),
            to: words::time(one.end, self.zone),
            customer: one.customer.clone(),
            service: visit.service.clone(),
            is_fixed: self.fixed.contains(&one.status),
        }
    }

    fn shade(&self, gap: &Gap) -> Option<Shade> {
        let (from, length) = self.axis.place(gap.start, gap.end)?;
        let (kind, label) = said(gap.why);
        Some(Shade {
            place: format!("f{from} l{length}"),
            kind,
            label,
            from: words::time(gap.start, self.zone),
            to: words::time(gap.end, self.zone),
        })
    }

    fn cells(&self, board: &Board, row: &BoardRow) -> Vec<Cell> {
        let mut left = row.visits.iter().peekable();
        let cell = |(n, (date, start, end)): (usize, &(chrono::NaiveDate, _, _))| {
            let is_last = n + 1 == board.days.len();
            let mut bars = Vec::new();
            // What began before the week stands on its first day.
            while let Some(visit) = left.next_if(|visit| is_last || visit.appointment.start < *end) {
                bars.push(self.bar(visit, 0));
            }
            let off = row.gaps.iter().try_fold((*start, Why::OffShift), |(reached, why), gap| {
                if gap.end <= reached {
                    return Ok((reached, why));
                }
                if gap.start > reached || reached >= *end {
                    return Err((reached, why));
                }
                Ok((gap.end, if gap.why == Why::OffShift { why } else { gap.why }))
            });
            let (Ok((reached, why)) | Err((reached, why))) = off;
            let off = (reached >= *end).then(|| said(why).1);
            Cell { day: date.format("%a %-d %b").to_string(), off, bars }
        };
        board.days.iter().enumerate().map(cell).collect()
    }
}

/// Why somebody is not to be had: a class, and in words.
const fn said(why: Why) -> (&'static str, &'static str) {
    match why {
        Why::OffShift => ("off", "Off shift"),
        Why::Break => ("rest", "Break"),
        Why::Away => ("away", "Away"),
        Why::Closed => ("off", "Closed"),
        Why::Elsewhere => ("away", "At another branch"),
    }
}
