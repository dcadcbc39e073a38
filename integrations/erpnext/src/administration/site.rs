//! How the site reckons: its zone, and its way of rounding.

use chrono_tz::Tz;
use serde::Deserialize;
use slotledger_erp::{Check, Class, Failure, Standing};

use crate::{Settings, client::Client, steps};

/// How Frappe calls rounding half a cent away from zero.
const AWAY_FROM_ZERO: &str = "Commercial Rounding";

/// Documents are dated by the company's day here; ERPNext's own dates and this zone should be of the same place.
pub(super) async fn zone(client: &Client, settings: &Settings) -> Result<Check, Failure> {
    let doubtful = |detail: String, fix: &str| Check {
        name: "time zone".into(),
        standing: Standing::Doubtful,
        detail,
        fix: Some(fix.into()),
    };
    Ok(match (steps::site_zone(client).await?, settings.time_zone) {
        (Some(site), None) if site.parse::<Tz>().is_ok() => {
            Check::ready("time zone", format!("{site}, the site's own"))
        }
        (Some(site), Some(named)) if site == named.name() => Check::ready("time zone", site),
        (Some(site), Some(named)) => doubtful(
            format!("{site} in ERPNext, {named} in the settings"),
            "see that both are meant: visits have their day in the one in the settings",
        ),
        (None, Some(named)) => doubtful(
            format!("{named}; the user may not see the site's"),
            "compare it with the Time Zone in ERPNext's System Settings",
        ),
        (Some(_) | None, None) => doubtful(
            "none is known, so that visits have their day in UTC".to_owned(),
            "name the company's `time_zone` in the settings",
        ),
    })
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct System {
    rounding_method: Option<String>,
}

/// Half a cent is rounded away from zero here. A site may round it to the even neighbour, and does so by default.
pub(super) async fn rounding(client: &Client) -> Result<Check, Failure> {
    let name = "rounding";
    let doubtful = |detail: String, fix: &str| Check {
        name: name.into(),
        standing: Standing::Doubtful,
        detail,
        fix: Some(fix.into()),
    };
    let arguments =
        [("doctype", "System Settings"), ("filters", "{}"), ("fieldname", "[\"rounding_method\"]")];
    let method =
        match client.ask::<System>("frappe.client.get_value", &arguments).await.map_err(Failure::from) {
            Ok(system) => system.rounding_method,
            Err(Failure { class: Class::Refused { .. } | Class::Bug, .. }) => None,
            Err(failure) => return Err(failure),
        };
    Ok(match method.as_deref() {
        Some(AWAY_FROM_ZERO) => Check::ready(name, "half a cent away from zero, as here"),
        Some(other) => doubtful(
            format!("{other}: an amount that ends in half a cent may come to a cent less, and is parked"),
            "set Rounding Method to Commercial Rounding in ERPNext's System Settings",
        ),
        None => doubtful(
            "the user may not see how the site rounds half a cent".into(),
            "see that Rounding Method in ERPNext's System Settings is Commercial Rounding",
        ),
    })
}
