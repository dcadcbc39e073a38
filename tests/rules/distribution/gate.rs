//! A gate before a real registry that asks for tokens, as public registries do: the tokens come from another path, for the
//! name and the password of the account.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Response, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{any, get};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use slotledger_registry_server::{PASSWORD, USER};

const TOKEN: &str = "a token for tests";

pub(super) struct Gate {
    address: String,
}

struct Behind {
    registry: String,
    own: String,
    client: reqwest::Client,
}

impl Gate {
    pub(super) async fn before(registry: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let own = listener.local_addr().expect("an address").to_string();
        let behind =
            Behind { registry: registry.to_owned(), own: own.clone(), client: reqwest::Client::new() };
        let router =
            Router::new().route("/token", get(token)).fallback(any(pass)).with_state(Arc::new(behind));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address: own }
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }
}

fn shows(headers: &HeaderMap, proof: &str) -> bool {
    headers.get(header::AUTHORIZATION).is_some_and(|value| value == proof)
}

async fn token(headers: HeaderMap, request: Request) -> impl IntoResponse {
    let asked = request.uri().query().unwrap_or_default();
    assert!(asked.contains("service=gate") && asked.contains("scope=repository"), "{asked}");
    if shows(&headers, &format!("Basic {}", STANDARD.encode(format!("{USER}:{PASSWORD}")))) {
        (StatusCode::OK, format!("{{\"token\":\"{TOKEN}\",\"expires_in\":60}}"))
    } else {
        (StatusCode::UNAUTHORIZED, "{}".to_owned())
    }
}

async fn pass(State(behind): State<Arc<Behind>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    if !shows(&parts.headers, &format!("Bearer {TOKEN}")) {
        let challenge = format!(
            "Bearer realm=\"http://{}/token\",service=\"gate\",scope=\"repository:rules/fee:pull,push\"",
            behind.own
        );
        return (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, challenge)]).into_response();
    }
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let mut headers = parts.headers;
    headers.remove(header::AUTHORIZATION);
    let body = to_bytes(body, 1 << 20).await.expect("a body");
    let url = format!("http://{}{path}", behind.registry);
    let sent = behind.client.request(parts.method, url).headers(headers).body(body).send();
    let answer = sent.await.expect("the registry answers");
    let mut response = Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        if !matches!(*name, header::TRANSFER_ENCODING | header::CONTENT_LENGTH) {
            response = response.header(name, value);
        }
    }
    response.body(Body::from(answer.bytes().await.expect("an answer"))).expect("a response")
}
