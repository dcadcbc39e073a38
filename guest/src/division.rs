//! Who performs which of several visits that start together.
//!
//! Invariant: no provider has two of them, and where there is a division that serves every visit, one is found: a visit
//! that comes later may have a provider from one that came before it, as long as that one finds another. Who is named
//! first goes first where there is a choice. Deliberately absent: who could perform what.

use std::collections::{BTreeMap, VecDeque};

use crate::findings;
use crate::wit::LeftOver;

/// Providers, and the visit that each of them performs.
type Held<'a> = BTreeMap<&'a str, usize>;

/// For each visit one of its candidates, no two the same; where there is no such division, the first that is left over.
pub fn divide(visits: &[Vec<String>]) -> Result<Vec<String>, LeftOver> {
    let mut held = Held::new();
    for visit in 0..visits.len() {
        serve(visits, visit, &mut held).ok_or_else(|| LeftOver {
            visit: u32::try_from(visit).unwrap_or(u32::MAX),
            finding: findings::nobody_left(),
        })?;
    }
    let mut chosen: Vec<(usize, &str)> =
        held.into_iter().map(|(provider, visit)| (visit, provider)).collect();
    chosen.sort_unstable();
    Ok(chosen.into_iter().map(|(_, provider)| provider.to_owned()).collect())
}

/// Serves one visit more, the nearest way: whoever is asked for is free, or can be replaced where they are.
fn serve<'a>(visits: &'a [Vec<String>], visit: usize, held: &mut Held<'a>) -> Option<()> {
    // For which visit each provider was asked.
    let mut asked = Held::new();
    let mut asking = VecDeque::from([visit]);
    while let Some(visit) = asking.pop_front() {
        for candidate in visits.get(visit)? {
            if asked.contains_key(candidate.as_str()) {
                continue;
            }
            asked.insert(candidate, visit);
            match held.get(candidate.as_str()) {
                Some(holder) => asking.push_back(*holder),
                None => return hand_over(candidate, &asked, held),
            }
        }
    }
    None
}

/// A free provider goes to the visit that asked, the one that visit had to the visit that asked for them, and so on.
fn hand_over<'a>(free: &'a str, asked: &Held<'a>, held: &mut Held<'a>) -> Option<()> {
    let mut next = Some(free);
    while let Some(provider) = next {
        let visit = *asked.get(provider)?;
        next = held.iter().find(|(_, holder)| **holder == visit).map(|(before, _)| *before);
        if let Some(before) = next {
            held.remove(before);
        }
        held.insert(provider, visit);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Strategy, prop, prop_assert, prop_assert_eq, proptest};

    use super::*;

    fn visits(candidates: &[&[&str]]) -> Vec<Vec<String>> {
        candidates.iter().map(|all| all.iter().map(|one| (*one).to_owned()).collect()).collect()
    }

    #[test]
    fn whoever_could_do_several_goes_where_nobody_else_can() {
        // The first visits take Anna and Ben, as the least loaded; the last can be performed by these two alone.
        let wanted = visits(&[&["anna", "cleo"], &["ben", "cleo", "dora"], &["anna", "ben"]]);
        assert_eq!(divide(&wanted), Ok(vec!["cleo".to_owned(), "ben".to_owned(), "anna".to_owned()]));
        assert_eq!(divide(&[]), Ok(Vec::new()));
    }

    #[test]
    fn the_first_visit_that_is_left_over_is_named() {
        let left_over = |wanted: &[&[&str]]| {
            let left_over = divide(&visits(wanted)).expect_err("nobody is left");
            (left_over.visit, left_over.finding.code)
        };
        assert_eq!(left_over(&[&["anna"], &["anna"], &[]]), (1, "SL0273".to_owned()));
        assert_eq!(left_over(&[&["anna"], &[]]), (1, "SL0273".to_owned()));
    }

    #[test]
    fn who_is_named_first_goes_first() {
        let wanted = visits(&[&["ben", "anna"], &["cleo", "ben"]]);
        assert_eq!(divide(&wanted), Ok(vec!["ben".to_owned(), "cleo".to_owned()]));
    }

    /// Whether some division serves the visits from this one on, tried one by one.
    fn exists(visits: &[Vec<String>], taken: &mut Vec<String>) -> bool {
        let Some((first, rest)) = visits.split_first() else { return true };
        first.iter().any(|candidate| {
            if taken.contains(candidate) {
                return false;
            }
            taken.push(candidate.clone());
            let found = exists(rest, taken);
            taken.pop();
            found
        })
    }

    fn crowds() -> impl Strategy<Value = Vec<Vec<String>>> {
        let name = (0u8..6).prop_map(|n| n.to_string());
        prop::collection::vec(prop::collection::vec(name, 0..4), 0..6)
    }

    proptest! {
        #[test]
        fn a_division_is_found_exactly_where_there_is_one(wanted in crowds()) {
            let found = divide(&wanted);
            prop_assert_eq!(found.is_ok(), exists(&wanted, &mut Vec::new()));
            let Ok(found) = found else { return Ok(()) };
            prop_assert_eq!(found.len(), wanted.len());
            for (n, provider) in found.iter().enumerate() {
                prop_assert!(wanted[n].contains(provider) && !found[..n].contains(provider));
            }
        }
    }
}
