//! Logging in with a provider of OpenID Connect: a real one, npm's `oidc-provider`, in a real browser.

use std::io::Write;
use std::net::TcpListener;

use super::{account, run};
use crate::support::Host;

const CLIENT: &str = "slotledger";
/// The client's secret, and the variable that the host has it from.
const SECRET: (&str, &str) = ("PROVIDER_SECRET", "a secret of more than thirty-two characters");

/// A host that people may log in to with the provider at this address.
fn host(issuer: &str) -> Host {
    let mut host = Host::on_ledger();
    host.kill();
    let mut config = std::fs::OpenOptions::new().append(true).open(host.config()).expect("init wrote it");
    let log_in = format!(
        "\n[log_in.company]\nlabel = \"Hafen ID\"\nissuer = \"{issuer}\"\nclient_id = \"{CLIENT}\"\nsecret_env = \"{}\"\n\
         \n[log_in.gone]\nlabel = \"Gone ID\"\nissuer = \"http://127.0.0.1:9\"\nclient_id = \"{CLIENT}\"\n",
        SECRET.0
    );
    config.write_all(log_in.as_bytes()).expect("it can be written");
    host.start(&[SECRET]);
    host
}

#[tokio::test]
async fn people_log_in_with_their_provider() {
    // The host is told where the provider is, and the provider where the host is: one of them has to know beforehand.
    let port = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
    let issuer = format!("http://127.0.0.1:{}", port.expect("a free port").port());
    let host = host(&issuer);
    let login = account(&host, "administrator").await;
    let told = [("LOGIN", &*login), ("ISSUER", &*issuer), ("CLIENT", CLIENT), ("SECRET", SECRET.1)];
    run(&host, "provider.mjs", &told, &["letsIn", "knowsWhoItIs", "refuses", "namesOneThatIsAway"]).await;
}
