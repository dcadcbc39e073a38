//! A form whose session was over when it came: what somebody typed is kept on a page until they have logged in again.
//!
//! Invariants: nothing of the form is done, and nothing of it is stored: it stands in the page that answers it. It is sent again by a
//! person, with the token of their new session. Only a page of ours gets such an answer, and only where the browser says so
//! itself. Passwords are not kept. Deliberately absent: photos, which would have to be sent back whole.

use askama::Template;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::Response;

use super::door::Desk;
use super::form::Form;
use super::words::{self, Shell};

#[derive(Template)]
#[template(path = "kept.html")]
struct KeptPage<'a> {
    shell: Shell,
    action: &'a str,
    fields: Vec<(&'a str, String)>,
    is_in: bool,
}

/// Whether somebody sent the form from a page of ours and waits for a page. Scripts of ours know what to do themselves.
pub(super) fn is_wanted(headers: &HeaderMap) -> bool {
    let said = |name| headers.get(name).map_or("", |value| value.to_str().unwrap_or_default());
    said("sec-fetch-site") == "same-origin"
        && said("sec-fetch-mode") == "navigate"
        && said(header::CONTENT_TYPE.as_str()).starts_with("application/x-www-form-urlencoded")
}

/// The page, for whoever is logged in again or has to; none where nothing would be lost.
pub(super) fn page(desk: Option<&Desk>, uri: &Uri, form: &Form) -> Option<Response> {
    let action = uri.path_and_query().map_or("/", |path| path.as_str());
    let fields = form.kept();
    if fields.is_empty() || uri.path() == "/log-out" {
        return None;
    }
    let title = if desk.is_some() { "Send it again" } else { "You were logged out" };
    let shell = desk.map_or_else(|| Shell::outside(title), |desk| desk.shell(title, ""));
    let page = KeptPage { shell, action, fields, is_in: desk.is_some() };
    Some(words::html(StatusCode::FORBIDDEN, &page))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_page_of_ours_that_waits_for_a_page_is_answered_with_one() {
        let form = "application/x-www-form-urlencoded";
        for (site, mode, kind, wanted) in [
            ("same-origin", "navigate", form, true),
            ("cross-site", "navigate", form, false),
            ("none", "navigate", form, false),
            ("same-origin", "cors", form, false),
            ("same-origin", "navigate", "multipart/form-data; boundary=B", false),
            ("same-origin", "navigate", "", false),
        ] {
            let told = [("sec-fetch-site", site), ("sec-fetch-mode", mode), ("content-type", kind)];
            let headers: HeaderMap = told
                .into_iter()
                .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
                .collect();
            assert_eq!(is_wanted(&headers), wanted, "{told:?}");
        }
        assert!(!is_wanted(&HeaderMap::new()));
    }

    #[test]
    fn what_is_secret_or_over_is_not_kept() {
        let form = Form::parse(
            b"csrf=t&password=p&old-password=o&new-password=n&seen=3&slot=at%7Cwho&tick=a%7C1&tick=b%7C2",
        );
        let fields = form.kept();
        let named: Vec<_> = fields.iter().map(|(name, text)| format!("{name}={text}")).collect();
        assert_eq!(named, ["provider=who", "seen=3", "start=at", "tick=a|1", "tick=b|2"]);
        assert!(page(None, &"/book/hold".parse().unwrap(), &Form::parse(b"csrf=t&password=p")).is_none());
        let change = Form::parse(b"csrf=t&old-password=o&new-password=n");
        assert!(page(None, &"/account/password".parse().unwrap(), &change).is_none());
        assert!(page(None, &"/log-out".parse().unwrap(), &Form::parse(b"csrf=t&all=yes")).is_none());
    }
}
