//! A server that is spoken to by TLS, with a certificate as good or bad as a test wants it.
//!
//! What comes in by TLS goes on to a plain server. It runs on a thread of its own: the commands that call it block the
//! test's.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tempfile::TempDir;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// What a server shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Certificate {
    /// Nothing is wrong with it.
    Good,
    /// It was valid until some years ago.
    Expired,
    /// It will be valid in some years.
    Early,
    /// It is for another server.
    OtherName,
    /// It was signed by nobody else.
    SelfSigned,
}

/// An authority, and a file by which a process can be made to trust it and nobody else.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    directory: TempDir,
}

impl Authority {
    /// One of this name; two of one name would be told apart by their keys alone.
    pub(crate) fn called(name: &str) -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        let own = params.self_signed(&key).expect("it signs itself");
        let directory = tempfile::tempdir().expect("a directory");
        std::fs::write(directory.path().join("authority.pem"), own.pem()).expect("it can be written");
        Self { issuer: Issuer::new(params, key), directory }
    }

    /// The file that `SSL_CERT_FILE` names.
    pub(crate) fn file(&self) -> PathBuf {
        Path::new(self.directory.path()).join("authority.pem")
    }

    /// Serves by TLS what listens at `upstream`, for as long as the test's process runs. Gives the address.
    pub(crate) fn before(&self, upstream: SocketAddr, certificate: Certificate) -> String {
        let acceptor = TlsAcceptor::from(Arc::new(self.config(certificate)));
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        listener.set_nonblocking(true).expect("a setting");
        let port = listener.local_addr().expect("its address").port();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(serve(listener, acceptor, upstream));
        });
        format!("https://localhost:{port}")
    }

    fn config(&self, certificate: Certificate) -> ServerConfig {
        let name = if certificate == Certificate::OtherName { "elsewhere.example" } else { "localhost" };
        let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        // Not the name alone: some machines trust a certificate of their own that is called so.
        params.distinguished_name.push(DnType::CommonName, format!("{name}, for tests"));
        match certificate {
            Certificate::Expired => {
                (params.not_before, params.not_after) =
                    (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
            }
            Certificate::Early => params.not_before = date_time_ymd(2090, 1, 1),
            Certificate::Good | Certificate::OtherName | Certificate::SelfSigned => {}
        }
        let key = KeyPair::generate().expect("a key");
        let signed = match certificate {
            Certificate::SelfSigned => params.self_signed(&key),
            Certificate::Good | Certificate::Expired | Certificate::Early | Certificate::OtherName => {
                params.signed_by(&key, &self.issuer)
            }
        };
        let chain: Vec<CertificateDer<'static>> = vec![signed.expect("it is signed").der().clone()];
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        config.expect("versions").with_no_client_auth().with_single_cert(chain, key).expect("they fit")
    }
}

async fn serve(listener: std::net::TcpListener, acceptor: TlsAcceptor, upstream: SocketAddr) {
    let listener = TcpListener::from_std(listener).expect("a listener");
    while let Ok((caller, _)) = listener.accept().await {
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            // A caller that does not like the certificate ends here.
            let Ok(mut caller) = acceptor.accept(caller).await else { return };
            let Ok(mut server) = TcpStream::connect(upstream).await else { return };
            let _ = copy_bidirectional(&mut caller, &mut server).await;
        });
    }
}
