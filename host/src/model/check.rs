//! What a master record must look like before it is stored.
//!
//! Invariant: each check looks at one record alone. Whether the records it names exist is the use case's to find out,
//! whether a booking is allowed the rules component's.

use std::collections::HashSet;

use chrono::{NaiveTime, Timelike};

use super::fields::{CODE, DAY_MINUTES, Fields, GUESTS, LINE, TEXT, YEAR_MINUTES};
use super::master::{
    Branch, Case, Company, Consumable, Customer, Kind, Master, PriceRow, Provider, Service, Unit,
    currency_digits,
};
use super::{Attributes, Coupon, CouponValue, Extension, FieldError, Leave, OpeningHours, Settings, Shift};

/// Most coupons of a company: every decision is shown them.
pub const COUPONS: usize = 200;
/// Most services that one coupon is accepted for.
pub const COUPON_SERVICES: usize = 500;
/// Most price rows of a service.
pub const PRICES: usize = 50;
/// Most materials of a service.
pub const CONSUMABLES: usize = 50;
/// Most providers of a service.
pub const PROVIDERS: usize = 2000;
/// Most units that one visit needs.
pub const REQUIRED_UNITS: usize = 10;
/// Most languages of a provider.
pub const LANGUAGES: usize = 20;
/// Most skills of a provider.
pub const SKILLS: usize = 50;
/// Most shifts of a provider.
pub const SHIFTS: usize = 100;
/// Most breaks of a shift.
pub const BREAKS: usize = 20;
/// Most stretches of leave of a provider.
pub const LEAVE: usize = 500;
/// Most opening hours of a branch.
pub const OPENING_HOURS: usize = 100;
/// Most holidays of a branch.
pub const HOLIDAYS: usize = 500;
/// Most services that an extension names.
pub const EXTENDED: usize = 500;
/// Most properties for extensions of a record.
pub const ATTRIBUTES: usize = 50;
/// Most settings of an extension.
pub const SETTINGS: usize = 100;
/// The longest horizon, in days.
pub const HORIZON_DAYS: u32 = 730;

macro_rules! master {
    ($kind:ident, $check:ident) => {
        impl Master for $kind {
            const KIND: Kind = Kind::$kind;

            fn name(&self) -> &str {
                &self.name
            }

            fn active(&self) -> bool {
                self.active
            }

            fn check(&self) -> Vec<FieldError> {
                let mut fields = Fields::default();
                fields.line("name", &self.name, LINE);
                $check(self, &mut fields);
                fields.into_errors()
            }
        }
    };
}

master!(Company, company);
master!(Branch, branch);
master!(Service, service);
master!(Provider, provider);
master!(Unit, unit);
master!(Customer, customer);
master!(Case, case);
master!(Extension, extension);

fn company(company: &Company, fields: &mut Fields) {
    let known = currency_digits(&company.currency).is_some();
    fields.require(known, "currency", "must be the ISO 4217 code of a currency that is paid in, in capitals");
    fields.line("erp", &company.erp, CODE);
    fields.line("fee_item", &company.fee_item, CODE);
    fields.within("hold_minutes", company.hold_minutes, 1..=DAY_MINUTES);
    fields.within("offer_minutes", company.offer_minutes, 1..=DAY_MINUTES);
    for (field, fee) in [("late_cancel_fee", company.late_cancel_fee), ("no_show_fee", company.no_show_fee)] {
        if let Some(fee) = fee {
            fields.money(field, fee);
        }
    }
    switched_off(&company.switched_off, fields);
    attributes(&company.attributes, fields);
    company.portal.check(fields);
    if let Some(day) = company.books_closed_until {
        fields.date("books_closed_until", day);
    }
    fields.at_most("coupons", &company.coupons, COUPONS);
    let mut codes = HashSet::new();
    for (n, one) in company.coupons.iter().enumerate() {
        coupon(&format!("coupons[{n}]"), one, fields);
        let is_new = codes.insert(one.code.trim().to_ascii_lowercase());
        fields.require(is_new, &format!("coupons[{n}].code"), "must be another than those before");
    }
}

fn switched_off(kinds: &[slotledger_erp::Kind], fields: &mut Fields) {
    let distinct: HashSet<_> = kinds.iter().collect();
    fields.require(distinct.len() == kinds.len(), "switched_off", "must name each kind once");
}

fn coupon(at: &str, coupon: &Coupon, fields: &mut Fields) {
    fields.line(&format!("{at}.code"), &coupon.code, CODE);
    let trimmed = coupon.code.trim() == coupon.code;
    fields.require(trimmed, &format!("{at}.code"), "must not begin or end with a space");
    fields.line(&format!("{at}.item"), &coupon.item, CODE);
    match coupon.value {
        CouponValue::Amount(amount) => fields.money(&format!("{at}.value.amount"), amount),
        CouponValue::Percent(percent) => fields.percent(&format!("{at}.value.percent"), percent),
    }
    for (field, moment) in [("valid_from", coupon.valid_from), ("valid_until", coupon.valid_until)] {
        if let Some(moment) = moment {
            fields.instant(&format!("{at}.{field}"), moment);
        }
    }
    let ordered = coupon.valid_from.zip(coupon.valid_until).is_none_or(|(from, until)| from < until);
    fields.require(ordered, &format!("{at}.valid_until"), "must be after valid_from");
    fields.at_most(&format!("{at}.services"), &coupon.services, COUPON_SERVICES);
}

fn extension(extension: &Extension, fields: &mut Fields) {
    let is_digest = extension.digest.len() == 64
        && extension.digest.bytes().all(|c| c.is_ascii_digit() || (b'a'..=b'f').contains(&c));
    fields.require(is_digest, "digest", "must be a SHA-256, hexadecimal, in lower case");
    fields.within("priority", extension.priority, 0..=1000);
    fields.at_most("services", &extension.services, EXTENDED);
    settings("settings", &extension.settings, fields);
    let few = extension.service_settings.len() <= EXTENDED;
    fields.require(few, "service_settings", format!("must have at most {EXTENDED} entries"));
    for (service, own) in &extension.service_settings {
        settings(&format!("service_settings.{service}"), own, fields);
    }
}

/// Properties for extensions: few and short.
fn attributes(attributes: &Attributes, fields: &mut Fields) {
    let few = attributes.len() <= ATTRIBUTES;
    fields.require(few, "attributes", format!("must have at most {ATTRIBUTES} entries"));
    for (name, value) in attributes {
        let named = (1..=CODE).contains(&name.len())
            && name.bytes().all(|c| c.is_ascii_alphanumeric() || b"-_.".contains(&c));
        fields.require(named, "attributes", format!("«{name}» is no name: letters, digits, - _ and ."));
        fields.text(&format!("attributes.{name}"), value, TEXT);
    }
}

fn settings(at: &str, settings: &Settings, fields: &mut Fields) {
    fields.require(settings.len() <= SETTINGS, at, format!("must have at most {SETTINGS} entries"));
    for (name, value) in settings {
        fields.text(&format!("{at}.{name}"), value, TEXT);
    }
}

fn branch(branch: &Branch, fields: &mut Fields) {
    fields.text("address", &branch.address, TEXT);
    fields.at_most("opening_hours", &branch.opening_hours, OPENING_HOURS);
    for (n, OpeningHours { weekday: _, start, end }) in branch.opening_hours.iter().enumerate() {
        fields.time(&format!("opening_hours[{n}].start"), *start);
        fields.time(&format!("opening_hours[{n}].end"), *end);
    }
    fields.at_most("holidays", &branch.holidays, HOLIDAYS);
    for (n, day) in branch.holidays.iter().enumerate() {
        fields.date(&format!("holidays[{n}]"), *day);
    }
}

fn service(service: &Service, fields: &mut Fields) {
    fields.line("item", &service.item, CODE);
    service_times(service, fields);
    service_guests(service, fields);
    fields.at_most("prices", &service.prices, PRICES);
    for (n, row) in service.prices.iter().enumerate() {
        price_row(&format!("prices[{n}]"), row, fields);
    }
    fields.percent("deposit_percent", service.deposit_percent);
    fields.percent("commission_percent", service.commission_percent);
    consumables("consumables", &service.consumables, fields);
    fields.at_most("providers", &service.providers, PROVIDERS);
    let distinct: HashSet<_> = service.providers.iter().collect();
    fields.require(distinct.len() == service.providers.len(), "providers", "must name each provider once");
    switched_off(&service.switched_off, fields);
    attributes(&service.attributes, fields);
    fields.at_most("required_units", &service.required_units, REQUIRED_UNITS);
    for (n, unit_type) in service.required_units.iter().enumerate() {
        fields.line(&format!("required_units[{n}]"), unit_type, CODE);
    }
}

fn service_times(service: &Service, fields: &mut Fields) {
    fields.within("duration_minutes", service.duration_minutes, 1..=DAY_MINUTES);
    fields.within("buffer_before_minutes", service.buffer_before_minutes, 0..=DAY_MINUTES);
    fields.within("buffer_after_minutes", service.buffer_after_minutes, 0..=DAY_MINUTES);
    fields.within("lead_time_minutes", service.lead_time_minutes, 0..=YEAR_MINUTES);
    fields.within("horizon_days", service.horizon_days, 1..=HORIZON_DAYS);
    fields.within("cancel_cutoff_minutes", service.cancel_cutoff_minutes, 0..=YEAR_MINUTES);
    fields.within("reschedule_cutoff_minutes", service.reschedule_cutoff_minutes, 0..=YEAR_MINUTES);
    if let Some(limit) = service.reschedule_limit {
        fields.within("reschedule_limit", limit, 0..=1000);
    }
    if let Some(time) = service.latest_start {
        fields.time("latest_start", time);
    }
}

fn service_guests(service: &Service, fields: &mut Fields) {
    fields.within("min_guests", service.min_guests, 1..=GUESTS);
    fields.within("max_guests", service.max_guests, 1..=GUESTS);
    fields.require(service.min_guests <= service.max_guests, "max_guests", "must be at least min_guests");
    fields.within("seats", service.seats, 1..=GUESTS);
}

fn price_row(at: &str, row: &PriceRow, fields: &mut Fields) {
    fields.line(&format!("{at}.description"), &row.description, LINE);
    fields.money(&format!("{at}.unit_price"), row.unit_price);
    if let Some(list_price) = row.list_price {
        fields.money(&format!("{at}.list_price"), list_price);
        let fits = list_price >= row.unit_price;
        fields.require(fits, &format!("{at}.list_price"), "must be at least unit_price");
    }
    fields.within(&format!("{at}.from_guests"), row.from_guests, 1..=GUESTS);
    if let Some(to) = row.to_guests {
        fields.within(&format!("{at}.to_guests"), to, row.from_guests.max(1)..=GUESTS);
    }
}

/// Checks a list of materials; a command may name one as well as a service.
pub fn consumables(at: &str, consumables: &[Consumable], fields: &mut Fields) {
    fields.at_most(at, consumables, CONSUMABLES);
    for (n, Consumable { item, quantity, unit, warehouse }) in consumables.iter().enumerate() {
        fields.line(&format!("{at}[{n}].item"), item, CODE);
        fields.quantity(&format!("{at}[{n}].quantity"), *quantity);
        fields.line(&format!("{at}[{n}].unit"), unit, CODE);
        fields.line(&format!("{at}[{n}].warehouse"), warehouse, CODE);
    }
}

fn provider(provider: &Provider, fields: &mut Fields) {
    attributes(&provider.attributes, fields);
    fields.optional_line("party_code", provider.party_code.as_deref(), CODE);
    if let Some(percent) = provider.commission_percent {
        fields.percent("commission_percent", percent);
    }
    fields.optional_line("gender", provider.gender.as_deref(), CODE);
    fields.at_most("languages", &provider.languages, LANGUAGES);
    for (n, tag) in provider.languages.iter().enumerate() {
        language(&format!("languages[{n}]"), tag, fields);
    }
    fields.at_most("skills", &provider.skills, SKILLS);
    for (n, skill) in provider.skills.iter().enumerate() {
        fields.line(&format!("skills[{n}]"), skill, CODE);
    }
    fields.at_most("shifts", &provider.shifts, SHIFTS);
    for (n, one) in provider.shifts.iter().enumerate() {
        shift(&format!("shifts[{n}]"), one, fields);
    }
    fields.at_most("leave", &provider.leave, LEAVE);
    for (n, one) in provider.leave.iter().enumerate() {
        leave(&format!("leave[{n}]."), one, fields);
    }
}

fn shift(at: &str, shift: &Shift, fields: &mut Fields) {
    fields.time(&format!("{at}.start"), shift.start);
    fields.time(&format!("{at}.end"), shift.end);
    for (field, day) in [("valid_from", shift.valid_from), ("valid_until", shift.valid_until)] {
        if let Some(day) = day {
            fields.date(&format!("{at}.{field}"), day);
        }
    }
    let ordered = shift.valid_from.zip(shift.valid_until).is_none_or(|(from, until)| from <= until);
    fields.require(ordered, &format!("{at}.valid_until"), "must not be before valid_from");
    fields.at_most(&format!("{at}.breaks"), &shift.breaks, BREAKS);
    for (n, pause) in shift.breaks.iter().enumerate() {
        let at = format!("{at}.breaks[{n}]");
        fields.time(&format!("{at}.start"), pause.start);
        fields.time(&format!("{at}.end"), pause.end);
        let begins = minutes_between(shift.start, pause.start);
        let ends = begins + lasting(pause.start, pause.end);
        fields.require(ends <= lasting(shift.start, shift.end), &at, "must lie inside the shift");
    }
}

/// Checks a stretch of leave; `at` is what stands before its fields' names.
pub fn leave(at: &str, leave: &Leave, fields: &mut Fields) {
    fields.instant(&format!("{at}start"), leave.start);
    fields.instant(&format!("{at}end"), leave.end);
    fields.require(leave.start < leave.end, &format!("{at}end"), "must be after start");
    fields.text(&format!("{at}reason"), &leave.reason, TEXT);
}

/// Minutes from one time of day forward to the next time it is the other.
fn minutes_between(from: NaiveTime, to: NaiveTime) -> u32 {
    let minutes = |time: NaiveTime| time.hour() * 60 + time.minute();
    (minutes(to) + DAY_MINUTES - minutes(from)) % DAY_MINUTES
}

/// Minutes of a stretch that ends on the following day when it does not end later in the day.
fn lasting(start: NaiveTime, end: NaiveTime) -> u32 {
    match minutes_between(start, end) {
        0 => DAY_MINUTES,
        minutes => minutes,
    }
}

fn unit(unit: &Unit, fields: &mut Fields) {
    fields.line("unit_type", &unit.unit_type, CODE);
    fields.within("capacity", unit.capacity, 1..=GUESTS);
}

fn customer(customer: &Customer, fields: &mut Fields) {
    attributes(&customer.attributes, fields);
    fields.optional_line("party_code", customer.party_code.as_deref(), CODE);
    fields.optional_line("phone", customer.phone.as_deref(), 50);
    if let Some(address) = &customer.address {
        fields.text("address", address, TEXT);
    }
    if let Some(email) = &customer.email {
        fields.line("email", email, 254);
        let parts = email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
        let plain = !email.contains(char::is_whitespace);
        fields.require(parts && plain, "email", "must be an e-mail address");
    }
    if let Some(tag) = &customer.language {
        language("language", tag, fields);
    }
}

/// Checks a BCP 47 language tag.
pub fn language(at: &str, tag: &str, fields: &mut Fields) {
    let subtag =
        |part: &str| (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric());
    let holds = tag.len() <= 35 && tag.split('-').all(subtag);
    fields.require(holds, at, "must be a language tag such as de or pt-BR");
}

fn case(case: &Case, fields: &mut Fields) {
    if let Some(location) = &case.location {
        fields.text("location", location, TEXT);
    }
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
