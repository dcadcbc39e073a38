//! Completed work that is corrected on its page: who is offered it, and what the page says afterwards.

use url::form_urlencoded;

use super::phone::Crew;
use super::*;
use crate::http::site;
use crate::model::{Grant, Role};

impl Crew {
    async fn as_role(&self, role: Role) -> String {
        let reach = Grant { company: Some(self.company.into()), ..Grant::everywhere(role) };
        self.api.somebody(vec![reach]).await
    }

    async fn its_page(&self, cookie: &str, query: &str) -> Answer {
        self.api.page(cookie, &format!("/appointments/{}{query}", self.job)).await
    }

    async fn form(&self, cookie: &str, act: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = site::token(cookie.split_once('=').unwrap().1);
        let mut body = form_urlencoded::Serializer::new(String::new());
        let body = body.append_pair("csrf", &csrf).extend_pairs(fields).finish();
        let request = Request::post(format!("/appointments/{}/{act}", self.job))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .header("cookie", cookie);
        self.api.send(request.body(Body::from(body)).unwrap()).await
    }
}

#[tokio::test]
async fn completed_work_is_completed_with_other_material_and_the_page_says_what_became_of_it() {
    let crew = Crew::gather().await;
    let dispatcher = crew.as_role(Role::Dispatcher).await;
    let before = crew.its_page(&dispatcher, "").await;
    assert!(!before.text.contains("do=correct"), "it is not over: {}", before.text);
    assert!(before.text.contains("What was used is said when the work is completed."), "{}", before.text);
    let nothing = crew.its_page(&dispatcher, "?do=correct").await;
    assert!(nothing.text.contains("Only an appointment that is over can be corrected."), "{}", nothing.text);
    crew.command("start").await;
    crew.command("complete").await;
    let open = crew.its_page(&dispatcher, "?do=correct").await;
    for text in [
        "Completed, with other material",
        "value=\"no_show\"",
        "name=\"quantity0\"",
        "name=\"item2\"",
        "aria-label=\"Unit of FILTER\"",
    ] {
        assert!(open.text.contains(text), "{text}: {}", open.text);
    }
    assert!(!open.text.contains("value=\"paused\""), "it could not have been: {}", open.text);

    let (_, revision) = crew.status().await;
    let seen = revision.to_string();
    let rows =
        [("rows", "2"), ("item0", "FILTER"), ("quantity0", "3"), ("unit0", "Unit"), ("warehouse0", "Van")];
    let sent =
        [&[("seen", seen.as_str()), ("to", "completed"), ("reason", "Miscounted <b>")][..], &rows].concat();
    let unsaid = [("seen", seen.as_str()), ("to", "completed"), ("rows", "1")];
    let refused = crew.form(&dispatcher, "correct", &unsaid).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
    let trouble = refused.text.split("role=\"alert\"").nth(1).unwrap_or_default();
    assert!(trouble.contains("SL0253") && trouble.contains("id=\"to-completed\""), "{trouble}");
    let done = crew.form(&dispatcher, "correct", &sent).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    assert_eq!(crew.status().await, ("completed".to_owned(), revision + 2));
    // The same form again is about what is no more.
    let again = crew.form(&dispatcher, "correct", &sent).await;
    assert_eq!(again.status, StatusCode::PRECONDITION_FAILED, "{}", again.text);
    assert!(again.text.contains("SL0302") && again.text.contains("value=\"3\""), "{}", again.text);

    let page = crew.its_page(&dispatcher, "?done=correct").await;
    for text in [
        "To be taken back by the credit note",
        "Takes back the sales invoice",
        "To be taken back by the stock return",
        "Reason: Miscounted &#60;b&#62;",
        "data-label=\"Planned\" class=\"num\">1<",
        "data-label=\"Used\" class=\"num\">3<",
    ] {
        assert!(page.text.contains(text), "{text}: {}", page.text);
    }
    assert!(!page.text.contains("href=\"/books/"), "the books are not theirs: {}", page.text);
    let accountant = crew.as_role(Role::Accountant).await;
    let page = crew.its_page(&accountant, "?do=correct").await;
    assert!(page.text.contains("href=\"/books/"), "{}", page.text);
    assert!(!page.text.contains("?do=correct#do"), "{}", page.text);
}

#[tokio::test]
async fn whoever_may_not_correct_is_refused() {
    let crew = Crew::gather().await;
    crew.command("start").await;
    crew.command("complete").await;
    for role in [Role::FrontDesk, Role::Accountant, Role::RuleAuthor] {
        let cookie = crew.as_role(role).await;
        let sent = [("to", "cancelled"), ("reason", "x")];
        let refused = crew.form(&cookie, "correct", &sent).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{role:?}: {}", refused.text);
    }
    assert_eq!(crew.status().await.0, "completed");
}

#[tokio::test]
async fn work_is_completed_with_other_material_from_its_page() {
    let crew = Crew::gather().await;
    let desk = crew.as_role(Role::Dispatcher).await;
    crew.command("start").await;
    let open = crew.its_page(&desk, "?do=complete").await;
    assert!(open.text.contains("name=\"quantity0\""), "{}", open.text);
    let half = [("rows", "1"), ("quantity0", "2")];
    let refused = crew.form(&desk, "complete", &half).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
    // What somebody typed and did not finish comes back with a word about it.
    let bare = [("rows", "3"), ("item1", "OIL"), ("warehouse1", "Van"), ("warehouse2", "Van")];
    let refused = crew.form(&desk, "complete", &bare).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
    for text in
        ["Quantity of OIL must say how much was used.", "value=\"OIL\"", "<details class=\"more\" open>"]
    {
        assert!(refused.text.contains(text), "{text}: {}", refused.text);
    }
    let rows =
        [("rows", "1"), ("item0", "OIL"), ("quantity0", "0,5"), ("unit0", "Litre"), ("warehouse0", "Van")];
    let done = crew.form(&desk, "complete", &rows).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let page = crew.its_page(&desk, "").await;
    assert!(page.text.contains("data-label=\"Used\" class=\"num\">0.5<"), "{}", page.text);
    assert!(page.text.contains("data-label=\"Used\" class=\"num\">0<"), "none of the filters: {}", page.text);
}
