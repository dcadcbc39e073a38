//! Answers kept for repeated requests.

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
