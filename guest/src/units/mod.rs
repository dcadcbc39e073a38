//! Rooms, vehicles, equipment: which units a visit uses, and whether it can.
//!
//! Invariant: a refusal says which type is missing and why, or which unit that was named cannot be used. Deliberately
//! absent: claiming units; the plan names them.

mod choice;
mod tree;

use std::ops::Range;

pub(crate) use choice::{Choice, Need};
pub(crate) use tree::{Position, Tree};

use crate::findings;
use crate::wit::{Appointment, Finding, Service, Session};

/// Units that somebody asked for.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Asked<'a> {
    /// These have to be used.
    pub named: &'a [String],
    /// These are used as far as they can be.
    pub preferred: &'a [String],
}

/// The units of a visit in these slots, in the order of their identifiers; or why there are none.
pub(crate) fn choose(
    service: &Service,
    tree: &Tree<'_>,
    asked: Asked<'_>,
    slots: &Range<u32>,
) -> Result<Vec<String>, Vec<Finding>> {
    if service.required_units.is_empty() && asked.named.is_empty() {
        return Ok(Vec::new());
    }
    let preferred: Vec<Position> = asked.preferred.iter().filter_map(|id| tree.find(id)).collect();
    let choice = Choice::of(service, tree, &preferred);
    let mut broken = Vec::new();
    let named = named(&choice, tree, asked.named, slots, &mut broken);
    for need in &choice.needs {
        let given = named.iter().filter(|at| need.candidates.contains(at)).count();
        broken.extend(lack(need, given, |at| !named.contains(&at) && tree.is_free(at, slots.clone())));
    }
    if !broken.is_empty() {
        return Err(broken);
    }
    let chosen = choice.make(tree, &named, |at| tree.is_free(at, slots.clone()));
    chosen.map(|chosen| ids(tree, &chosen)).ok_or_else(|| vec![findings::units_nested()])
}

/// The identifiers of units.
pub(crate) fn ids(tree: &Tree<'_>, chosen: &[Position]) -> Vec<String> {
    chosen.iter().filter_map(|at| tree.unit(*at)).map(|unit| unit.id.clone()).collect()
}

/// Why there are too few units beside those given, if there are.
pub(crate) fn lack(need: &Need<'_>, given: usize, free: impl Fn(Position) -> bool) -> Option<Finding> {
    if need.candidates.len() < need.count {
        return Some(findings::unit_missing(need.unit_type, need.count));
    }
    let missing = need.count.saturating_sub(given);
    let free = need.candidates.iter().filter(|at| free(**at)).take(missing).count();
    (free < missing).then(|| findings::units_taken(need.unit_type))
}

/// The units named; adds a finding for each that cannot be used.
fn named(
    choice: &Choice<'_>,
    tree: &Tree<'_>,
    named: &[String],
    slots: &Range<u32>,
    broken: &mut Vec<Finding>,
) -> Vec<Position> {
    let mut found: Vec<Position> = Vec::new();
    for id in named {
        match usable(choice, tree, id, &found, slots) {
            Ok(at) => found.push(at),
            Err(finding) => broken.push(finding),
        }
    }
    found
}

/// The unit, if it can be used beside those found before.
fn usable(
    choice: &Choice<'_>,
    tree: &Tree<'_>,
    id: &str,
    beside: &[Position],
    slots: &Range<u32>,
) -> Result<Position, Finding> {
    let known = tree.find(id).and_then(|at| Some((at, tree.unit(at)?)));
    let (at, unit) = known.ok_or_else(|| findings::unit_unknown(id))?;
    let of_type =
        |other: &&Position| tree.unit(**other).is_some_and(|other| other.unit_type == unit.unit_type);
    let need = choice.need(&unit.unit_type);
    let needed = need.is_some_and(|need| beside.iter().filter(of_type).count() < need.count);
    if !needed || beside.contains(&at) {
        return Err(findings::unit_not_needed(&unit.name));
    }
    if !tree.is_active(at) {
        return Err(findings::unit_inactive(&unit.name));
    }
    if !tree.is_free(at, slots.clone()) {
        return Err(findings::unit_taken(&unit.name));
    }
    if beside.iter().any(|other| tree.are_nested(at, *other)) {
        return Err(findings::units_nested());
    }
    Ok(at)
}

/// The units of a visit that others take part in already; or why it cannot be joined.
///
/// What they use does not count against joining them, and nothing else is chosen.
pub(crate) fn take_over(
    session: &Session,
    tree: &Tree<'_>,
    asked: Asked<'_>,
) -> Result<Vec<String>, Vec<Finding>> {
    let elsewhere = asked.named.iter().filter(|id| !session.units.contains(id));
    let mut broken: Vec<Finding> = elsewhere
        .map(|id| match tree.find(id).and_then(|at| tree.unit(at)) {
            Some(unit) => findings::other_units(&unit.name),
            None => findings::unit_unknown(id),
        })
        .collect();
    let known = session.units.iter().filter_map(|id| tree.find(id));
    let inactive = known.filter(|at| !tree.is_active(*at)).filter_map(|at| tree.unit(at));
    broken.extend(inactive.map(|unit| findings::unit_inactive(&unit.name)));
    if !broken.is_empty() {
        return Err(broken);
    }
    let mut units = session.units.clone();
    units.sort_unstable();
    units.dedup();
    Ok(units)
}

/// Adds a finding for every rule that the units of a standing appointment have come to break.
///
/// Where others share the visit, its use of a unit counts once and is allowed for.
pub(crate) fn check_standing(
    service: &Service,
    tree: &Tree<'_>,
    appointment: &Appointment,
    session: Option<&Session>,
    slots: &Range<u32>,
    broken: &mut Vec<Finding>,
) {
    let mut usable: Vec<Position> = Vec::new();
    for id in &appointment.units {
        let Some((at, unit)) = tree.find(id).and_then(|at| Some((at, tree.unit(at)?))) else {
            broken.push(findings::unit_unknown(id));
            continue;
        };
        if !tree.is_active(at) {
            broken.push(findings::unit_inactive(&unit.name));
        } else if !bears(tree, at, session, slots) {
            broken.push(findings::unit_taken(&unit.name));
        }
        if usable.iter().any(|other| tree.are_nested(at, *other)) {
            broken.push(findings::units_nested());
        }
        usable.push(at);
    }
    for need in &Choice::of(service, tree, &[]).needs {
        let known = usable.iter().filter_map(|at| tree.unit(*at));
        let there = known.filter(|unit| unit.unit_type == need.unit_type).count();
        if there < need.count {
            broken.push(findings::units_too_few(need.unit_type));
        }
    }
}

/// Adds a finding for every unit of the appointment that others use to its capacity by now.
pub(crate) fn check_in_use(
    tree: &Tree<'_>,
    appointment: &Appointment,
    session: Option<&Session>,
    slots: &Range<u32>,
    broken: &mut Vec<Finding>,
) {
    let known = appointment.units.iter().filter_map(|id| tree.find(id));
    let in_use = known.filter(|at| !bears(tree, *at, session, slots)).filter_map(|at| tree.unit(at));
    broken.extend(in_use.map(|unit| findings::unit_taken(&unit.name)));
}

/// Whether the unit bears the visit: one more use of it, or the one that the visit shared already makes.
fn bears(tree: &Tree<'_>, at: Position, session: Option<&Session>, slots: &Range<u32>) -> bool {
    let counts = |session: &Session| tree.unit(at).is_some_and(|unit| session.units.contains(&unit.id));
    tree.bears(at, u32::from(session.is_some_and(counts)), slots.clone())
}
