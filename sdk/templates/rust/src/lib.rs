//! Evening visits cost more, and a party may not be larger than the house can serve.
//!
//! Everything a rule knows is in its input. Whatever stands in `wit/extension.wit` is a Rust type of the same name here.

wit_bindgen::generate!({ path: "wit", world: "extension" });

use slotledger::extension::words::{
    Attribute, Decimal, Hook, PriceLine, ProposalKind, Setting, SettingKind, Severity,
};

struct Rule;

export!(Rule);

impl Guest for Rule {
    /// What the rule is, where it wants to be asked, and what an administrator can set.
    fn describe() -> Description {
        Description {
            id: "org.example.{{name}}".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            wit_version: "{{wit_version}}".to_owned(),
            summary: "Evening visits cost more, and parties have a largest size.".to_owned(),
            hooks: vec![Hook::Hold, Hook::Reschedule],
            proposals: vec![ProposalKind::PriceLine],
            settings: vec![
                setting("from", "The hour from which a visit counts as evening.", "18"),
                setting("surcharge", "What an evening visit costs more.", "15.00"),
                setting("most-guests", "How many guests there may be.", "8"),
            ],
        }
    }

    /// What the rule would have changed: one more line of the price.
    fn propose(input: Input) -> Vec<Proposal> {
        let Some(wanted) = &input.wanted else { return Vec::new() };
        let Some(from) = minutes(&input.settings, "from") else { return Vec::new() };
        if i64::from(wanted.local_start.minute) < from {
            return Vec::new();
        }
        let Some(amount) = decimal(value(&input.settings, "surcharge")) else {
            log(Level::Warn, "the setting `surcharge` is no amount; nothing is added");
            return Vec::new();
        };
        vec![Proposal::PriceLine(PriceLine {
            item: "EVENING".to_owned(),
            description: "Evening surcharge".to_owned(),
            amount,
        })]
    }

    /// What speaks against the visit.
    fn review(input: Input) -> Vec<Finding> {
        let (Some(wanted), Some(most)) = (&input.wanted, number(&input.settings, "most-guests")) else {
            return Vec::new();
        };
        if i64::from(wanted.guests) <= most {
            return Vec::new();
        }
        vec![Finding {
            severity: Severity::Deny,
            code: "too-many-guests".to_owned(),
            message: format!("There may be {most} guests at most."),
            candidate: None,
        }]
    }
}

fn setting(name: &str, summary: &str, default: &str) -> Setting {
    Setting {
        name: name.to_owned(),
        summary: summary.to_owned(),
        kind: SettingKind::Number,
        default: Some(default.to_owned()),
    }
}

/// A setting's value; nothing where there is none.
fn value<'a>(settings: &'a [Attribute], name: &str) -> &'a str {
    settings.iter().find(|setting| setting.name == name).map_or("", |setting| setting.value.as_str())
}

/// A whole number; of 8.5 it is 8.
fn number(settings: &[Attribute], name: &str) -> Option<i64> {
    scaled(decimal(value(settings, name))?, 1)
}

/// Hours of the day, as 18 or 18.5, in minutes.
fn minutes(settings: &[Attribute], name: &str) -> Option<i64> {
    scaled(decimal(value(settings, name))?, 60)
}

/// So many times the number, without what is behind the point.
fn scaled(number: Decimal, times: i64) -> Option<i64> {
    Some(number.units.checked_mul(times)? / 10_i64.checked_pow(number.scale.into())?)
}

/// Reads an amount, exactly. Floats have no place near money.
fn decimal(text: &str) -> Option<Decimal> {
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let scale = u8::try_from(fraction.len()).ok().filter(|scale| *scale <= 18)?;
    let units: i64 = format!("{whole}{fraction}").parse().ok()?;
    (units >= 0).then_some(Decimal { units, scale })
}
