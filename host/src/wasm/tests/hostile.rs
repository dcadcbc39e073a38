//! Programs that fit the world and misbehave once they are asked. Each is stopped, and answers the next question.

use std::thread;

use super::fixture::{Program, request, snapshot};
use crate::wasm::{Error, Finding, Rules, limits, session};

/// Asks the program something it fails at, then something it can answer, then again.
fn fails_and_goes_on(program: &Program) -> Error {
    let rules = program.rules();
    let first = rules.validate(&snapshot(), &request()).expect_err("it is stopped");
    assert_eq!(rules.price(&snapshot(), 1, None).expect("it is asked in a fresh instance"), Err(Vec::new()));
    let second = rules.validate(&snapshot(), &request()).expect_err("it is stopped again");
    assert_eq!(first.to_string(), second.to_string(), "the same input fails the same way");
    first
}

#[test]
fn an_endless_loop_runs_out_of_fuel() {
    let error = fails_and_goes_on(&Program::validating("(loop $again (br $again)) (unreachable)"));
    assert!(matches!(error, Error::OutOfFuel { fuel } if fuel == limits::fuel(&snapshot())), "{error:?}");
    assert_eq!(error.code(), "SL0412");
}

#[test]
fn a_program_that_eats_memory_is_stopped() {
    let eats =
        "(loop $more (br_if $more (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) (unreachable)";
    let error = fails_and_goes_on(&Program::validating(eats));
    assert!(matches!(error, Error::OutOfMemory { .. }), "{error:?}");
}

#[test]
fn a_program_that_traps_is_named_by_its_trap() {
    let error = fails_and_goes_on(&Program::validating("(unreachable)"));
    assert!(matches!(&error, Error::Trapped(why) if why.contains("unreachable")), "{error:?}");
}

#[test]
fn a_recursion_without_end_exhausts_its_own_stack_only() {
    let error = fails_and_goes_on(&Program::validating("(call $validate (local.get 0))"));
    assert!(matches!(&error, Error::Trapped(why) if why.contains("stack")), "{error:?}");
}

#[test]
fn an_answer_of_megabytes_is_refused() {
    let findings =
        "(i32.store (i32.const 768) (i32.const 2048)) (i32.store (i32.const 772) (i32.const 60000))
        (i32.const 768)";
    let error = fails_and_goes_on(&Program { pages: 64, ..Program::validating(findings) });
    assert!(matches!(error, Error::OutputTooLarge { .. }), "{error:?}");
}

#[test]
fn an_answer_outside_its_memory_is_refused() {
    let error = fails_and_goes_on(&Program::validating("(i32.const 0x7ffffff8)"));
    assert!(matches!(error, Error::Trapped(_)), "{error:?}");
}

#[test]
fn a_decision_that_has_fuel_but_no_time_is_stopped_by_the_clock() {
    let rules = Program::validating("(loop $again (br $again)) (unreachable)").rules();
    let (program, snapshot, request) = (&rules.0.program, snapshot(), request());
    let endless: Result<Vec<Finding>, Error> =
        session::run(&rules.0.engine, &program.instance, &program.validate, u64::MAX, (&snapshot, &request))
            .map(|(answer, _)| answer)
            .map_err(Error::from);
    // By processor time, unless others keep the machine so busy that it has none of it for longer than anybody waits.
    assert!(matches!(endless, Err(Error::TooSlow { .. } | Error::Deadline { .. })), "{endless:?}");
}

#[test]
fn nothing_a_decision_writes_reaches_the_next_one() {
    let counts = "(i32.store (i32.const 4096) (i32.add (i32.load (i32.const 4096)) (i32.const 1)))
        (if (i32.ne (i32.load (i32.const 4096)) (i32.const 1)) (then (unreachable)))
        (i32.const 768)";
    let rules = Program::validating(counts).rules();
    for _ in 0..200 {
        assert_eq!(rules.validate(&snapshot(), &request()).expect("the counter starts at zero"), Ok(()));
    }
}

#[test]
fn memory_that_a_decision_grew_is_gone_for_the_next_one() {
    let writes = "(local $page i32)
        (local.set $page (i32.shl (memory.grow (i32.const 1)) (i32.const 16)))
        (if (i32.ne (local.get $page) (i32.const 0x40000)) (then (unreachable)))
        (if (i32.load offset=4000 (local.get $page)) (then (unreachable)))
        (i32.store offset=4000 (local.get $page) (i32.const 1))
        (i32.const 768)";
    let rules = Program::validating(writes).rules();
    for _ in 0..200 {
        assert_eq!(rules.validate(&snapshot(), &request()).expect("the page is new and empty"), Ok(()));
    }
}

#[test]
fn memory_that_was_not_grown_cannot_be_read() {
    let error = fails_and_goes_on(&Program::validating("(i32.load (i32.const 0x40000))"));
    assert!(matches!(&error, Error::Trapped(why) if why.contains("out of bounds")), "{error:?}");
}

#[test]
fn more_callers_than_places_all_get_an_answer() {
    let rules = Program::harmless().rules();
    let ask = |rules: &Rules| {
        for _ in 0..50 {
            assert_eq!(rules.validate(&snapshot(), &request()).expect("there is a place"), Ok(()));
        }
    };
    thread::scope(|scope| {
        for _ in 0..limits::CONCURRENT * 2 {
            scope.spawn(|| ask(&rules));
        }
    });
}

#[test]
fn fuel_grows_with_the_grid_and_has_an_end() {
    let mut asked = snapshot();
    let short = limits::fuel(&asked);
    asked.grid.slots *= 2;
    assert!(limits::fuel(&asked) > short);
    asked.grid.slots = u32::MAX;
    assert_eq!(limits::fuel(&asked), limits::FUEL_MAX);
}
