//! Extensions are signed, published to a real registry, and taken only as they were signed and accepted.

mod gate;

use std::path::PathBuf;
use std::process::Command;

use gate::Gate;
use reqwest::header::CONTENT_TYPE;
use serde_json::json;
use slotledger::extension::source::{self, Limits, Lock, Source};
use slotledger_registry_server::{Access, PASSWORD, Server, USER};
use tempfile::TempDir;

/// A directory with a key, a component, and a configuration that trusts the key.
struct Author {
    directory: TempDir,
}

impl Author {
    fn new() -> Self {
        let author = Self { directory: tempfile::tempdir().expect("a directory") };
        author.build("one");
        author.takes(&["keygen", "--key", "own.key", "--without-password"]);
        let public = std::fs::read_to_string(author.path("own.pub")).expect("a public key");
        let key = public.lines().nth(1).expect("a key in the second line");
        let config = format!("[rules]\ntrusted_keys = [\"{key}\"]\n");
        std::fs::write(author.path("slotledger.toml"), config).expect("it is written");
        author
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Makes `fee.wasm`, a component that differs by what it is called.
    fn build(&self, name: &str) {
        let bytes = wat::parse_str(format!("(component (core module) (export \"{name}\" (core module 0)))"));
        std::fs::write(self.path("fee.wasm"), bytes.expect("a component")).expect("it is written");
    }

    /// What `slotledger rules …` prints, and whether it succeeds.
    fn runs(&self, account: Option<&str>, arguments: &[&str]) -> (bool, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_slotledger"));
        command.arg("rules").args(arguments).current_dir(self.directory.path());
        command.env_remove("SLOTLEDGER_REGISTRY_USER").env_remove("SLOTLEDGER_SIGNING_PASSWORD");
        if let Some(user) = account {
            command.env("SLOTLEDGER_REGISTRY_USER", user).env("SLOTLEDGER_REGISTRY_PASSWORD", PASSWORD);
        }
        let output = command.output().expect("the binary runs");
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(said).expect("text"))
    }

    fn takes(&self, arguments: &[&str]) -> String {
        let (taken, said) = self.runs(None, arguments);
        assert!(taken, "{arguments:?}: {said}");
        said
    }

    fn refuses(&self, code: &str, arguments: &[&str]) -> String {
        let (taken, said) = self.runs(None, arguments);
        assert!(!taken && said.contains(code), "{arguments:?}: {said}");
        said
    }

    fn digest(&self) -> String {
        source::digest(&std::fs::read(self.path("fee.wasm")).expect("a component"))
    }
}

fn after<'a>(said: &'a str, word: &str) -> &'a str {
    said.lines().find_map(|line| line.strip_prefix(word)).expect("the line is there").trim()
}

#[test]
fn what_is_signed_and_published_is_taken_by_who_trusts_the_key() {
    let server = Server::start(Access::Open).expect("a registry is installed");
    let author = Author::new();
    let tag = format!("oci://{}/rules/fee:1.0", server.address());
    author.refuses("SL0431", &["publish", "fee.wasm", &tag]);
    author.takes(&["sign", "fee.wasm", "--key", "own.key"]);
    let said = author.takes(&["publish", "fee.wasm", &tag]);
    let pinned = after(&said, "as").to_owned();
    assert_eq!(after(&said, "sha256"), author.digest());
    for source in [tag.as_str(), &pinned, "fee.wasm"] {
        let said = author.takes(&["verify", source, "--digest", &author.digest()]);
        assert!(said.contains("file:fee.wasm"), "{said}");
    }
    assert_eq!(after(&author.takes(&["verify", &tag]), "origin"), pinned);
    // Once more changes nothing.
    author.takes(&["publish", "fee.wasm", &tag]);
    author.refuses("SL0436", &["verify", &tag.replace("1.0", "2.0")]);
    author.refuses("SL0439", &["publish", "fee.wasm", &pinned]);
}

#[test]
fn what_nobody_known_signed_is_refused_unless_it_is_named() {
    let server = Server::start(Access::Open).expect("a registry is installed");
    let (author, stranger) = (Author::new(), Author::new());
    let tag = format!("oci://{}/rules/fee:1.0", server.address());
    stranger.takes(&["publish", "fee.wasm", &tag, "--unsigned"]);
    let said = author.refuses("SL0431", &["verify", &tag]);
    assert!(said.contains(&stranger.digest()), "{said}");
    stranger.takes(&["sign", "fee.wasm", "--key", "own.key"]);
    stranger.takes(&["publish", "fee.wasm", &tag]);
    author.refuses("SL0432", &["verify", &tag]);
    author.refuses("SL0434", &["verify", &tag, "--allow-unsigned", &"0".repeat(64)]);
    let said = author.takes(&["verify", &tag, "--allow-unsigned", &stranger.digest()]);
    assert!(said.contains("allowed by name"), "{said}");
}

#[test]
fn what_was_built_again_has_to_be_signed_again() {
    let author = Author::new();
    author.takes(&["sign", "fee.wasm", "--key", "own.key"]);
    author.build("two");
    author.refuses("SL0433", &["verify", "fee.wasm"]);
    author.refuses("SL0433", &["verify", "fee.wasm", "--allow-unsigned", &author.digest()]);
    author.refuses("SL0433", &["publish", "fee.wasm", "oci://127.0.0.1:1/rules/fee:1.0"]);
}

#[tokio::test]
async fn a_tag_that_moved_is_refused_by_the_lock_file() {
    let server = Server::start(Access::Open).expect("a registry is installed");
    let author = Author::new();
    let tag = format!("oci://{}/rules/fee:1.0", server.address());
    author.takes(&["sign", "fee.wasm", "--key", "own.key"]);
    let said = author.takes(&["publish", "fee.wasm", &tag]);
    let pinned = after(&said, "as").to_owned();

    let source: Source = tag.parse().expect("a source");
    let fetched = source::fetch(&source, None, None, &Limits::default()).await.expect("it is fetched");
    let mut lock = Lock::default();
    lock.accept(&source, &fetched, None);
    lock.write(&author.path("rules.lock")).expect("it is written");
    author.takes(&["verify", &tag, "--lock", "rules.lock"]);

    author.build("two");
    author.takes(&["sign", "fee.wasm", "--key", "own.key"]);
    author.takes(&["publish", "fee.wasm", &tag]);
    author.refuses("SL0434", &["verify", &tag, "--lock", "rules.lock"]);
    author.takes(&["verify", &pinned, "--digest", &fetched.digest]);
    author.takes(&["verify", &tag]);
}

#[test]
fn a_closed_registry_lets_its_account_in_and_nobody_else() {
    let server = Server::start(Access::Closed).expect("a registry is installed");
    let author = Author::new();
    let tag = format!("oci://{}/rules/fee:1.0", server.address());
    author.takes(&["sign", "fee.wasm", "--key", "own.key"]);
    author.refuses("SL0438", &["publish", "fee.wasm", &tag]);
    let (taken, said) = author.runs(Some("somebody"), &["publish", "fee.wasm", &tag]);
    assert!(!taken && said.contains("SL0438") && !said.contains(PASSWORD), "{said}");
    for command in [["publish", "fee.wasm", &tag].as_slice(), &["verify", &tag]] {
        let (taken, said) = author.runs(Some(USER), command);
        assert!(taken, "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_behind_tokens_gives_one_to_its_account() {
    let server = Server::start(Access::Open).expect("a registry is installed");
    let gate = Gate::before(server.address()).await;
    let author = Author::new();
    let tag = format!("oci://{}/rules/fee:1.0", gate.address());
    author.takes(&["sign", "fee.wasm", "--key", "own.key"]);
    author.refuses("SL0438", &["publish", "fee.wasm", &tag]);
    for command in [["publish", "fee.wasm", &tag].as_slice(), &["verify", &tag]] {
        let (taken, said) = author.runs(Some(USER), command);
        assert!(taken, "{said}");
    }
}

#[tokio::test]
async fn an_artefact_that_announces_too_much_or_something_else_is_not_read() {
    let server = Server::start(Access::Open).expect("a registry is installed");
    let author = Author::new();
    let at = |tag: &str| format!("oci://{}/rules/fee:{tag}", server.address());
    author.takes(&["publish", "fee.wasm", &at("1.0"), "--unsigned"]);
    let url = |tag: &str| format!("http://{}/v2/rules/fee/manifests/{tag}", server.address());
    let media_type = "application/vnd.oci.image.manifest.v1+json";
    let client = reqwest::Client::new();
    let genuine = client.get(url("1.0")).header("accept", media_type).send().await.expect("an answer");
    let genuine: serde_json::Value = genuine.json().await.expect("a manifest");
    let mut large = genuine.clone();
    large["layers"][0]["size"] = json!(500_u64 << 20);
    let mut image = genuine.clone();
    image["config"]["mediaType"] = json!("application/vnd.oci.image.config.v1+json");
    let mut short = genuine;
    short["layers"][0]["size"] = json!(10);
    for (tag, manifest, code) in
        [("large", large, "SL0435"), ("image", image, "SL0439"), ("short", short, "SL0435")]
    {
        let put = client.put(url(tag)).header(CONTENT_TYPE, media_type).body(manifest.to_string());
        let answer = put.send().await.expect("an answer");
        assert!(answer.status().is_success(), "{tag}: {}", answer.text().await.unwrap_or_default());
        author.refuses(code, &["verify", &at(tag), "--allow-unsigned", &author.digest()]);
    }
}
