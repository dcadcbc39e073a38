//! Who performs a visit that names nobody, and what customers may wish for.

use proptest::prelude::{any, prop, prop_assert_eq, proptest};
use slotledger_rules::fixtures::{ANNA, BEN, CLEO, at, bitmap, input, request, snapshot, whole_day};
use slotledger_rules::wit::{
    Actor, Command, Declination, Exception, OpeningsQuery, Preference, Quality, QualityKind, Reassignment,
    Request, Rescheduling, Snapshot, Status, TransitionInput, Wish, Workload,
};
use slotledger_rules::{find_openings, validate};

use crate::codes;

fn wish(kind: QualityKind, value: &str, required: bool) -> Preference {
    Preference { wish: Wish::Quality(Quality { kind, value: value.to_owned() }), required }
}

fn language(value: &str, required: bool) -> Preference {
    wish(QualityKind::Language, value, required)
}

/// Anna, Ben and Cleo, all of them free at ten.
fn world() -> Snapshot {
    let mut world = snapshot();
    for (calendar, tag) in world.providers.iter_mut().zip(["de-AT", "en", "fr"]) {
        calendar.absent.clear();
        calendar.taken.clear();
        calendar.provider.qualities = vec![Quality { kind: QualityKind::Language, value: tag.to_owned() }];
    }
    world
}

fn chosen(world: &Snapshot, preferences: &[Preference]) -> String {
    let wanted = Request { preferences: preferences.to_vec(), ..request(None, at(10, 0)) };
    let hold = slotledger_rules::fixtures::hold();
    let input = TransitionInput { snapshot: world.clone(), command: Command::Hold(wanted), ..hold };
    crate::granted(&input).plan.expect("a plan").provider
}

#[test]
fn wishes_go_before_everything_and_those_required_exclude() {
    let mut world = world();
    world.providers[0].taken = bitmap(&[(15 * 60, 16 * 60)]);
    assert_eq!(chosen(&world, &[]), BEN);
    assert_eq!(chosen(&world, &[language("DE", false)]), ANNA);
    assert_eq!(chosen(&world, &[language("de", true)]), ANNA);
    assert_eq!(chosen(&world, &[language("de-CH", false)]), BEN);
    let cleo = Preference { wish: Wish::Provider(CLEO.to_owned()), required: false };
    assert_eq!(chosen(&world, &[cleo.clone(), language("fr", false), language("de", false)]), CLEO);
    assert_eq!(chosen(&world, &[cleo, language("de", true)]), ANNA);
}

#[test]
fn a_wish_that_nobody_meets_is_named() {
    let refusals = |provider, preferences: &[Preference]| {
        let wanted = Request { preferences: preferences.to_vec(), ..request(provider, at(10, 0)) };
        validate(&world(), &wanted)
    };
    let skill = wish(QualityKind::Skill, "welding", true);
    let refused = refusals(None, &[skill.clone(), language("fr", true)]);
    assert_eq!(codes(&refused), ["SL0272"]);
    assert!(refused[0].message.contains("the skill welding"), "{refused:?}");
    assert_eq!(codes(&refusals(None, &[language("de", true), language("fr", true)])), ["SL0272"]);
    assert_eq!(codes(&refusals(Some(ANNA), &[skill.clone(), language("fr", true)])), ["SL0272", "SL0272"]);
    assert_eq!(refusals(Some(ANNA), &[language("fr", false)]), []);
    let query = OpeningsQuery { preferences: vec![skill], ..whole_day() };
    let openings = find_openings(&world(), &query).expect("a sane search");
    assert_eq!((openings.found.len(), codes(&openings.reasons)), (0, vec!["SL0272"]));
}

/// A command on Anna's appointment, whose customer required a language that she and Cleo speak, and Ben does not.
fn wished(actor: Actor, command: Command) -> TransitionInput {
    let mut input = input(Some(Status::Confirmed), command);
    let qualities =
        ["de-AT", "en", "de"].map(|tag| Quality { kind: QualityKind::Language, value: tag.to_owned() });
    input.snapshot = world();
    for (calendar, quality) in input.snapshot.providers.iter_mut().zip(qualities) {
        calendar.provider.qualities = vec![quality];
    }
    input.snapshot.actor = actor;
    TransitionInput { preferences: vec![language("de", true), language("fr", false)], ..input }
}

#[test]
fn what_was_required_holds_for_whoever_takes_over() {
    let because = |provider: &str, reason: Option<&str>| {
        let (provider, reason) = (Some(provider.to_owned()), reason.map(str::to_owned));
        Command::Reassign(Reassignment { provider, units: Vec::new(), reason })
    };
    let staff = |command| wished(Actor::Staff, command);
    assert_eq!(crate::refused(&staff(because(BEN, None))), ["SL0272"]);
    assert_eq!(crate::refused(&staff(because(BEN, Some(" ")))), ["SL0253"]);
    assert_eq!(crate::granted(&staff(because(CLEO, None))).events.len(), 1);
    let excepted = crate::granted(&staff(because(BEN, Some("the customer agrees"))));
    assert!(excepted.events.iter().any(|event| event.name == "appointment.exception_made"), "{excepted:?}");

    let decline =
        || Command::Decline(Declination { reason: "ill".to_owned(), replacement: Some(BEN.to_owned()) });
    assert_eq!(crate::refused(&wished(Actor::Provider, decline())), ["SL0272"]);
    crate::granted(&staff(decline()));

    let request = request(Some(BEN), at(15, 0));
    let moved = |exception| {
        let (request, reason) = (request.clone(), "another day suits better".to_owned());
        Command::Reschedule(Rescheduling { request, reason, exception })
    };
    assert_eq!(crate::refused(&wished(Actor::Customer, moved(None))), ["SL0272"]);
    crate::granted(&staff(moved(Some(Exception { reason: "the customer agrees".to_owned() }))));
}

proptest! {
    #[test]
    fn the_same_provider_goes_first_whatever_the_order(
        work in prop::collection::vec((0u32..3, 0u64..3, prop::option::of(0i64..3), any::<bool>()), 3),
        turn in 0usize..3,
    ) {
        let mut world = world();
        for (calendar, (hours, recent_minutes, last_booked, speaks)) in world.providers.iter_mut().zip(&work) {
            calendar.taken = bitmap(&[(14 * 60, 14 * 60 + hours * 60)]);
            calendar.workload = Workload { recent_minutes: *recent_minutes, last_booked: *last_booked };
            let tag = if *speaks { "de" } else { "en" };
            calendar.provider.qualities = vec![Quality { kind: QualityKind::Language, value: tag.to_owned() }];
        }
        let ids = [ANNA, BEN, CLEO];
        let first = ids.into_iter().zip(&work).min_by_key(|(id, (hours, recent, last, speaks))| {
            (!speaks, *hours, *recent, last.is_some(), *last, *id)
        });
        world.providers.rotate_left(turn);
        world.service.providers.rotate_right(turn);
        let chosen = chosen(&world, &[language("de", false)]);
        prop_assert_eq!(Some(chosen.as_str()), first.map(|(id, _)| id));
    }
}
