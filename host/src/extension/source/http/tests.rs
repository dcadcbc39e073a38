//! Against servers that misbehave, which no real one does on demand.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect};
use axum::routing::get;
use futures::{StreamExt, stream};

use super::super::{Source, fetch};
use super::*;

const LIMITS: Limits = Limits {
    component: 1 << 20,
    connect: Duration::from_secs(2),
    idle: Duration::from_millis(300),
    answer: Duration::from_secs(2),
};

async fn endless() -> impl IntoResponse {
    let chunk = || Ok::<_, Infallible>(Bytes::from(vec![0; 1 << 16]));
    Body::from_stream(stream::repeat_with(chunk))
}

async fn silent() -> impl IntoResponse {
    let first = stream::iter([Ok::<_, Infallible>(Bytes::from_static(b"\0asm"))]);
    Body::from_stream(first.chain(stream::pending()))
}

async fn trickle() -> impl IntoResponse {
    let drops = stream::unfold((), |()| async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        Some((Ok::<_, Infallible>(Bytes::from_static(b"x")), ()))
    });
    Body::from_stream(drops)
}

/// The address of a server that does each of these.
async fn server() -> String {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let huge = || async {
        (
            [(header::CONTENT_LENGTH, (500_u64 << 20).to_string())],
            Body::from_stream(stream::pending::<Result<Bytes, Infallible>>()),
        )
    };
    let router = Router::new()
        .route("/fee.wasm", get(|| async { "component" }))
        .route("/fee.wasm.minisig", get(|| async { "signature" }))
        .route("/unsigned.wasm", get(|| async { "component" }))
        .route("/long.wasm", get(|| async { "component" }))
        .route("/long.wasm.minisig", get(endless))
        .route("/moved.wasm", get(|| async { Redirect::temporary("/fee.wasm") }))
        .route("/circle.wasm", get(|| async { Redirect::temporary("/circle.wasm") }))
        .route("/endless.wasm", get(endless))
        .route("/silent.wasm", get(silent))
        .route("/trickle.wasm", get(trickle))
        .route("/huge.wasm", get(huge))
        .route("/locked.wasm", get(|| async { StatusCode::FORBIDDEN }))
        .route("/broken.wasm", get(|| async { StatusCode::BAD_GATEWAY }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

async fn take(server: &str, path: &str) -> Result<Fetched, Error> {
    let source: Source = format!("{server}/{path}").parse().unwrap();
    fetch(&source, None, None, &LIMITS).await
}

#[tokio::test]
async fn an_address_gives_component_and_signature_also_from_elsewhere() {
    let server = server().await;
    let signed = take(&server, "fee.wasm").await.unwrap();
    assert_eq!(
        (signed.bytes.as_slice(), signed.signature.as_deref()),
        (&b"component"[..], Some("signature"))
    );
    assert_eq!(take(&server, "unsigned.wasm").await.unwrap().signature, None);
    assert_eq!(take(&server, "moved.wasm").await.unwrap().digest, signed.digest);
}

#[tokio::test]
async fn a_server_that_misbehaves_costs_no_more_than_the_limits_say() {
    let server = server().await;
    let expected = [
        ("none.wasm", "SL0436"),
        ("locked.wasm", "SL0438"),
        ("broken.wasm", "SL0437"),
        ("circle.wasm", "SL0439"),
        ("huge.wasm", "SL0435"),
        ("endless.wasm", "SL0435"),
        ("long.wasm", "SL0435"),
        ("silent.wasm", "SL0437"),
        ("trickle.wasm", "SL0437"),
    ];
    for (path, code) in expected {
        let start = Instant::now();
        let error = take(&server, path).await.unwrap_err();
        assert_eq!(error.code(), code, "{path}: {error}");
        assert!(start.elapsed() < Duration::from_secs(5), "{path} took {:?}", start.elapsed());
    }
    assert_eq!(take("http://127.0.0.1:1", "fee.wasm").await.unwrap_err().code(), "SL0437");
}
