//! What each error code means, at the address that a problem's `type` names: the same words as in the documentation.
//!
//! Deliberately absent: what happened to whoever asks. An address with a code tells nothing of anybody.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use include_dir::{Dir, include_dir};
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, html};

use super::trouble::{self, Trouble};
use super::words::{self, Shell};
use crate::codes;
use crate::http::operation::State;
use crate::http::problem::Problem;

/// A text for each code, and the list of them.
static TEXTS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../docs/errors");

/// The list.
const LIST: &str = "README";

/// Where the texts are.
const HERE: &str = "/errors";

pub(super) fn open_routes() -> Router<State> {
    Router::new().route(HERE, get(list)).route("/errors/{code}", get(one))
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    shell: Shell,
    /// Of our own documentation, without any markup that is not Markdown's.
    text: String,
}

async fn list() -> Response {
    page(LIST)
}

async fn one(Path(code): Path<String>) -> Response {
    page(&code)
}

fn page(name: &str) -> Response {
    let text = TEXTS.get_file(format!("{name}.md")).and_then(|file| file.contents_utf8());
    let Some(text) = text else {
        let missing = Problem::new(codes::NO_SUCH_PATH, format!("There is no error code {name}."));
        return trouble::page(None, &Trouble::from(&missing));
    };
    let title = text.lines().next().unwrap_or_default().trim_start_matches("# ");
    let page = ErrorPage { shell: Shell::outside(title), text: rendered(text) };
    words::html(StatusCode::OK, &page)
}

fn rendered(text: &str) -> String {
    let mut out = String::new();
    html::push_html(&mut out, Parser::new_ext(text, Options::ENABLE_TABLES).map(shown));
    out
}

/// Links lead to the page of a code; other documents are not here, and their links lead to the list. Markup is shown as it is
/// written.
fn shown(event: Event<'_>) -> Event<'_> {
    if let Event::Start(Tag::Link { link_type, dest_url, title, id }) = event {
        let name = dest_url.strip_suffix(".md").filter(|name| *name != LIST);
        let name = name.filter(|name| TEXTS.contains(format!("{name}.md")));
        let dest_url = CowStr::from(name.map_or_else(|| HERE.to_owned(), |name| format!("{HERE}/{name}")));
        Event::Start(Tag::Link { link_type, dest_url, title, id })
    } else if let Event::Html(markup) | Event::InlineHtml(markup) = event {
        Event::Text(markup)
    } else {
        event
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_text_whose_links_lead_to_others() {
        for code in codes::ALL {
            let text = TEXTS.get_file(format!("{}.md", code.code)).and_then(|file| file.contents_utf8());
            assert!(
                text.is_some_and(|text| text.starts_with(&format!("# {}: ", code.code))),
                "{}",
                code.code
            );
        }
        let list = TEXTS.get_file("README.md").and_then(|file| file.contents_utf8()).unwrap();
        let list = rendered(list);
        assert!(list.contains("<table>") && list.contains("<a href=\"/errors/SL0213\">"), "{list}");
        let text = rendered("[all](README.md) [docs](../portal.md) [one](SL0101.md) <b>x</b>");
        let links = ["<a href=\"/errors\">all", "<a href=\"/errors\">docs", "<a href=\"/errors/SL0101\">one"];
        assert!(links.iter().all(|link| text.contains(link)) && text.contains("&lt;b&gt;"), "{text}");
    }
}
