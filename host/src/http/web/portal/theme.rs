//! A company's colours, as a stylesheet of their own: the policy of pages allows no style in the markup.
//!
//! Pure. Invariant: whatever the colour, text in it and on it has the contrast of WCAG 2.2 AA, in light and in dark. The
//! company's colour fills what is filled; where it has to be read, it is made darker or lighter as far as that takes.
//!
//! Deliberately absent: whose colours they are. The address says them, so that browsers may keep the sheet.
#![allow(clippy::float_arithmetic, reason = "contrast is defined in real numbers; no amount passes here")]

use std::fmt;
use std::str::FromStr;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::model::{Corners, Portal};

/// The contrast of text, WCAG 2.2, success criterion 1.4.3.
const READABLE: f64 = 4.5;

/// How much of a colour is mixed in at a time, percent, until it can be read.
const STEP: u16 = 4;

/// What the pages' own stylesheet calls `--paper` and `--ground`.
const LIGHT: [Colour; 2] = [WHITE, Colour(0xf5, 0xf6, 0xf8)];
const DARK: [Colour; 2] = [Colour(0x1a, 0x20, 0x2a), Colour(0x12, 0x16, 0x1d)];

const WHITE: Colour = Colour(255, 255, 255);
const BLACK: Colour = Colour(0, 0, 0);

/// The address of a company's stylesheet; none where it has no wishes.
pub(super) fn path(portal: &Portal) -> Option<String> {
    if portal.accent.is_none() && portal.corners == Corners::default() {
        return None;
    }
    let accent = portal.accent.as_deref().and_then(|accent| accent.strip_prefix('#')).unwrap_or("none");
    Some(format!("/portal-theme/{}-{}.css", accent.to_ascii_lowercase(), corners(portal.corners)))
}

const fn corners(corners: Corners) -> &'static str {
    match corners {
        Corners::Square => "square",
        Corners::Soft => "soft",
        Corners::Round => "round",
    }
}

/// A stylesheet by its name.
pub(super) async fn sheet(Path(name): Path<String>) -> Response {
    let Some(text) = name.strip_suffix(".css").and_then(written) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=86400"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, text).into_response()
}

fn written(name: &str) -> Option<String> {
    let (accent, shape) = name.split_once('-')?;
    let shape =
        [Corners::Square, Corners::Soft, Corners::Round].into_iter().find(|one| corners(*one) == shape)?;
    let colours = match accent {
        "none" => String::new(),
        accent => colours(accent.parse().ok()?),
    };
    Some(format!("{colours}{}", radii(shape)))
}

fn radii(shape: Corners) -> String {
    let (card, small, pill) = match shape {
        Corners::Soft => return String::new(),
        Corners::Square => (0, 0, 0),
        Corners::Round => (20, 22, 999),
    };
    format!(
        ".portal .card,.portal .empty,.portal .due{{border-radius:{card}px}}\
         .portal :is(button,.button){{border-radius:{small}px}}\
         .portal :is(input,select,textarea){{border-radius:{}px}}.portal .badge{{border-radius:{pill}px}}",
        small.min(12)
    )
}

fn colours(accent: Colour) -> String {
    let ink = if contrast(WHITE, accent) >= contrast(BLACK, accent) { WHITE } else { BLACK };
    let scheme = |papers: [Colour; 2], towards: Colour, share: u16| {
        let soft = papers[0].mixed(accent, share);
        let [paper, ground] = papers;
        let readable = readable(accent, &[paper, ground, soft], towards);
        format!("--accent:{readable};--accent-soft:{soft};--fill:{accent};--fill-ink:{ink}")
    };
    let (light, dark) = (scheme(LIGHT, BLACK, 10), scheme(DARK, WHITE, 22));
    format!(":root{{{light}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}")
}

/// The colour, mixed with black or white until it can be read on all of these.
fn readable(colour: Colour, papers: &[Colour], towards: Colour) -> Colour {
    let tries = (0..=100).step_by(STEP.into()).map(|share| colour.mixed(towards, share));
    let fits = |tried: &Colour| papers.iter().all(|paper| contrast(*tried, *paper) >= READABLE);
    tries.into_iter().find(fits).unwrap_or(towards)
}

/// A colour: red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Colour(u8, u8, u8);

impl FromStr for Colour {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if text.len() != 6 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(());
        }
        let part = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).map_err(drop);
        Ok(Self(part(0)?, part(2)?, part(4)?))
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

impl Colour {
    /// This with so much of another, percent.
    fn mixed(self, other: Self, share: u16) -> Self {
        let mix = |own: u8, other: u8| {
            let sum = u16::from(own) * (100 - share) + u16::from(other) * share;
            u8::try_from(sum / 100).unwrap_or(u8::MAX)
        };
        Self(mix(self.0, other.0), mix(self.1, other.1), mix(self.2, other.2))
    }

    /// Relative luminance, as WCAG 2.2 defines it.
    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }
}

/// The contrast of two colours, 1 to 21, as WCAG 2.2 defines it.
fn contrast(one: Colour, other: Colour) -> f64 {
    let (one, other) = (one.luminance() + 0.05, other.luminance() + 0.05);
    one.max(other) / one.min(other)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn contrast_is_as_wcag_says() {
        assert!((contrast(WHITE, BLACK) - 21.0).abs() < 0.001);
        assert!((contrast("777777".parse().unwrap(), WHITE) - 4.478).abs() < 0.001);
    }

    #[test]
    fn only_what_a_company_may_wish_has_a_sheet() {
        let wish = |accent: Option<&str>, corners| {
            path(&Portal { accent: accent.map(str::to_owned), corners, ..Portal::default() })
        };
        assert_eq!(wish(None, Corners::Soft), None);
        assert_eq!(wish(Some("#FFCC00"), Corners::Round).as_deref(), Some("/portal-theme/ffcc00-round.css"));
        assert_eq!(wish(None, Corners::Square).as_deref(), Some("/portal-theme/none-square.css"));
        for name in ["", "ffcc00", "ffcc0-round", "ffcc00-oval", "red;}-soft", "éé00-soft"] {
            assert_eq!(written(name), None, "{name}");
        }
        insta::assert_snapshot!(written("ffcc00-round").unwrap().replace('}', "}\n"));
    }

    proptest! {
        #[test]
        fn every_colour_can_be_read(r: u8, g: u8, b: u8) {
            let accent = Colour(r, g, b);
            for (papers, towards, share) in [(LIGHT, BLACK, 10), (DARK, WHITE, 22)] {
                let soft = papers[0].mixed(accent, share);
                let read = readable(accent, &[papers[0], papers[1], soft], towards);
                for paper in [papers[0], papers[1], soft] {
                    prop_assert!(contrast(read, paper) >= READABLE, "{read} on {paper}");
                }
            }
            prop_assert!(contrast(WHITE, accent).max(contrast(BLACK, accent)) >= READABLE);
        }
    }
}
