//! The stylesheet and the script, compiled in. Their addresses change with what is in them, so that browsers keep them.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

const STYLE: &str = include_str!("../../../assets/slotledger.css");
const SCRIPT: &str = include_str!("../../../assets/slotledger.js");

/// The address of the stylesheet.
pub(super) static STYLE_PATH: LazyLock<String> = LazyLock::new(|| path(STYLE, "css"));
/// The address of the script.
pub(super) static SCRIPT_PATH: LazyLock<String> = LazyLock::new(|| path(SCRIPT, "js"));

fn path(text: &str, kind: &str) -> String {
    let digest: String = Sha256::digest(text).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("/assets/{digest}.{kind}")
}

/// One of them. Who asks for an earlier one by its address gets nothing: the page that named it is gone as well.
pub(super) async fn asset(Path(name): Path<String>) -> Response {
    let wanted = format!("/assets/{name}");
    let (text, kind) = if wanted == *STYLE_PATH {
        (STYLE, "text/css; charset=utf-8")
    } else if wanted == *SCRIPT_PATH {
        (SCRIPT, "text/javascript; charset=utf-8")
    } else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, text).into_response()
}
