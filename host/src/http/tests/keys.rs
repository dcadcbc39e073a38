//! The pages of API keys, and what of people and keys is written down nowhere.

use std::io::Write;
use std::sync::Mutex;

use tracing_subscriber::fmt::MakeWriter;
use uuid::Uuid;

use super::lists::{Place, send};
use super::people::{administrator, once};
use super::*;

#[tokio::test]
async fn a_key_is_made_shown_once_used_and_revoked() {
    let api = Api::open().await;
    let place = Place::found(&api, "Hafen", json!({})).await;
    let (cookie, _) = administrator(&api).await;
    let company = place.company.to_string();
    let make = async |label: &str, more: &[(&str, &str)]| {
        send(&api, &cookie, "/keys/new", &[&[("label", label), ("reach", &company)], more].concat()).await
    };
    let refused = make("", &[("role", "front_desk"), ("scope-openings:read", "yes"), ("days", "90")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for text in [
        "must not be empty",
        "<details open>",
        "name=\"scope-openings:read\" value=\"yes\" checked",
        "value=\"90\" selected",
    ] {
        assert!(refused.text.contains(text), "{text}: {}", refused.text);
    }
    assert!(make("x", &[]).await.text.contains("has to be chosen"));
    let made = make("Web <b>", &[("role", "front_desk"), ("scope-openings:read", "yes")]).await;
    let secret = once(&made, "secret").to_owned();
    assert!(made.text.contains("Web &#60;b&#62; is made") && made.header("location").is_empty());
    let page = made.text.split("href=\"").find_map(|rest| rest.split('"').next()?.strip_prefix("/keys/"));
    let page = format!("/keys/{}", page.unwrap());
    let openings = format!("/api/v1/openings?service={}", place.service);
    assert_eq!(api.as_key(&secret, "GET", &openings, Value::Null).await.status, StatusCode::OK);
    api.as_key(&secret, "GET", "/api/v1/appointments", Value::Null).await.is_problem(403, "SL0119");
    let (list, shown) = (api.page(&cookie, "/keys").await, api.page(&cookie, &page).await);
    for answer in [&list, &shown] {
        assert!(
            !answer.text.contains(&secret) && !answer.text.contains(&key_hash(&secret)),
            "{}",
            answer.text
        );
        assert!(
            answer.text.contains("search for openings") && answer.text.contains("Hafen"),
            "{}",
            answer.text
        );
    }
    assert!(api.page(&cookie, &format!("{page}/revoke")).await.text.contains("Revoke Web &#60;b&#62;?"));
    assert_eq!(api.as_key(&secret, "GET", &openings, Value::Null).await.status, StatusCode::OK, "asked only");
    let done = send(&api, &cookie, &format!("{page}/revoke"), &[]).await;
    assert_eq!(done.header("location"), format!("{page}?done=revoked"), "{}", done.text);
    api.as_key(&secret, "GET", &openings, Value::Null).await.is_problem(401, "SL0101");
    let shown = api.page(&cookie, &page).await;
    assert!(
        shown.text.contains("Revoked") && !shown.text.contains(&format!("{page}/revoke")),
        "{}",
        shown.text
    );
    assert_eq!(api.page(&cookie, &format!("/keys/{}", Uuid::nil())).await.status, StatusCode::NOT_FOUND);
}

/// Everything that is logged on this thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for Log {
    type Writer = Self;

    fn make_writer(&'w self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn what_lets_somebody_in_stands_in_no_log_and_no_trail() {
    let api = Api::open().await;
    let (cookie, _) = administrator(&api).await;
    let log = Log::default();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let all = [("role", "accountant"), ("reach", "everywhere")];
    let kim = [&[("name", "Kim"), ("login", "kim@x.org")], &all[..]].concat();
    let made = send(&api, &cookie, "/accounts/new", &kim).await;
    let link = once(&made, "link").to_owned();
    let key = send(&api, &cookie, "/keys/new", &[&[("label", "Web")], &all[..]].concat()).await;
    let secret = once(&key, "secret").to_owned();
    let path = link.split_once("/welcome").unwrap().1;
    assert_eq!(api.page("", &format!("/welcome{path}")).await.status, StatusCode::OK);
    drop(guard);
    let said = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(said.contains("/accounts/new") && said.contains("/welcome"), "{said}");
    let events = api.get("/api/v1/account-events").await.text;
    for secret in [link.split_once("token=").unwrap().1, &secret] {
        for text in [&said, &events] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}
