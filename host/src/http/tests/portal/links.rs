//! What a link lets somebody do with a visit, and what one that does not hold tells.

use super::*;
use crate::app::{NewLink, Purpose};

/// Scenario 24 of the domain, on pages: a link shows one visit, and what is wrong with another is not said.
#[tokio::test]
async fn links_that_do_not_hold_look_alike() {
    let shop = Shop::open(json!({})).await;
    let token = shop.hold().await;
    let id = shop.appointments().await[0]["id"].as_str().unwrap().parse().unwrap();
    let link = |purpose| NewLink { purpose, hours: Some(1) };
    let (accept, _) = shop.api.app.make_link(id, &link(Purpose::Accept), "test").await.unwrap();
    // It is for one purpose, and shows no other.
    let page = shop.page(&format!("/visit?token={accept}")).await;
    assert!(
        page.text.contains(">Confirm</button>") && !page.text.contains("/visit/decline"),
        "{}",
        page.text
    );
    let refused = shop.form("/visit/cancel", &[("token", &accept), ("seen", "1")]).await;
    assert_eq!(refused.status, StatusCode::GONE);
    let used = shop.form("/visit/accept", &[("token", &accept), ("seen", "1")]).await;
    assert!(used.status == StatusCode::OK && used.text.contains("confirmed"), "{}", used.text);
    let mut forged = token.clone();
    let last = forged.pop().unwrap();
    forged.push(if last == 'A' { 'B' } else { 'A' });
    let mut pages = vec![refused.text];
    for (path, token) in [
        ("/visit", accept.as_str()),
        ("/visit", forged.as_str()),
        ("/visit", "x"),
        ("/visit", ""),
        ("/visit/times", forged.as_str()),
        ("/visit/appointment.ics", forged.as_str()),
    ] {
        let answer = shop.page(&format!("{path}?token={token}")).await;
        assert_eq!(answer.status, StatusCode::GONE, "{path}");
        pages.push(answer.text);
    }
    for purpose in Purpose::ALL {
        let path = format!("/visit/{}", purpose.as_str());
        let answer = shop.form(&path, &[("token", &forged), ("seen", "1")]).await;
        assert_eq!(answer.status, StatusCode::GONE, "{path}");
        pages.push(answer.text);
    }
    pages.dedup();
    assert_eq!(pages.len(), 1, "they differ");
    // Another customer's appointment is no way in either: its page needs a session.
    assert_eq!(shop.page(&format!("/appointments/{id}")).await.status, StatusCode::SEE_OTHER);
}

/// The machine's clock, so many hours ahead.
struct Ahead(i64);

impl Clock for Ahead {
    fn now(&self) -> chrono::DateTime<chrono::Utc> {
        SystemClock.now() + chrono::TimeDelta::hours(self.0)
    }

    fn new_id(&self) -> uuid::Uuid {
        SystemClock.new_id()
    }
}

impl Shop {
    /// From now on it is so many hours later.
    fn pass(&mut self, hours: i64) {
        let ports = Ports {
            store: self.api.store.clone(),
            rules: Rules::compiled_once(),
            clock: Arc::new(Ahead(hours)),
            books: Arc::default(),
            wake: Arc::default(),
        };
        self.api.app = Arc::new(App::new(ports));
        self.api.router = router(self.api.app.clone());
    }
}

#[tokio::test]
async fn a_link_that_has_ended_is_like_any_that_does_not_hold() {
    let mut shop = Shop::open(json!({})).await;
    let visit = shop.hold().await;
    let id = shop.appointments().await[0]["id"].as_str().unwrap().to_owned();
    let accept = shop.form("/visit/accept", &[("token", &visit), ("seen", "1")]).await;
    assert_eq!(accept.status, StatusCode::SEE_OTHER, "{}", accept.text);
    let wanted = NewLink { purpose: Purpose::Cancel, hours: Some(1) };
    let (cancel, _) = shop.api.app.make_link(id.parse().unwrap(), &wanted, "test").await.unwrap();
    assert_eq!(shop.page(&format!("/visit?token={cancel}")).await.status, StatusCode::OK);
    let forged = shop.page("/visit?token=x").await;
    // A link for one purpose ends by its hours, that to the page some time after the visit.
    for (hours, token) in [(1, &cancel), (24 * 60, &visit)] {
        shop.pass(hours);
        for path in ["/visit", "/visit/times", "/visit/appointment.ics"] {
            let answer = shop.page(&format!("{path}?token={token}")).await;
            assert_eq!((answer.status, &answer.text), (StatusCode::GONE, &forged.text), "{path}");
        }
        for purpose in Purpose::ALL {
            let path = format!("/visit/{}", purpose.as_str());
            let fields = [("token", token.as_str()), ("seen", "2"), ("reason", "Ill"), ("name", "Mara")];
            let answer = shop.form(&path, &fields).await;
            assert_eq!((answer.status, &answer.text), (StatusCode::GONE, &forged.text), "{path}");
        }
        assert_eq!(shop.appointments().await[0]["status"], "confirmed", "nothing was done");
    }
}

#[tokio::test]
async fn a_visit_is_moved_and_its_link_follows() {
    let shop = Shop::open(json!({})).await;
    let token = shop.hold().await;
    let week = shop.page(&format!("/visit/times?token={token}")).await;
    assert_eq!(week.status, StatusCode::OK, "{}", week.text);
    let path = format!("/api/v1/openings?service={}&step_minutes=60&limit=20", shop.service);
    let start = shop.api.get(&path).await.json()["openings"][15]["start"].as_str().unwrap().to_owned();
    shop.form("/visit/accept", &[("token", &token), ("seen", "1")]).await;
    let moved = shop.form("/visit/reschedule", &[("token", &token), ("seen", "2"), ("start", &start)]).await;
    assert_eq!(moved.status, StatusCode::SEE_OTHER, "{}", moved.text);
    let new = shop.page(&format!("/visit/appointment.ics?token={token}")).await.text;
    let first = shop.appointments().await[0]["id"].as_str().unwrap().to_owned();
    assert!(new.contains(&format!("UID:{first}@slotledger")) && new.contains("SEQUENCE:4"), "{new}");
    let fresh = self::token(&moved);
    let cancelled = shop.form("/visit/cancel", &[("token", &fresh), ("seen", "1")]).await;
    assert_eq!(cancelled.status, StatusCode::SEE_OTHER, "{}", cancelled.text);
    let page = shop.page(&format!("/visit?token={token}")).await;
    assert!(page.text.contains("This appointment is cancelled"), "{}", page.text);
}

#[tokio::test]
async fn inside_the_cut_off_the_reason_stands_where_the_button_would() {
    let shop =
        Shop::open(json!({"cancel_cutoff_minutes": 527_040, "reschedule_cutoff_minutes": 527_040})).await;
    let token = shop.hold().await;
    shop.form("/visit/accept", &[("token", &token), ("seen", "1")]).await;
    let page = shop.page(&format!("/visit?token={token}")).await;
    assert!(!page.text.contains("/visit/cancel") && page.text.contains("bar-note"), "{}", page.text);
    assert!(page.text.contains("It is too late to cancel it"), "{}", page.text);
    let times = shop.page(&format!("/visit/times?token={token}")).await;
    assert!(times.text.contains("It cannot be moved any more."), "{}", times.text);
    let refused = shop.form("/visit/cancel", &[("token", &token), ("seen", "2")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
}

#[tokio::test]
async fn work_is_signed_for_once_it_is_completed() {
    let shop = Shop::open(json!({})).await;
    let token = shop.hold().await;
    let sign = [("token", token.as_str()), ("name", "Mara")];
    let early = shop.form("/visit/sign", &[sign[0], sign[1], ("seen", "1")]).await;
    assert!(early.status == StatusCode::CONFLICT && early.text.contains("SL0127"), "{}", early.text);
    let id = shop.appointments().await[0]["id"].as_str().unwrap().to_owned();
    for command in ["confirm", "complete"] {
        let path = format!("/api/v1/appointments/{id}/{command}");
        let done = shop.api.call("POST", &path, &[], json!({})).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    }
    let signed = shop.form("/visit/sign", &[sign[0], sign[1], ("seen", "3")]).await;
    assert_eq!(signed.status, StatusCode::SEE_OTHER, "{}", signed.text);
    let page = shop.page(&format!("/visit?token={token}")).await;
    assert!(page.text.contains("Signed by Mara"), "{}", page.text);
}
