//! Stylesheets, scripts, the icons and the manifest of the application, compiled in. Their addresses change with what is in them, so that browsers keep them.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::board::MOST_STEPS;
use super::phone;

/// A script that is written in several files: they stand in one function, in this order, so that they know each other and
/// nothing else does.
macro_rules! joined {
    ($($file:literal)*) => {
        concat!(
            "(() => {\n\"use strict\";\n",
            $(include_str!(concat!("../../../assets/", $file)),)*
            "})();\n"
        )
    };
}

const BOARD: &str = joined!(
    "board/ground.js" "board/rows.js" "board/stream.js" "board/send.js" "board/carry.js" "board/pointer.js" "board/keys.js"
    "board/tray.js" "board/time.js"
);
const PHONE: &str = joined!(
    "phone/ground.js" "phone/queue.js" "phone/taps.js" "phone/photos.js" "phone/send.js" "phone/show.js" "phone/ink.js"
    "phone/presence.js"
);

/// Something that pages load.
pub(super) struct Asset {
    /// Its address.
    pub(super) path: String,
    kind: &'static str,
    bytes: Cow<'static, [u8]>,
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
pub(super) static BOARD_SCRIPT: LazyLock<Asset> = LazyLock::new(|| Asset::script(BOARD));
/// The stylesheet of a technician's phone.
pub(super) static PHONE_STYLE: LazyLock<Asset> =
    LazyLock::new(|| Asset::style(include_str!("../../../assets/phone.css").into()));
/// The script of a technician's phone.
pub(super) static PHONE_SCRIPT: LazyLock<Asset> = LazyLock::new(|| Asset::script(PHONE));
/// What the portal loads where other sites may embed it.
pub(super) static FRAMED_SCRIPT: LazyLock<Asset> =
    LazyLock::new(|| Asset::script(include_str!("../../../assets/framed.js")));
/// The stylesheet of reports.
pub(super) static REPORTS_STYLE: LazyLock<Asset> =
    LazyLock::new(|| Asset::style(include_str!("../../../assets/reports.css").into()));
/// The stylesheet of setting up.
pub(super) static SETUP_STYLE: LazyLock<Asset> =
    LazyLock::new(|| Asset::style(include_str!("../../../assets/setup.css").into()));
/// The script of setting up.
pub(super) static SETUP_SCRIPT: LazyLock<Asset> =
    LazyLock::new(|| Asset::script(include_str!("../../../assets/setup.js")));
/// The icon.
pub(super) static ICON: LazyLock<Asset> = LazyLock::new(|| {
    let bytes = include_bytes!("../../../assets/icon.svg").as_slice();
    Asset { path: path(bytes, "svg"), kind: "image/svg+xml", bytes: bytes.into() }
});
/// The icon for phones that draw no SVG on their home screens, 180 pixels wide.
pub(super) static TOUCH_ICON: LazyLock<Asset> = LazyLock::new(|| {
    let bytes = include_bytes!("../../../assets/icon-180.png").as_slice();
    Asset { path: path(bytes, "png"), kind: "image/png", bytes: bytes.into() }
});
/// What a phone installs.
pub(super) static MANIFEST: LazyLock<Asset> = LazyLock::new(|| {
    let text = manifest().to_string().into_bytes();
    Asset { path: path(&text, "webmanifest"), kind: "application/manifest+json", bytes: text.into() }
});

impl Asset {
    fn style(text: Cow<'static, str>) -> Self {
        let bytes = match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        };
        Self { path: path(&bytes, "css"), kind: "text/css; charset=utf-8", bytes }
    }

    fn script(text: &'static str) -> Self {
        let bytes = text.as_bytes();
        Self { path: path(bytes, "js"), kind: "text/javascript; charset=utf-8", bytes: bytes.into() }
    }
}

fn path(bytes: &[u8], kind: &str) -> String {
    let digest: String = Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("/assets/{digest}.{kind}")
}

/// The icon that browsers ask for by a name of their own, which stays.
pub(super) async fn favicon() -> Response {
    let headers = [
        (header::CONTENT_TYPE, TOUCH_ICON.kind),
        (header::CACHE_CONTROL, "public, max-age=86400"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, TOUCH_ICON.bytes.clone()).into_response()
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

fn manifest() -> serde_json::Value {
    let icon =
        |purpose: &str| json!({ "src": ICON.path, "sizes": "any", "type": ICON.kind, "purpose": purpose });
    let touch = json!({ "src": TOUCH_ICON.path, "sizes": "180x180", "type": TOUCH_ICON.kind });
    json!({
        "id": phone::PATH,
        "name": "Slotledger jobs",
        "short_name": "Jobs",
        "description": "The jobs of your day, also where there is no reception.",
        "lang": "en",
        "start_url": phone::PATH,
        // Logging in belongs to it.
        "scope": "/",
        "display": "standalone",
        "background_color": "#f5f6f8",
        "theme_color": "#1f5fbf",
        "icons": [icon("any"), icon("maskable"), touch],
    })
}

/// The script that puts the portal into pages of other sites. They name it by one address for good, so browsers ask again.
pub(super) async fn embed() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Pages that let nothing in that does not say so may have it too.
        (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    ];
    (headers, include_str!("../../../assets/embed.js")).into_response()
}

/// One of them. Who asks for an earlier one by its address gets nothing: the page that named it is gone as well.
pub(super) async fn asset(Path(name): Path<String>) -> Response {
    let wanted = format!("/assets/{name}");
    let styles = [&STYLE, &BOARD_STYLE, &PHONE_STYLE, &REPORTS_STYLE, &SETUP_STYLE];
    let scripts = [&SCRIPT, &BOARD_SCRIPT, &PHONE_SCRIPT, &FRAMED_SCRIPT, &SETUP_SCRIPT];
    let mut all = styles.into_iter().chain(scripts).chain([&ICON, &TOUCH_ICON, &MANIFEST]);
    let Some(found) = all.find(|asset| asset.path == wanted) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, found.kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, found.bytes.as_ref()).into_response()
}
