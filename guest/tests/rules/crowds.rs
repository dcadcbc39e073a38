//! A search at a large branch: what it names can be booked.

use slotledger_rules::fixtures::{MIDNIGHT, crowd, request, whole_day};
use slotledger_rules::wit::{OpeningsQuery, Ranking, Request, Span};
use slotledger_rules::{find_openings, validate};

const RANKINGS: [Ranking; 6] = [
    Ranking::Earliest,
    Ranking::LeastFragmenting,
    Ranking::SameProvider,
    Ranking::Fairest,
    Ranking::Nearest,
    Ranking::EarliestStarts,
];

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
