use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::signing::{NewKeys, Password, SigningKey, is_protected};
use super::*;

const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0 and more";

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A key, the installation that trusts it, and its signature of the component.
fn signed() -> (SigningKey, TrustedKeys, String) {
    let keys = NewKeys::generate(&Password::None).unwrap();
    let key = SigningKey::open(keys.secret.expose_secret(), &Password::None).unwrap();
    let signature = key.sign(COMPONENT, &hash(COMPONENT), "fee.wasm").unwrap();
    assert_eq!(key.trusted().unwrap(), keys.trusted);
    assert!(keys.public.lines().any(|line| line == keys.trusted), "{}", keys.public);
    (key, TrustedKeys::parse(&[keys.trusted]).unwrap(), signature)
}

fn judge(keys: &TrustedKeys, bytes: &[u8], signature: Option<&str>, allowed: Option<&str>) -> String {
    match keys.judge(bytes, &hash(bytes), signature, allowed) {
        Ok(Standing::Signed { key, comment }) => format!("{key} {comment}"),
        Ok(Standing::Allowed) => "allowed".to_owned(),
        Err(error) => error.code().to_owned(),
    }
}

#[test]
fn what_a_trusted_key_signed_is_taken_and_its_comment_names_the_digest() {
    let (key, keys, signature) = signed();
    let expected = format!("{} sha256:{} file:fee.wasm", key.id().unwrap(), hash(COMPONENT));
    assert_eq!(judge(&keys, COMPONENT, Some(&signature), None), expected);
    assert_eq!(stated_digest(&signature), Some(hash(COMPONENT)));
}

#[test]
fn nothing_else_is_taken_unless_its_digest_is_named() {
    let (_, keys, _) = signed();
    let (_, _, foreign) = signed();
    let (own, other) = (hash(COMPONENT), hash(b"another"));
    for (signature, code) in [(None, "SL0431"), (Some(foreign.as_str()), "SL0432")] {
        assert_eq!(judge(&keys, COMPONENT, signature, None), code);
        assert_eq!(judge(&keys, COMPONENT, signature, Some(&own)), "allowed");
        assert_eq!(judge(&keys, COMPONENT, signature, Some(&other)), "SL0434");
        assert_eq!(judge(&TrustedKeys::default(), COMPONENT, signature, None), code);
    }
}

#[test]
fn a_signature_that_does_not_fit_is_never_taken() {
    let (key, keys, signature) = signed();
    let own = hash(b"another");
    assert_eq!(judge(&keys, b"another", Some(&signature), Some(&own)), "SL0433");
    let meddled = signature.replace("fee.wasm", "free.wasm");
    assert_eq!(judge(&keys, COMPONENT, Some(&meddled), None), "SL0433");
    let lying = key.sign(COMPONENT, &hash(b"another"), "fee.wasm").unwrap();
    assert_eq!(judge(&keys, COMPONENT, Some(&lying), None), "SL0433");
}

#[test]
fn a_damaged_signature_is_refused_and_does_no_harm() {
    let (_, keys, signature) = signed();
    for end in 0..signature.trim_end().len() {
        assert_eq!(judge(&keys, COMPONENT, Some(&signature[..end]), None), "SL0433", "{end}");
    }
    for junk in
        ["", "\n\n\n\n", "<html>Not Found</html>", "untrusted comment: \nAAAA\ntrusted comment: \nAAAA\n"]
    {
        assert_eq!(judge(&keys, COMPONENT, Some(junk), None), "SL0433", "{junk:?}");
    }
}

#[test]
fn a_protected_key_opens_with_its_password_only() {
    let given = |password: &str| Password::Given(SecretString::from(password));
    let keys = NewKeys::generate(&given("right")).unwrap();
    let file = keys.secret.expose_secret();
    assert!(is_protected(file));
    assert_eq!(SigningKey::open(file, &given("right")).unwrap().trusted().unwrap(), keys.trusted);
    for password in [Password::None, given("wrong")] {
        assert_eq!(SigningKey::open(file, &password).unwrap_err().code(), "SL0440");
    }
}

#[test]
fn keys_that_are_none_are_named() {
    for text in ["", "RW", "untrusted comment: x", "RWQ=", &"A".repeat(56)] {
        assert!(matches!(TrustedKeys::parse(&[text]), Err(Error::PublicKey { .. })), "{text}");
        assert_eq!(SigningKey::open(text, &Password::None).unwrap_err().code(), "SL0440", "{text}");
    }
    assert!(matches!(SigningKey::open("x\nRWQ=\n", &Password::None), Err(Error::SecretKey { .. })));
}

#[test]
fn digests_are_read_as_people_write_them() {
    let own = hash(COMPONENT);
    for text in [own.clone(), own.to_uppercase(), format!(" sha256:{own}\n")] {
        assert_eq!(digest(&text), Ok(own.clone()));
    }
    for text in ["", "sha256:", &own[1..], &"g".repeat(64), &format!("{own}0")] {
        assert!(digest(text).is_err(), "{text}");
    }
}
