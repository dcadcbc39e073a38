//! Answers kept for repeated requests, and API keys.

use super::Twice;
use super::house::minute;
use crate::store::{Answer, Error};

fn answer(key: &str, at: i64) -> Answer {
    Answer {
        key: key.to_owned(),
        fingerprint: "f".to_owned(),
        status: 200,
        body: "{}".to_owned(),
        at: minute(at),
    }
}

pub(crate) async fn an_answer_is_kept_once(twice: &Twice) {
    let first = answer("a", 0);
    assert_eq!(twice.one.answer("a").await.expect("a read"), None);
    twice.one.keep_answer(&first).await.expect("a new key");
    let refused = twice.other.keep_answer(&answer("a", 1)).await;
    assert!(matches!(refused, Err(Error::AnswerExists)), "{refused:?}");
    assert_eq!(twice.other.answer("a").await.expect("a read"), Some(first));
}

pub(crate) async fn old_answers_are_forgotten(twice: &Twice) {
    for (key, at) in [("a", 0), ("b", 1), ("c", 2)] {
        twice.one.keep_answer(&answer(key, at)).await.expect("a new key");
    }
    assert_eq!(twice.other.forget_answers(minute(2)).await.expect("a deletion"), 2);
    assert_eq!(twice.one.answer("b").await.expect("a read"), None);
    assert_eq!(twice.one.answer("c").await.expect("a read"), Some(answer("c", 2)));
}

pub(crate) async fn a_key_is_known_by_its_hash(twice: &Twice) {
    let hash = "0".repeat(64);
    assert!(!twice.one.has_keys().await.expect("a read"));
    twice.one.add_key(&hash, "desk", minute(0)).await.expect("a new key");
    assert!(twice.other.has_keys().await.expect("a read"));
    assert_eq!(twice.other.key_label(&hash).await.expect("a read").as_deref(), Some("desk"));
    assert_eq!(twice.other.key_label(&"1".repeat(64)).await.expect("a read"), None);
    let again = twice.other.add_key(&hash, "another", minute(1)).await;
    assert!(matches!(again, Err(Error::Exists("key"))), "{again:?}");
}
