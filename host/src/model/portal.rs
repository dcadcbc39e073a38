//! The pages on which customers book for themselves, as a company sets them.
//!
//! Invariant: closed unless somebody opened it. Deliberately absent: which services are shown, which follows from what is
//! active and offered.

use serde::{Deserialize, Serialize};
use unic_langid::LanguageIdentifier;
use url::Url;
use utoipa::ToSchema;

use super::fields::{Fields, LINE};

/// Characters of a language's name: what RFC 5646 says that programs have to take.
const TAG: usize = 35;

/// Characters of an image's address.
const ADDRESS: usize = 500;

/// Characters of a text on the pages: a paragraph.
const PARAGRAPH: usize = 1000;

/// How customers book for themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Portal {
    /// Whether there are pages for it, at `/portal/` and the company's identifier.
    pub open: bool,
    /// What they are headed with; none takes the company's name.
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// What stands on the first of them.
    #[schema(max_length = 1000)]
    pub greeting: String,
    /// How a deposit is paid: to which account, by which link.
    #[schema(max_length = 1000)]
    pub payment: String,
    /// The language of the pages for whoever chose none and whose browser asks for none that there is: `de`.
    #[schema(pattern = "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length = 35)]
    pub language: Option<String>,
    /// The company's colour: `#1f5fbf`.
    #[schema(pattern = "^#[0-9A-Fa-f]{6}$")]
    pub accent: Option<String>,
    /// An image that stands beside the name: the address of one, with `https`.
    #[schema(format = "uri", max_length = 500)]
    pub logo: Option<String>,
    /// How round corners are.
    pub corners: Corners,
}

/// How round the corners of what stands on the pages are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Corners {
    /// Not at all.
    Square,
    /// A little.
    #[default]
    Soft,
    /// Clearly.
    Round,
}

impl Portal {
    pub(super) fn check(&self, fields: &mut Fields) {
        fields.optional_line("portal.name", self.name.as_deref(), LINE);
        fields.text("portal.greeting", &self.greeting, PARAGRAPH);
        fields.text("portal.payment", &self.payment, PARAGRAPH);
        let holds = |told: Option<&str>, is_fit: fn(&str) -> bool| told.is_none_or(is_fit);
        let message = "must be the name of a language, such as de";
        fields.require(holds(self.language.as_deref(), is_language), "portal.language", message);
        fields.require(
            holds(self.accent.as_deref(), is_colour),
            "portal.accent",
            "must be a colour such as #1f5fbf",
        );
        let message = "must be an address of an image with https, of at most 500 characters, without ; and ,";
        fields.require(holds(self.logo.as_deref(), is_image), "portal.logo", message);
    }
}

fn is_language(text: &str) -> bool {
    text.len() <= TAG && text.parse::<LanguageIdentifier>().is_ok()
}

fn is_colour(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Whether it can stand in a page and in its policy, where `;` and `,` end what is said.
fn is_image(text: &str) -> bool {
    let is_plain = text.len() <= ADDRESS
        && text.bytes().all(|byte| byte.is_ascii_graphic() && !b";,\"'<>".contains(&byte));
    let url = Url::parse(text).ok().filter(|_| is_plain);
    url.is_some_and(|url| url.scheme() == "https" && url.host().is_some() && url.username().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(portal: Portal) -> Vec<String> {
        let mut fields = Fields::default();
        portal.check(&mut fields);
        fields.into_errors().into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn looks_have_a_shape() {
        let some = |text: &str| Some(text.to_owned());
        for (accent, holds) in
            [("#1f5FbF", true), ("#fff", false), ("red", false), ("#1f5fb;", false), ("", false)]
        {
            assert_eq!(
                wrong(Portal { accent: some(accent), ..Portal::default() }).is_empty(),
                holds,
                "{accent}"
            );
        }
        for (logo, holds) in [
            ("https://cdn.example/logo.svg?v=2", true),
            ("http://cdn.example/logo.svg", false),
            ("https://cdn.example/a;script-src *", false),
            ("https://me:pw@cdn.example/a.svg", false),
            ("javascript:alert(1)", false),
            ("/logo.svg", false),
        ] {
            assert_eq!(wrong(Portal { logo: some(logo), ..Portal::default() }).is_empty(), holds, "{logo}");
        }
        for (language, holds) in [("de", true), ("de-AT", true), ("", false), ("german!", false)] {
            assert_eq!(
                wrong(Portal { language: some(language), ..Portal::default() }).is_empty(),
                holds,
                "{language}"
            );
        }
    }
}
