//! What a browser says its user reads: the header `Accept-Language`, RFC 9110, section 12.5.4.

/// Entries that are read of it: nobody reads more languages, and a header may be as long as the server takes.
const WISHES: usize = 20;

/// The weight of what has none, in thousandths.
const WHOLE: u32 = 1000;

/// The names in it, the most wanted first. What is not wanted at all is left out.
pub(super) fn wishes(header: &str) -> Vec<&str> {
    let mut wishes: Vec<(u32, &str)> = header.split(',').take(WISHES).filter_map(wish).collect();
    // The sort is stable: what is wanted as much stays in order.
    wishes.sort_by_key(|(weight, _)| WHOLE.saturating_sub(*weight));
    wishes.into_iter().map(|(_, name)| name).collect()
}

fn wish(entry: &str) -> Option<(u32, &str)> {
    let mut parts = entry.split(';').map(str::trim);
    let name = parts.next().filter(|name| !name.is_empty())?;
    let said = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    let weight = said.map_or(Some(WHOLE), thousandths)?;
    (weight > 0).then_some((weight, name))
}

/// A weight: 0 to 1 with at most three digits behind the point.
fn thousandths(text: &str) -> Option<u32> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let is_fit = rest.len() <= 3 && rest.bytes().all(|byte| byte.is_ascii_digit());
    let digits = format!("{rest:0<3}").parse::<u32>().ok().filter(|_| is_fit)?;
    match whole {
        "0" => Some(digits),
        "1" if digits == 0 => Some(WHOLE),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_wanted_comes_first() {
        for (header, names) in [
            ("de", &["de"][..]),
            ("en;q=0.5, de-AT, fr;q=0.9", &["de-AT", "fr", "en"]),
            ("de-DE,de;q=0.9,en;q=0.8", &["de-DE", "de", "en"]),
            ("en;q=0, de;q=0.001", &["de"]),
            ("en ; q=0.25 , *;q=0.1", &["en", "*"]),
            ("", &[]),
            (" , ;q=1,,", &[]),
            ("de;q=2, en;q=x, fr;q=0.1234, it;q=1.000", &["it"]),
        ] {
            assert_eq!(wishes(header), names, "{header:?}");
        }
        assert_eq!(wishes(&"de,".repeat(5000)).len(), WISHES);
    }
}
