//! What a customer would like of a provider.
//!
//! Invariant: a wish that is required excludes, any other only puts in order. A language is met as BCP 47 filters
//! tags: `de` by `de` and by `de-AT`, capitals or not. Deliberately absent: wishes about times and units.

use crate::findings;
use crate::wit::{Finding, Preference, Provider, Quality, QualityKind, Wish};

/// Whether the provider meets every wish that is required.
pub(crate) fn meets_required(provider: &Provider, preferences: &[Preference]) -> bool {
    preferences
        .iter()
        .filter(|preference| preference.required)
        .all(|preference| meets(provider, &preference.wish))
}

/// How many of the other wishes the provider meets.
pub(crate) fn count_met(provider: &Provider, preferences: &[Preference]) -> usize {
    let others = preferences.iter().filter(|preference| !preference.required);
    others.filter(|preference| meets(provider, &preference.wish)).count()
}

/// How many of the other wishes the provider does not meet.
pub(crate) fn count_unmet(provider: &Provider, preferences: &[Preference]) -> u32 {
    let others = preferences.iter().filter(|preference| !preference.required);
    others.map(|preference| u32::from(!meets(provider, &preference.wish))).sum()
}

/// Adds a finding for every required wish that the provider does not meet.
pub(crate) fn check(provider: &Provider, preferences: &[Preference], broken: &mut Vec<Finding>) {
    let required = preferences.iter().filter(|preference| preference.required);
    let unmet = required.filter(|preference| !meets(provider, &preference.wish));
    broken.extend(unmet.map(|preference| findings::wish_unmet(&provider.name, &shown(&preference.wish))));
}

/// Which required wishes nobody meets; if each has somebody, that nobody meets all of them.
pub(crate) fn met_by_nobody<'a>(
    providers: impl Iterator<Item = &'a Provider> + Clone,
    preferences: &[Preference],
    service: &str,
) -> Vec<Finding> {
    let required = preferences.iter().filter(|preference| preference.required);
    let unmet =
        required.filter(|preference| !providers.clone().any(|provider| meets(provider, &preference.wish)));
    let unmet: Vec<Finding> =
        unmet.map(|preference| findings::nobody_meets(service, &shown(&preference.wish))).collect();
    if unmet.is_empty() { vec![findings::nobody_meets_all(service)] } else { unmet }
}

fn meets(provider: &Provider, wish: &Wish) -> bool {
    match wish {
        Wish::Provider(id) => provider.id == *id,
        Wish::Quality(wanted) => provider.qualities.iter().any(|offered| covers(wanted, offered)),
    }
}

fn covers(wanted: &Quality, offered: &Quality) -> bool {
    wanted.kind == offered.kind
        && match wanted.kind {
            QualityKind::Language => is_language(&wanted.value, &offered.value),
            QualityKind::Gender | QualityKind::Skill => wanted.value == offered.value,
        }
}

/// Whether the tag offered is the one wanted, or narrows it down.
fn is_language(wanted: &str, offered: &str) -> bool {
    match offered.as_bytes().split_at_checked(wanted.len()) {
        Some((same, rest)) => {
            same.eq_ignore_ascii_case(wanted.as_bytes()) && rest.first().is_none_or(|next| *next == b'-')
        }
        None => false,
    }
}

/// A wish as it reads in a sentence.
fn shown(wish: &Wish) -> String {
    match wish {
        Wish::Provider(id) => format!("the provider {id}"),
        Wish::Quality(Quality { kind: QualityKind::Gender, value }) => format!("the gender {value}"),
        Wish::Quality(Quality { kind: QualityKind::Language, value }) => format!("the language {value}"),
        Wish::Quality(Quality { kind: QualityKind::Skill, value }) => format!("the skill {value}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_met_by_what_narrows_them_down() {
        for (wanted, offered, met) in [
            ("de", "de", true),
            ("DE", "de-at", true),
            ("de-AT", "De-aT", true),
            ("de-AT", "de", false),
            ("de", "den", false),
            ("", "de", false),
            ("de", "", false),
            ("d", "dé", false),
        ] {
            assert_eq!(is_language(wanted, offered), met, "{wanted} by {offered}");
        }
    }
}
