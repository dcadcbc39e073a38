use serde_json::{Value, json};

use super::*;

fn service() -> Value {
    json!({
        "name": "Maintenance visit",
        "item": "SVC-MAINT",
        "duration_minutes": 60,
        "prices": [{"description": "Visit", "basis": "per_booking", "unit_price": "49.90"}],
        "consumables": [{"item": "MAT-FILTER", "quantity": "1", "unit": "Unit", "warehouse": "WH"}],
    })
}

fn provider() -> Value {
    json!({
        "name": "Sam",
        "branch": "01920000-0000-7000-8000-000000000001",
        "shifts": [{
            "weekday": "Mon", "start": "09:00:00", "end": "17:00:00",
            "breaks": [{"start": "13:00:00", "end": "14:00:00"}],
        }],
        "leave": [{"start": "2030-01-01T00:00:00Z", "end": "2030-01-02T00:00:00Z"}],
    })
}

fn company() -> Value {
    json!({"name": "Brightwater Services", "currency": "EUR", "time_zone": "Europe/Berlin"})
}

/// The fields that are wrong once `pointer` holds `value`.
fn wrong<T: Master>(record: Value, pointer: &str, value: Value) -> Vec<String> {
    let mut record = record;
    if let Some(place) = record.pointer_mut(pointer) {
        *place = value;
    } else {
        let field = pointer.trim_start_matches('/').to_owned();
        record.as_object_mut().unwrap().insert(field, value);
    }
    let record: T = serde_json::from_value(record).unwrap();
    record.check().into_iter().map(|error| error.field).collect()
}

#[test]
fn a_sensible_record_passes() {
    assert_eq!(wrong::<Service>(service(), "/name", json!("Visit")), [""; 0]);
    assert_eq!(wrong::<Provider>(provider(), "/name", json!("Sam")), [""; 0]);
    assert_eq!(wrong::<Company>(company(), "/currency", json!("JPY")), [""; 0]);
}

#[test]
fn a_service_has_bounded_times_guests_and_prices() {
    for (pointer, value, field) in [
        ("/name", json!(" "), "name"),
        ("/item", json!("a\nb"), "item"),
        ("/duration_minutes", json!(0), "duration_minutes"),
        ("/duration_minutes", json!(1441), "duration_minutes"),
        ("/buffer_after_minutes", json!(1441), "buffer_after_minutes"),
        ("/lead_time_minutes", json!(4_000_000_000u32), "lead_time_minutes"),
        ("/horizon_days", json!(0), "horizon_days"),
        ("/latest_start", json!("16:00:01"), "latest_start"),
        ("/min_guests", json!(2), "max_guests"),
        ("/prices/0/unit_price", json!("-1"), "prices[0].unit_price"),
        ("/prices/0/unit_price", json!("0.1234567"), "prices[0].unit_price"),
        ("/prices/0/description", json!(""), "prices[0].description"),
        ("/consumables/0/quantity", json!("0"), "consumables[0].quantity"),
        ("/deposit_percent", json!("100.01"), "deposit_percent"),
    ] {
        assert_eq!(wrong::<Service>(service(), pointer, value.clone()), [field], "{pointer} = {value}");
    }
}

#[test]
fn a_price_of_forty_digits_is_not_even_read() {
    let mut record = service();
    record["prices"][0]["unit_price"] = json!("9".repeat(40));
    assert!(serde_json::from_value::<Service>(record).is_err());
}

#[test]
fn lists_have_an_end() {
    let row = service()["prices"][0].clone();
    assert_eq!(wrong::<Service>(service(), "/prices", json!(vec![row; PRICES + 1])), ["prices"]);
    let shift = provider()["shifts"][0].clone();
    assert_eq!(wrong::<Provider>(provider(), "/shifts", json!(vec![shift; SHIFTS + 1])), ["shifts"]);
}

#[test]
fn a_price_row_holds_for_some_number_of_guests() {
    let mut record = service();
    record["prices"][0]["from_guests"] = json!(3);
    record["prices"][0]["to_guests"] = json!(2);
    assert_eq!(wrong::<Service>(record, "/name", json!("Visit")), ["prices[0].to_guests"]);
}

#[test]
fn a_break_lies_inside_its_shift() {
    let night = |pause: Value| {
        let mut record = provider();
        record["shifts"][0]["start"] = json!("22:00:00");
        record["shifts"][0]["end"] = json!("06:00:00");
        record["shifts"][0]["breaks"][0] = pause;
        wrong::<Provider>(record, "/name", json!("Sam"))
    };
    assert_eq!(night(json!({"start": "23:30:00", "end": "00:30:00"})), [""; 0]);
    assert_eq!(night(json!({"start": "05:00:00", "end": "06:00:00"})), [""; 0]);
    assert_eq!(night(json!({"start": "05:30:00", "end": "06:30:00"})), ["shifts[0].breaks[0]"]);
    assert_eq!(night(json!({"start": "13:00:00", "end": "14:00:00"})), ["shifts[0].breaks[0]"]);
}

#[test]
fn leave_ends_after_it_starts_and_in_a_year_that_people_plan_for() {
    let end = |end: &str| wrong::<Provider>(provider(), "/leave/0/end", json!(end));
    assert_eq!(end("2030-01-01T00:00:00Z"), ["leave[0].end"]);
    assert_eq!(end("9999-12-31T00:00:00Z"), ["leave[0].end"]);
}

#[test]
fn a_currency_is_one_that_exists() {
    for code in ["eur", "EURO", "ZZZ", ""] {
        assert_eq!(wrong::<Company>(company(), "/currency", json!(code)), ["currency"], "{code}");
    }
}

#[test]
fn a_customer_has_a_usable_address_and_language() {
    let customer = json!({"name": "Ana"});
    for (pointer, value) in [
        ("/email", "ana"),
        ("/email", "@example.org"),
        ("/email", "ana @example.org"),
        ("/language", "portuguese"),
        ("/language", "pt_BR"),
        ("/phone", ""),
    ] {
        assert_eq!(wrong::<Customer>(customer.clone(), pointer, json!(value)), [&pointer[1..]], "{value}");
    }
    assert_eq!(wrong::<Customer>(customer.clone(), "/email", json!("ana@example.org")), [""; 0]);
    assert_eq!(wrong::<Customer>(customer, "/language", json!("pt-BR")), [""; 0]);
}
