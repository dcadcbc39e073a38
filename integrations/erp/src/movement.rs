//! Materials that somebody moved by hand, against those that were asked for. Pure.
//!
//! Invariant: they agree item by item, warehouse by warehouse and unit by unit, not in their sum: two filters are not one
//! filter and a valve. How many lines they are divided into does not matter.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::{Failure, Material, Reason};

/// So much of an item that left a warehouse, or came back to it, in the words of the posting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The item's code.
    pub item: String,
    /// The warehouse.
    pub warehouse: String,
    /// The unit that it is counted in.
    pub unit: String,
    /// How much.
    pub quantity: Decimal,
}

/// Compares what a document has moved with what was asked for.
///
/// # Errors
/// [`Reason::Conflict`], naming each difference, when it is something else.
pub fn same_materials(number: &str, asked: &[Material], moved: &[Moved]) -> Result<(), Failure> {
    let mut all: BTreeMap<(&str, &str, &str), (Decimal, Decimal)> = BTreeMap::new();
    for line in asked {
        all.entry((&line.item.code, &line.warehouse, &line.unit)).or_default().0 += line.quantity;
    }
    for of in moved {
        all.entry((&of.item, &of.warehouse, &of.unit)).or_default().1 += of.quantity;
    }
    let differences = all.iter().filter(|(_, (asked, moved))| asked != moved).map(
        |((item, warehouse, unit), (asked, moved))| {
            let (asked, moved) = (asked.normalize(), moved.normalize());
            format!("{moved} {unit} of {item} in {warehouse}, not {asked}")
        },
    );
    let differences: Vec<String> = differences.collect();
    if differences.is_empty() {
        return Ok(());
    }
    let message = format!("{number} moved {}", differences.join("; "));
    let fix = "choose a document that moved what was asked for";
    Err(Failure::refused(message, fix).because(Reason::Conflict))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Item;

    fn asked(item: &str, warehouse: &str, quantity: i64) -> Material {
        let (item, unit) = (Item { code: item.into(), name: item.into() }, "Unit".into());
        Material { item, quantity: quantity.into(), unit, warehouse: warehouse.into() }
    }

    fn moved(item: &str, warehouse: &str, quantity: i64) -> Moved {
        let (item, warehouse, unit) = (item.into(), warehouse.into(), "Unit".into());
        Moved { item, warehouse, unit, quantity: quantity.into() }
    }

    #[test]
    fn materials_agree_item_by_item_and_warehouse_by_warehouse() {
        let wanted = [asked("A", "W", 2), asked("B", "W", 1)];
        let fits = |moved: &[Moved]| same_materials("M-1", &wanted, moved);
        assert_eq!(fits(&[moved("B", "W", 1), moved("A", "W", 1), moved("A", "W", 1)]), Ok(()));
        for (found, words) in [
            (
                vec![moved("A", "W", 1), moved("B", "W", 2)],
                "1 Unit of A in W, not 2; 2 Unit of B in W, not 1",
            ),
            (
                vec![moved("A", "V", 2), moved("B", "W", 1)],
                "2 Unit of A in V, not 0; 0 Unit of A in W, not 2",
            ),
            (vec![moved("A", "W", 2)], "0 Unit of B in W, not 1"),
            (vec![moved("A", "W", 2), moved("B", "W", 1), moved("C", "W", 3)], "3 Unit of C in W, not 0"),
        ] {
            let failure = fits(&found).unwrap_err();
            assert_eq!(failure.message, format!("M-1 moved {words}"));
        }
        let box_of_two = Moved { unit: "Box".into(), ..moved("A", "W", 2) };
        assert!(fits(&[box_of_two, moved("B", "W", 1)]).is_err());
    }
}
