//! Extensions are signed, published to a real registry, and taken only as they were signed and accepted.

mod gate;

use std::path::PathBuf;
use std::process::Command;

use gate::Gate;
use reqwest::header::CONTENT_TYPE;
use serde_json::json;
use slotledger::extension::source;
use slotledger::extension::trust::signing::{Password, SigningKey};
use slotledger_registry_server::{Access, PASSWORD, Server, USER};
use tempfile::TempDir;

use crate::support::extension::Small;

/// A directory with a key, a component, and a configuration that trusts the key.
struct Author {
    directory: TempDir,
}

impl Author {
    fn new() -> Self {
        let author = Self { directory: tempfile::tempdir().expect("a directory") };
        author.build("1.0.0");
        author.write("slotledger.toml", b"[rules]\ncache = \"cache\"\n");
        author.takes(&["keys", "new", "--key", "own.key", "--without-password"]);
        author.takes(&["keys", "trust", "own.pub", "--owner", "Ada"]);
        author
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).expect("it is written");
    }

    /// Makes `fee.wasm`, a component that differs by its version.
    fn build(&self, version: &'static str) {
        self.write("fee.wasm", &Small { version, ..Small::default() }.component());
    }

    /// Makes `fee.wasm` of something else, and signs it all the same, as other tools would.
    fn signs(&self, bytes: &[u8]) {
        self.write("fee.wasm", bytes);
        let key = std::fs::read_to_string(self.path("own.key")).expect("the key");
        let key = SigningKey::open(&key, &Password::None).expect("nothing protects it");
        let signature = key.sign(bytes, &source::digest(bytes), "fee.wasm").expect("a signature");
        self.write("fee.wasm.minisig", signature.as_bytes());
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
    author.build("2.0.0");
    author.refuses("SL0433", &["verify", "fee.wasm"]);
    author.refuses("SL0433", &["verify", "fee.wasm", "--allow-unsigned", &author.digest()]);
    author.refuses("SL0433", &["publish", "fee.wasm", "oci://127.0.0.1:1/rules/fee:1.0"]);
}

#[test]
fn a_tag_that_moved_is_refused_until_the_new_digest_is_named() {
    let server = Server::start(Access::Open).expect("a registry is installed");
    let author = Author::new();
    let tag = format!("oci://{}/rules/fee:1.0", server.address());
    author.takes(&["sign", "fee.wasm", "--key", "own.key"]);
    let said = author.takes(&["publish", "fee.wasm", &tag]);
    let (pinned, first) = (after(&said, "as").to_owned(), author.digest());
    author.takes(&["install", &tag]);
    author.takes(&["install", &tag]);
    let lock = std::fs::read_to_string(author.path("rules.lock")).expect("a lock file");
    assert!(lock.contains(&first) && lock.contains(&pinned) && lock.contains("signed_by"), "{lock}");

    author.build("2.0.0");
    author.takes(&["sign", "fee.wasm", "--key", "own.key"]);
    author.takes(&["publish", "fee.wasm", &tag]);
    for command in ["verify", "install"] {
        let said = author.refuses("SL0434", &[command, &tag]);
        assert!(said.contains(&author.digest()) && said.contains("--accept-moved"), "{said}");
        author.refuses("SL0434", &[command, &tag, "--accept-moved", &"0".repeat(64)]);
    }
    author.takes(&["verify", &pinned, "--digest", &first]);
    assert_eq!(author.takes(&["list"]).lines().count(), 1, "nothing that moved was installed");
    author.takes(&["install", &tag, "--accept-moved", &author.digest()]);
    author.takes(&["install", &tag]);
    assert_eq!(author.takes(&["list"]).lines().count(), 2);
}

#[test]
fn a_file_is_locked_as_a_tag_is() {
    let author = Author::new();
    author.takes(&["sign", "fee.wasm", "--key", "own.key"]);
    author.takes(&["install", "fee.wasm"]);
    author.build("2.0.0");
    author.takes(&["sign", "fee.wasm", "--key", "own.key"]);
    author.refuses("SL0434", &["install", "./fee.wasm"]);
    author.takes(&["install", "fee.wasm", "--accept-moved", &author.digest()]);
}

#[test]
fn what_is_signed_has_to_be_an_extension_all_the_same() {
    let author = Author::new();
    let whole = Small::default().component();
    let mut cases = vec![
        ("a truncated file", whole[..whole.len() / 2].to_vec(), "SL0401", "is not a WebAssembly component"),
        ("nothing", Vec::new(), "SL0401", "is not a WebAssembly component"),
    ];
    let written = [
        ("a core module", "(module)", "SL0401", "core module"),
        (
            "one that uses WASI",
            "(component (import \"wasi:random/random@0.2.0\" (instance (export \"get-random-u64\" (func (result u64)))))
                (import \"wasi:cli/environment@0.2.0\" (instance (export \"initial-cwd\" (func (result (option string)))))))",
            "SL0402",
            "wasi:random/random@0.2.0#get-random-u64, wasi:cli/environment@0.2.0#initial-cwd",
        ),
        ("one of another world", "(component)", "SL0402", "describe, propose, review"),
    ];
    for (what, text, code, words) in written {
        cases.push((what, wat::parse_str(text).expect("it is well formed"), code, words));
    }
    for (what, bytes, code, words) in cases {
        author.signs(&bytes);
        for command in ["verify", "install"] {
            let said = author.refuses(code, &[command, "fee.wasm"]);
            assert!(said.contains(words), "{what}: {said}");
        }
    }
    let unknown = Small { wit_version: "7.0.0", ..Small::default() }.component();
    author.signs(&unknown);
    author.refuses("SL0403", &["install", "fee.wasm"]);
    assert_eq!(author.takes(&["list"]), "", "nothing is installed");
    assert!(!author.path("rules.lock").exists(), "nothing is written down");
}

#[test]
fn a_file_of_500_megabytes_is_refused_by_its_size() {
    let author = Author::new();
    let file = std::fs::File::create(author.path("fee.wasm")).expect("a file");
    file.set_len(500 << 20).expect("a large file");
    for command in [&["install", "fee.wasm"][..], &["test", "--component", "fee.wasm"]] {
        let (taken, said) = author.runs(None, command);
        assert!(!taken && (said.contains("SL0435") || said.contains("SL0405")), "{said}");
    }
    author.refuses("SL0435", &["sign", "fee.wasm", "--key", "own.key"]);
}

#[test]
fn a_key_that_is_revoked_opens_nothing_more() {
    let author = Author::new();
    author.takes(&["sign", "fee.wasm", "--key", "own.key"]);
    author.takes(&["install", "fee.wasm"]);
    let said = author.takes(&["keys", "list"]);
    assert!(said.contains("Ada"), "{said}");
    let id = said.split_whitespace().next().expect("an id").to_owned();
    let said = author.takes(&["keys", "revoke", &id]);
    assert!(said.contains(&format!("remains  {}", author.digest())), "{said}");
    author.refuses("SL0432", &["install", "fee.wasm"]);
    let (revoked, said) = author.runs(None, &["keys", "revoke", &id]);
    assert!(!revoked && said.contains("no key with the id"), "{said}");
    author.refuses("SL0440", &["keys", "trust", "nonsense"]);
    author.write("rules.keys", b"version = 1\nsurprise = true\n");
    author.refuses("SL0440", &["install", "fee.wasm"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_web_server_will_do() {
    let author = Author::new();
    author.takes(&["sign", "fee.wasm", "--key", "own.key"]);
    let served = ["fee.wasm", "fee.wasm.minisig"];
    let files = served.map(|name| (name, std::fs::read(author.path(name)).expect("it is there")));
    let mut router = axum::Router::new();
    for (name, bytes) in files {
        router = router.route(&format!("/{name}"), axum::routing::get(move || async move { bytes }));
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/fee.wasm", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    author.takes(&["install", &url]);
    assert!(author.takes(&["list"]).contains(&author.digest()));
    author.refuses("SL0436", &["install", &url.replace("fee", "free")]);
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
    let _ = rustls::crypto::ring::default_provider().install_default();
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
