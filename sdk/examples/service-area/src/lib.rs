//! Whoever lives outside the area that is served cannot book; the postcode decides.

wit_bindgen::generate!({ path: "wit", world: "extension" });

use slotledger::extension::words::{Attribute, Hook, Setting, SettingKind, Severity};

struct Rule;

export!(Rule);

impl Guest for Rule {
    fn describe() -> Description {
        Description {
            id: "org.slotledger.service-area".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            wit_version: "0.1.0".to_owned(),
            summary: "Only addresses with certain postcodes are served.".to_owned(),
            hooks: vec![Hook::Search, Hook::Hold, Hook::Reschedule],
            proposals: Vec::new(),
            settings: vec![
                setting("postcodes", "Postcodes or their beginnings: `101, 103, 10969`.", None),
                setting("digits", "How many digits a postcode has.", Some("5")),
            ],
        }
    }

    fn propose(_: Input) -> Vec<Proposal> {
        Vec::new()
    }

    fn review(input: Input) -> Vec<Finding> {
        let Some(address) = address(&input) else { return Vec::new() };
        let digits = value(&input.settings, "digits").parse().unwrap_or(5);
        let Some(postcode) = postcode(address, digits) else {
            let message = "The address has no postcode: whether it is served was not looked at.";
            return vec![finding(Severity::Warn, "no-postcode", message.to_owned())];
        };
        if is_served(value(&input.settings, "postcodes"), postcode) {
            return Vec::new();
        }
        let message = format!("Addresses with the postcode {postcode} are not served.");
        vec![finding(Severity::Deny, "outside-area", message)]
    }
}

/// Where the visit would be; none while that is not known.
fn address(input: &Input) -> Option<&str> {
    let elsewhere = input.wanted.as_ref().map(|wanted| wanted.location.as_str());
    let home = input.customer.as_ref().map(|customer| customer.address.as_str());
    [elsewhere, home].into_iter().flatten().find(|address| !address.trim().is_empty())
}

/// The last run of exactly so many digits: house numbers come first, and are shorter.
fn postcode(address: &str, digits: usize) -> Option<&str> {
    address.split(|c: char| !c.is_ascii_digit()).rfind(|run| !run.is_empty() && run.len() == digits)
}

fn is_served(postcodes: &str, postcode: &str) -> bool {
    postcodes.split(',').map(str::trim).any(|served| !served.is_empty() && postcode.starts_with(served))
}

fn finding(severity: Severity, code: &str, message: String) -> Finding {
    Finding { severity, code: code.to_owned(), message, candidate: None }
}

fn setting(name: &str, summary: &str, default: Option<&str>) -> Setting {
    Setting {
        name: name.to_owned(),
        summary: summary.to_owned(),
        kind: if default.is_some() { SettingKind::Number } else { SettingKind::Text },
        default: default.map(str::to_owned),
    }
}

fn value<'a>(settings: &'a [Attribute], name: &str) -> &'a str {
    settings.iter().find(|setting| setting.name == name).map_or("", |setting| setting.value.as_str())
}
