//! What a failed connection says, and what to do about it.
//!
//! Role: connectors turn the errors of their HTTP client into text here, so that all of them explain a refused
//! certificate alike.
//!
//! Invariant: it is text and nothing else. A certificate that is refused is no reason to park a document: it holds for
//! all of them, and everything goes out once it is put right.
//!
//! Deliberately absent: the client. The words are those of rustls, which all connectors speak TLS with.

use std::error::Error;

/// How rustls begins what it says about a server's certificate.
const REFUSED: &str = "invalid peer certificate: ";

/// What of that means what, and what helps.
const CERTIFICATES: &[(&[&str], &str)] = &[
    (&["certificate expired", "Expired"], "renew the certificate of the ERP's server"),
    (
        &["not valid yet", "NotValidYet"],
        "see that the clocks of both machines are right: the certificate of the ERP's server begins to be valid later",
    ),
    (
        &["not valid for name", "NotValidForName"],
        "write the address in the settings with a name that the certificate is for, or have one made for this name",
    ),
    (
        &["UnknownIssuer", "CaUsedAsEndEntity", "BadSignature"],
        "have the certificate of the ERP's server signed by an authority that this machine trusts, or make this machine \
         trust its authority: SSL_CERT_FILE can name a file with the authorities that it trusts",
    ),
    (&[""], "have the certificate of the ERP's server put right"),
];

/// How rustls says that something answered that does not speak TLS.
const PLAIN: &str = "received corrupt message of type InvalidContentType";
const PLAIN_FIX: &str =
    "nothing speaks TLS at this address: write it with http://, or with the port of https";

/// An error with all its causes, which HTTP clients hide, and what to do where TLS is to blame.
#[must_use]
pub fn in_full(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    match fix(&text) {
        Some(fix) => format!("{text}; {fix}"),
        None => text,
    }
}

fn fix(text: &str) -> Option<&'static str> {
    if text.contains(PLAIN) {
        return Some(PLAIN_FIX);
    }
    let (_, refused) = text.split_once(REFUSED)?;
    let known = |words: &[&str]| words.iter().any(|word| refused.contains(word));
    CERTIFICATES.iter().find(|(words, _)| known(words)).map(|(_, fix)| *fix)
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("error sending request")]
    struct Outer(#[source] io::Error);

    fn said(words: &str) -> String {
        in_full(&Outer(io::Error::other(words.to_owned())))
    }

    #[test]
    fn a_refused_certificate_comes_with_what_to_do() {
        for (words, fix) in [
            ("certificate expired: verification time 9 (UNIX), but …", "renew the certificate"),
            ("certificate not valid yet: verification time 9 (UNIX), but …", "the clocks of both machines"),
            (
                "certificate not valid for name \"erp.example\"; certificate is only valid for …",
                "with a name that",
            ),
            ("UnknownIssuer", "an authority that this machine trusts"),
            // Another authority of the same name signed it.
            ("BadSignature", "an authority that this machine trusts"),
            ("Revoked", "put right"),
        ] {
            let text = said(&format!("{REFUSED}{words}"));
            assert!(text.starts_with("error sending request: invalid peer certificate: "), "{text}");
            assert!(text.contains(fix), "{text}");
        }
        assert!(said(PLAIN).ends_with(PLAIN_FIX));
    }

    #[test]
    fn other_failures_are_told_with_their_causes_alone() {
        assert_eq!(said("connection refused"), "error sending request: connection refused");
    }
}
