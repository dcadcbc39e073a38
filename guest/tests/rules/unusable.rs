//! Master data and identifiers that no decision can be made from.

use slotledger_rules::fixtures::{at, commands, decimal, hold, input};
use slotledger_rules::wit::{Status, TransitionInput};

use crate::refused;

/// A command by its name, for an appointment with this status.
fn commanded(status: Status, name: &str) -> TransitionInput {
    let named = commands().into_iter().find(|(command, _)| *command == name);
    input(Some(status), named.unwrap_or_else(|| panic!("no command {name}")).1)
}

/// Takes something away from a decision's input.
type Spoil = fn(&mut TransitionInput);

#[test]
fn a_hold_without_what_it_takes_is_refused() {
    let cases: [(&str, Spoil); 5] = [
        ("SL0206", |input| input.snapshot.customer = None),
        ("SL0222", |input| input.snapshot.service.prices.clear()),
        ("SL0226", |input| input.snapshot.company.currency = "euro".to_owned()),
        ("SL0237", |input| input.new_id.clear()),
        ("SL0237", |input| input.new_id = "with a blank".to_owned()),
    ];
    for (code, spoil) in cases {
        let mut input = hold();
        spoil(&mut input);
        assert_eq!(refused(&input), [code]);
    }
}

#[test]
fn a_material_needs_a_quantity() {
    let mut done = commanded(Status::InProgress, "complete");
    done.snapshot.now = at(10, 15);
    done.snapshot.service.consumables[0].quantity = decimal(0, 0);
    assert_eq!(refused(&done), ["SL0227"]);
}

#[test]
fn a_fee_needs_an_item() {
    let mut missed = commanded(Status::Confirmed, "mark no show");
    missed.snapshot.now = at(12, 0);
    missed.snapshot.company.fee_item.clear();
    assert_eq!(refused(&missed), ["SL0229"]);
}
