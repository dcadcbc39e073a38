//! The records of the sample company: a service that uses materials, two providers with shifts, and a customer.

use chrono::NaiveTime;
use chrono_tz::Tz;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::super::DAYS;
use crate::model::{
    Attributes, Branch, Break, Company, Consumable, Customer, OpeningHours, Portal, PostingPolicy,
    PriceBasis, PriceRow, Provider, Service, Shift,
};

/// The company's name.
pub const COMPANY: &str = "Brightwater Services";
/// Who works there, with their codes in the books.
pub const PROVIDERS: [(&str, &str); 2] = [("Sam Weber", "STAFF-SAM"), ("Kim Lange", "STAFF-KIM")];

const ZONE: Tz = chrono_tz::Europe::Berlin;

/// The company, its books in the connection of this name.
#[must_use]
pub fn company(erp: &str, currency: &str) -> Company {
    Company {
        name: COMPANY.to_owned(),
        currency: currency.to_owned(),
        time_zone: ZONE,
        erp: erp.to_owned(),
        hold_minutes: 10,
        offer_minutes: 60,
        late_cancel_fee: Some(Decimal::new(2500, 2)),
        no_show_fee: Some(Decimal::new(4000, 2)),
        fee_item: "FEE".to_owned(),
        switched_off: Vec::new(),
        posting: PostingPolicy::default(),
        books_closed_until: None,
        coupons: Vec::new(),
        portal: Portal::default(),
        attributes: Attributes::new(),
        active: true,
    }
}

/// Its branch.
#[must_use]
pub fn branch() -> Branch {
    let open = |weekday| OpeningHours { weekday, start: time(7), end: time(20) };
    Branch {
        name: "Brightwater Berlin".to_owned(),
        address: "Spreeufer 4, 10178 Berlin".to_owned(),
        time_zone: ZONE,
        opening_hours: DAYS.map(open).to_vec(),
        holidays: Vec::new(),
        active: true,
    }
}

/// Somebody who works there.
#[must_use]
pub fn provider(name: &str, party: &str, branch: Uuid) -> Provider {
    let shift = |weekday| Shift {
        weekday,
        start: time(8),
        end: time(18),
        breaks: vec![Break { start: time(13), end: time(14) }],
        valid_from: None,
        valid_until: None,
    };
    Provider {
        name: name.to_owned(),
        branch: branch.into(),
        party_code: Some(party.to_owned()),
        commission_percent: None,
        gender: None,
        languages: Vec::new(),
        skills: Vec::new(),
        shifts: DAYS.map(shift).to_vec(),
        leave: Vec::new(),
        attributes: Attributes::new(),
        active: true,
    }
}

/// What they offer.
#[must_use]
pub fn service(providers: &[Uuid]) -> Service {
    Service {
        name: "Maintenance visit".to_owned(),
        item: "SVC-MAINT".to_owned(),
        duration_minutes: 60,
        buffer_before_minutes: 10,
        buffer_after_minutes: 10,
        lead_time_minutes: 60,
        horizon_days: 90,
        cancel_cutoff_minutes: 24 * 60,
        reschedule_cutoff_minutes: 24 * 60,
        reschedule_limit: Some(3),
        latest_start: Some(time(17)),
        min_guests: 1,
        max_guests: 1,
        prices: vec![PriceRow {
            description: "Maintenance visit".to_owned(),
            basis: PriceBasis::PerBooking,
            from_guests: 1,
            to_guests: None,
            unit_price: Decimal::new(12990, 2),
            list_price: None,
            item: None,
        }],
        deposit_percent: Decimal::ZERO,
        consumables: vec![Consumable {
            item: "MAT-FILTER".to_owned(),
            quantity: Decimal::ONE,
            unit: "Unit".to_owned(),
            warehouse: "WH".to_owned(),
        }],
        commission_percent: Decimal::TEN,
        providers: providers.iter().copied().map(Into::into).collect(),
        required_units: Vec::new(),
        seats: 1,
        switched_off: Vec::new(),
        attributes: Attributes::new(),
        active: true,
    }
}

/// Whom they serve.
#[must_use]
pub fn customer() -> Customer {
    Customer {
        name: "Ana Customer".to_owned(),
        email: Some("ana@customer.example".to_owned()),
        phone: None,
        address: Some("Lindenallee 12, 10115 Berlin".to_owned()),
        language: Some("en".to_owned()),
        party_code: Some("CUST-ANA".to_owned()),
        attributes: Attributes::new(),
        active: true,
    }
}

const fn time(hour: u32) -> NaiveTime {
    match NaiveTime::from_hms_opt(hour, 0, 0) {
        Some(time) => time,
        None => NaiveTime::MIN,
    }
}
