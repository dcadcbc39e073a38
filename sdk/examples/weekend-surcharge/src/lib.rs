//! Visits on the days that an administrator names cost more.

wit_bindgen::generate!({ path: "wit", world: "extension" });

use slotledger::extension::words::{
    Attribute, Decimal, Hook, PriceLine, ProposalKind, Setting, SettingKind,
};

struct Rule;

export!(Rule);

impl Guest for Rule {
    fn describe() -> Description {
        Description {
            id: "org.slotledger.weekend-surcharge".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            wit_version: "0.1.0".to_owned(),
            summary: "Visits on weekends, or on other days of the week, cost more.".to_owned(),
            hooks: vec![Hook::Hold, Hook::Reschedule],
            proposals: vec![ProposalKind::PriceLine],
            settings: vec![
                setting("days", "The days, 1 for Monday to 7 for Sunday.", SettingKind::Text, "6,7"),
                setting("amount", "What a visit costs more.", SettingKind::Number, "25.00"),
                setting("item", "The item in the books.", SettingKind::Text, "WEEKEND"),
                setting("words", "What stands on documents.", SettingKind::Text, "Weekend surcharge"),
            ],
        }
    }

    fn propose(input: Input) -> Vec<Proposal> {
        let Some(wanted) = &input.wanted else { return Vec::new() };
        if !is_dearer(value(&input.settings, "days"), wanted.local_start.weekday) {
            return Vec::new();
        }
        let Some(amount) = decimal(value(&input.settings, "amount")) else {
            log(Level::Warn, "the setting `amount` is no amount; nothing is added");
            return Vec::new();
        };
        let line = PriceLine {
            item: printable(value(&input.settings, "item"), "WEEKEND"),
            description: printable(value(&input.settings, "words"), "Weekend surcharge"),
            amount,
        };
        vec![Proposal::PriceLine(line)]
    }

    fn review(_: Input) -> Vec<Finding> {
        Vec::new()
    }
}

fn is_dearer(days: &str, weekday: u8) -> bool {
    days.split(',').any(|day| day.trim().parse() == Ok(weekday))
}

/// Text that documents can carry, or what stands in for it.
fn printable(text: &str, otherwise: &str) -> String {
    let fit: String = text.chars().filter(|c| !c.is_control()).take(100).collect();
    if fit.trim().is_empty() { otherwise.to_owned() } else { fit }
}

fn setting(name: &str, summary: &str, kind: SettingKind, default: &str) -> Setting {
    Setting {
        name: name.to_owned(),
        summary: summary.to_owned(),
        kind,
        default: Some(default.to_owned()),
    }
}

fn value<'a>(settings: &'a [Attribute], name: &str) -> &'a str {
    settings.iter().find(|setting| setting.name == name).map_or("", |setting| setting.value.as_str())
}

/// Reads an amount, exactly.
fn decimal(text: &str) -> Option<Decimal> {
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let scale = u8::try_from(fraction.len()).ok().filter(|scale| *scale <= 18)?;
    let units: i64 = format!("{whole}{fraction}").parse().ok()?;
    (units >= 0).then_some(Decimal { units, scale })
}
