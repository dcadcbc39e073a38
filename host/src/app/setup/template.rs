//! Lines of business: what companies of a kind usually offer, to begin with. Each is a file in `host/setup/`.

use std::sync::LazyLock;

use rust_decimal::Decimal;
use serde::Deserialize;

/// The templates, by the names that addresses carry.
const FILES: [(&str, &str); 4] = [
    ("clinic", include_str!("../../../setup/clinic.toml")),
    ("salon", include_str!("../../../setup/salon.toml")),
    ("field-service", include_str!("../../../setup/field-service.toml")),
    ("advisory", include_str!("../../../setup/advisory.toml")),
];

static ALL: LazyLock<Vec<Template>> = LazyLock::new(|| {
    let read = |(key, text)| toml::from_str(text).ok().map(|template| Template { key, ..template });
    FILES.into_iter().filter_map(read).collect()
});

/// What companies of a kind offer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// What addresses call it.
    #[serde(skip)]
    pub key: &'static str,
    /// Its name.
    pub name: String,
    /// Whom it fits.
    pub about: String,
    /// What its services take place in or set out with.
    #[serde(default)]
    pub units: Vec<OfferedUnits>,
    /// Its services.
    pub services: Vec<TemplateService>,
}

/// Rooms, chairs, vehicles.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfferedUnits {
    /// What services ask for.
    pub unit_type: String,
    /// What each is called, with a number behind it.
    pub name: String,
    /// How many there usually are.
    pub count: u32,
}

/// A service as it usually is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateService {
    /// Its name, as customers read it.
    pub name: String,
    /// The item's code in the books.
    pub item: String,
    /// Minutes.
    pub duration_minutes: u32,
    /// Minutes kept free before it.
    #[serde(default)]
    pub buffer_before_minutes: u32,
    /// Minutes kept free after it.
    #[serde(default)]
    pub buffer_after_minutes: u32,
    /// Net, whole units of whatever currency.
    pub price: Decimal,
    /// The part of it asked for in advance.
    #[serde(default)]
    pub deposit_percent: Decimal,
    /// How far ahead it must be booked.
    #[serde(default)]
    pub lead_time_minutes: u32,
    /// Until when it can be cancelled and moved.
    #[serde(default)]
    pub cancel_cutoff_minutes: u32,
    /// The types of the units it needs.
    #[serde(default)]
    pub required_units: Vec<String>,
}

impl Template {
    /// All of them.
    #[must_use]
    pub fn all() -> &'static [Self] {
        &ALL
    }

    /// The one of this name.
    #[must_use]
    pub fn named(key: &str) -> Option<&'static Self> {
        ALL.iter().find(|template| template.key == key)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Offering;
    use super::*;
    use crate::model::Master;

    #[test]
    fn every_template_can_be_offered_as_it_is() {
        assert_eq!(Template::all().len(), FILES.len());
        for template in Template::all() {
            for service in &template.services {
                let offered = Offering::of(service).service(service);
                let errors = offered.check();
                assert!(errors.is_empty(), "{}, {}: {errors:?}", template.name, service.name);
                let known = |unit| template.units.iter().any(|units| &units.unit_type == unit);
                assert!(service.required_units.iter().all(known), "{}: {}", template.name, service.name);
            }
        }
    }
}
