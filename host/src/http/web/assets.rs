//! Stylesheets and scripts, compiled in. Their addresses change with what is in them, so that browsers keep them.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::board::MOST_STEPS;

/// Something that pages load.
pub(super) struct Asset {
    /// Its address.
    pub(super) path: String,
    kind: &'static str,
    text: Cow<'static, str>,
}

/// The stylesheet of all pages.
pub(super) static STYLE: LazyLock<Asset> =
    LazyLock::new(|| Asset::style(include_str!("../../../assets/slotledger.css").into()));
/// The script of all pages.
pub(super) static SCRIPT: LazyLock<Asset> =
    LazyLock::new(|| Asset::script(include_str!("../../../assets/slotledger.js")));
/// The stylesheet of the board.
pub(super) static BOARD_STYLE: LazyLock<Asset> = LazyLock::new(|| Asset::style(board_style().into()));
/// The script of the board.
pub(super) static BOARD_SCRIPT: LazyLock<Asset> =
    LazyLock::new(|| Asset::script(include_str!("../../../assets/board.js")));

impl Asset {
    fn style(text: Cow<'static, str>) -> Self {
        Self { path: path(&text, "css"), kind: "text/css; charset=utf-8", text }
    }

    fn script(text: &'static str) -> Self {
        Self { path: path(text, "js"), kind: "text/javascript; charset=utf-8", text: text.into() }
    }
}

fn path(text: &str, kind: &str) -> String {
    let digest: String = Sha256::digest(text).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("/assets/{digest}.{kind}")
}

/// The board's sheet, with a class for each step that something may begin at, last or number: the policy of pages allows
/// no style in the markup, and so the board stands where it should before any script has run.
fn board_style() -> String {
    let mut text = include_str!("../../../assets/board.css").to_owned();
    for n in 0..=MOST_STEPS {
        for class in ["f", "l", "of", "now"] {
            let _infallible = write!(text, ".{class}{n}{{--{class}:{n}}}");
        }
    }
    for n in 0..=MOST_STEPS / 3 {
        for class in ["y", "lanes", "before", "after"] {
            let _infallible = write!(text, ".{class}{n}{{--{class}:{n}}}");
        }
    }
    text
}

/// One of them. Who asks for an earlier one by its address gets nothing: the page that named it is gone as well.
pub(super) async fn asset(Path(name): Path<String>) -> Response {
    let wanted = format!("/assets/{name}");
    let all = [&STYLE, &SCRIPT, &BOARD_STYLE, &BOARD_SCRIPT];
    let Some(found) = all.into_iter().find(|asset| asset.path == wanted) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, found.kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, found.text.as_ref()).into_response()
}
