//! A search at a large branch: it names what a slow reading would, and takes no time that grows with the square.

use slotledger_rules::fixtures::{MIDNIGHT, crowd, request, whole_day};
use slotledger_rules::wit::{OpeningsQuery, Ranking, Request, Span};
use slotledger_rules::{find_openings, validate};

const RANKINGS: [Ranking; 5] =
    [Ranking::Earliest, Ranking::LeastFragmenting, Ranking::SameProvider, Ranking::Fairest, Ranking::Nearest];

fn month(days: i64, ranking: Ranking) -> OpeningsQuery {
    let within = Span { start: MIDNIGHT, end: MIDNIGHT + days * 24 * 3_600 };
    let last_provider = Some("provider-000007".to_owned());
    OpeningsQuery { within, limit: 20, ranking, last_provider, near: Some(MIDNIGHT + 40_000), ..whole_day() }
}

#[test]
fn what_is_named_at_a_large_branch_can_be_booked() {
    let branch = crowd(60, 5, 40);
    for ranking in RANKINGS {
        let openings = find_openings(&branch, &month(5, ranking)).expect("a sane search");
        assert!(openings.more && openings.found.len() == 20, "{ranking:?}");
        for opening in openings.found {
            assert_eq!(opening.units.len(), 1);
            let wanted = request(Some(&opening.provider), opening.visit.start);
            assert_eq!(validate(&branch, &Request { units: opening.units, ..wanted }), []);
        }
    }
}

#[test]
#[ignore = "a measurement, to be run with --release and --no-capture"]
fn how_long_a_search_takes() {
    let branch = crowd(1_000, 30, 600);
    for ranking in RANKINGS {
        let query = month(30, ranking);
        let since = std::time::Instant::now();
        let openings = find_openings(&branch, &query).expect("a sane search");
        println!("{ranking:?}: {:?} for {} openings", since.elapsed(), openings.found.len());
    }
    let since = std::time::Instant::now();
    let findings = validate(&branch, &request(None, MIDNIGHT + 36_000));
    println!("anybody: {:?}, {} findings", since.elapsed(), findings.len());
}
