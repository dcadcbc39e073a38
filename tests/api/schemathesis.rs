//! Requests made up from the API's own description: none is answered with a 5xx, or outside of that description.

use std::process::Command;

use crate::support::Host;

/// Names the program; `cargo xtask test` installs it and sets this.
const PROGRAM: &str = "SLOTLEDGER_SCHEMATHESIS";
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance";

#[test]
fn no_made_up_request_is_answered_outside_the_description() {
    let program =
        std::env::var(PROGRAM).expect("run the tests with `cargo xtask test`, which installs schemathesis");
    let host = Host::on_ledger();
    let scratch = tempfile::tempdir().expect("a directory");
    let output = Command::new(program)
        .current_dir(scratch.path())
        .arg("run")
        .arg(format!("{}/openapi.json", host.url()))
        .args(["--checks", CHECKS, "--phases", "examples,coverage,fuzzing", "--max-examples", "15"])
        .args(["--seed", "20261122", "--no-color", "--suppress-health-check", "all"])
        .args(["--header", &format!("Authorization: Bearer {}", host.key())])
        .output()
        .expect("schemathesis runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
}
