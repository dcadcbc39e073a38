//! Time zones to choose from where no script tells the visitor's own.

use chrono_tz::Tz;

use super::super::words::Choice;
use crate::languages::Language;

/// One well-known city of each zone in which many people live; any other can stand in the address.
const ZONES: [&str; 44] = [
    "Pacific/Honolulu",
    "America/Anchorage",
    "America/Los_Angeles",
    "America/Denver",
    "America/Phoenix",
    "America/Chicago",
    "America/Mexico_City",
    "America/New_York",
    "America/Toronto",
    "America/Bogota",
    "America/Lima",
    "America/Halifax",
    "America/Caracas",
    "America/Santiago",
    "America/Sao_Paulo",
    "America/Argentina/Buenos_Aires",
    "Atlantic/Azores",
    "UTC",
    "Europe/London",
    "Europe/Lisbon",
    "Africa/Lagos",
    "Europe/Berlin",
    "Europe/Paris",
    "Europe/Madrid",
    "Europe/Rome",
    "Europe/Warsaw",
    "Europe/Athens",
    "Europe/Kyiv",
    "Africa/Cairo",
    "Africa/Johannesburg",
    "Europe/Istanbul",
    "Africa/Nairobi",
    "Asia/Dubai",
    "Asia/Tehran",
    "Asia/Karachi",
    "Asia/Kolkata",
    "Asia/Dhaka",
    "Asia/Bangkok",
    "Asia/Shanghai",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Australia/Perth",
    "Australia/Sydney",
    "Pacific/Auckland",
];

/// All of them, and whichever is chosen, the visit's own first.
pub(super) fn choices(language: &Language, own: Tz, chosen: Tz) -> Vec<Choice> {
    let choice = |name: &str, label: String| Choice {
        value: name.to_owned(),
        label,
        is_chosen: name == chosen.name(),
    };
    let here = language.tell("zone-own", [("zone", language.zone(own.name()).into())]);
    let mut all = vec![choice(own.name(), here)];
    let others = std::iter::once(chosen.name()).chain(ZONES);
    for name in others {
        if all.iter().all(|known| known.value != name) {
            all.push(choice(name, language.zone(name)));
        }
    }
    all
}

/// In which zone a week is shown.
pub(super) fn shown(language: &Language, own: Tz, chosen: Tz) -> String {
    let name = if own == chosen { "times-in-own-zone" } else { "times-in-zone" };
    language.tell(name, [("zone", language.zone(chosen.name()).into())])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::Languages;

    #[test]
    fn every_zone_is_one_and_has_a_german_name() {
        let languages = Languages::default();
        let german = languages.named("de").unwrap();
        for name in ZONES {
            assert!(name.parse::<Tz>().is_ok(), "{name}");
            assert_ne!(german.zone(name), name.replace('_', " "));
        }
    }

    #[test]
    fn the_chosen_one_is_among_them_once() {
        let all = choices(Languages::default().english(), Tz::Europe__Berlin, Tz::Asia__Kathmandu);
        assert_eq!(all.iter().filter(|choice| choice.is_chosen).count(), 1);
        assert_eq!(all[0].value, "Europe/Berlin");
        assert_eq!(all.len(), ZONES.len() + 1);
    }
}
