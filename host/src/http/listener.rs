//! Taking connections: how many there may be, and how long one may keep the host waiting for a request.
//!
//! Invariant: a client that says nothing, or stops in the middle of a header, is let go. Requests have their own limits.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tower::ServiceExt as _;

/// How long to wait where the system has no connection to give: it lacks descriptors, and some come back soon.
const PAUSE: Duration = Duration::from_millis(200);

/// On what terms connections are taken.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// How many are open at once. More wait in the system's queue until others end.
    pub most: usize,
    /// How long one may be silent before a request, or take for its header.
    pub silence: Duration,
}

/// Answers everybody who connects until it is told to stop, then finishes what was begun.
pub async fn serve(listener: TcpListener, router: Router, terms: Terms, told: impl Future<Output = ()>) {
    // With its state a router is shared by those who copy it; without, it is copied route by route.
    let router = router.with_state(());
    let mut builder = Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(terms.silence);
    let (places, open) = (Arc::new(Semaphore::new(terms.most)), GracefulShutdown::new());
    let mut told = std::pin::pin!(told);
    loop {
        let next = async {
            let place = places.clone().acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            next = next => next,
            () = &mut told => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let router = router.clone().map_request(move |mut request: Request<Incoming>| {
                    request.extensions_mut().insert(ConnectInfo(peer));
                    request.map(Body::new)
                });
                let service = TowerToHyperService::new(router);
                let connection = open.watch(builder.serve_connection(TokioIo::new(stream), service));
                tokio::spawn(async move {
                    // Whatever ends it ends it for its client alone, who sees as much as there is to know.
                    let _ended = connection.await;
                    drop(place);
                });
            }
            Err(error) if is_of_client(&error) => {}
            Err(error) => {
                tracing::error!(error.cause = %error, "No connection can be taken.");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
    drop(listener);
    open.shutdown().await;
}

/// Whether the client went away before it was taken.
fn is_of_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;
    use tokio::sync::oneshot;

    use super::*;

    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: test\r\n\r\n";

    /// A server that answers one thing, on these terms, and how to stop it.
    async fn server(
        terms: Terms,
    ) -> (std::net::SocketAddr, oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, told) = oneshot::channel();
        let router = Router::new().route("/", get(async || "yes"));
        let serving = tokio::spawn(serve(listener, router, terms, async {
            let _dropped_too = told.await;
        }));
        (address, stop, serving)
    }

    async fn answer(client: &mut TcpStream) -> String {
        client.write_all(REQUEST).await.unwrap();
        let mut answer = vec![0; 512];
        let length = client.read(&mut answer).await.unwrap();
        String::from_utf8_lossy(&answer[..length]).into_owned()
    }

    #[tokio::test]
    async fn whoever_says_nothing_or_stops_in_a_header_is_let_go() {
        let terms = Terms { most: 9, silence: Duration::from_millis(100) };
        let (address, _stop, _) = server(terms).await;
        let mut silent = TcpStream::connect(address).await.unwrap();
        let mut stalled = TcpStream::connect(address).await.unwrap();
        stalled.write_all(&REQUEST[..20]).await.unwrap();
        for client in [&mut silent, &mut stalled] {
            let mut said = Vec::new();
            client.read_to_end(&mut said).await.unwrap();
        }
    }

    #[tokio::test]
    async fn one_connection_too_many_waits_for_another_to_end() {
        let terms = Terms { most: 1, silence: Duration::from_secs(60) };
        let (address, _stop, _) = server(terms).await;
        let mut first = TcpStream::connect(address).await.unwrap();
        assert!(answer(&mut first).await.ends_with("yes"));
        let mut second = TcpStream::connect(address).await.unwrap();
        let (said, ()) = tokio::join!(answer(&mut second), async {
            assert!(answer(&mut first).await.ends_with("yes"), "it goes on");
            drop(first);
        });
        assert!(said.ends_with("yes"), "{said}");
    }

    #[tokio::test]
    async fn told_to_stop_it_lets_idle_clients_go() {
        let terms = Terms { most: 9, silence: Duration::from_secs(60) };
        let (address, stop, serving) = server(terms).await;
        let mut client = TcpStream::connect(address).await.unwrap();
        assert!(answer(&mut client).await.ends_with("yes"));
        stop.send(()).unwrap();
        serving.await.unwrap();
    }
}
