//! The identifiers of the data that `slotledger init --sample` makes, and what to try with them.
//!
//! Invariant: the lines are those of README.md, word for word.

/// `Maintenance visit`.
pub(crate) const SERVICE: &str = "01980000-0000-7000-8000-000000000005";
/// Ana.
pub(crate) const CUSTOMER: &str = "01980000-0000-7000-8000-000000000006";

/// Search for openings, book, confirm: to be pasted into a shell in the root of the clone.
pub(crate) fn curl_lines(base: &str) -> [String; 3] {
    let key = r#"-H "Authorization: Bearer $(cat target/demo/company/api-key)""#;
    let json = "-H 'Content-Type: application/json'";
    let booking = format!(
        r#"{{"service":"{SERVICE}","customer":"{CUSTOMER}","start":"'$(date -ud 'next monday' +%F)'T09:00:00Z"}}"#
    );
    [
        format!(r#"curl -s {key} "{base}/api/v1/openings?service={SERVICE}&limit=3""#),
        format!(
            "curl -s {key} {json} -H \"Idempotency-Key: book-$(date +%F)\" -d '{booking}' \
             {base}/api/v1/appointments | tee target/demo/booked.json"
        ),
        format!(
            "curl -s {key} -H \"Idempotency-Key: confirm-$(date +%F)\" -X POST \
             {base}/api/v1/appointments/$(cut -d'\"' -f4 target/demo/booked.json)/confirm"
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_has_the_lines_that_the_demo_prints() {
        let path = crate::workspace::root().join("README.md");
        let readme = std::fs::read_to_string(path).unwrap();
        for line in curl_lines("http://127.0.0.1:7878") {
            assert!(readme.contains(&line), "README.md lacks:\n{line}");
        }
    }
}
